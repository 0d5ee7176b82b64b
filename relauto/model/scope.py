"""What a release may contain: the picks, the version bump, and what a person accepted by name."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol


class Entry(Protocol):
    """A commit between the base of a release and its candidate."""

    @property
    def commit(self) -> str:
        """Its full id."""
        ...

    @property
    def parents(self) -> tuple[str, ...]:
        """The full ids of its parents."""
        ...


@dataclass(frozen=True)
class ScopeVerdict:
    """Every commit of a candidate, by the reason why it may ship. `strangers` have none."""

    picks: tuple[str, ...]
    bumps: tuple[str, ...]
    accepted: tuple[str, ...]
    strangers: tuple[str, ...]

    @property
    def closed(self) -> bool:
        """Whether everything in the candidate has a reason to be there."""
        return not self.strangers


def judge_scope(
    entries: Iterable[Entry],
    *,
    picks: Collection[str],
    bumps: Collection[str],
    accepted: Collection[str],
) -> ScopeVerdict:
    """Return the verdict on the commits of a candidate, oldest first.

    A merge commit that only joins commits with a reason has that reason too: it is counted with
    the picks when it joins one of them, else with what was accepted.
    """
    found: dict[str, list[str]] = {"picks": [], "bumps": [], "accepted": [], "strangers": []}
    reasons = {
        **dict.fromkeys(accepted, "accepted"),
        **dict.fromkeys(bumps, "bumps"),
        **dict.fromkeys(picks, "picks"),
    }
    listed = list(entries)
    inside = {entry.commit for entry in listed}
    for entry in listed:
        reason = reasons.get(entry.commit) or _reason_of_merge(entry, inside, reasons)
        found[reason].append(entry.commit)
        if reason != "strangers":
            reasons[entry.commit] = reason
    return ScopeVerdict(**{name: tuple(commits) for name, commits in found.items()})


def _reason_of_merge(entry: Entry, inside: Collection[str], reasons: dict[str, str]) -> str:
    joined = [parent for parent in entry.parents if parent in inside]
    if len(entry.parents) < 2 or not joined or any(parent not in reasons for parent in joined):
        return "strangers"
    return "picks" if any(reasons[parent] in ("picks", "bumps") for parent in joined) else "accepted"
