"""advance: observe, gate, door, act, confirm, record.

For every automated step in the playbook's order the world is asked first. What is proved is
recorded; what was proved and is gone is lost, and nothing acts on it before a person speaks; what
is to be done is done only after the journal holds its intent and, at a door, an entitled person's
approval of exactly what would be done; after every write the world is asked again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from relauto import turns
from relauto.comms.standing import describe_holders
from relauto.errors import InputError, RemoteError, Status
from relauto.model import event as events
from relauto.model.facts import normalise
from relauto.model.incident import StepRecord, StepState
from relauto.model.target import Place
from relauto.model.words import Text
from relauto.recording import catch_up, intend, is_proved, note, record
from relauto.showing import show
from relauto.stages import claims, outbox, polling, rides
from relauto.stages.bench import Bench
from relauto.stages.debt import list_due
from relauto.stages.people import answers, desk, doors, replies
from relauto.stages.people.losses import ask_loss, describe_loss, is_loss_accepted, is_lost
from relauto.stages.qa import machines, pages, superseded
from relauto.stages.registry import ADVISORY, STEPS, WATCHED, Span, observe
from relauto.stages.step import Observation, Proved, Question, Refused, Seal, Todo, Waiting
from relauto.stages.supported import compare_lines

_MOST_ACTIONS = 20
"""A step that has written so often in one run, and is not done, goes round in circles."""


_POLLS_A_LOOK = 10
"""After so many polls the engine looks at everything, whatever they say: they see only what is waited for."""


@dataclass(frozen=True)
class Stop:
    """Where `advance` ended at a place, why, and what has to happen."""

    place: Place
    status: Status
    reason: str
    todo: str = ""
    whom: str = ""


@dataclass(frozen=True)
class Outcome:
    """How an `advance` ended: `status` is the exit status."""

    status: Status
    stops: tuple[Stop, ...]


def advance(bench: Bench, *, until: str | None = None, only: str | None = None) -> Outcome:
    """Bring the incident as far as it can go now.

    Args:
        bench: the incident's workbench.
        until: the last step to settle.
        only: the only step to settle; those before it must be proved, and are looked at.

    Raises:
        InputError: `until` or `only` names no automated step.
        RemoteError: git or GitHub failed for good; a later run goes on from there.
    """
    sent, tip = bench.source.counts.copy(), bench.journal.tip
    refresh(bench)
    stops = _advance(bench, until, only)
    note(bench, *compare_lines(bench))
    record(bench)
    if bench.journal.tip == tip:
        bench.source.counts.call_waiting(sent)
    show(bench)
    status = min((stop.status for stop in stops), default=Status.REACHED)
    if status is Status.REACHED:
        desk.close_finished(bench)
    return Outcome(status, tuple(stops))


def _advance(bench: Bench, until: str | None, only: str | None) -> list[Stop]:
    stops: list[Stop] = []
    blocked: set[object] = set()
    for place in list_places(bench, until, only):
        if None in blocked or place.target in blocked or (only in ADVISORY and place.step != only):
            continue
        stop = _settle(bench, place) if only in (None, place.step) else _confirm(bench, place)
        if stop and (place.step not in ADVISORY or only == place.step):
            stops.append(stop)
            if place.step in STEPS:
                blocked.add(place.target)
    # What holds up the release is named first, and what is owed besides last.
    return sorted(stops, key=lambda stop: stop.place.step not in STEPS)


def follow(
    bench: Bench, *, until: str | None = None, only: str | None = None, patience: float = 0.0
) -> Outcome:
    """Advance, and while others have to act poll, and look again, for up to `patience` seconds.

    Raises:
        InputError: as `advance`.
        RemoteError: as `advance`.
    """
    end = bench.clock.now() + timedelta(seconds=patience)
    while True:
        outcome = advance(bench, until=until, only=only)
        if outcome.status is not Status.WAITING or not _wait_for_change(bench, outcome, end):
            return outcome


def _wait_for_change(bench: Bench, outcome: Outcome, end: datetime) -> bool:
    """Wait until another look may show something else; return False when time was up before."""
    for poll in count(1):
        left = (end - bench.clock.now()).total_seconds()
        if left <= 0:
            break
        pause = min(left, bench.settings.waiting.poll)
        for stop in outcome.stops if poll == 1 else ():
            bench.say(f"{stop.place}: {stop.reason}; looking again in {pause:.0f} s")
        bench.clock.sleep(pause)
        if poll % _POLLS_A_LOOK == 0 or pause == left or polling.has_changed(bench):
            return True
    return False


def refresh(bench: Bench) -> None:
    """Fetch the journal and the refs, and take note of what people answered at the desk."""
    bench.read_journal()
    bench.look()
    turns.open_desk(bench)
    desk.reopen_closed(bench)
    bench.after.extend(outbox.find_owed(bench.journal.events()))
    for said in answers.read_answers(bench):
        note(bench, said)
    record(bench)
    replies.tell_refused(bench)
    superseded.close_superseded(bench)
    machines.tick_machines(bench)
    settle_claims(bench)


def settle_claims(bench: Bench) -> None:
    """Claim what a round's release needs, or wait for the line; attach what rides on another's release.

    Raises:
        DecisionError: another incident was faster; the next run waits for it.
        RemoteError: the ops repository cannot be read or written.
    """
    for body in claims.find_unsettled(bench):
        if isinstance(body, events.PlanSettled):
            bench.say(claims.describe_settling(body.plan))
            claims.settle(bench, body.plan)
        record(bench, body)
    for claim, attached in list(rides.find_unattached(bench)):
        bench.say(rides.describe_attaching(claim, attached))
        with bench.visit(claim.holder) as theirs:
            record(theirs, attached)
        bench.look("refs")


def list_places(bench: Bench, until: str | None = None, only: str | None = None) -> Iterator[Place]:
    """Yield every automated step's place, in the playbook's order, up to `until` or `only`.

    Raises:
        InputError: `until` or `only` names no automated step.
    """
    for named in (until, only):
        if named is not None and named not in WATCHED:
            bench.playbook.step(named)
            raise InputError(
                f"{named} is done by people: relauto cannot advance it", todo=f"relauto tick {named} …"
            )
    span = Span(bench.incident, until, only)
    # What earlier rounds owe waits for nothing in this one.
    yield from (due for due in list_due(bench, earlier=True) if span.holds(due.step))
    for key in span.order:
        if key in STEPS:
            targets = bench.incident.targets if bench.playbook.step(key).scope == "target" else (None,)
            yield from (bench.place(key, target) for target in targets)
        elif span.holds(key):
            yield from (due for due in list_due(bench) if due.step == key)
        if key in (until, only):
            return


def _confirm(bench: Bench, place: Place) -> Stop | None:
    """Look whether a step that another one stands on is proved; nothing is done for it."""
    known = bench.incident.record(place)
    if known and known.state in (StepState.SKIPPED, StepState.WAIVED):
        return None
    seen = observe(bench, place)
    if isinstance(seen, Proved):
        _note_proof(bench, place, seen)
        return None
    if is_loss_accepted(bench, place, seen):
        return None
    if isinstance(seen, Waiting):
        return Stop(place, Status.WAITING, seen.reason, whom=seen.whom)
    reason = seen.reason if isinstance(seen, Refused) else f"it is not done: relauto would {seen.sentence}"
    return Stop(place, Status.DECISION, reason, todo=f"relauto advance --until {place.step} comes first")


def _settle(bench: Bench, place: Place) -> Stop | None:
    tried: set[str] = set()
    while True:
        known = bench.incident.record(place)
        if known and known.state in (StepState.SKIPPED, StepState.WAIVED):
            return None
        seen = _observe(bench, place)
        known = bench.incident.record(place)
        if isinstance(seen, Proved):
            _note_proof(bench, place, seen)
            return None
        if is_loss_accepted(bench, place, seen):
            return None
        next_ = _stop(bench, place, known, seen)
        if isinstance(next_, Stop):
            return next_
        if next_.action in tried or len(tried) >= _MOST_ACTIONS:
            raise RemoteError(
                f"{place}: relauto did this, but it cannot be seen: {next_.sentence}",
                todo="look at the repository, then advance again; nothing is repeated blindly",
            )
        refused = next_.trial() if next_.trial else None
        if refused:
            return _refuse(bench, place, known, refused)
        if _act(bench, place, next_):
            tried.add(next_.action)


def _observe(bench: Bench, place: Place) -> Observation:
    """Look at a step, and again before a refusal or the work of others goes on record.

    One answer of several may lag behind, and what is found may be what another run has just made.
    """
    seen = observe(bench, place)
    if isinstance(seen, Proved) and seen.by_others and not _is_noted(bench, place, seen):
        return observe(bench, place) if catch_up(bench) else seen
    if not isinstance(seen, Refused) or _is_told(bench.incident.record(place), seen):
        return seen
    moved = catch_up(bench)
    if seen.question and not moved:
        return seen
    bench.look()
    return observe(bench, place)


def _stop(
    bench: Bench, place: Place, known: StepRecord | None, seen: Waiting | Refused | Todo
) -> Stop | Todo:
    """Return where the step stops, or what is to be done now."""
    if known and is_lost(known, seen):
        return _lose(bench, place, known, seen)
    if isinstance(seen, Waiting):
        return _wait(bench, place, known, seen)
    if isinstance(seen, Refused):
        if seen.question:
            return _ask(bench, place, known, seen, seen.question)
        return _refuse(bench, place, known, seen)
    return (_knock(bench, place, seen, seen.seal) if seen.seal else None) or seen


def _is_noted(bench: Bench, place: Place, seen: Proved) -> bool:
    return is_proved(bench.incident, place, normalise(seen.facts))


def _note_proof(bench: Bench, place: Place, seen: Proved) -> None:
    facts = normalise(seen.facts)
    if _is_noted(bench, place, seen):
        return
    bench.say(f"{place}: done" + (" (by others)" if seen.by_others else ""))
    outbox.draft_proved(bench, place, facts)
    note(bench, events.StepProved(place=place, facts=facts, by="others" if seen.by_others else "relauto"))
    bench.files.update(pages.make_pages(bench, place))


def _wait(bench: Bench, place: Place, known: StepRecord | None, seen: Waiting) -> Stop:
    facts = normalise(seen.facts)
    told = known and (known.state, known.reason, known.facts) == (StepState.WAITING, seen.reason, facts)
    # What was proved once stays on record as it is: waiting must not open what is lost.
    if not told and (known is None or known.state not in (StepState.DONE, StepState.LOST)):
        record(
            bench,
            events.StepWaiting(place=place, whom=Text(seen.whom), reason=Text(seen.reason), facts=facts),
        )
    return Stop(
        place, Status.WAITING, seen.reason, whom=seen.whom, todo="run advance again when they have acted"
    )


def _refuse(bench: Bench, place: Place, known: StepRecord | None, seen: Refused) -> Stop:
    facts = normalise(seen.facts)
    if not _is_told(known, seen):
        burned = [each for each in seen.records if isinstance(each, events.CandidateRefused)]
        outbox.draft_refused(bench, place, burned)
        if place.target:
            claims.burn(bench, place.target, [each.tag for each in burned])
        objectors = Text(", ".join(seen.objectors))
        refusal = events.StepRefused(place=place, reason=Text(seen.reason), facts=facts, objectors=objectors)
        record(bench, *seen.records, refusal)
    return Stop(place, Status.DECISION, seen.reason, todo=seen.todo)


def _is_told(known: StepRecord | None, seen: Refused) -> bool:
    state = StepState.WAITING if seen.question else StepState.REFUSED
    told = (state, seen.reason, normalise(seen.facts))
    return known is not None and (known.state, known.reason, known.facts) == told


def _ask(bench: Bench, place: Place, known: StepRecord | None, seen: Refused, question: Question) -> Stop:
    """Wait for a person's word: nothing is wrong with the step, but only they can say."""
    facts, whom = normalise(seen.facts), ", ".join(bench.roster.holders(question.deed))
    if not _is_told(known, seen):
        record(bench, events.StepWaiting(place, Text(whom), Text(seen.reason), facts))
    desk.ask(bench, place, question)
    return Stop(place, Status.DECISION, seen.reason, todo=seen.todo, whom=whom)


def _lose(bench: Bench, place: Place, known: StepRecord, seen: Waiting | Refused | Todo) -> Stop:
    if known.state is not StepState.LOST:
        claims.note_gone(bench, place, known.facts)
        bench.look("refs")
        again = observe(bench, place)
        seen = seen if isinstance(again, Proved) else again
    lost = describe_loss(place, known, seen)
    if (known.state, known.shown) != (StepState.LOST, lost.shown):
        record(bench, lost)
    question = ask_loss(place, known, seen)
    desk.ask(bench, place, question)
    return Stop(
        place,
        Status.DECISION,
        f"the proof is gone: {lost.reason}",
        todo=f"relauto reopen {place.step} --reason … lets it be done again; "
        f"relauto accept {place.step} --subject {lost.shown[:12]} --reason … lets it count as it is",
        whom=", ".join(bench.roster.holders(question.deed)),
    )


def _knock(bench: Bench, place: Place, todo: Todo, seal: Seal) -> Stop | None:
    reached = doors.reach(bench, place, seal)
    if reached:
        record(bench, reached)
    standing = doors.stand(bench, place)
    if standing.is_open:
        return None
    question = desk.make_question(bench, place)
    desk.ask(bench, place, question)
    desk.tell_standing(bench, place, question)
    need = doors.describe_need(standing, bench.incident.doors[place].people)
    return Stop(
        place,
        Status.DECISION,
        f"{need} must approve: {todo.sentence}",
        todo=f"answer at the desk with `{question.commands[0]}`, "
        f"or run relauto approve {place.step} (entitled: {describe_holders(standing)})",
        whom=", ".join(standing.whom) or "nobody: the roster names no one",
    )


def _act(bench: Bench, place: Place, todo: Todo) -> bool:
    """Do a step's write once its intent is on record; not where another run does it."""
    if turns.wait_for_other(bench, place, todo):
        return False
    bench.say(f"{place}: {todo.sentence}")
    facts = normalise(todo.prepare())
    if not intend(bench, events.StepIntended(place=place, action=todo.action, facts=facts)):
        # What was seen to be absent may be there by now.
        bench.look()
        return False
    todo.run(facts)
    bench.look(*todo.changes)
    if bench.found:
        record(bench)
    return True
