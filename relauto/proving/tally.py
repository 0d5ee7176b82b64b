"""What the runs of a matrix came to: the closing line, the exit status, how a failing run is repeated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Run:
    """One run of a matrix.

    Attributes:
        case: its name, by which it is repeated.
        differences: each difference from the undisturbed world, as `comparison.compare` words them.
        unfired: what was to disturb it did not happen, so that it proves nothing: it counts as lost.
        fault: how it failed to come to its end, empty where it did.
    """

    case: str
    differences: Sequence[str] = ()
    unfired: bool = False
    fault: str = ""

    @property
    def identical(self) -> bool:
        """Whether the run was disturbed and ended as the undisturbed one all the same."""
        return not (self.differences or self.unfired or self.fault)

    @property
    def lost(self) -> bool:
        """Whether something is missing, or the run did not come to its end, or proves nothing."""
        return self.unfired or bool(self.fault) or _tells(self, "lost")

    @property
    def doubled(self) -> bool:
        """Whether something is there more than once."""
        return _tells(self, "doubled")


@dataclass
class Tally:
    """The runs of one matrix so far.

    Attributes:
        command: repeats a run when its case is added; or all of them, where they are `together`.
        together: no run stands alone.
        runs: in the order in which they ended.
    """

    command: str
    together: bool = False
    runs: list[Run] = field(default_factory=list)

    def add(self, run: Run) -> None:
        """Count a run."""
        self.runs.append(run)

    @property
    def succeeded(self) -> bool:
        """Whether there were runs, and all are identical."""
        return bool(self.runs) and all(run.identical for run in self.runs)

    def count(self) -> dict[str, int]:
        """Return how many runs there were, and how many of each outcome."""
        kinds = ("identical", "lost", "doubled")
        return {
            "runs": len(self.runs),
            **{kind: sum(getattr(run, kind) for run in self.runs) for kind in kinds},
        }

    def describe(self) -> str:
        """Return the closing line."""
        return ", ".join(f"{number} {kind}" for kind, number in self.count().items())

    def document(self) -> dict[str, Any]:
        """Return the counts, and each run that failed with how it is repeated."""
        failed = [{"case": run.case, "told": self.explain(run)[1:]} for run in self.runs if not run.identical]
        return {**self.count(), "failed": failed}

    def explain(self, run: Run) -> list[str]:
        """Return, for a run that failed, what was different and the command that repeats it."""
        told = ["what was to disturb it did not happen"] if run.unfired else []
        told += [run.fault] if run.fault else []
        lines = [f"{run.case} is not identical:", *(f"  {line}" for line in [*told, *run.differences])]
        return [*lines, f"  repeat it: {self.command}{'' if self.together else f' {run.case}'}"]


def _tells(run: Run, word: str) -> bool:
    return any(re.search(rf": {word}\b", line) for line in run.differences)
