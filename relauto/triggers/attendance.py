"""Looks at every incident that an event may be about, and brings each as far as it can go now.

What people ask for is done first, and answered at the end. One incident that cannot be looked at does
not keep the others from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from relauto import engine, foresight
from relauto.comms.board import render_board
from relauto.comms.rendering import Markdown
from relauto.engine import Outcome
from relauto.errors import RelautoError
from relauto.foresight import Foreseen
from relauto.github import conversations, pull_reads
from relauto.github.faults import NotFoundError
from relauto.journal.log import JournalReader, list_incidents
from relauto.model.commands import Command
from relauto.model.deadline import overdue
from relauto.model.debt import is_finished
from relauto.model.incident import Incident
from relauto.model.playbook import load_playbook
from relauto.session import Session, find_folder
from relauto.stages.bench import Bench
from relauto.triggers import responses
from relauto.triggers.attended import Attended
from relauto.triggers.concern import is_about
from relauto.triggers.hint import Hint
from relauto.triggers.picks import Picked, pick
from relauto.triggers.requests import Line, Request, find_requests
from relauto.triggers.responses import Answer

_Known = list[tuple[str, Incident | None]]
"""The open incidents by id; None for one whose journal cannot be read: nobody knows about it."""


def attend(session: Session, hint: Hint) -> list[Attended]:
    """Advance every open incident that an event may be about, and return what came of it.

    Raises:
        RemoteError: the ops repository was not reached, or an answer may be missing: the next run gives it.
    """
    known, hint = list(_read_open(session)), _locate(session, hint)
    concerned = set(_find_concerned(session, hint, known))
    asked = [(request, *_do(session, request, known)) for request in find_requests(session, hint)]
    concerned |= {name for _, _, names in asked for name in names}
    attended = {name: _advance(session, name) for name in sorted(concerned)}
    for request, answers, names in asked:
        told = [attended[name] for name in sorted(names)]
        responses.answer_request(session, request, answers, told)
    return list(attended.values())


def foresee(session: Session, hint: Hint) -> list[tuple[str, Foreseen]]:
    """Return what `attend` would write for each incident, answers aside; nothing is written.

    Raises:
        RelautoError: an incident cannot be looked at.
    """
    found = []
    for incident in sorted(_find_concerned(session, hint, list(_read_open(session)))):
        with session.bench(incident) as bench:
            found.append((incident, foresight.foresee(bench)))
    return found


def _read_open(session: Session) -> Iterator[tuple[str, Incident | None]]:
    playbook, _ = load_playbook(find_folder(session.settings.playbook_dir))
    for name in list_incidents(session.ops_address, cache=session.cache, words=True):
        try:
            with JournalReader.open_cached(session.ops_address, name, cache=session.cache) as reader:
                incident = reader.incident()
        except RelautoError:
            yield name, None
        else:
            if incident.opened and not is_finished(incident, playbook):
                yield name, incident


def _locate(session: Session, hint: Hint) -> Hint:
    """Return a hint with the number of the pull request that a comment is at: a relay does not tell it."""
    if not hint.comment or hint.numbers or hint.repository:
        return hint
    found = conversations.find_remark(session.source, hint.comment)
    return replace(hint, numbers=frozenset({found.number})) if found else hint


def _find_concerned(session: Session, hint: Hint, known: _Known) -> Iterator[str]:
    for name, incident in known:
        if incident is None or is_about(hint, incident, session.settings):
            yield name


def _do(session: Session, request: Request, known: _Known) -> tuple[list[Answer], set[str]]:
    """Do what a request asks for, but for what an advance does; return the answers, and who is concerned."""
    readable = [(name, incident) for name, incident in known if incident]
    done = [_do_line(session, request, line, readable) for line in request.lines]
    return [answer for answer, _ in done], {name for _, names in done for name in names}


def _do_line(
    session: Session, request: Request, line: Line, known: list[tuple[str, Incident]]
) -> tuple[Answer, set[str]]:
    if line.wrong:
        return Answer(line.said, line.wrong), set()
    if isinstance(line.command, Command) and line.command.verb == "pick":
        picked = pick(session, request, line.command.subject, known)
        return _tell_picked(line, picked), {picked.incident} - {""}
    found = _find_by_pull(session, request.number, known)
    return Answer(line.said, "" if found else "no open incident has this pull request"), found


def _tell_picked(line: Line, picked: Picked) -> Answer:
    counts = bool(picked.incident)
    wrong = "" if counts or picked.waits else picked.what
    return Answer(line.said, wrong, picked.what if counts else "", picked.what if picked.waits else "")


def _find_by_pull(session: Session, number: int, known: Sequence[tuple[str, Incident]]) -> set[str]:
    """Return the incidents of the public to which a pull request belongs."""
    try:
        branch = pull_reads.read_pull(session.source, number).head_ref
    except NotFoundError:
        return set()
    hint = Hint("pull_request", numbers=frozenset({number}), branches=frozenset({branch}))
    return {
        name
        for name, incident in known
        if not incident.opening.private and is_about(hint, incident, session.settings)
    }


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
            responses.answer_offices(session, bench, attended)
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
