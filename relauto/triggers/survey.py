"""Which open incidents an event may be about, what people ask for, and what is done about that at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from relauto.errors import RelautoError
from relauto.github import conversations, pull_reads
from relauto.github.faults import NotFoundError
from relauto.journal.log import JournalReader, list_incidents
from relauto.model.commands import Command
from relauto.model.debt import is_finished
from relauto.model.event import Said
from relauto.model.incident import Incident
from relauto.model.playbook import load_playbook
from relauto.session import Session, find_folder
from relauto.triggers.concern import is_about
from relauto.triggers.hint import Hint
from relauto.triggers.picks import Picked, pick
from relauto.triggers.requests import Line, Request, find_requests
from relauto.triggers.responses import Answer

_Known = list[tuple[str, Incident | None]]
"""The open incidents by id; None for one whose journal cannot be read: nobody knows about it."""


@dataclass
class Asked:
    """A request and what came of it.

    `answers` has one for each line, `names` are the incidents concerned, and `attaching` is what goes on
    record for it, by incident.
    """

    request: Request
    answers: list[Answer] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    attaching: dict[str, list[Said]] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """What an event is about: what was asked for, and the incidents to look at, in their order."""

    asked: Sequence[Asked]
    concerned: Sequence[str]


def survey(session: Session, hint: Hint, *, dry: bool = False) -> Survey:
    """Do what people ask for, but for what an advance does, and return who is concerned.

    With `dry` nothing is written.

    Raises:
        RemoteError: the ops repository, or what people wrote, cannot be read.
    """
    known, hint = list(_read_open(session)), _locate(session, hint)
    asked = [_do(session, request, known, dry=dry) for request in find_requests(session, hint)]
    names = {*_find_concerned(session, hint, known), *(name for each in asked for name in each.names)}
    return Survey(asked, sorted(names))


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


def _do(session: Session, request: Request, known: _Known, *, dry: bool = False) -> Asked:
    """Do what a request asks for, but for what an advance does; or, `dry`, only see what that is."""
    asked, readable = Asked(request), [(name, incident) for name, incident in known if incident]
    for line in request.lines:
        if line.wrong:
            asked.answers.append(Answer(line.said, line.wrong))
        elif isinstance(line.command, Command) and line.command.verb == "pick":
            _note_picked(asked, line, pick(session, request, line.command.subject, readable, dry=dry))
        else:
            found = _find_by_pull(session, request.number, readable)
            asked.names |= found
            wrong = "" if found else "no open incident has this pull request"
            asked.answers.append(Answer(line.said, wrong))
    return asked


def _note_picked(asked: Asked, line: Line, picked: Picked) -> None:
    asked.answers.append(_tell_picked(line, picked))
    asked.names |= {picked.incident} - {""}
    if picked.attaching:
        asked.attaching.setdefault(picked.incident, []).append(picked.attaching)


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
