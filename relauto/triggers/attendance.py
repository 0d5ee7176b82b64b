"""Looks at every incident that an event may be about, and brings each as far as it can go now.

One that cannot be looked at does not keep the others from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relauto import engine, foresight
from relauto.comms.board import render_board
from relauto.comms.rendering import Markdown
from relauto.engine import Stop
from relauto.errors import DecisionError, RelautoError, Status, WaitingError
from relauto.foresight import Foreseen
from relauto.journal.log import JournalReader, list_incidents
from relauto.model.debt import is_finished
from relauto.model.incident import Incident
from relauto.model.playbook import Playbook, load_playbook
from relauto.session import Session, find_folder
from relauto.stages.bench import Bench
from relauto.triggers.concern import is_about
from relauto.triggers.hint import Hint

NOTHING = Markdown()


@dataclass(frozen=True)
class Attended:
    """What a look at an incident came to.

    `said` is what was done, sentence by sentence; `steps` are the keys of the playbook with their states,
    `board` is for its own people (Markdown). `error` is why the look ended early, if it did.
    """

    incident: str
    said: tuple[str, ...] = ()
    stops: tuple[Stop, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    board: Markdown = NOTHING
    error: RelautoError | None = None

    @property
    def status(self) -> Status:
        """How it ended, as the exit status of `advance` says it."""
        if self.error:
            return self.error.status
        return min((stop.status for stop in self.stops), default=Status.REACHED)


def attend(session: Session, hint: Hint) -> list[Attended]:
    """Advance every open incident that an event may be about, and return what came of it.

    Raises:
        RemoteError: the ops repository was not reached.
    """
    return [_advance(session, incident) for incident in find_concerned(session, hint)]


def find_concerned(session: Session, hint: Hint) -> list[str]:
    """Return the ids of the open incidents that an event may be about, sorted.

    One whose journal cannot be read is among them: nobody knows.

    Raises:
        RemoteError: the ops repository was not reached.
    """
    playbook, _ = load_playbook(find_folder(session.settings.playbook_dir))
    return [
        name
        for name, incident in _read_incidents(session)
        if incident is None or _is_concerned(session, hint, incident, playbook)
    ]


def _read_incidents(session: Session) -> Iterator[tuple[str, Incident | None]]:
    for name in list_incidents(session.ops_address, cache=session.cache, words=True):
        try:
            with JournalReader.open_cached(session.ops_address, name, cache=session.cache) as reader:
                incident = reader.incident()
        except RelautoError:
            yield name, None
        else:
            if incident.opened:
                yield name, incident


def _is_concerned(session: Session, hint: Hint, incident: Incident, playbook: Playbook) -> bool:
    return is_about(hint, incident, session.settings) and not is_finished(incident, playbook)


def _advance(session: Session, incident: str) -> Attended:
    said: list[str] = []

    def say(sentence: str) -> None:
        said.append(sentence)
        session.say(sentence)

    try:
        with session.bench(incident) as bench:
            bench.say = say
            outcome = engine.advance(bench)
            return Attended(incident, tuple(said), outcome.stops, _list_steps(bench), _draw(bench))
    except RelautoError as error:
        return Attended(incident, tuple(said), error=error)


def _list_steps(bench: Bench) -> tuple[tuple[str, str], ...]:
    return tuple((step.key, bench.incident.state(step.key, now=True).value) for step in bench.playbook.steps)


def _draw(bench: Bench) -> Markdown:
    return Markdown(render_board(bench.incident, bench.playbook, bench.clock.now(), bench.renderer))


def foresee(session: Session, hint: Hint) -> list[tuple[str, Foreseen]]:
    """Return what `attend` would write for each incident; nothing is written.

    Raises:
        RelautoError: an incident cannot be looked at.
    """
    found = []
    for incident in find_concerned(session, hint):
        with session.bench(incident) as bench:
            found.append((incident, foresight.foresee(bench)))
    return found


def find_status(attended: Sequence[Attended]) -> Status:
    """Return how a run ended: by its gravest failure, else by who has to act first."""
    failure = find_failure(attended)
    left = [each.status for each in attended if each.status is not Status.REACHED]
    return failure.status if failure else min(left, default=Status.REACHED)


def find_failure(attended: Sequence[Attended]) -> RelautoError | None:
    """Return the gravest error of those that are no decision and no wait, if there is one."""
    failed = [
        each.error
        for each in attended
        if each.error and not isinstance(each.error, DecisionError | WaitingError)
    ]
    return max(failed, key=lambda error: error.status, default=None)
