"""Rounds in which all ways of picking take turns, and what each costs beside the others.

Others may use the machine meanwhile: what counts are ratios of what was measured side by side.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from relauto.benching import cherry_picker
from relauto.benching.contenders import (
    Batch,
    BatchMixed,
    Contender,
    Pushed,
    PushedWorktree,
    Raw,
    RawInARow,
    RawMixed,
    Single,
    Worktree,
)
from relauto.benching.work import Job, Place

_HERE: tuple[type[Contender], ...] = (
    *(RawInARow, Batch, RawMixed, BatchMixed),
    *(Raw, Single, Pushed, Worktree, PushedWorktree),
)
_OTHERS: tuple[type[Contender], ...] = (cherry_picker.CherryPicker, cherry_picker.PushedCherryPicker)


@dataclass(frozen=True)
class Budget:
    """How much one way may cost beside another.

    Attributes:
        what: what is promised.
        of: the way whose cost is divided.
        by: the way by whose cost it is divided.
        in_sum: whether the sums of a round are compared, and not pick by pick.
        most: the largest ratio that is kept to, if there is one.
        least: the smallest.
    """

    what: str
    of: str
    by: str
    in_sum: bool = False
    most: float | None = None
    least: float | None = None

    def is_kept(self, ratio: float) -> bool:
        """Tell whether a ratio is within the budget."""
        return ratio <= (self.most or ratio) and ratio >= (self.least or ratio)


BUDGETS = (
    Budget("a warm pick", Single.name, Raw.name, most=3),
    Budget("many picks", Batch.name, RawInARow.name, in_sum=True, most=1.5),
    Budget("many, as in the history", BatchMixed.name, RawMixed.name, in_sum=True, most=1.5),
    Budget("a worktree", Worktree.name, Single.name),
    Budget("a worktree, with the push", PushedWorktree.name, Pushed.name),
    Budget("cherry-picker", cherry_picker.CherryPicker.name, Single.name, least=100),
    Budget("cherry-picker, with the push", cherry_picker.PushedCherryPicker.name, Pushed.name, least=20),
)


@dataclass
class Measured:
    """What was measured: by way, the seconds of each pick of each round.

    `differing` names those that made another tree than `git merge-tree`, which comes first.
    """

    rounds: list[dict[str, list[float]]] = field(default_factory=list)
    differing: set[str] = field(default_factory=set)

    def median(self, name: str) -> float:
        """Return the median of the picks, in seconds."""
        return median(each for one in self.rounds for each in one[name])

    def names(self) -> list[str]:
        """Return the ways that were measured, in their order."""
        return list(self.rounds[0])

    def ratio(self, budget: Budget) -> float | None:
        """Return the median ratio, or None where a way was not measured."""
        found = list(self._list_ratios(budget))
        return median(found) if found else None

    def _list_ratios(self, budget: Budget) -> Iterator[float]:
        for one in self.rounds:
            if not {budget.of, budget.by} <= one.keys():
                return
            if budget.in_sum:
                yield sum(one[budget.of]) / sum(one[budget.by])
            else:
                yield from (of / by for of, by in zip(one[budget.of], one[budget.by], strict=True))


def measure(place: Place, rounds: int, say: Callable[[str], None]) -> Measured:
    """Let all ways do all picks, in turns, and that `rounds` times.

    Raises:
        GitError: a way failed.
        RemoteError: cherry_picker failed.
    """
    measured = Measured()
    kinds = (*_HERE, *(_OTHERS if cherry_picker.is_installed() else ()))
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="relauto-bench-") as folder, ExitStack() as begun:
            ways = [kind(place, Path(folder)) for kind in kinds]
            for way in ways:
                begun.callback(way.close)
            measured.rounds.append(_take_turns(place, ways, measured.differing))
        say(f"round {number + 1} of {rounds}")
    return measured


def _take_turns(place: Place, ways: Sequence[Contender], differing: set[str]) -> dict[str, list[float]]:
    """Return the seconds by way; first those that pick in a row have their turns, whole."""
    seconds: dict[str, list[float]] = {way.name: [] for way in ways}
    turns = [(job, way) for way in ways if way.in_a_row for job in way.jobs]
    turns += [(job, way) for job in place.jobs for way in ways if not way.in_a_row]
    expected: dict[Job, str] = {}
    for job, way in turns:
        timed = way.time(job)
        seconds[way.name].append(timed.seconds)
        # What is there already is not picked, and merging it once more can conflict.
        if job.status != "already" and timed.tree != expected.setdefault(job, timed.tree):
            differing.add(way.name)
    return seconds
