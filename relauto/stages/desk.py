"""The desk: one issue per incident in the ops repository where doors are shown and people answer.

GitHub authenticates who answers; the roster says what the answer is worth. An answer that does not
count changes nothing and is told to whoever runs relauto.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from relauto.comms.desk import approve_command
from relauto.errors import DecisionError, InputError
from relauto.github import issues
from relauto.github.issues import Comment, Issue
from relauto.github.look import Look
from relauto.model import event as events
from relauto.model.commands import Command, parse_commands
from relauto.model.debt import find_debt, refuse_closing
from relauto.model.door import Door
from relauto.model.event import Body, Facts, Person, Said, Text, digest_facts, locate
from relauto.model.roster import ENTITLED
from relauto.model.target import Place
from relauto.stages import rounds, texts
from relauto.stages.bench import Bench
from relauto.stages.investigate import read_decision
from relauto.stages.step import Question

LABEL = "relauto-desk"
DECISION = "investigate.qa-decision"
# GitHub takes comments of up to 65,536 characters.
_ROOM = 60_000


def open_desk(bench: Bench) -> events.DeskOpened | None:
    """Open the incident's desk issue unless the journal knows it; return what is to be recorded."""
    if bench.incident.desk is not None:
        return None
    bench.say(describe_desk(bench))
    title, body = texts.desk(bench)
    issue = bench.see("desk", _look_for_desk(bench))
    if issue is None:
        with bench.ops.counts.about("notices"):
            issue = issues.open_issue(
                bench.ops, _desk_key(bench), title=title, body=body, labels=[LABEL], absent=True
            )
    return events.DeskOpened(number=issue.number, url=issue.url)


def _desk_key(bench: Bench) -> str:
    return f"{bench.incident.id}:desk"


def _look_for_desk(bench: Bench) -> Look[Issue | None]:
    return issues.look_for_issue(bench.ops, _desk_key(bench), LABEL)


def look_at_desk(bench: Bench) -> Look[Any]:
    """Return the look at the desk, or the one for it while the journal knows none."""
    known = bench.incident.desk
    return issues.look_at_issue(bench.ops, known.number) if known else _look_for_desk(bench)


def ask(bench: Bench, place: Place, question: Question) -> None:
    """Put a question with its exact answers on the desk, once for what it shows.

    One that is longer than a comment may be is asked in several; the last says that it was asked whole.
    """
    if is_asked(bench, place, question):
        return
    bench.say(describe_question(place, question.door))
    key = _key(bench, place, question)
    known = _read(bench, _number(bench))
    *parts, last = split_question(question)
    for name, part in (*((f"{key}:{number}", part) for number, part in enumerate(parts, 1)), (key, last)):
        if issues.find_comment(known, name) is None:
            text = texts.question(bench, place, part)
            with bench.ops.counts.about("notices"):
                issues.comment(bench.ops, _number(bench), name, text, absent=True)
    bench.look("desk")


def split_question(question: Question) -> list[Question]:
    """Return a question that asks for a command to each thing shown in parts that fit a comment each."""
    if len(question.shown) != len(question.commands):
        return [question]
    parts: list[list[int]] = [[]]
    room = _ROOM
    for number, (shown, command) in enumerate(zip(question.shown, question.commands, strict=True)):
        # What Markdown has to escape doubles at worst.
        size = len(command) + 2 * (len(shown.name) + len(shown.value) + len(shown.url)) + len("|  |  |\n\n")
        if size > room and parts[-1]:
            parts.append([])
            room = _ROOM
        parts[-1].append(number)
        room -= size
    return [
        replace(
            question,
            shown=tuple(question.shown[each] for each in part),
            commands=tuple(question.commands[each] for each in part),
        )
        for part in parts
    ]


def describe_question(place: Place, door: str) -> str:
    """Return the sentence for a question that is put on the desk."""
    return f"{place}: ask at the desk ({door})"


def describe_desk(bench: Bench) -> str:
    """Return the sentence for the desk that is opened."""
    return f"open the incident's desk, an issue of {bench.settings.repositories.ops}"


def is_asked(bench: Bench, place: Place, question: Question) -> bool:
    """Return whether a question stands on the desk."""
    if bench.incident.desk is None:
        return False
    return issues.find_comment(_read(bench, _number(bench)), _key(bench, place, question)) is not None


def _key(bench: Bench, place: Place, question: Question) -> str:
    # Sorted: facts that come back from the journal are in another order.
    shown = sorted((each.name, each.value) for each in question.shown)
    where = hashlib.sha256(f"{place} {shown}".encode()).hexdigest()[:12]
    return f"{bench.incident.id}:{question.door}:{where}:{question.subject}"


def _number(bench: Bench) -> int:
    if bench.incident.desk is None:
        raise LookupError("the desk is opened before anything is asked")
    return bench.incident.desk.number


def _read(bench: Bench, number: int) -> tuple[Comment, ...]:
    return bench.see("desk", issues.look_at_issue(bench.ops, number))[1]


def read_answers(bench: Bench) -> Iterator[Said]:
    """Yield what people answered at the desk since the journal last took note, in order.

    Each is to be taken into account before the next is asked for: it may be about what follows.
    """
    if bench.incident.desk is None:
        return
    for comment in _read(bench, bench.incident.desk.number):
        if locate(comment.url) in bench.incident.answered or comment.author == bench.login:
            continue
        commands = parse_commands(comment.body)
        if comment.edited and commands:
            bench.say(f"{comment.url}: it was edited, by whom is not known; answer in a new comment")
            continue
        for command in commands:
            yield from (Said(Person(comment.author), body) for body in _answer(bench, comment, command))


def _answer(bench: Bench, comment: Comment, command: Command) -> Iterator[Body]:
    deed = f"approve {command.step}" if command.verb == "approve" else command.verb
    if comment.author_type != "User" or deed not in ENTITLED or not bench.roster.may(comment.author, deed):
        bench.say(
            f"{comment.url}: /{deed} by {comment.author} does not count: the roster does not entitle them"
        )
        return
    try:
        yield from _bodies(bench, comment, command)
    except InputError as error:
        bench.say(f"{comment.url}: {error.what}")


def _bodies(bench: Bench, comment: Comment, command: Command) -> Iterator[Body]:
    match command.verb:
        case "approve":
            yield from _approve(bench, comment, command)
        case "accept":
            yield from _accept(bench, comment, command)
        case "acknowledge":
            yield from _acknowledge(bench, comment, command)
        case "tick":
            check_tick(bench, command.step, command.text)
            yield events.StepTicked(
                place=find_place(bench, command.step), evidence=Text(command.text), source=comment.url
            )
        case "skip":
            refuse_closing(bench.incident, command.step)
            yield events.StepSkipped(
                place=find_place(bench, command.step), reason=Text(command.text), source=comment.url
            )
        case "reopen":
            yield events.StepReopened(
                place=find_place(bench, command.step), reason=Text(command.text), source=comment.url
            )
        case "fail":
            place = find_place(bench, command.step)
            yield rounds.begin(bench, place, command.text, comment.url)


def _approve(bench: Bench, comment: Comment, command: Command) -> Iterator[Body]:
    for place, door in bench.incident.doors.items():
        here = place == bench.incident.place(command.step, place.target)
        if here and door.subject.startswith(command.subject):
            if _was_shown(bench, place, door, comment):
                shown = digest_facts(door.facts)
                yield events.DoorApproved(place=place, subject=door.subject, source=comment.url, shown=shown)
            else:
                bench.say(f"{comment.url}: it is older than what {place} shows now; nothing is approved")
            return
    bench.say(
        f"{comment.url}: nothing at the door {command.step} has the id {command.subject}; nothing is approved"
    )


def _was_shown(bench: Bench, place: Place, door: Door, answer: Comment) -> bool:
    """Return whether the desk showed what stands at a door before somebody answered."""
    comments = _read(bench, _number(bench))
    key = _key(bench, place, make_question(bench, place, door.subject, door.facts))
    shown = issues.find_comment(comments, key)
    return shown is not None and comments.index(shown) < comments.index(answer)


def make_question(bench: Bench, place: Place, subject: str, facts: Facts) -> Question:
    """Return what is asked at a step's door."""
    command = approve_command(place.step, subject)
    return Question(f"approve {place.step}", place.step, subject, texts.show_facts(bench, facts), (command,))


def _accept(bench: Bench, comment: Comment, command: Command) -> Iterator[Body]:
    for place, record in bench.incident.steps.items():
        for commit in record.facts.get("strangers", ()):
            if place.target and commit.startswith(command.subject):
                yield events.CommitAccepted(
                    target=place.target, commit=commit, reason=Text(command.text), source=comment.url
                )
        for file in record.facts.get("files", ()):
            if file["sha256"].startswith(command.subject):
                origin, reason = Text(f"found in {file['tag']}"), Text(command.text)
                yield events.FileAccepted(
                    place=place, **file, origin=origin, reason=reason, source=comment.url
                )


def _acknowledge(bench: Bench, comment: Comment, command: Command) -> Iterator[Body]:
    for (place, _), intent in bench.incident.intents.items():
        if intent.facts.get("digest") == command.subject:
            yield events.KitAcknowledged(
                place=place, digest=command.subject, reason=Text(command.text), source=comment.url
            )
            return
    bench.say(
        f"{comment.url}: no kit with the digest {command.subject[:12]} was handed over; nothing is recorded"
    )


def find_place(bench: Bench, step: str) -> Place:
    """Return the place of a step that people name: the only target's, or the incident's own.

    Raises:
        InputError: the playbook has no such step, and the incident no such debt.
    """
    debt = find_debt(bench.incident, step)
    if debt:
        return debt.place
    found = bench.playbook.step(step)
    target = bench.incident.targets[0] if found.scope == "target" else None
    return bench.place(step, target)


def require_entitled(bench: Bench, deed: str) -> None:
    """Refuse a deed of somebody whom the roster does not entitle to it.

    Raises:
        DecisionError: the login behind the token may not do this.
    """
    if deed not in ENTITLED or not bench.roster.may(bench.login, deed):
        entitled = ", ".join(bench.roster.holders(deed)) if deed in ENTITLED else ""
        raise DecisionError(
            f"{bench.login} may not {deed}", todo=f"ask one of: {entitled or 'nobody on the roster'}"
        )


def find_door(bench: Bench, step: str) -> tuple[Place, Door]:
    """Return the door of a step that was reached in the current round.

    Raises:
        InputError: nothing is asked there now.
    """
    bench.playbook.step(step)
    for place, door in bench.incident.doors.items():
        if place == bench.incident.place(step, place.target):
            return place, door
    raise InputError(f"nothing is asked at {step}", todo="relauto advance comes to its door first")


def check_tick(bench: Bench, step: str, evidence: str) -> None:
    """Refuse a tick of a step that relauto proves by itself.

    Raises:
        InputError: the step is unknown or automated, the decision is unreadable, or a debt is not paid.
    """
    refuse_closing(bench.incident, step)
    found = bench.playbook.step(step)
    rounds.refuse_failed_tick(step, evidence)
    if step == DECISION:
        read_decision(evidence)
    elif found.automated:
        raise InputError(
            f"{step} is proved by relauto and cannot be ticked by hand", todo="skip it with a reason"
        )
