"""What people answered at the desk: each answer is read once, by the roster of that moment.

GitHub authenticates who answers; the roster says what the answer is worth. One that does not count goes
on record as such, so that it never counts later; so does a line that comes near an answer. Who is told
of it stands in `relauto.stages.replies`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from relauto.errors import DecisionError, InputError, RelautoError
from relauto.github.comments import Comment, is_marked
from relauto.model import event as events
from relauto.model.commands import REQUESTS, Command, Malformed, Verb, parse_lines
from relauto.model.event import AnswerRefused, Body, QaRevoked, Said, locate
from relauto.model.names import Tag
from relauto.model.roster import list_deeds
from relauto.model.words import Person, Text
from relauto.stages import rounds
from relauto.stages.bench import Bench
from relauto.stages.people import corrections, decisions, desk, doors
from relauto.stages.qa import verdicts
from relauto.stages.qa.issue import read_comments

MOST_REPLIES = 10
"""So often one person is told that something does not count. Who goes on has been told how it is done."""

_MOST_LINES = 5
"""So many lines of one comment that come near a command are told of."""

EDITED = "it was edited, by whom is not known; answer in a new comment"


def read_answers(bench: Bench) -> Iterator[Said | Body]:
    """Yield what people answered at the desk since the journal last took note, in order.

    Behind it comes what QA meant as a verdict and is none; verdicts are read where they are waited for.
    Each is to be taken into account before the next is asked for: it may be about what follows.

    Raises:
        DecisionError: the desk is gone.
    """
    if bench.incident.desk is None:
        return
    for comment in desk.read(bench):
        lines = [line for line in parse_lines(comment.body) if line.verb not in REQUESTS]
        if lines and locate(comment.url) not in bench.incident.answered:
            yield from _read(bench, comment, lines)
    for target in bench.incident.targets:
        tag = bench.facts("prepare.candidate", target).get("tag", "")
        asked = bench.incident.qa_requests.get(str(tag))
        if asked and not bench.facts("prepare.release", target):
            for comment in read_comments(bench, asked.number):
                yield from _read_nearly_signed(bench, comment, Tag(asked.tag))


def _read_nearly_signed(bench: Bench, comment: Comment, tag: Tag) -> Iterator[AnswerRefused | QaRevoked]:
    """Yield the record of each verdict that is none on `tag`, and of one that was edited.

    A comment with one that is, and that nobody edited, counts as it is.
    """
    yield from verdicts.find_revoked(bench, comment, tag)
    lines = [line for line in dict.fromkeys(parse_lines(comment.body)) if line.verb == "qa"]
    signed = any(isinstance(line, Command) and line.subject == tag for line in lines)
    counts = signed and not comment.edited
    if counts or comment.author == bench.login or locate(comment.url) in bench.incident.answered:
        return
    for line in lines[:_MOST_LINES]:
        wrong, reason = corrections.explain_verdict(line, tag)
        yield from _refuse_line(bench, comment, wrong, reason, corrections.correct_verdict(wrong, tag))


def _read(bench: Bench, comment: Comment, lines: list[Command | Malformed]) -> Iterator[Said | Body]:
    if comment.author == bench.login:
        if any(isinstance(line, Command) for line in lines):
            bench.say(
                f"{comment.url}: relauto runs as {bench.login}; let them use the tasks, or another answer"
            )
        return
    for line in lines:
        if isinstance(line, Command):
            yield from _settle(bench, comment, line)
    for line in [each for each in dict.fromkeys(lines) if isinstance(each, Malformed)][:_MOST_LINES]:
        offered = corrections.correct(bench, line.verb, line.words)
        yield from _refuse_line(bench, comment, line, corrections.explain(line), offered)


def _settle(bench: Bench, comment: Comment, command: Command) -> Iterator[Said | Body]:
    try:
        _require_counted(bench, comment, command)
        yield from [Said(Person(comment.author), body) for body in _decide(bench, comment, command)]
    except (InputError, DecisionError) as error:
        said = f"/{command.verb} {command.step}".strip()
        yield refuse(bench, comment, said, error, _correct(bench, comment, command))


def _refuse_line(
    bench: Bench, comment: Comment, line: Malformed, reason: str, offered: str
) -> Iterator[AnswerRefused]:
    """Yield the record of a line that comes near a command, unless nobody is told of it.

    What is `offered` instead is told to those who may say it.
    """
    told = sum(first.author == comment.author for first, *_ in bench.incident.unheard.values())
    if comment.author_type != "User" or is_marked(comment) or told > MOST_REPLIES:
        return
    deeds = list_deeds(line.verb, *line.words[:1])
    instead = offered if any(bench.roster.may(comment.author, deed) for deed in deeds) else ""
    if not instead:
        holders = dict.fromkeys(login for deed in deeds for login in bench.roster.holders(deed))
        reason += (
            f"; besides, {comment.author} is not on the roster for it: {', '.join(holders) or 'nobody'} is"
        )
    yield refuse(bench, comment, line.line[:80], InputError(EDITED if comment.edited else reason), instead)


def _correct(bench: Bench, comment: Comment, command: Command) -> str:
    """Return what to write instead of a command that is refused, where its author may say it at all."""
    may = any(bench.roster.may(comment.author, deed) for deed in list_deeds(command.verb, command.step))
    words = [word for word in (command.step, command.subject, command.text) if word]
    if comment.author_type != "User" or not may:
        return ""
    offered = corrections.correct(bench, command.verb, words)
    return "" if offered == f"/{' '.join([command.verb, *words])}" else offered


def refuse(
    bench: Bench, comment: Comment, command: str, error: RelautoError, instead: str = ""
) -> AnswerRefused:
    """Return the record of an answer that does not count, and say so."""
    bench.say(f"{comment.url}: {command} by {comment.author} does not count: {error.what}")
    return AnswerRefused(
        author=Person(comment.author),
        command=Text(command),
        reason=Text(error.what),
        source=comment.url,
        instead=Text(instead),
    )


def _require_counted(bench: Bench, comment: Comment, command: Command) -> None:
    if comment.edited:
        raise DecisionError(EDITED)
    if comment.author_type != "User":
        raise DecisionError(f"{comment.author} is no person")
    if command.verb == "qa":
        raise DecisionError("QA answers in the issue that asked QA")
    bench.roster.require(
        comment.author, f"approve {command.step}" if command.verb == "approve" else command.verb
    )


def _decide(bench: Bench, comment: Comment, command: Command) -> Sequence[Body]:
    if command.verb == "accept" and not command.step:
        return decisions.accept(bench, command.subject, command.text, comment.url)
    return [_DECISIONS[command.verb](bench, comment, command)]


def _moment(comment: Comment) -> datetime:
    return datetime.fromisoformat(comment.created_at)


def _approve(bench: Bench, comment: Comment, command: Command) -> events.DoorApproved:
    for place, door in bench.incident.doors.items():
        here = place == bench.incident.place(command.step, place.target)
        if here and door.subject.startswith(command.subject):
            if not desk.was_shown(bench, comment, desk.key_of_door(bench, place)):
                raise InputError(f"it is older than what {place} shows now; nothing is approved")
            doors.require_other(door, comment.author)
            given = min(_moment(comment), bench.clock.now())
            return decisions.approve(door, place, comment.url, given)
    raise InputError(f"nothing at the door {command.step} has the id {command.subject}; nothing is approved")


def _acknowledge(bench: Bench, comment: Comment, command: Command) -> events.KitAcknowledged:
    for (place, _), intent in bench.incident.intents.items():
        if intent.facts.get("digest") == command.subject:
            key = desk.key_of(bench, place, desk.ask_receipt(str(intent.facts["tag"]), command.subject))
            if not desk.was_shown(bench, comment, key):
                raise InputError("it is older than the hand-over of the kit; nothing is recorded")
            return events.KitAcknowledged(
                place=place, digest=command.subject, reason=Text(command.text), source=comment.url
            )
    raise InputError(f"no kit with the digest {command.subject[:12]} was handed over; nothing is recorded")


_DECISIONS: dict[Verb, Callable[[Bench, Comment, Command], Body]] = {
    "approve": _approve,
    "acknowledge": _acknowledge,
    "accept": lambda bench, comment, said: decisions.accept_loss(
        bench, said.step, said.subject, said.text, comment.url
    ),
    "tick": lambda bench, comment, said: decisions.tick(
        bench, said.step, said.text, comment.url, min(_moment(comment), bench.clock.now())
    ),
    "skip": lambda bench, comment, said: decisions.skip(bench, said.step, said.text, comment.url),
    "reopen": lambda bench, comment, said: decisions.reopen(bench, said.step, said.text, comment.url),
    "fail": lambda bench, comment, said: rounds.begin(
        bench, decisions.find_place(bench, said.step), said.text, comment.url
    ),
    "waive": lambda bench, comment, said: decisions.waive(
        bench, said.subject, said.end, said.text, comment.url, _moment(comment)
    ),
    "withdraw": lambda bench, comment, said: decisions.withdraw(bench, said.subject, said.text, comment.url),
}
