"""Conflicts with two remedies, a proposal of resolvers and prerequisites: which people had committed."""

from dataclasses import asdict, dataclass
from typing import Any

from relauto.replaying.judging import Judged, Likeness


@dataclass
class Remedies:
    """Counts of conflicts that have both.

    A replay cannot show how often people pick prerequisites first: where they did, the line has them, and
    there is no conflict to count. What it shows of them is how often their text came with the fix itself.

    Attributes:
        cases: how many there are.
        proposal_exact: those where the proposal is the tree that people committed.
        proposal_right: those where it is, in every file that was in conflict, what people committed.
        prerequisites_exact: the same of the fix as it is after its prerequisites.
        prerequisites_right: and in every file that was in conflict.
        either_right: those where one of the two is so.
    """

    cases: int = 0
    proposal_exact: int = 0
    proposal_right: int = 0
    prerequisites_exact: int = 0
    prerequisites_right: int = 0
    either_right: int = 0

    def add(self, judged: Judged, likeness: Likeness) -> None:
        """Count one conflict: what its proposal was worth, and what its prerequisites were."""
        is_right = likeness != "other"
        self.cases += 1
        self.proposal_exact += judged.is_exact
        self.proposal_right += judged.is_right
        self.prerequisites_exact += likeness == "exact"
        self.prerequisites_right += is_right
        self.either_right += judged.is_right or is_right

    def share(self, count: int) -> float:
        """Return the share of the cases that a count is, in per cent."""
        return 100 * count / self.cases if self.cases else 0.0

    def describe(self) -> dict[str, Any]:
        """Return the figures for programs."""
        return asdict(self)
