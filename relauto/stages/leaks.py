"""Before a step writes for everybody: what it would write is held up where it names a customer.

The adapters ask the same guard once more for each text as it leaves; what was found here is told before
anything is written, and a person can let exactly the lines pass that hold it.
"""

from collections.abc import Iterable

from relauto.comms.desk import Shown, waive_command
from relauto.git.outgoing import list_brought
from relauto.guard.guard import Leak, Passage, describe
from relauto.model.gate import list_permitted
from relauto.model.names import Commit
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.gates import hold
from relauto.stages.step import Question, Refused

GATE = "leak"
"""The gate, of each step that writes for everybody, that no text of it names a customer."""

_MOST = 40
"""Lines that can be let pass at once: more are no oversight."""


def hold_leaks(
    bench: Bench, place: Place, what: str, passages: Iterable[Passage], *, out: str = ""
) -> Refused | None:
    """Hold up a step whose texts everybody could read where they hold what nobody outside may know.

    Args:
        bench: the incident's workbench.
        place: the step's place.
        what: what would be written.
        passages: all of it.
        out: who can read it already, if anybody.
    """
    leaks = bench.guard.find(passages)
    if not leaks:
        return None
    told = f"the leak guard holds up {what}: {describe(leaks)}{f'; {out}' if out else ''}"
    todo = "take it out where it comes from, then advance"
    lines = sorted({leak.digest for leak in leaks})
    if not all(lines) or len(lines) > _MOST:
        return Refused(told, todo=todo)
    subject, gate = "-".join(lines), f"{place.step}:{GATE}"
    return Refused(
        told,
        todo=f"{todo}; where it tells a reader nothing, waive {gate}",
        facts=hold(subject, **{GATE: "refused"}),
        question=Question("waive", GATE, subject, tuple(map(_show, leaks)), (waive_command(gate),), note=out),
    )


def _show(leak: Leak) -> Shown:
    about = f" ({leak.owner})" if leak.owner else ""
    return Shown(f"{leak.noun}{about}", leak.where)


def permit_waived(bench: Bench) -> None:
    """Let the guard pass the lines that entitled people let pass, and whose time is not over."""
    bench.guard.permitted = list_permitted(bench.incident.waivers, GATE, bench.clock.now())


def read_brought(bench: Bench, head: Commit, onto: Commit | None) -> list[Passage]:
    """Return what a branch brings to the one that it is aimed at: messages, names of files, new lines."""
    known = [str(onto)] if onto else []
    return bench.remember(
        "refs", ("brought", head, onto), lambda: list(list_brought(bench.product, head, known))
    )
