"""What the events add up to. State is never stored for its own sake: it is this fold."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from relauto.model import event as events
from relauto.model.door import Approval, Door
from relauto.model.event import Event, locate
from relauto.model.facts import Facts, digest_facts
from relauto.model.gate import Held, Waiver, lift
from relauto.model.override import Kind, Override
from relauto.model.record import NO_TEXT as NO_TEXT
from relauto.model.record import PROGRESS as PROGRESS
from relauto.model.record import SETTLED as SETTLED
from relauto.model.record import Acceptance as Acceptance
from relauto.model.record import Fix as Fix
from relauto.model.record import Note as Note
from relauto.model.record import StepRecord as StepRecord
from relauto.model.record import StepState as StepState
from relauto.model.rounds import is_of_production
from relauto.model.state import HANDLERS
from relauto.model.state import Incident as Incident
from relauto.model.target import Place
from relauto.model.words import Text

FIX_STEPS = (
    "investigate.pr",
    "prepare.merge",
    "debt.main",
    "debt.line",
    "prepare.pick",
    "prepare.candidate",
    "prepare.verify",
    "prepare.release",
)
"""Steps and debts whose proof covers the fixes known so far: a further fix opens them again."""


def fold(happened: Iterable[Event]) -> Incident:
    """Return the incident that the events, in order, add up to."""
    incident = Incident()
    for event in happened:
        incident.apply(event)
    return incident


_B = TypeVar("_B", bound=events.Body)
_Handler = Callable[[Incident, Event, _B], None]


def _on(kind: type[_B]) -> Callable[[_Handler[_B]], _Handler[_B]]:
    def register(handler: _Handler[_B]) -> _Handler[_B]:
        HANDLERS[kind.kind] = handler
        return handler

    return register


def _override(incident: Incident, event: Event, kind: Kind, what: object, **more: Any) -> None:
    reason = getattr(event.body, "reason", NO_TEXT)
    incident.overrides.append(Override(kind, str(what), event.actor, event.at, reason, **more))


def _hold(incident: Incident, event: Event, place: Place, facts: Facts, objectors: Text = NO_TEXT) -> None:
    """Take note of the commit that a step's gates are about, and of who objects to it."""
    commit, known = facts.get("commit"), incident.held.get(place)
    if isinstance(commit, str) and "gates" in facts and (known is None or known.commit != commit):
        known = incident.held[place] = Held(commit, event.at)
    objections = tuple(facts.get("objections", ()))
    if known and "gates" in facts and known.objections != objections:
        incident.held[place] = replace(
            known, objections=objections, objectors=objectors, objected=event.at if objections else None
        )


@_on(events.IncidentOpened)
def _opened(incident: Incident, _event: Event, body: events.IncidentOpened) -> None:
    incident.opened = body
    incident.rounds.settle(body.plans, 1)


@_on(events.RoundStarted)
def _round_started(incident: Incident, event: Event, body: events.RoundStarted) -> None:
    if not incident.rounds.start(body, event.actor, event.at):
        return
    # What was said about the place does not stand; nor does that the incident is resolved.
    for place in [each for each in incident.steps if each == body.place or each.step.startswith("resolve.")]:
        del incident.steps[place]
    if is_of_production(body.place.step):
        incident.notes.append(Note("regression", body.reason, event.at, event.actor))


@_on(events.PlanSettled)
def _settled(incident: Incident, _event: Event, body: events.PlanSettled) -> None:
    incident.rounds.settle([body.plan], body.round)


@_on(events.ReleaseAwaited)
def _awaited(incident: Incident, _event: Event, body: events.ReleaseAwaited) -> None:
    incident.rounds.wait(body)


@_on(events.ReleaseJoined)
def _joined(incident: Incident, _event: Event, body: events.ReleaseJoined) -> None:
    incident.rounds.join(body)


@_on(events.ReleaseFreed)
def _freed(incident: Incident, _event: Event, body: events.ReleaseFreed) -> None:
    incident.rounds.free(body)


@_on(events.LinesCompared)
def _compared(incident: Incident, _event: Event, body: events.LinesCompared) -> None:
    incident.compared[body.target, body.round] = body


@_on(events.StepProved)
def _proved(incident: Incident, event: Event, body: events.StepProved) -> None:
    incident.begun.setdefault(body.place.step, event.at)
    known, accepted = incident.steps.get(body.place), incident.losses.pop(body.place, None)
    # A proof that a person gave by ticking the step stays theirs, words and all.
    is_ticked = known and known.state is StepState.DONE and known.reason and accepted is None
    ticked = known if is_ticked else None
    incident.steps[body.place] = StepRecord(
        StepState.DONE,
        event.at,
        ticked.actor if ticked else event.actor,
        reason=ticked.reason if ticked else NO_TEXT,
        facts=body.facts,
        by_others=body.by == "others",
    )
    if body.place.step == "prepare.candidate":
        # From now on the gates of its verification are about this commit.
        verifying = Place("prepare.verify", body.place.target, body.place.round)
        _hold(incident, event, verifying, {"gates": {}, **body.facts})


@_on(events.StepWaiting)
def _waiting(incident: Incident, event: Event, body: events.StepWaiting) -> None:
    incident.steps[body.place] = StepRecord(
        StepState.WAITING, event.at, event.actor, reason=body.reason, facts=body.facts, whom=body.whom
    )
    _hold(incident, event, body.place, body.facts)


@_on(events.StepRefused)
def _refused(incident: Incident, event: Event, body: events.StepRefused) -> None:
    incident.steps[body.place] = StepRecord(
        StepState.REFUSED, event.at, event.actor, reason=body.reason, facts=body.facts
    )
    _hold(incident, event, body.place, body.facts, body.objectors)


@_on(events.StepLost)
def _lost(incident: Incident, event: Event, body: events.StepLost) -> None:
    known = incident.steps.get(body.place)
    incident.losses.pop(body.place, None)
    incident.steps[body.place] = StepRecord(
        StepState.LOST,
        event.at,
        event.actor,
        reason=body.reason,
        facts=known.facts if known else {},
        by_others=known.by_others if known else False,
        shown=body.shown,
    )


@_on(events.StepAccepted)
def _loss_accepted(incident: Incident, event: Event, body: events.StepAccepted) -> None:
    known = incident.steps.get(body.place)
    # What is there may have changed between the look and the answer's way into the log.
    if known and known.state is StepState.LOST and known.shown == body.shown:
        incident.losses[body.place] = body.shown
        incident.steps[body.place] = replace(
            known, state=StepState.DONE, at=event.at, actor=event.actor, reason=body.reason, shown=""
        )
        _override(incident, event, "loss accepted", body.place, place=body.place)


@_on(events.StepTicked)
def _ticked(incident: Incident, event: Event, body: events.StepTicked) -> None:
    when = body.happened_at or event.at
    incident.steps[body.place] = StepRecord(StepState.DONE, when, event.actor, reason=body.evidence)


@_on(events.StepSkipped)
def _skipped(incident: Incident, event: Event, body: events.StepSkipped) -> None:
    incident.steps[body.place] = StepRecord(StepState.SKIPPED, event.at, event.actor, reason=body.reason)
    _override(incident, event, "step skipped", body.place, place=body.place)


@_on(events.StepReopened)
def _reopened(incident: Incident, event: Event, body: events.StepReopened) -> None:
    known = incident.steps.pop(body.place, None)
    incident.doors.pop(body.place, None)
    incident.losses.pop(body.place, None)
    if known is None or known.state not in (StepState.DONE, StepState.LOST):
        _forget_queueing(incident, body.place)
    incident.refused = [refused for refused in incident.refused if refused.place != body.place]
    _forget_build(incident, body.place)
    # QA is asked again where its issue is gone; one that is there is found by its marker.
    for tag in [tag for tag, asked in incident.qa_requests.items() if asked.place == body.place]:
        del incident.qa_requests[tag]
    _override(incident, event, "step reopened", body.place, place=body.place)


@_on(events.FixAttached)
def _attached(incident: Incident, _event: Event, body: events.FixAttached) -> None:
    incident.fixes.append(Fix(body.branch, body.pull, body.instruction, incident.round, body.of))
    _reopen_fix_steps(incident)


@_on(events.FixWithdrawn)
def _withdrawn(incident: Incident, event: Event, body: events.FixWithdrawn) -> None:
    named = [fix for fix in incident.fixes if (fix.branch, fix.pull) == (body.branch, body.pull)]
    # What an earlier round released stays a part of its release.
    gone = [fix for fix in named if fix.round == incident.round]
    for fix in gone:
        incident.fixes.remove(fix)
        incident.withdrawn.append(fix)
        _override(incident, event, "fix withdrawn", fix)
    if gone:
        _reopen_fix_steps(incident)


def _reopen_fix_steps(incident: Incident) -> None:
    for place in [
        place for place in incident.steps if place.step in FIX_STEPS and place.round == incident.round
    ]:
        del incident.steps[place]
        incident.losses.pop(place, None)


@_on(events.DeskIntended)
def _desk_meant(incident: Incident, _event: Event, body: events.DeskIntended) -> None:
    incident.desk_meant = body


@_on(events.DeskOpened)
def _desk(incident: Incident, _event: Event, body: events.DeskOpened) -> None:
    incident.desk = body


@_on(events.DeskAbandoned)
def _desk_abandoned(incident: Incident, _event: Event, _body: events.DeskAbandoned) -> None:
    incident.desk = incident.desk_meant = None


@_on(events.StepIntended)
def _intended(incident: Incident, event: Event, body: events.StepIntended) -> None:
    incident.begun.setdefault(body.place.step, event.at)
    incident.intents[body.place, body.action] = body


@_on(events.DoorReached)
def _door_reached(incident: Incident, event: Event, body: events.DoorReached) -> None:
    before = incident.doors.get(body.place)
    kept = before.approvals if before and before.facts == body.facts else ()
    whom = tuple(filter(None, body.whom.split(", ")))
    incident.doors[body.place] = Door(
        body.subject, body.facts, kept, body.people, body.hours, whom, event.actor, event.at
    )


@_on(events.DoorApproved)
def _door_approved(incident: Incident, event: Event, body: events.DoorApproved) -> None:
    door = incident.doors.get(body.place)
    # What is shown may have changed between the look and the answer's way into the log.
    if door and body.shown in ("", digest_facts(door.facts)):
        approval = Approval(body.subject, event.actor, body.source, body.given_at or event.at)
        incident.doors[body.place] = replace(door, approvals=(*door.approvals, approval))


@_on(events.GateWaived)
def _waived(incident: Incident, event: Event, body: events.GateWaived) -> None:
    waiver = Waiver(body.place, body.gate, body.commit, body.until, body.reason, event.actor, body.objections)
    incident.waivers.append(waiver)
    kept = lift(incident.refused, body.place, body.commit)
    if len(kept) < len(incident.refused):
        incident.refused = kept
        incident.steps.pop(body.place, None)
    what = f"{body.place.step}:{body.gate}"
    more = {"place": body.place, "commit": body.commit, "until": body.until, "against": body.against}
    _override(incident, event, "gate waived", what, **more)


@_on(events.AnswerRefused)
def _unheard(incident: Incident, _event: Event, body: events.AnswerRefused) -> None:
    source = locate(body.source)
    incident.unheard[source] = (*incident.unheard.get(source, ()), body)


@_on(events.CommitAccepted)
def _accepted(incident: Incident, event: Event, body: events.CommitAccepted) -> None:
    incident.accepted.append(Acceptance(body.target, body.commit, event.actor, body.reason, body.source))
    _override(incident, event, "commit accepted", f"{body.commit} on {body.target}", commit=body.commit)


def _forget_build(incident: Incident, place: Place) -> None:
    """Let files of others be chosen anew; where none had been taken over, a workflow dispatched once more."""
    here = [action for at, action in incident.intents if at == place]
    adopted = [action for action in here if action.startswith("adopt:")]
    for action in adopted or [action for action in here if action.startswith("dispatch:")]:
        del incident.intents[place, action]
        if not adopted:
            incident.builds.pop(action.partition(":")[2], None)


def _forget_queueing(incident: Incident, place: Place) -> None:
    """Let what a merge queue has thrown out be put there again."""
    for at, action in [*incident.intents]:
        if at == place and action.startswith("enqueue:"):
            del incident.intents[at, action]


@_on(events.BuildStarted)
def _build_started(incident: Incident, _event: Event, body: events.BuildStarted) -> None:
    incident.builds[body.tag] = body


@_on(events.FileAccepted)
def _file_accepted(incident: Incident, event: Event, body: events.FileAccepted) -> None:
    incident.files.append((body, event.actor))
    _override(incident, event, "file accepted", f"{body.name} of {body.tag}", place=body.place)


@_on(events.CandidateRefused)
def _candidate_refused(incident: Incident, event: Event, body: events.CandidateRefused) -> None:
    incident.refused.append(body)
    incident.steps.pop(Place("prepare.candidate", body.place.target, body.place.round), None)
    incident.steps[body.place] = StepRecord(StepState.REFUSED, event.at, event.actor, reason=body.reason)


@_on(events.QaRequested)
def _qa_requested(incident: Incident, _event: Event, body: events.QaRequested) -> None:
    incident.qa_requests[body.tag] = body


@_on(events.QaAnswered)
def _qa_answered(incident: Incident, event: Event, body: events.QaAnswered) -> None:
    incident.qa_answers[body.tag] = (body, event.actor)


@_on(events.QaChecked)
def _qa_checked(incident: Incident, _event: Event, body: events.QaChecked) -> None:
    incident.qa_checks[body.tag] = body


@_on(events.QaRevoked)
def _qa_revoked(incident: Incident, event: Event, body: events.QaRevoked) -> None:
    answer, _ = incident.qa_answers.get(body.tag, (None, None))
    if answer and locate(answer.source) == locate(body.comment):
        del incident.qa_answers[body.tag]
    _unheard(
        incident,
        event,
        events.AnswerRefused(body.author, body.command, body.reason, body.comment, body.instead),
    )


@_on(events.KitAcknowledged)
def _acknowledged(incident: Incident, event: Event, body: events.KitAcknowledged) -> None:
    incident.kits.append((body, event.actor, event.at))


@_on(events.NoticeDrafted)
def _drafted(incident: Incident, _event: Event, body: events.NoticeDrafted) -> None:
    incident.notices.append(body)


@_on(events.NoteAdded)
def _noted(incident: Incident, event: Event, body: events.NoteAdded) -> None:
    incident.notes.append(Note(body.note, body.text, body.happened_at, event.actor))


@_on(events.WordsErased)
def _erased(incident: Incident, _event: Event, body: events.WordsErased) -> None:
    incident.erased.update(body.digests)
