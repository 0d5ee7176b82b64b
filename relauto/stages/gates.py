"""Gates as a step comes to them: which hold it up, and which a person let stand open."""

from collections.abc import Sequence

from relauto.model import gate
from relauto.model.facts import Facts
from relauto.model.target import Place
from relauto.stages.bench import Bench

WAIVED = "waived"


def is_waived(bench: Bench, place: Place, name: str, commit: str) -> bool:
    """Return whether somebody lets a gate stand open for exactly this commit, and the time is not over."""
    return gate.find_waiver(bench.incident.waivers, place, name, commit, bench.clock.now()) is not None


def list_overridden(bench: Bench, place: Place, commit: str) -> frozenset[str]:
    """Return the reviewers' objections to a commit that somebody saw and overrode, by their moments."""
    return gate.list_overridden(bench.incident.waivers, place, commit, bench.clock.now())


def hold(commit: str, objections: Sequence[str] = (), **gates: str) -> Facts:
    """Return what the journal keeps of gates that hold a step up: only what it knows can be waived.

    `objections` are those of reviewers, by the moments GitHub gives them.
    """
    return {"commit": commit, "gates": gates, **({"objections": [*objections]} if objections else {})}
