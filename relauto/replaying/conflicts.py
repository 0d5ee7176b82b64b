"""What explains the conflicts of a replay, and what it cost to find out."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from relauto.errors import RelautoError
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.appraisal import count_changed
from relauto.picking.explanation import Explanation, explain
from relauto.replaying.known import count_known
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
    """

    cause: Cause
    size: int = 0
    lines: int = 0
    known: int = 0
    picks: int = 0
    milliseconds: float = 0.0


def explain_conflict(repository: Repository, fix: Commit, onto: Commit) -> Explained:
    """Return why `fix` does not apply to `onto`."""
    try:
        return _measure(repository, fix, onto)
    except RelautoError:
        return Explained("unknown")


def _measure(repository: Repository, fix: Commit, onto: Commit) -> Explained:
    found = explain(repository, fix, onto)
    first = found.prerequisites
    return Explained(
        name_cause(found),
        len(first) or len(found.line) + len(found.missing),
        sum(count_changed(repository, commit) for commit in first),
        count_known(repository, first, fix, onto) if first else 0,
        found.picks,
        found.seconds * 1000,
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
        times: searches by their milliseconds, to three digits.
        picks: searches by the number of picks that they tried.
    """

    causes: Counter[Cause] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    lines: Counter[float] = field(default_factory=Counter)
    proposed: int = 0
    known: int = 0
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
            },
        }
