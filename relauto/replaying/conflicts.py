"""What explains the conflicts of a replay, and what it cost to find out."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from relauto.errors import RelautoError
from relauto.git.repository import Repository
from relauto.picking.appraisal import count_changed
from relauto.picking.explanation import Explanation, explain
from relauto.replaying.judging import Likeness, judge_prerequisites
from relauto.replaying.known import count_known
from relauto.replaying.pairs import Pair
from relauto.replaying.quantiles import find_quantile

Cause = Literal["prerequisites", "line", "line and main", "main, in part", "line, in part", "none", "unknown"]


@dataclass(frozen=True)
class Explained:
    """Why one pair conflicts.

    Attributes:
        cause: `prerequisites`: earlier commits of main that can be picked first; `line`: the line's own;
            `line and main`: both; `in part`: only what they did to the files in conflict; `none`: nothing
            was proved; `unknown`: something is absent, or git failed.
        size: how many commits that is.
        lines: of prerequisites, the lines that they add and take away.
        known: of prerequisites, how many the line has after all (`relauto.replaying.known.count_known`).
        picks: how many were tried.
        milliseconds: how long the search took.
        likeness: of prerequisites, how like what people committed the fix is after them.
    """

    cause: Cause
    size: int = 0
    lines: int = 0
    known: int = 0
    picks: int = 0
    milliseconds: float = 0.0
    likeness: Likeness | None = None


def explain_conflict(repository: Repository, pair: Pair) -> Explained:
    """Return why the fix of a pair does not apply, and what its prerequisites would have been worth.

    The search sees nothing of what people committed.
    """
    try:
        return _measure(repository, pair)
    except RelautoError:
        return Explained("unknown")


def _measure(repository: Repository, pair: Pair) -> Explained:
    found = explain(repository, pair.fix, pair.onto)
    first = found.prerequisites
    return Explained(
        name_cause(found),
        len(first) or len(found.line) + len(found.missing),
        sum(count_changed(repository, commit) for commit in first),
        count_known(repository, first, pair.fix, pair.onto) if first else 0,
        found.picks,
        found.seconds * 1000,
        judge_prerequisites(repository, pair, first) if first else None,
    )


def name_cause(found: Explanation) -> Cause:
    """Return what a proof rests on."""
    if found.prerequisites:
        return "prerequisites"
    if found.in_part:
        return "line, in part" if found.line else "main, in part"
    if found.line:
        return "line and main" if found.missing else "line"
    return "none"


@dataclass
class ConflictTally:
    """What the explanations add up to; it does not grow with their number.

    Attributes:
        causes: how many conflicts have which cause.
        sizes: how many sets of prerequisites hold one commit, two, and so on.
        lines: how many sets add and take away so many lines.
        proposed: commits in sets of prerequisites.
        known: those of them that the line has after all.
        exact: sets after which the fix is the tree that people committed.
        right: sets after which it is, in every file in conflict, what people committed.
        times: searches by their milliseconds, to three digits.
        picks: searches by the number of picks that they tried.
    """

    causes: Counter[Cause] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    lines: Counter[float] = field(default_factory=Counter)
    proposed: int = 0
    known: int = 0
    exact: int = 0
    right: int = 0
    times: Counter[float] = field(default_factory=Counter)
    picks: Counter[float] = field(default_factory=Counter)

    def add(self, explained: Explained) -> None:
        """Count one conflict."""
        self.causes[explained.cause] += 1
        if explained.cause == "unknown":
            return
        self.times[float(f"{explained.milliseconds:.3g}")] += 1
        self.picks[explained.picks] += 1
        if explained.cause == "prerequisites":
            self.sizes[explained.size] += 1
            self.lines[float(f"{explained.lines:.2g}")] += 1
            self.proposed += explained.size
            self.known += explained.known
            self.exact += explained.likeness == "exact"
            self.right += explained.likeness in ("exact", "right")

    @property
    def explained(self) -> int:
        """How many have a proved cause."""
        return self.causes.total() - self.causes["none"] - self.causes["unknown"]

    @property
    def prerequisites(self) -> int:
        """How many have prerequisites."""
        return self.causes["prerequisites"]

    def describe(self) -> dict[str, Any]:
        """Return the part of the document that `replay --json` prints."""
        return {
            "causes": {str(cause): count for cause, count in self.causes.most_common()},
            "search_ms": {"median": find_quantile(self.times, 0.5), "p95": find_quantile(self.times, 0.95)},
            "picks": {"median": find_quantile(self.picks, 0.5), "p95": find_quantile(self.picks, 0.95)},
            "prerequisites": {
                "commits": {str(size): count for size, count in sorted(self.sizes.items())},
                "lines": {"median": find_quantile(self.lines, 0.5), "p95": find_quantile(self.lines, 0.95)},
                "proposed": self.proposed,
                "already_there": self.known,
                "exact": self.exact,
                "right": self.right,
            },
        }
