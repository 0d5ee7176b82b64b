"""Answers to what people wrote: a reaction at the comment, and a comment that says what came of it.

Each is given once, whoever gives it: the reaction is looked for at the comment, and the answer by its key.
Who is on no roster gets one answer at an issue or a pull request, and then reactions alone.
What does not count at the desk or in QA's issue is told there by `relauto.stages.replies`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from relauto.github import conversations
from relauto.github.client import Client
from relauto.github.comments import find_comment, is_marked, post_comment
from relauto.github.conversations import Reaction, Remark
from relauto.guard.guard import LeakError
from relauto.model.commands import REQUESTS, Command, Malformed, parse_lines
from relauto.model.event import locate
from relauto.session import Session
from relauto.stages.bench import Bench
from relauto.triggers.attended import Attended
from relauto.triggers.requests import (
    EDITED,
    REFUSED,
    Request,
    explain_form,
    refuse_author,
    write_command,
    write_key,
)

ROOM = 60_000
"""Characters of an answer; GitHub takes 65,536."""


@dataclass(frozen=True)
class Answer:
    """What is told of one line: `wrong` says why it does not count, `what` what came of it if it does.

    `waits` says what it waits for, where it may count later.
    """

    said: str
    wrong: str = ""
    what: str = ""
    waits: str = ""

    @property
    def counts(self) -> bool:
        """Whether it was done."""
        return not (self.wrong or self.waits)


@dataclass(frozen=True)
class Response:
    """A reaction or an answer: `sentence` tells of it, `give` writes it once looks have come to something."""

    sentence: str
    give: Callable[[Sequence[Attended]], object]


def list_for_request(session: Session, request: Request, answers: Sequence[Answer]) -> Iterator[Response]:
    """Yield what is written at a pull request, where everybody reads it; once more when what waits has ended.

    To give it raises `RemoteError` where it is not known whether it was.
    """
    waits = any(each.waits for each in answers)
    if waits and request.waiting:
        return
    reaction: Reaction = "eyes" if waits else "+1" if any(each.counts for each in answers) else REFUSED
    there = f"pull request #{request.number}"
    if request.remark:
        yield from _list_reactions(session.source, request.remark, reaction, there)
    if request.muted:
        return
    key = request.waiting_key if waits else request.key
    yield Response(f"answer {request.author} at {there}", partial(_answer, session, request, key, answers))


def _list_reactions(client: Client, remark: Remark, reaction: Reaction, there: str) -> Iterator[Response]:
    if not remark.shows(reaction):
        sentence = f"show {reaction} to {remark.comment.author} at {there}"
        yield Response(sentence, lambda _: conversations.react(client, remark, reaction))


def _answer(
    session: Session, request: Request, key: str, answers: Sequence[Answer], attended: Sequence[Attended]
) -> None:
    counts = any(each.counts for each in answers)
    boards = any(each.said == "/status" for each in answers if each.counts)
    told = {"attended": attended if counts else (), "boards": boards}
    renderer, name = session.renderer, "report/outcome-public.md"
    try:
        text = renderer.render(name, author=request.author, answers=answers, **told)
        _comment(session, request, key, text)
    except LeakError:
        # What they wrote is repeated to nobody.
        neutral = [Answer(f"/{line.command.verb}", "it cannot be answered here") for line in request.lines]
        text = renderer.render(name, author=request.author, answers=neutral, attended=(), boards=False)
        _comment(session, request, key, text)


def _comment(session: Session, request: Request, key: str, text: str) -> None:
    post_comment(session.source, request.number, key, text, by=session.answerers)


def list_for_offices(session: Session, bench: Bench, *, released: bool = False) -> Iterator[Response]:
    """Yield what is written at the desk and in QA's issues, for all since the last answer.

    `released`: suppose that what waits for its release has it.

    Raises:
        RemoteError: the comments cannot be read; to give a response, it is not known whether it was.
    """
    incident = bench.incident
    if incident.desk:
        yield from _list_at_issue(session, bench, bench.ops, incident.desk.number, "the desk", private=True)
    for asked in incident.qa_requests.values():
        target = asked.place.target
        if target is None or not (released or bench.facts("prepare.release", target)):
            there = f"QA's issue about {asked.tag}"
            yield from _list_at_issue(session, bench, bench.qa, asked.number, there, private=False)


def _list_at_issue(
    session: Session, bench: Bench, client: Client, number: int, there: str, *, private: bool
) -> Iterator[Response]:
    remarks = conversations.read_remarks(client, number)
    comments = [remark.comment for remark in remarks]
    told: set[str] = set()
    for remark in remarks:
        comment = remark.comment
        if comment.author_type != "User" or comment.author == bench.login or is_marked(comment):
            continue
        answers = list(_list_answers(session, bench, remark))
        reaction = _choose_reaction(bench, remark, answers)
        if reaction:
            yield from _list_reactions(client, remark, reaction, there)
        key = write_key(session, comment.author, number, f"asked:{comment.id}")
        if answers and key not in told and find_comment(comments, key) is None:
            told.add(key)
            text = partial(_render, bench, comment.author, answers, private=private)
            yield Response(
                f"answer {comment.author} at {there}", partial(_answer_issue, client, number, key, text)
            )


def _answer_issue(
    client: Client,
    number: int,
    key: str,
    render: Callable[[Sequence[Attended]], str],
    attended: Sequence[Attended],
) -> None:
    post_comment(client, number, key, render(attended), absent=True)


def _choose_reaction(bench: Bench, remark: Remark, answers: Sequence[Answer]) -> Reaction | None:
    if any(not each.wrong for each in answers):
        return "+1"
    if answers or locate(remark.comment.url) in bench.incident.unheard:
        return REFUSED
    commands = [line for line in parse_lines(remark.comment.body) if isinstance(line, Command)]
    return "eyes" if commands else None


def _list_answers(session: Session, bench: Bench, remark: Remark) -> Iterator[Answer]:
    """Yield what is told of each line: of what was asked for, and of decisions that count."""
    source = locate(remark.comment.url)
    refused = {each.command for each in bench.incident.unheard.get(source, ())}
    for line in dict.fromkeys(parse_lines(remark.comment.body)):
        if line.verb in REQUESTS:
            yield from _judge(session, remark, line)
        elif isinstance(line, Command) and source in bench.incident.answered:
            names = {f"/{line.verb} {line.step}".strip(), f"/{line.verb}"}
            if not names & refused:
                yield Answer(write_command(line))


def _judge(session: Session, remark: Remark, line: Command | Malformed) -> Iterator[Answer]:
    author = remark.comment.author
    if isinstance(line, Malformed):
        if session.roster.names(author) and not line.shielded:
            yield Answer(line.line[:80], explain_form(line))
        return
    wrong = EDITED if remark.comment.edited else refuse_author(session, author, line)
    if line.verb == "pick":
        wrong = wrong or "it counts at the pull request that it is about"
    yield Answer(write_command(line), wrong)


def _render(
    bench: Bench, author: str, answers: Sequence[Answer], attended: Sequence[Attended], *, private: bool
) -> str:
    name = "report/outcome.md" if private else "report/outcome-public.md"
    counts = [each for each in answers if not each.wrong]
    shown = {"author": author, "answers": answers, "attended": attended if counts else ()}
    boards = any(each.said == "/status" for each in counts)
    text = bench.renderer.render(name, boards=boards, **shown)
    return text if len(text) <= ROOM else bench.renderer.render(name, boards=False, **shown)[:ROOM]
