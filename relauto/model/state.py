"""The state that a journal adds up to, as one value. What each event does to it stands in `incident`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from relauto.model import event as events
from relauto.model.door import Door
from relauto.model.event import Event, locate
from relauto.model.gate import Held, Waiver
from relauto.model.override import Override
from relauto.model.record import PROGRESS, Acceptance, Fix, Note, StepRecord, StepState
from relauto.model.rounds import Rounds, has_rounds
from relauto.model.target import Place, Target
from relauto.model.words import Person


@dataclass
class Incident:
    """The fold of a journal. Changed only by `apply`.

    `begun` is when each step was first proved, or first about to be done.
    """

    opened: events.IncidentOpened | None = None
    rounds: Rounds = field(default_factory=Rounds)
    desk: events.DeskOpened | None = None
    desk_meant: events.DeskIntended | None = None
    fixes: list[Fix] = field(default_factory=list)
    withdrawn: list[Fix] = field(default_factory=list)
    steps: dict[Place, StepRecord] = field(default_factory=dict)
    doors: dict[Place, Door] = field(default_factory=dict)
    accepted: list[Acceptance] = field(default_factory=list)
    files: list[tuple[events.FileAccepted, Person]] = field(default_factory=list)
    builds: dict[str, events.BuildStarted] = field(default_factory=dict)
    compared: dict[tuple[Target, int], events.LinesCompared] = field(default_factory=dict)
    refused: list[events.CandidateRefused] = field(default_factory=list)
    qa_requests: dict[str, events.QaRequested] = field(default_factory=dict)
    qa_answers: dict[str, tuple[events.QaAnswered, Person]] = field(default_factory=dict)
    qa_checks: dict[str, events.QaChecked] = field(default_factory=dict)
    kits: list[tuple[events.KitAcknowledged, Person, datetime]] = field(default_factory=list)
    intents: dict[tuple[Place, str], events.StepIntended] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)
    notices: list[events.NoticeDrafted] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    held: dict[Place, Held] = field(default_factory=dict)
    losses: dict[Place, str] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    unheard: dict[str, tuple[events.AnswerRefused, ...]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
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

    def revision_of(self, number: int) -> int:
        """Return how often the set of fixes had changed when round `number` ended, or has until now."""
        attached = sum(fix.round <= number for fix in self.fixes)
        return attached + 2 * sum(fix.round <= number for fix in self.withdrawn)

    @property
    def round(self) -> int:
        """Which way through stages 4 to 6 it is, from 1."""
        return self.rounds.number

    @property
    def current_fixes(self) -> list[Fix]:
        """The fixes that the current round brings; what earlier rounds released is no part of them."""
        return [fix for fix in self.fixes if fix.round == self.round]

    @property
    def behind(self) -> list[events.LinesCompared]:
        """What is known of newer lines that lack the current round's fix, or may lack it, for each target."""
        known = (self.compared.get((target, self.round)) for target in self.targets)
        return [each for each in known if each and (each.lacking or each.unknown)]

    def place(self, step: str, target: Target | None = None) -> Place:
        """Return `step` at `target` in the current round; steps of no round are always in the first."""
        return Place(step, target, self.round if has_rounds(step) else 1)

    def record(self, place: Place) -> StepRecord | None:
        """Return the newest word on a step at a place, or None when there has been none."""
        return self.steps.get(place)

    def accepts(self, tag: str, name: str, sha256: str) -> bool:
        """Return whether a person took exactly this file, under the release of `tag`, for good."""
        return any((each.tag, each.name, each.sha256) == (tag, name, sha256) for each, _ in self.files)

    def state(self, step: str, *, now: bool = False) -> StepState:
        """Return the least advanced state of a step over its targets and rounds; `now`: in this one alone."""
        places = [place for place in self.steps if place.step == step]
        here = [place for place in places if place.round == self.place(step).round]
        found = {self.steps[place].state for place in (here if now else places)}
        at = {place.target for place in here if place.target}
        if not here or (at and len(at) < len(self.targets)):
            found.add(StepState.OPEN)
        return next(state for state in PROGRESS if state in found)

    def apply(self, event: Event) -> None:
        """Take one more event into account."""
        HANDLERS[event.body.kind](self, event, event.body)
        self.sequence = event.sequence
        source = getattr(event.body, "source", "")
        if source:
            self.answered.add(locate(source))


HANDLERS: dict[str, Callable[[Incident, Event, Any], None]] = {}
"""What each kind of event does to the state; `relauto.model.incident` fills it."""
