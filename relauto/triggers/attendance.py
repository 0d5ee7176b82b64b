"""Looks at every incident that an event may be about, and brings each as far as it can go now.

What people ask for is done first, and answered at the end. One incident that cannot be looked at does
not keep the others from it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from relauto import engine, foresight
from relauto.comms.board import render_board
from relauto.comms.rendering import Markdown
from relauto.engine import Outcome
from relauto.errors import RelautoError
from relauto.foresight import Foreseen
from relauto.model.deadline import overdue
from relauto.session import Session
from relauto.stages.bench import Bench
from relauto.triggers import responses
from relauto.triggers.attended import Attended
from relauto.triggers.concern import list_pulls
from relauto.triggers.hint import Hint
from relauto.triggers.picks import describe_attaching
from relauto.triggers.responses import Response
from relauto.triggers.survey import Asked, survey


@dataclass(frozen=True)
class Expected:
    """What a look would write: for each incident, and as answers to requests at pull requests."""

    incidents: Sequence[tuple[str, Foreseen]]
    answers: Sequence[str]

    @property
    def sentences(self) -> list[str]:
        """All of it, in its order."""
        return [*(write for _, seen in self.incidents for write in seen.writes), *self.answers]


def attend(session: Session, hint: Hint) -> list[Attended]:
    """Advance every open incident that an event may be about, and return what came of it.

    Raises:
        RemoteError: the ops repository was not reached, or an answer may be missing: the next run gives it.
    """
    found = survey(session, hint)
    attended = {name: _advance(session, name) for name in found.concerned}
    for each in found.asked:
        told = [attended[name] for name in sorted(each.names)]
        _give(session, responses.list_for_request(session, each.request, each.answers), told)
    return list(attended.values())


def foresee(session: Session, hint: Hint) -> Expected:
    """Return what `attend` would write; nothing is written.

    Raises:
        RelautoError: an incident cannot be looked at.
    """
    found = survey(session, hint, dry=True)
    given = [
        response.sentence
        for each in found.asked
        for response in responses.list_for_request(session, each.request, each.answers)
    ]
    return Expected([(name, _foresee(session, name, found.asked)) for name in found.concerned], given)


def _foresee(session: Session, incident: str, asked: Sequence[Asked]) -> Foreseen:
    with session.bench(incident) as bench:
        seen = foresight.foresee(bench, first=partial(_suppose, asked))
        for said in bench.found:
            # What was seen on the way goes on record, verdicts of QA's among it.
            bench.suppose(said)
        released = ("prepare.release", "release") in seen.deeds
        given = responses.list_for_offices(session, bench, released=released)
        seen.writes.extend(response.sentence for response in given)
    return seen


def _suppose(asked: Sequence[Asked], bench: Bench) -> list[str]:
    """Suppose what is attached because somebody asked for it; return the sentences for that."""
    told = []
    for each in asked:
        for said in each.attaching.get(bench.incident.id, ()):
            if each.request.number not in list_pulls(bench.incident):
                bench.suppose(said)
                told.append(describe_attaching(each.request))
    return told


def _give(session: Session, given: Iterable[Response], attended: Sequence[Attended]) -> None:
    for response in given:
        session.say(response.sentence)
        response.give(attended)


def _advance(session: Session, incident: str) -> Attended:
    said: list[str] = []

    def say(sentence: str) -> None:
        said.append(sentence)
        session.say(sentence)

    attended = Attended(incident)
    try:
        with session.bench(incident) as bench:
            bench.say = say
            outcome = engine.advance(bench)
            attended = _describe(bench, outcome, said)
            _give(session, responses.list_for_offices(session, bench), [attended])
    except RelautoError as error:
        return replace(attended, said=tuple(said), error=error)
    return attended


def _describe(bench: Bench, outcome: Outcome, said: Sequence[str]) -> Attended:
    incident, playbook, now = bench.incident, bench.playbook, bench.clock.now()
    return Attended(
        incident.id,
        tuple(said),
        outcome.stops,
        tuple((step.key, incident.state(step.key, now=True).value) for step in playbook.steps),
        tuple(each.step.key for each in overdue(incident, playbook, now)),
        Markdown(render_board(incident, playbook, now, bench.renderer)),
    )
