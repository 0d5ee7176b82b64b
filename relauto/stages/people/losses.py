"""Proof that is gone: when it is, what people are asked about it, and whether they let it count."""

from relauto.model.acceptance import is_accepted
from relauto.model.event import StepLost
from relauto.model.facts import digest_facts, tell_facts
from relauto.model.incident import StepRecord, StepState
from relauto.model.target import Place
from relauto.model.words import Text
from relauto.stages.bench import Bench
from relauto.stages.people import desk
from relauto.stages.step import Question, Refused, Todo, Waiting


def is_lost(known: StepRecord | None, seen: Waiting | Refused | Todo) -> bool:
    """Return whether the proof of a step is gone: a machine that is still at it takes none away."""
    proved = known is not None and known.state in (StepState.DONE, StepState.LOST)
    return proved and not (isinstance(seen, Waiting) and not seen.is_for_people)


def describe_loss(place: Place, known: StepRecord, seen: Waiting | Refused | Todo) -> StepLost:
    """Return what goes on record of a proof that is gone: what it was, and what is seen in its place."""
    now = describe_now(seen)
    reason = f"it was proved ({tell_facts(known.facts)}); now: {now}"
    return StepLost(place, Text(reason), digest_facts({"now": now}))


def ask_loss(place: Place, known: StepRecord, seen: Waiting | Refused | Todo) -> Question:
    """Return what the desk asks about a step that is lost."""
    now = describe_now(seen)
    return desk.ask_loss(place, digest_facts({"now": now})[:12], tell_facts(known.facts), now)


def describe_now(seen: Waiting | Refused | Todo) -> str:
    """Return how a step that is not proved is told: why, or what relauto would have to do."""
    return f"relauto would have to {seen.sentence}" if isinstance(seen, Todo) else seen.reason


def is_loss_accepted(bench: Bench, place: Place, seen: Waiting | Refused | Todo) -> bool:
    """Return whether a person lets a step count as done although only this is seen there now."""
    return is_accepted(bench.incident, place, {"now": describe_now(seen)})
