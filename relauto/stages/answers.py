"""What people answered at the desk: each answer is read once, by the roster of that moment.

GitHub authenticates who answers; the roster says what the answer is worth. One that does not count goes
on record as such, so that it never counts later, and whoever gave it is told why, in a comment.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from relauto.comms.desk import render_refusal
from relauto.errors import DecisionError, InputError, RelautoError
from relauto.github import issues
from relauto.github.client import Client
from relauto.github.faults import NotFoundError
from relauto.github.issues import Comment
from relauto.model import event as events
from relauto.model.commands import Command, Verb, parse_commands
from relauto.model.event import AnswerRefused, Body, Said, locate
from relauto.model.words import Person, Text
from relauto.stages import decisions, desk, doors, rounds
from relauto.stages.bench import Bench, Kind


def read_answers(bench: Bench) -> Iterator[Said | Body]:
    """Yield what people answered at the desk since the journal last took note, in order.

    Each is to be taken into account before the next is asked for: it may be about what follows.

    Raises:
        DecisionError: the desk is gone.
    """
    if bench.incident.desk is None:
        return
    for comment in desk.read(bench):
        commands = parse_commands(comment.body)
        if commands and locate(comment.url) not in bench.incident.answered:
            yield from _read(bench, comment, commands)


def _read(bench: Bench, comment: Comment, commands: list[Command]) -> Iterator[Said | Body]:
    if comment.author == bench.login:
        bench.say(f"{comment.url}: relauto runs as {bench.login}; let them use the tasks, or another answer")
        return
    for command in commands:
        try:
            _require_counted(bench, comment, command)
            yield from [Said(Person(comment.author), body) for body in _decide(bench, comment, command)]
        except (InputError, DecisionError) as error:
            yield refuse(bench, comment, f"/{command.verb} {command.step}".strip(), error)


def refuse(bench: Bench, comment: Comment, command: str, error: RelautoError) -> AnswerRefused:
    """Return the record of an answer that does not count, and say so."""
    bench.say(f"{comment.url}: {command} by {comment.author} does not count: {error.what}")
    return AnswerRefused(
        author=Person(comment.author), command=Text(command), reason=Text(error.what), source=comment.url
    )


def _require_counted(bench: Bench, comment: Comment, command: Command) -> None:
    if comment.edited:
        raise DecisionError("it was edited, by whom is not known; answer in a new comment")
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


def tell_refused(bench: Bench) -> None:
    """Tell everybody whose answer does not count, and who was not told yet, why."""
    for there, source, refused in _find_untold(bench):
        bench.say(_describe(there, refused))
        text = render_refusal(refused, bench.renderer)
        issues.comment(there.client, there.number, _key_of_reply(bench, source), text, absent=True)
        bench.look(there.kind)


def describe_untold(bench: Bench) -> list[str]:
    """Return the sentences for those whom `tell_refused` would tell."""
    return [_describe(there, refused) for there, _, refused in _find_untold(bench)]


def _describe(there: "_There", refused: tuple[AnswerRefused, ...]) -> str:
    return f"tell {refused[0].author} at {there.name} that {refused[0].command} does not count"


@dataclass(frozen=True)
class _There:
    """An issue at which people answer."""

    name: str
    kind: Kind
    client: Client
    number: int
    url: str

    def comments(self, bench: Bench) -> tuple[Comment, ...]:
        if self.kind == "desk":
            return desk.read(bench)
        try:
            return bench.see("qa", issues.look_at_issue(self.client, self.number))[1]
        except NotFoundError:
            return ()


def _find_untold(bench: Bench) -> Iterator[tuple[_There, str, tuple[AnswerRefused, ...]]]:
    for there in _list_places(bench):
        here = f"{locate(there.url)}#"
        for source, refused in list(bench.incident.unheard.items()):
            key = _key_of_reply(bench, source)
            if source.startswith(here) and issues.find_comment(there.comments(bench), key) is None:
                yield there, source, refused


def _list_places(bench: Bench) -> Iterator[_There]:
    """Yield the desk, and QA's issues about what is not released yet."""
    opened = bench.incident.desk
    if opened:
        yield _There("the desk", "desk", bench.ops, opened.number, opened.url)
    for asked in list(bench.incident.qa_requests.values()):
        if asked.place.target is None or not bench.facts("prepare.release", asked.place.target):
            yield _There(f"QA's issue about {asked.tag}", "qa", bench.qa, asked.number, asked.url)


def _key_of_reply(bench: Bench, source: str) -> str:
    return f"{bench.incident.id}:answer:{urlsplit(source).fragment or 'issue'}"


_DECISIONS: dict[Verb, Callable[[Bench, Comment, Command], Body]] = {
    "approve": _approve,
    "acknowledge": _acknowledge,
    "accept": lambda bench, comment, said: decisions.accept_loss(
        bench, said.step, said.subject, said.text, comment.url
    ),
    "tick": lambda bench, comment, said: decisions.tick(bench, said.step, said.text, comment.url),
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
