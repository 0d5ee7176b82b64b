"""One writer and a journal that grows: an append costs the same however long it is, and a fold little.

Journals of each size lie side by side and are appended to in turn, so that whatever else the machine does
while it is measured weighs on all of them alike.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from relauto.clock import SystemClock
from relauto.counting import name_count
from relauto.git.address import Address
from relauto.journal.log import Journal, JournalReader
from relauto.proving.load import decide
from relauto.proving.tally import Run

SIZES = (10, 100, 1_000, 10_000)
STEEPEST = 2.0
"""How many times as much as at the smallest size an append may cost at any."""
FOLD_SECONDS = 0.5
_AT_ONCE = 100


@dataclass(frozen=True)
class Growth:
    """Seconds by size: the median append, and the fold of the longest journal, at its quickest."""

    sizes: Sequence[int]
    appends: Sequence[float]
    fold: float

    @property
    def ratio(self) -> float:
        """The dearest append over that at the smallest size."""
        return max(self.appends) / self.appends[0]

    def check(self) -> list[Run]:
        """Return whether an append is flat, and whether the fold is quick."""
        steep = f"an append costs {self.ratio:.2f} times what it does at {name_count(self.sizes[0], 'event')}"
        slow = f"the fold of {self.sizes[-1]} events takes {self.fold * 1000:.0f} ms"
        return [
            Run("append", fault=steep if self.ratio > STEEPEST else ""),
            Run("fold", fault=slow if self.fold > FOLD_SECONDS else ""),
        ]

    def figures(self) -> dict[str, float]:
        """Return what was measured, by name."""
        rows = zip(self.sizes, self.appends, strict=True)
        return {
            **{f"append_at_{size}_ms": round(seconds * 1000, 1) for size, seconds in rows},
            "dearest_append_ratio": round(self.ratio, 2),
            f"fold_of_{self.sizes[-1]}_ms": round(self.fold * 1000, 1),
        }


def choose_sizes(events: int) -> tuple[int, ...]:
    """Return the sizes up to so many events; two at least, for one alone cannot show what growth costs."""
    return tuple(size for size in SIZES if size <= max(events, SIZES[1]))


def measure_growth(ops: Path, work: Path, *, sizes: Sequence[int] = SIZES, rounds: int = 15) -> Growth:
    """Write journals of these sizes to the repository `ops`, and measure so many appends and folds."""
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        journals = {size: stack.enter_context(_grow(ops, work, size)) for size in sizes}
        for number in range(rounds):
            for size, journal in journals.items():
                seconds[size].append(_measure(partial(_append, journal, range(number, number + 1))))
    # What else runs can only add to a fold, so that the quickest is the nearest to what it costs.
    fold = min(_measure(partial(_fold, ops, sizes[-1])) for _ in range(rounds))
    return Growth(sizes, [statistics.median(each) for each in seconds.values()], fold)


def _grow(ops: Path, work: Path, size: int) -> Journal:
    journal = Journal.open(
        Address(str(ops)), _name(size), cache=work / "grown", clock=SystemClock(), actor="writer-1"
    )
    # The opening is the first event.
    for first in range(1, size, _AT_ONCE):
        _append(journal, range(first, min(first + _AT_ONCE, size)))
    return journal


def _append(journal: Journal, numbers: range) -> None:
    journal.append(partial(decide, name=journal.incident_id, numbers=numbers))


def _fold(ops: Path, size: int) -> None:
    JournalReader.open_local(ops, _name(size)).close()


def _name(size: int) -> str:
    return f"INC-long-{size}"


def _measure(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
