"""What calls relauto on the whole path, and with what: people by hand, or a workflow for each event.

A move is one call, from a new session on. By hand, the incident is opened and then advanced, again and
again. By events it is opened by a form, and then whatever happens on the hub is told to relauto as a
workflow tells it; what a call failed at is made good by the clock.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, cast, get_args

from relauto import engine
from relauto.clock import Clock
from relauto.engine import Outcome
from relauto.errors import InputError, Status
from relauto.opening import open_incident
from relauto.proving.ground import INCIDENT, Ground
from relauto.session import TIMEOUTS, Session, Timeouts
from relauto.stages import polling
from relauto.triggers import attendance
from relauto.triggers.attended import find_failure
from relauto.triggers.catalogue import CLOCK
from relauto.triggers.hint import Hint, read_hint

By = Literal["hand", "events"]
"""Who calls relauto."""

Do = Callable[[Session], Outcome | None]

_MOST = 120


@dataclass(frozen=True)
class Move:
    """One call of relauto: `do` is what is called, `again` what is called after it has failed.

    `seen` is the id of the last event of the hub that was told of before it; a `fresh` one is the first
    after people have acted, or after the opening.
    """

    do: Do
    again: Do
    seen: int = 0
    fresh: bool = False


Play = Callable[[Move], Outcome | None]
"""Plays one move, and whatever else is done about each."""


def find_by(by: str, case: str) -> By:
    """Return who calls: as a case's name begins, where one is named, or as it is said; by hand if it is not.

    Raises:
        InputError: there is no such way, or the case is one of the other's.
    """
    named = "events" if case.startswith("events-") else "hand" if case else ""
    wanted = by or named or "hand"
    if wanted not in get_args(By) or named not in ("", wanted):
        raise InputError(
            f"the case {case} is not played by {by}" if wanted in get_args(By) else f"nothing goes by {by}",
            todo=f"give one of: {', '.join(get_args(By))}",
        )
    return cast(By, wanted)


def name_case(by: By, name: str) -> str:
    """Return the name of a case by which it is told from those of the other way."""
    return name if by == "hand" else f"{by}-{name}"


def call(
    ground: Ground, do: Do, *, clock: Clock | None = None, timeouts: Timeouts = TIMEOUTS
) -> Outcome | None:
    """Call relauto, from a new session on; the hub is served by the caller.

    Raises:
        RelautoError: as that call does.
    """
    with closing(ground.connect(clock=clock, timeouts=timeouts)) as session:
        return do(session)


def advance(session: Session) -> Outcome:
    """Call relauto to go on with the incident, and let it look once whether what it waits for has come.

    Raises:
        RelautoError: as that call does.
    """
    with session.bench(INCIDENT) as bench:
        outcome = engine.advance(bench)
        if outcome.status is Status.WAITING:
            polling.has_changed(bench)
        return outcome


def attend(hint: Hint, session: Session) -> Outcome | None:
    """Tell relauto of an event, as `on-event` does; return how the incident stands, None if it is not meant.

    Raises:
        RelautoError: as `on-event` ends with it.
    """
    attended = attendance.attend(session, hint)
    failure = find_failure(attended)
    if failure:
        raise failure
    return Outcome(attended[0].status, attended[0].stops) if attended else None


look_by_clock: Do = partial(attend, Hint(CLOCK))
"""What `clock.check` does."""


def begin(ground: Ground, play: Play) -> None:
    """Open the incident."""
    opening = partial(_open, ground)
    play(Move(opening, opening))


def go_on(by: By, ground: Ground, play: Play, *, seen: int = 0) -> None:
    """Play to the end of the path from wherever it is, people and all; `seen` is as in a move.

    Raises:
        RelautoError: as relauto does.
        CastError: one of the people could not do their part.
    """
    if by == "hand":
        _advance_on(ground, play)
    else:
        _attend_on(ground, play, seen)


def _open(ground: Ground, session: Session) -> None:
    open_incident(session, ground.request())


def _advance_on(ground: Ground, play: Play) -> None:
    for _ in range(_MOST):
        outcome = play(Move(advance, advance))
        if not (outcome and send_people(ground, outcome)):
            return


def _attend_on(ground: Ground, play: Play, seen: int) -> None:
    """Tell of everything that people do, and once of each kind of thing that relauto does.

    What else relauto's own doings set off finds nothing to do: it would only be told again and again.
    """
    told, theirs, fresh = set[tuple[str, str]](), False, True
    outcome: Outcome | None = None
    for _ in range(_MOST):
        happened = list(list_hints(ground, seen))
        for at, hint in happened:
            kind = (hint.event, hint.repository)
            if theirs or kind not in told:
                outcome = play(Move(partial(attend, hint), look_by_clock, seen, fresh)) or outcome
                fresh = False
            told.add(kind)
            seen = at
        if not happened:
            outcome = outcome or call_served(ground, look_by_clock)
            if not (outcome and send_people(ground, outcome)):
                return
        theirs = fresh = not happened


def list_hints(ground: Ground, seen: int) -> Iterator[tuple[int, Hint]]:
    """Yield what has happened on the hub since, as far as relauto looks at it: each id with its hint."""
    with ground.serve() as hub:
        happened = hub.events(after=seen)
    for event in happened:
        hint = read_hint(event.name, event.payload)
        if isinstance(hint, Hint):
            yield event.id, hint


def call_served(ground: Ground, do: Do) -> Outcome | None:
    """Call relauto while the hub is served for it.

    Raises:
        RelautoError: as that call does.
    """
    with ground.serve():
        return call(ground, do)


def send_people(ground: Ground, outcome: Outcome) -> bool:
    """Let those act who are waited for; return whether anybody was."""
    company = ground.company()
    parts = company.called(outcome)
    if parts:
        with ground.serve():
            replace(company, bases=(str(ground.world.line),)).send(parts)
        ground.clock.sleep(60)
    return bool(parts)
