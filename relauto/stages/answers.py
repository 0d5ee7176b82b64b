"""What people answered at the desk: each answer is read once, by the roster of that moment.

GitHub authenticates who answers; the roster says what the answer is worth. One that does not count goes
on record as such, so that it never counts later, and whoever gave it is told why, in a comment.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from relauto.comms.desk import render_refusal
from relauto.errors import DecisionError, InputError, RelautoError
from relauto.github import issues
from relauto.github.client import Client
from relauto.github.issues import Comment
from relauto.model import event as events
from relauto.model.commands import Command, Verb, parse_commands
from relauto.model.event import AnswerRefused, Body, Person, Said, Text, locate
from relauto.stages import decisions, desk, doors, rounds
from relauto.stages.bench import Bench


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
    """Tell everybody whose answer at the desk does not count, and was not told yet, why."""
    for source, refused in _find_untold(bench):
        bench.say(_describe(refused))
        reply(bench, bench.ops, desk.number(bench), source, refused)
        bench.look("desk")


def reply(bench: Bench, client: Client, number: int, source: str, refused: tuple[AnswerRefused, ...]) -> None:
    """Answer in an issue that somebody's comment there does not count, once."""
    text = render_refusal(refused, bench.renderer)
    issues.comment(client, number, key_of_reply(bench, source), text, absent=True)


def key_of_reply(bench: Bench, source: str) -> str:
    """Return the key of the comment that tells why the answer at `source` does not count."""
    return f"{bench.incident.id}:answer:{urlsplit(source).fragment or 'issue'}"


def describe_untold(bench: Bench) -> list[str]:
    """Return the sentences for those whom `tell_refused` would tell."""
    return [_describe(refused) for _, refused in _find_untold(bench)]


def _describe(refused: tuple[AnswerRefused, ...]) -> str:
    return f"tell {refused[0].author} at the desk that {refused[0].command} does not count"


def _find_untold(bench: Bench) -> list[tuple[str, tuple[AnswerRefused, ...]]]:
    opened = bench.incident.desk
    here = f"{locate(opened.url)}#" if opened else ""
    unheard = [pair for pair in bench.incident.unheard.items() if opened and pair[0].startswith(here)]
    if not unheard:
        return []
    known = desk.read(bench)
    return [
        (source, refused)
        for source, refused in unheard
        if issues.find_comment(known, key_of_reply(bench, source)) is None
    ]


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
