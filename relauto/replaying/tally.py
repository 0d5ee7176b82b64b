"""What a replay adds up to; it does not grow with the number of pairs."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from relauto.replaying.conflicts import ConflictTally
from relauto.replaying.quantiles import find_quantile
from relauto.replaying.remedies import Remedies
from relauto.replaying.replay import Outcome, Result
from relauto.replaying.worth import Worth

_COUNTS = (
    "exact",
    "clean_differs",
    "resolved_exact",
    "resolved_differs",
    "proposed_exact",
    "proposed_differs",
    "conflict",
    "conflict_explained",
    "conflict_prerequisites",
    "already",
    "error",
)
# The width of a bar of the distribution: each ends at twice the milliseconds of the one before.
_FIRST_MS = 5
_SAMPLES = 100
_OBJECT = re.compile(r"\b[0-9a-f]{40}\b")


@dataclass
class Tally:
    """Counts of results, and what explains them.

    Attributes:
        results: how many pairs ended in which way.
        evidence: what showed that the pairs belong together.
        kinds: how many conflicted pairs hold a path of each kind.
        reasons: why pairs ended in an error, without the names of objects.
        times: picks by their milliseconds, to three digits.
        conflicted: how many pairs conflict before resolvers are asked.
        settled: what the answers of all resolvers together were worth.
        resolvers: what those of each were worth.
        confidences: and those of each confidence.
        causes: what explains the conflicts, those that resolvers settled among them, where that was asked.
        causes_left: what explains those that are left.
        remedies: what the two remedies of a conflict that has both were worth.
        samples: some of the pairs that did not end exact, the first of each result.
    """

    results: Counter[Result] = field(default_factory=Counter)
    evidence: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    times: Counter[float] = field(default_factory=Counter)
    conflicted: int = 0
    settled: Worth = field(default_factory=Worth)
    resolvers: dict[str, Worth] = field(default_factory=dict)
    confidences: dict[str, Worth] = field(default_factory=dict)
    causes: ConflictTally = field(default_factory=ConflictTally)
    causes_left: ConflictTally = field(default_factory=ConflictTally)
    remedies: Remedies = field(default_factory=Remedies)
    samples: dict[Result, list[Outcome]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count one pair."""
        self.results[outcome.result] += 1
        self.evidence[outcome.pair.by] += 1
        self.kinds.update(set(outcome.kinds))
        self._weigh(outcome)
        if outcome.result == "error":
            self.reasons[_OBJECT.sub("…", outcome.error)] += 1
        sample = self.samples.setdefault(outcome.result, []) if outcome.result != "exact" else None
        if sample is not None and len(sample) < _SAMPLES:
            sample.append(outcome)
        self._count_cause(outcome)
        if outcome.milliseconds is not None:
            self.times[float(f"{outcome.milliseconds:.3g}")] += 1

    def _weigh(self, outcome: Outcome) -> None:
        self.conflicted += bool(outcome.kinds)
        judged = outcome.judged
        if judged is None:
            return
        for name in judged.resolvers:
            self.resolvers.setdefault(name, Worth()).add(judged, [name])
        for worth in (self.settled, self.confidences.setdefault(judged.confidence, Worth())):
            worth.add(judged, judged.resolvers)

    def _count_cause(self, outcome: Outcome) -> None:
        explained = outcome.explained
        if explained is None:
            return
        self.causes.add(explained)
        if outcome.result == "conflict":
            self.causes_left.add(explained)
        if outcome.judged and explained.likeness:
            self.remedies.add(outcome.judged, explained.likeness)

    @property
    def pairs(self) -> int:
        """How many were counted."""
        return self.results.total()

    def share(self, result: Result) -> float:
        """Return the share of the pairs that ended so, in per cent."""
        return 100 * self.results[result] / self.pairs if self.pairs else 0.0

    def quantile(self, share: float) -> float:
        """Return the milliseconds within which `share` (0 to 1) of the picks ended, to three digits."""
        return find_quantile(self.times, share)

    def spread(self) -> list[tuple[float, int]]:
        """Return how many picks took up to 5, 10, 20, … milliseconds, and more than the limit before."""
        limit, bars, rest = float(_FIRST_MS), list[tuple[float, int]](), sorted(self.times.items())
        while rest:
            within = [count for time, count in rest if time <= limit]
            bars.append((limit, sum(within)))
            rest, limit = rest[len(within) :], limit * 2
        return bars

    def describe(self, seconds: float) -> dict[str, Any]:
        """Return the document that `replay --json` prints.

        `conflict`, `conflict_explained`, `conflict_prerequisites` and `conflict_causes` are of the conflicts
        that are left; `conflict_kinds`, and what begins with `conflicted`, of all before resolvers are asked.
        """
        counts: dict[str, int] = {str(result): count for result, count in self.results.items()}
        counts["conflict_explained"] = self.causes_left.explained
        counts["conflict_prerequisites"] = self.causes_left.prerequisites
        return {
            "pairs": self.pairs,
            **{name: counts.get(name, 0) for name in _COUNTS},
            "pick_ms": {"median": self.quantile(0.5), "p95": self.quantile(0.95)},
            "seconds": round(seconds, 2),
            "evidence": dict(self.evidence.most_common()),
            "conflict_kinds": dict(self.kinds.most_common()),
            "conflicted": self.conflicted,
            "conflicted_explained": self.causes.explained,
            "conflicted_prerequisites": self.causes.prerequisites,
            "settled": self.settled.describe(),
            "resolvers": {name: worth.describe() for name, worth in sorted(self.resolvers.items())},
            "confidences": {name: worth.describe() for name, worth in sorted(self.confidences.items())},
            "conflict_causes": self.causes_left.describe() if self.causes_left.causes else {},
            "conflicted_causes": self.causes.describe() if self.causes.causes else {},
            "proposed_with_prerequisites": self.remedies.describe(),
            "error_reasons": dict(self.reasons.most_common()),
        }
