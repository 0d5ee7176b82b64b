"""How likely people are to take a prerequisite along, by what they took of its like on real histories.

Measured on the single prerequisites of conflicts of real backports: where the commit touches only files in
conflict, or is by the fix's author and at most 14 days older, and is neither more than three times as long as
the fix nor more than 90 days older, people had taken 18 of 33; where it is longer or older, 7 of 56; of the
rest 9 of 24.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.git.commit import EMPTY_TREE
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.presence import find_mainline

Taken = Literal["often", "sometimes", "seldom"]
_RECENT, _OLD = 14, 90
_LONG = 3
_MANY = 2


@dataclass(frozen=True)
class Appraisal:
    """One prerequisite, as people weigh it.

    Attributes:
        lines: how many it adds and takes away.
        days: how much older it is than the fix.
        is_narrow: whether it touches only files in conflict.
        is_own: whether the fix's author made it, at most 14 days before.
        is_large: whether all that are needed together are more than two, or more than three times as long
            as the fix.
    """

    lines: int
    days: int
    is_narrow: bool
    is_own: bool
    is_large: bool

    @property
    def taken(self) -> Taken:
        """How often people took its like."""
        if self.is_large or self.days > _OLD:
            return "seldom"
        return "often" if self.is_narrow or self.is_own else "sometimes"

    @property
    def signs(self) -> tuple[str, ...]:
        """What that goes by, in words."""
        told = {
            "only files in conflict": self.is_narrow,
            "by the fix's author shortly before": self.is_own,
            "part of a larger change": self.is_large,
            f"more than {_OLD} days older than the fix": self.days > _OLD,
        }
        return tuple(sign for sign, holds in told.items() if holds)


def appraise(
    repository: Repository, fix: Commit, prerequisites: Sequence[Commit], conflicted: Collection[str]
) -> tuple[Appraisal, ...]:
    """Return for each prerequisite of a fix what people weigh.

    Args:
        repository: where they are.
        fix: what conflicts.
        prerequisites: what it needs.
        conflicted: the paths in conflict.

    Raises:
        MissingObjectError: a file's content is absent.
    """
    if not prerequisites:
        return ()
    sizes = [count_changed(repository, commit) for commit in prerequisites]
    is_large = len(sizes) > _MANY or sum(sizes) > _LONG * count_changed(repository, fix)
    wanted = repository.commit(fix).author
    appraisals = []
    for commit, lines in zip(prerequisites, sizes, strict=True):
        author = repository.commit(commit).author
        days = max(0, (wanted.at - author.at).days)
        base = find_mainline(repository, commit, 1) or EMPTY_TREE
        is_narrow = set(repository.changed_paths(base, commit)) <= set(conflicted)
        is_own = author.email == wanted.email and days <= _RECENT
        appraisals.append(Appraisal(lines, days, is_narrow, is_own, is_large))
    return tuple(appraisals)


def count_changed(repository: Repository, commit: Commit) -> int:
    """Return how many lines a commit adds and takes away, against its first parent."""
    return repository.count_lines(find_mainline(repository, commit, 1) or EMPTY_TREE, commit)
