"""The board: where an incident stands, on one page. The same journal gives the same page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from relauto.comms.evidence import Piece, summarise
from relauto.comms.rendering import Renderer, shipped
from relauto.comms.standing import describe_holders, describe_standing, list_warnings
from relauto.comms.story import StepStory, Story, tell
from relauto.comms.wording import format_moment
from relauto.model.deadline import Overdue, overdue
from relauto.model.debt import Debt
from relauto.model.door import Door
from relauto.model.incident import SETTLED, Incident, StepRecord, StepState
from relauto.model.playbook import Playbook
from relauto.model.standing import find_standing
from relauto.model.target import Place
from relauto.settings.options import Contacts

MARKS = {
    StepState.OPEN: "○",
    StepState.WAITING: "◔",
    StepState.DONE: "●",
    StepState.LOST: "‼",
    StepState.SKIPPED: "-",
    StepState.WAIVED: "~",
    StepState.REFUSED: "✗",
}
"""The sign of each state; the state's word always stands beside it."""


@dataclass(frozen=True)
class Row:
    """A step on the board: `who` and `since` are of its newest record, `proof` of all its places."""

    key: str
    title: str
    mark: str
    state: str
    who: str
    since: datetime | None
    proof: tuple[Piece, ...]


@dataclass(frozen=True)
class Section:
    """A stage on the board; `settled` of its `rows` need nothing more."""

    title: str
    rows: tuple[Row, ...]
    settled: int


@dataclass(frozen=True)
class Turn:
    """Somebody's turn: who must act, at which place, and why. `state` is open, waiting, lost or refused.

    `guidance` tells people how to do what they have not begun.
    """

    place: str
    title: str
    state: str
    who: str
    reason: str
    guidance: str = ""


@dataclass(frozen=True)
class Board:
    """Everything that the board shows; with each door how it stands, empty where it is open.

    `warnings` are sentences about what nobody has to do for this release, and somebody may have to all the
    same.
    """

    story: Story
    sections: tuple[Section, ...]
    turns: tuple[Turn, ...]
    doors: tuple[tuple[Place, Door, str], ...]
    late: tuple[Overdue, ...]
    warnings: tuple[str, ...] = ()

    @property
    def promises(self) -> tuple[Overdue, ...]:
        """What is late by a limit of its own."""
        return tuple(each for each in self.late if not each.begun)

    @property
    def settled(self) -> int:
        """How many steps need nothing more."""
        return sum(section.settled for section in self.sections)

    @property
    def total(self) -> int:
        """How many steps the playbook has."""
        return sum(len(section.rows) for section in self.sections)


def render_board(
    incident: Incident, playbook: Playbook, now: datetime | None = None, renderer: Renderer | None = None
) -> str:
    """Return the board in Markdown; without `now` it is as of the newest moment in the journal.

    Raises:
        InputError: a proof in the journal cannot be read, or a template is at fault.
    """
    board = draw_board(incident, playbook, now)
    return (renderer or shipped()).render("report/board.md", board=board, story=board.story)


def draw_board(
    incident: Incident,
    playbook: Playbook,
    now: datetime | None = None,
    contacts: Contacts | None = None,
    product: str = "",
) -> Board:
    """Return the board as a value, for other forms than Markdown.

    Raises:
        InputError: a proof in the journal cannot be read.
    """
    moment = now or last_moment(incident)
    name = product or incident.targets[0].name.name
    story = tell(incident, playbook, now=moment, contacts=contacts or Contacts(), product=name)
    asked = _find_asked(incident, story, moment)
    reached = {place: incident.doors[place] for place in asked}
    return Board(
        story,
        tuple(_draw_section(stage.title, stage.steps) for stage in story.stages),
        (*asked.values(), *_find_turns(story, reached)),
        tuple(
            (place, incident.doors[place], _tell_standing(incident, place, moment))
            for place in sorted(incident.doors, key=str)
        ),
        overdue(incident, playbook, moment),
        tuple(list_warnings(incident)),
    )


def last_moment(incident: Incident) -> datetime:
    """Return the newest moment that the journal's fold knows of."""
    opening = incident.opening
    moments = [opening.escalated_at, opening.outage_started_at]
    moments += [record.at for record in incident.steps.values()]
    moments += incident.begun.values()
    moments += [approval.at for door in incident.doors.values() for approval in door.approvals]
    moments += [at for _, _, at in incident.kits] + [note.happened_at for note in incident.notes]
    return max(moments)


def _find_asked(incident: Incident, story: Story, now: datetime) -> dict[Place, Turn]:
    """Return what waits at each door: who has said yes, and who still has to."""
    found = {}
    for step in story.steps:
        for place in sorted((place for place in incident.doors if place.step == step.key), key=str):
            standing, record = find_standing(incident, place, now), incident.record(place)
            current = place == incident.place(place.step, place.target)
            settled = record is not None and record.state in SETTLED
            if current and not settled and standing and not standing.is_open:
                who = describe_holders(standing)
                found[place] = Turn(str(place), step.title, "open", who, describe_standing(standing))
    return found


def _tell_standing(incident: Incident, place: Place, now: datetime) -> str:
    standing, record = find_standing(incident, place, now), incident.record(place)
    if standing is None or standing.is_open or (record and record.state in SETTLED):
        return ""
    return f"{standing.lacking} more needed, of {describe_holders(standing)}"


def _find_turns(story: Story, reached: Mapping[Place, Door]) -> list[Turn]:
    """Return what has to happen next, besides answers at the doors in `reached`.

    First everything that waits, is refused or is lost, then each stage's first open step, then debts.
    """
    held, following, asked = [], [], {place.step for place in reached}
    for stage in story.stages:
        fresh = True
        for step in stage.steps:
            stuck = [pair for pair in step.current if pair[1].state not in SETTLED]
            held += [
                _turn(place, step, record)
                for place, record in stuck
                if place not in reached or not _is_over(record, reached[place])
            ]
            if fresh and not stuck and step.now not in SETTLED and step.key not in asked:
                following.append(_turn_to_come(step, story.now))
            fresh = fresh and step.now in SETTLED
    return held + following + [_turn_of_debt(debt) for debt in story.debts if not debt.paid]


def _turn_to_come(step: StepStory, now: datetime) -> Turn:
    roles, place = ", ".join(step.roles), str(Place(step.key, None, step.round))
    if step.automated:
        who = f"relauto, then {roles}" if step.door else "relauto"
        return Turn(place, step.title, step.now.value, who, "")
    if step.earliest is None or now >= step.earliest:
        return Turn(place, step.title, step.now.value, roles, "", step.guidance)
    reason = f"not before {format_moment(step.earliest)}"
    return Turn(place, step.title, StepState.WAITING.value, roles, reason, step.guidance)


def _is_over(record: StepRecord, door: Door) -> bool:
    """Return whether what a step waited for has come: only then is its door reached."""
    return record.state is StepState.WAITING and door.at is not None and record.at <= door.at


def _turn_of_debt(debt: Debt) -> Turn:
    pieces = " ".join(piece.text for piece in summarise(debt.place, debt.record)) if debt.record else ""
    who = (debt.record.whom if debt.record else "") or "relauto"
    reason = pieces or "once the fix is merged, its pull request is opened; the incident cannot close before"
    return Turn(str(debt.place), f"Bring the fix to {debt.to}", debt.state.value, who, reason)


def _turn(place: Place, step: StepStory, record: StepRecord) -> Turn:
    pieces = " ".join(piece.text for piece in summarise(place, record))
    who = record.whom or ", ".join(step.roles)
    return Turn(str(place), step.title, record.state.value, who, pieces)


def _draw_section(title: str, steps: tuple[StepStory, ...]) -> Section:
    rows = tuple(_draw_row(step) for step in steps)
    return Section(title, rows, sum(step.state in SETTLED for step in steps))


def _draw_row(step: StepStory) -> Row:
    newest = max((record for _, record in step.current), key=lambda record: record.at, default=None)
    rounds = {place.round for place, _ in step.records} | {step.round}
    proof: list[Piece] = []
    for place, record in step.records:
        if len(rounds) > 1:
            proof.append(Piece(f"round {place.round}"))
        if sum(other.round == place.round for other, _ in step.records) > 1:
            proof.append(Piece(str(place.target), exact=True))
        proof.extend(summarise(place, record))
    return Row(
        step.key,
        step.title,
        MARKS[step.state],
        step.state.value,
        _name(newest) if newest else "",
        newest.at if newest else None,
        tuple(proof),
    )


def _name(record: StepRecord) -> str:
    if record.state is StepState.WAITING and record.whom:
        return record.whom
    name = "(erased)" if record.actor.erased else str(record.actor)
    return f"others, seen by {name}" if record.by_others else name
