"""Gates as a step comes to them: which hold it up, and which a person let stand open."""

from relauto.model.facts import Facts
from relauto.model.gate import find_waiver
from relauto.model.target import Place
from relauto.stages.bench import Bench

WAIVED = "waived"


def is_waived(bench: Bench, place: Place, gate: str, commit: str) -> bool:
    """Return whether somebody lets a gate stand open for exactly this commit, and the time is not over."""
    return find_waiver(bench.incident.waivers, place, gate, commit, bench.clock.now()) is not None


def hold(commit: str, **gates: str) -> Facts:
    """Return what the journal keeps of gates that hold a step up: only what it knows can be waived."""
    return {"commit": commit, "gates": gates}
