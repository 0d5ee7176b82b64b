"""Beginning a round: a release that did not help is followed by another, with a number of its own."""

from relauto.errors import InputError
from relauto.model.event import RoundStarted
from relauto.model.incident import Incident, StepState
from relauto.model.rounds import FAILING
from relauto.model.target import Place
from relauto.model.words import Text
from relauto.stages.bench import Bench


def begin(bench: Bench, place: Place, reason: str, source: str = "") -> RoundStarted:
    """Return the event by which somebody says that the release failed at a place.

    Raises:
        InputError: it cannot show there that a release failed, or nothing is released in this round.
    """
    if place.step not in FAILING:
        raise InputError(
            f"a release does not fail at {place.step}",
            todo=f"name one of {', '.join(FAILING)}; relauto reopen lets another step be done again",
        )
    for target in bench.incident.targets:
        released = bench.incident.record(bench.place("prepare.release", target))
        # One that was withdrawn since was out all the same.
        if released is None or released.state not in (StepState.DONE, StepState.LOST):
            raise InputError(
                f"nothing is released from {target.line} in round {bench.incident.round}, so nothing failed",
                todo="a candidate that is no good is refused by QA; a further fix is attached to it",
            )
    return RoundStarted(bench.incident.round + 1, place, Text(reason), source)


def refuse_failed_tick(step: str, evidence: str) -> None:
    """Refuse a tick whose evidence says the contrary: that a release did not help starts a round.

    Raises:
        InputError: the evidence begins with `fail`.
    """
    if step in FAILING and evidence.strip().lower().startswith("fail"):
        raise InputError(
            f"{step} is not done when it failed", todo=f"relauto fail {step} --reason … starts the next round"
        )


def refuse_late_fix(incident: Incident) -> None:
    """Refuse a further fix for a release that is out: it needs another number, and so another round.

    Raises:
        InputError: the current round has released.
    """
    for target in incident.targets:
        released = incident.record(incident.place("prepare.release", target))
        if released and released.state is StepState.DONE:
            raise InputError(
                f"{released.facts.get('tag', 'the release')} is out: a further fix cannot be part of it",
                todo="relauto fail deploy.verify-production --reason … starts the next round, then attach",
            )
