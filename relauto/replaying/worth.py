"""What the answers of resolvers were worth: how often people had committed the same."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from relauto.replaying.judging import Judged


@dataclass
class Worth:
    """Counts of what some resolvers settled.

    Attributes:
        cases: pairs that were settled with their help.
        cases_right: those of them where people did the same in every file that was in conflict.
        files: files that they had a part in.
        files_right: those of them that are what people committed.
        hunks: hunks that they resolved.
    """

    cases: int = 0
    cases_right: int = 0
    files: int = 0
    files_right: int = 0
    hunks: int = 0

    @property
    def precision(self) -> float:
        """The share of the cases that are right, in per cent."""
        return 100 * self.cases_right / self.cases if self.cases else 0.0

    def add(self, judged: Judged, names: Collection[str]) -> None:
        """Count what the resolvers called so did in a proposal."""
        theirs = [file for file in judged.files if file.hunks.keys() & set(names)]
        self.cases += 1
        self.cases_right += judged.is_right
        self.files += len(theirs)
        self.files_right += sum(file.is_right for file in theirs)
        self.hunks += sum(file.hunks.get(name, 0) for file in theirs for name in names)

    def describe(self) -> dict[str, Any]:
        """Return the figures for programs."""
        return asdict(self) | {"precision": round(self.precision, 1)}
