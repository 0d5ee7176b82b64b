"""What the events add up to. State is never stored for its own sake: it is this fold."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from relauto.model import event as events
from relauto.model.event import Event, Facts, Person, Text, digest_facts, locate
from relauto.model.target import Place, Target


class StepState(StrEnum):
    """Where a step stands."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    LOST = "lost"
    SKIPPED = "skipped"
    WAIVED = "waived"
    REFUSED = "refused"


NO_TEXT = Text()

SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.WAIVED})
"""States in which nothing more is to be done for a step."""

PROGRESS = (
    StepState.LOST,
    StepState.REFUSED,
    StepState.OPEN,
    StepState.WAITING,
    StepState.WAIVED,
    StepState.SKIPPED,
    StepState.DONE,
)
"""From the least advanced to the most: what a step with several targets shows is the first found."""


@dataclass(frozen=True)
class StepRecord:
    """The newest word on a step."""

    state: StepState
    at: datetime
    actor: Person
    reason: Text = NO_TEXT
    facts: Facts = field(default_factory=dict)
    by_others: bool = False
    whom: str = ""


@dataclass(frozen=True)
class Fix:
    """A change on its way: named by its branch or its pull request in the source repository."""

    branch: str | None
    pull: int | None
    instruction: Text | None = None

    def __str__(self) -> str:
        return f"#{self.pull}" if self.pull is not None else str(self.branch)


@dataclass(frozen=True)
class Approval:
    """Who approved which subject of a door, where and when."""

    subject: str
    actor: Person
    source: str
    at: datetime


@dataclass(frozen=True)
class Door:
    """What was last shown at a door, and every answer so far."""

    subject: str
    facts: Facts
    approvals: tuple[Approval, ...] = ()

    def approved(self, subject: str, facts: Facts) -> tuple[Approval, ...]:
        """Return the approvals of exactly what would be shown now."""
        if facts != self.facts:
            return ()
        return tuple(approval for approval in self.approvals if approval.subject == subject)


@dataclass(frozen=True)
class Acceptance:
    """A commit that ships although it is no part of the fix, and who said so."""

    target: Target
    commit: str
    actor: Person
    reason: Text
    source: str


@dataclass(frozen=True)
class Note:
    """Something a person put on record."""

    kind: str
    text: Text
    happened_at: datetime
    actor: Person


FIX_STEPS = (
    "investigate.pr",
    "prepare.merge",
    "prepare.pick",
    "prepare.candidate",
    "prepare.verify",
    "prepare.release",
)
"""Steps whose proof covers the fixes known so far: a further fix opens them again."""


@dataclass
class Incident:
    """The fold of a journal. Changed only by `apply`."""

    opened: events.IncidentOpened | None = None
    round: int = 1
    desk: events.DeskOpened | None = None
    fixes: list[Fix] = field(default_factory=list)
    steps: dict[Place, StepRecord] = field(default_factory=dict)
    doors: dict[Place, Door] = field(default_factory=dict)
    accepted: list[Acceptance] = field(default_factory=list)
    refused: list[events.CandidateRefused] = field(default_factory=list)
    qa_requests: dict[str, events.QaRequested] = field(default_factory=dict)
    qa_answers: dict[str, tuple[events.QaAnswered, Person]] = field(default_factory=dict)
    kits: list[tuple[events.KitAcknowledged, Person, datetime]] = field(default_factory=list)
    intents: dict[tuple[Place, str], events.StepIntended] = field(default_factory=dict)
    notices: list[events.NoticeDrafted] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    sequence: int = 0

    @property
    def id(self) -> str:
        """The incident's public-safe id."""
        return self.opening.incident

    @property
    def opening(self) -> events.IncidentOpened:
        """What the incident was opened with; a log without an opening has no incident."""
        if self.opened is None:
            raise LookupError("this journal does not open an incident")
        return self.opened

    @property
    def targets(self) -> tuple[Target, ...]:
        """The lines the fix goes to."""
        return self.opening.targets

    def place(self, step: str, target: Target | None = None) -> Place:
        """Return `step` at `target` in the current round."""
        return Place(step, target, self.round if target else 1)

    def record(self, place: Place) -> StepRecord | None:
        """Return the newest word on a step at a place, or None when there has been none."""
        return self.steps.get(place)

    def state(self, step: str) -> StepState:
        """Return the least advanced state of a step over its targets and rounds."""
        found = {record.state for place, record in self.steps.items() if place.step == step}
        here = [place for place in self.steps if place.step == step and place.target]
        if here and len({place.target for place in here}) < len(self.targets):
            found.add(StepState.OPEN)
        return next((state for state in PROGRESS if state in found), StepState.OPEN)

    def apply(self, event: Event) -> None:
        """Take one more event into account."""
        _HANDLERS[event.body.kind](self, event, event.body)
        self.sequence = event.sequence
        source = getattr(event.body, "source", "")
        if source:
            self.answered.add(locate(source))


def fold(happened: Iterable[Event]) -> Incident:
    """Return the incident that the events, in order, add up to."""
    incident = Incident()
    for event in happened:
        incident.apply(event)
    return incident


_HANDLERS: dict[str, Callable[[Incident, Event, Any], None]] = {}
_B = TypeVar("_B", bound=events.Body)
_Handler = Callable[[Incident, Event, _B], None]


def _on(kind: type[_B]) -> Callable[[_Handler[_B]], _Handler[_B]]:
    def register(handler: _Handler[_B]) -> _Handler[_B]:
        _HANDLERS[kind.kind] = handler
        return handler

    return register


@_on(events.IncidentOpened)
def _opened(incident: Incident, _event: Event, body: events.IncidentOpened) -> None:
    incident.opened = body


@_on(events.StepProved)
def _proved(incident: Incident, event: Event, body: events.StepProved) -> None:
    known = incident.steps.get(body.place)
    # A proof that a person gave by ticking the step stays theirs, words and all.
    ticked = known if known and known.state is StepState.DONE and known.reason else None
    incident.steps[body.place] = StepRecord(
        StepState.DONE,
        event.at,
        ticked.actor if ticked else event.actor,
        reason=ticked.reason if ticked else NO_TEXT,
        facts=body.facts,
        by_others=body.by == "others",
    )


@_on(events.StepWaiting)
def _waiting(incident: Incident, event: Event, body: events.StepWaiting) -> None:
    incident.steps[body.place] = StepRecord(
        StepState.WAITING, event.at, event.actor, reason=body.reason, facts=body.facts, whom=body.whom
    )


@_on(events.StepRefused)
def _refused(incident: Incident, event: Event, body: events.StepRefused) -> None:
    incident.steps[body.place] = StepRecord(
        StepState.REFUSED, event.at, event.actor, reason=body.reason, facts=body.facts
    )


@_on(events.StepLost)
def _lost(incident: Incident, event: Event, body: events.StepLost) -> None:
    incident.steps[body.place] = StepRecord(StepState.LOST, event.at, event.actor, reason=body.reason)


@_on(events.StepTicked)
def _ticked(incident: Incident, event: Event, body: events.StepTicked) -> None:
    incident.steps[body.place] = StepRecord(StepState.DONE, event.at, event.actor, reason=body.evidence)


@_on(events.StepSkipped)
def _skipped(incident: Incident, event: Event, body: events.StepSkipped) -> None:
    incident.steps[body.place] = StepRecord(StepState.SKIPPED, event.at, event.actor, reason=body.reason)


@_on(events.StepReopened)
def _reopened(incident: Incident, _event: Event, body: events.StepReopened) -> None:
    incident.steps.pop(body.place, None)
    incident.doors.pop(body.place, None)
    incident.refused = [refused for refused in incident.refused if refused.place != body.place]


@_on(events.FixAttached)
def _attached(incident: Incident, _event: Event, body: events.FixAttached) -> None:
    incident.fixes.append(Fix(body.branch, body.pull, body.instruction))
    for place in [
        place for place in incident.steps if place.step in FIX_STEPS and place.round == incident.round
    ]:
        del incident.steps[place]


@_on(events.DeskOpened)
def _desk(incident: Incident, _event: Event, body: events.DeskOpened) -> None:
    incident.desk = body


@_on(events.StepIntended)
def _intended(incident: Incident, _event: Event, body: events.StepIntended) -> None:
    incident.intents[body.place, body.action] = body


@_on(events.DoorReached)
def _door_reached(incident: Incident, _event: Event, body: events.DoorReached) -> None:
    before = incident.doors.get(body.place)
    kept = before.approvals if before and before.facts == body.facts else ()
    incident.doors[body.place] = Door(body.subject, body.facts, kept)


@_on(events.DoorApproved)
def _door_approved(incident: Incident, event: Event, body: events.DoorApproved) -> None:
    door = incident.doors.get(body.place)
    # What is shown may have changed between the look and the answer's way into the log.
    if door and body.shown in ("", digest_facts(door.facts)):
        approval = Approval(body.subject, event.actor, body.source, event.at)
        incident.doors[body.place] = Door(door.subject, door.facts, (*door.approvals, approval))


@_on(events.CommitAccepted)
def _accepted(incident: Incident, event: Event, body: events.CommitAccepted) -> None:
    incident.accepted.append(Acceptance(body.target, body.commit, event.actor, body.reason, body.source))


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


@_on(events.KitAcknowledged)
def _acknowledged(incident: Incident, event: Event, body: events.KitAcknowledged) -> None:
    incident.kits.append((body, event.actor, event.at))


@_on(events.NoticeDrafted)
def _drafted(incident: Incident, _event: Event, body: events.NoticeDrafted) -> None:
    incident.notices.append(body)


@_on(events.NoteAdded)
def _noted(incident: Incident, event: Event, body: events.NoteAdded) -> None:
    incident.notes.append(Note(body.note, body.text, body.happened_at, event.actor))
