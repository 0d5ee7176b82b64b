"""The desk: one issue per incident in the ops repository where relauto asks, each thing once.

What people answer there is read by `relauto.stages.answers`.
"""

import hashlib
from dataclasses import replace
from typing import Any

from relauto.comms.desk import (
    Shown,
    accept_loss_command,
    acknowledge_command,
    approve_command,
    render_reopened,
    reopen_command,
)
from relauto.comms.standing import describe_holders, describe_standing
from relauto.errors import DecisionError
from relauto.github import issues
from relauto.github.comments import Comment, find_comment, post_comment
from relauto.github.faults import NotFoundError
from relauto.github.issues import Issue
from relauto.github.look import Look
from relauto.model import event as events
from relauto.model.debt import is_finished
from relauto.model.door import Standing
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.people import doors
from relauto.stages.step import Question
from relauto.stages.texts.desk import show_facts, write_desk, write_last_word, write_question, write_standing

LABEL = "relauto-desk"
# GitHub takes comments of up to 65,536 characters.
_ROOM = 60_000


def open_desk(bench: Bench) -> events.DeskOpened:
    """Open the incident's desk issue, which the journal knows of none; return what is to be recorded."""
    bench.say(describe_desk(bench))
    title, body = write_desk(bench)
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
    key = key_of(bench, place, question)
    known = read(bench)
    *parts, last = split_question(question)
    for name, part in (*((f"{key}:{nth}", part) for nth, part in enumerate(parts, 1)), (key, last)):
        if find_comment(known, name) is None:
            text = write_question(bench, place, part)
            with bench.ops.counts.about("notices"):
                post_comment(bench.ops, number(bench), name, text, absent=True)
    bench.look("desk")


def split_question(question: Question) -> list[Question]:
    """Return a question that asks for a command to each thing shown in parts that fit a comment each."""
    if len(question.shown) != len(question.commands):
        return [question]
    parts: list[list[int]] = [[]]
    room = _ROOM
    for nth, (shown, command) in enumerate(zip(question.shown, question.commands, strict=True)):
        size = len(command) + shown.size
        if size > room and parts[-1]:
            parts.append([])
            room = _ROOM
        parts[-1].append(nth)
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
    return find_comment(read(bench), key_of(bench, place, question)) is not None


def key_of(bench: Bench, place: Place, question: Question) -> str:
    """Return the key of the comment that asks a question: the same for the same that is shown."""
    # Sorted: facts that come back from the journal are in another order.
    shown = sorted((each.name, each.value) for each in question.shown)
    where = hashlib.sha256(f"{place} {shown}".encode()).hexdigest()[:12]
    again = f":again-{question.again}" if question.again else ""
    return f"{bench.incident.id}:{question.door}:{where}:{question.subject}{again}"


def number(bench: Bench) -> int:
    """Return the number of the desk's issue.

    Raises:
        LookupError: it was not opened yet.
    """
    if bench.incident.desk is None:
        raise LookupError("the desk is opened before anything is asked")
    return bench.incident.desk.number


def read(bench: Bench) -> tuple[Comment, ...]:
    """Return the comments at the desk, oldest first.

    Raises:
        DecisionError: its issue is gone.
    """
    known = number(bench)
    try:
        return bench.see("desk", issues.look_at_issue(bench.ops, known))[1]
    except NotFoundError as error:
        where = bench.settings.repositories.ops
        raise DecisionError(
            f"the desk of {bench.incident.id} is lost: {where} has no issue #{known}",
            todo="relauto reopen desk --reason … opens another, where everything open is asked again",
        ) from error


def find_closer(bench: Bench) -> str:
    """Return who closed the desk while the incident needs it, or "" where nothing is to be done about it.

    What is answered at a closed desk counts; but people do not look there. It is opened again once: whoever
    closes it after that has been told, and is left alone. So is a desk that relauto itself has closed.
    """
    if bench.incident.desk is None or is_finished(bench.incident, bench.playbook):
        return ""
    comments = read(bench)
    told = (_key_of_reopening(bench), _key_of_closing(bench))
    if _read_state(bench) == "open" or any(find_comment(comments, key) for key in told):
        return ""
    closer = bench.remember("desk", "closer", lambda: issues.read_closer(bench.ops, number(bench)))
    return "" if closer == bench.login else closer


def _read_state(bench: Bench) -> str:
    return bench.see("desk", issues.look_at_issue(bench.ops, number(bench)))[0].state


def reopen_closed(bench: Bench) -> None:
    """Open the desk again where somebody has closed it, and say so there."""
    closer = find_closer(bench)
    if closer:
        bench.say(describe_reopening(closer))
        text = render_reopened(closer, bench.renderer)
        issues.edit_issue(bench.ops, number(bench), state="open")
        post_comment(bench.ops, number(bench), _key_of_reopening(bench), text, absent=True)
        bench.look("desk")


def describe_reopening(closer: str) -> str:
    """Return the sentence for the desk that is opened again."""
    return f"tell {closer} at the desk that it is still needed, and open it again"


def must_close(bench: Bench) -> bool:
    """Return whether the incident is finished, and the desk does not say so: it is closed once."""
    if bench.incident.desk is None or not is_finished(bench.incident, bench.playbook):
        return False
    return find_comment(read(bench), _key_of_closing(bench)) is None


def close_finished(bench: Bench) -> None:
    """Close the desk with a last word where the incident is finished."""
    if not must_close(bench):
        return
    bench.say(describe_closing())
    with bench.ops.counts.about("notices"):
        # The word comes last: a desk that is open behind it was opened again by somebody.
        if _read_state(bench) == "open":
            issues.edit_issue(bench.ops, number(bench), state="closed")
        post_comment(bench.ops, number(bench), _key_of_closing(bench), write_last_word(bench), absent=True)
    bench.look("desk")


def describe_closing() -> str:
    """Return the sentence for the desk that is closed."""
    return "tell everybody at the desk that the incident is finished, and close it"


def _key_of_closing(bench: Bench) -> str:
    return f"{bench.incident.id}:desk-closed"


def _key_of_reopening(bench: Bench) -> str:
    return f"{bench.incident.id}:desk-reopened"


def was_shown(bench: Bench, answer: Comment, key: str) -> bool:
    """Return whether the comment with this key stood on the desk before somebody answered."""
    comments = read(bench)
    shown = find_comment(comments, key)
    return shown is not None and comments.index(shown) < comments.index(answer)


def make_question(bench: Bench, place: Place) -> Question:
    """Return what is asked at a door that was reached."""
    door, standing = bench.incident.doors[place], doors.stand(bench, place)
    return Question(
        deed=f"approve {place.step}",
        door=place.step,
        subject=door.subject,
        shown=show_facts(bench, door.facts),
        commands=(approve_command(place.step, door.subject),),
        again=standing.outworn,
        note=" ".join(filter(None, [_note(door.people, standing), *_tell_overridden(bench, place)])),
    )


def _note(people: int, standing: Standing) -> str:
    if people == 1 and not standing.expired:
        return ""
    needs = f"{people} different people have to say yes: " if people > 1 else ""
    return f"{needs}{describe_standing(standing)}, of {describe_holders(standing)}."


def _tell_overridden(bench: Bench, place: Place) -> list[str]:
    """Return whose objection to what a door shows was overridden: who answers has to know."""
    subject = bench.incident.doors[place].subject
    return [
        f"{each.against} asked for changes; {each.actor} overrode that: {each.reason}"
        for each in bench.incident.overrides
        if each.against and (each.place, each.commit) == (place, subject)
    ]


def key_of_door(bench: Bench, place: Place) -> str:
    """Return the key of the comment that first showed what a door shows now."""
    return key_of(bench, place, replace(make_question(bench, place), again=0))


def tell_standing(bench: Bench, place: Place, question: Question) -> None:
    """Tell at the desk that somebody said yes where more people have to, once for each."""
    if not is_standing_told(bench, place, question):
        bench.say(describe_told(place))
        text = write_standing(bench, place, question)
        post_comment(bench.ops, number(bench), _key_of_standing(bench, place, question), text, absent=True)
        bench.look("desk")


def is_standing_told(bench: Bench, place: Place, question: Question) -> bool:
    """Return whether the desk says who has said yes: in the question itself where nobody has answered it."""
    door = bench.incident.doors[place]
    answered = {each.actor for each in door.approvals} & set(doors.stand(bench, place).given)
    if not answered:
        return True
    return find_comment(read(bench), _key_of_standing(bench, place, question)) is not None


def describe_told(place: Place) -> str:
    """Return the sentence for a word on who has said yes."""
    return f"{place}: tell the desk who has said yes"


def _key_of_standing(bench: Bench, place: Place, question: Question) -> str:
    given = hashlib.sha256(" ".join(sorted(doors.stand(bench, place).given)).encode()).hexdigest()[:8]
    return f"{key_of(bench, place, question)}:yes-{given}"


def ask_receipt(tag: str, digest: str) -> Question:
    """Return what is asked once a kit is handed over."""
    shown = (Shown("tag", tag), Shown("digest of SHA256SUMS", digest))
    return Question("acknowledge", "deploy.acknowledge", digest, shown, (acknowledge_command(digest),))


def ask_loss(place: Place, digest: str, before: str, now: str) -> Question:
    """Return what is asked when a step is lost: `digest` stands for what is there now."""
    shown = (Shown("it was proved", before, words=True), Shown("now", now, words=True))
    commands = (accept_loss_command(place.step, digest), reopen_command(place.step))
    return Question("accept", "lost", digest, shown, commands)
