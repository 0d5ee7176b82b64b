"""What people decide and did, by a token of their own: GitHub says who they are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.tasks import away, connect
from relauto.tasks.incident import DRY, ID, JSON
from relauto.tasks.output import show, show_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relauto.model.door import Door
    from relauto.model.event import Body
    from relauto.model.target import Place
    from relauto.stages.bench import Bench


def put_on_record(
    bench: Bench, deed: str, bodies: Sequence[Body], sentence: str, *, dry: bool, json: bool
) -> None:
    """Record what somebody who is entitled to `deed` decided, unless it is a dry run, and tell it.

    Raises:
        DecisionError: they are not.
    """
    from relauto import recording

    bench.roster.require(bench.login, deed)
    if not dry:
        away.settle(bench)
        recording.record(bench, *bodies)
    if json:
        recorded = [body.kind for body in bodies]
        told = {"incident": bench.incident.id, "by": bench.login, "recorded": not dry, "events": recorded}
        show_json({**told, "what": sentence})
    else:
        show(f"would record: {sentence}; nothing was written" if dry else sentence)


@task(
    positional=["step"],
    help={
        "step": "the door",
        "subject": "what is approved, as shown",
        "by-run": "take the approvals that people gave on GitHub of this workflow's run",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def approve(
    c: Context,
    step: str,
    subject: str = "",
    by_run: bool = False,
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Approve exactly what is shown at a door; without --subject, show it."""
    from relauto.comms.standing import describe_holders, describe_standing
    from relauto.errors import InputError
    from relauto.stages.people import decisions, doors

    with connect.bench(id or None) as bench:
        place, door = decisions.find_door(bench, step)
        shown = "".join(f"\n  {name}: {value}" for name, value in door.facts.items())
        standing = doors.stand(bench, place)
        if not subject:
            raise InputError(
                f"{place} asks for {door.subject}:{shown}\n  {describe_standing(standing)}, "
                f"of {describe_holders(standing)}",
                todo=f"relauto approve {step} --subject {door.subject}",
            )
        if len(subject) < 7 or not door.subject.startswith(subject):
            raise InputError(f"{place} asks for {door.subject}, not for {subject}:{shown}", todo="look again")
        dry = dry_run or c.config.run.dry
        if by_run:
            _approve_by_run(bench, place, door, dry=dry, json=json)
            return
        doors.require_other(door, bench.login)
        sentence = f"{bench.login} approved {place}: {door.subject}"
        body = decisions.approve(door, place)
        put_on_record(bench, f"approve {step}", [body], sentence, dry=dry, json=json)


def _approve_by_run(bench: Bench, place: Place, door: Door, *, dry: bool, json: bool) -> None:
    from relauto import recording
    from relauto.errors import InputError
    from relauto.stages.people import environments

    run, where = os.environ.get("GITHUB_RUN_ID", ""), os.environ.get("GITHUB_REPOSITORY", "")
    ops = bench.settings.repositories.ops
    if not run.isdecimal() or where.lower() != ops.lower():
        raise InputError(f"this is no workflow's run of {ops}", todo="start relauto-door.yml there")
    found = environments.read_approvals(bench, place, door, int(run))
    if not dry:
        recording.record(bench, *found)
    people = [str(each.actor) for each in found]
    sentence = f"{', '.join(people) or 'nobody else'} approved {place}: {door.subject}"
    if json:
        show_json({"incident": bench.incident.id, "by": people, "recorded": not dry, "what": sentence})
    else:
        show(f"would record: {sentence}; nothing was written" if dry else sentence)


@task(
    positional=["step"],
    help={
        "step": "a step done by hand",
        "evidence": "what shows it",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def tick(
    c: Context, step: str, evidence: str = "", id: str = "", dry_run: bool = False, json: bool = False
) -> None:
    """Say that a step is done by hand, with evidence."""
    from relauto.stages.people import decisions

    decisions.require_words(evidence, f"a tick of {step} needs --evidence", "say what shows that it is done")
    dry, words = dry_run or c.config.run.dry, {"step": step, "evidence": evidence}
    with away.kept(id, "tick", words, dry=dry, json=json) as source, connect.bench(id or None) as bench:
        body = decisions.tick(bench, step, evidence, source)
        put_on_record(bench, "tick", [body], f"{step} is done: {evidence}", dry=dry, json=json)


@task(
    positional=["step"],
    help={"step": "a step", "reason": "why it is not done", "id": ID, "dry-run": DRY, "json": JSON},
)
def skip(
    c: Context, step: str, reason: str = "", id: str = "", dry_run: bool = False, json: bool = False
) -> None:
    """Say that a step will not be done, with a reason that stays visible."""
    from relauto.stages.people import decisions

    with connect.bench(id or None) as bench:
        body = decisions.skip(bench, step, reason)
        dry = dry_run or c.config.run.dry
        put_on_record(bench, "skip", [body], f"{step} is skipped: {reason}", dry=dry, json=json)


@task(
    positional=["step"],
    help={
        "step": "a step, or `desk` where its issue is gone",
        "reason": "why it is done again",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def reopen(
    c: Context, step: str, reason: str = "", id: str = "", dry_run: bool = False, json: bool = False
) -> None:
    """Let a lost, refused, skipped or ticked step be done again."""
    from relauto.stages.people import decisions

    with connect.bench(id or None) as bench:
        made = decisions.abandon_desk if step == "desk" else decisions.reopen
        body = made(bench, step, reason)
        dry = dry_run or c.config.run.dry
        put_on_record(bench, "reopen", [body], f"{step} is open again: {reason}", dry=dry, json=json)


@task(
    positional=["what"],
    help={
        "what": "a commit of the line or a file that ships as well, or a step whose proof is gone",
        "subject": "for a step: what is there now, as shown",
        "reason": "why it is accepted",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def accept(
    c: Context,
    what: str,
    subject: str = "",
    reason: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Accept a commit beside the fix, or a lost step as it is."""
    from relauto.errors import InputError
    from relauto.stages.people import decisions

    with connect.bench(id or None) as bench:
        bodies: list[Body] = []
        if "." not in what:
            bodies.extend(decisions.accept(bench, what, reason))
        elif subject:
            bodies.append(decisions.accept_loss(bench, what, subject, reason))
        else:
            place, record = decisions.find_loss(bench, what)
            raise InputError(
                f"{place} is lost: {record.reason}",
                todo=f"relauto accept {what} --subject {record.shown[:12]} --reason …",
            )
        dry = dry_run or c.config.run.dry
        put_on_record(bench, "accept", bodies, f"{what} is accepted: {reason}", dry=dry, json=json)


@task(
    positional=["gate"],
    help={
        "gate": "such as prepare.verify:qa",
        "reason": "why it may stand open",
        "expires": "until when: so long from now (4h), or a moment",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def waive(
    c: Context,
    gate: str,
    reason: str = "",
    expires: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Let a gate stand open for one commit, until a moment."""
    from relauto.comms.wording import format_moment
    from relauto.stages.people import decisions

    with connect.bench(id or None) as bench:
        bench.roster.require(bench.login, "waive")
        body = decisions.waive(bench, gate, expires, reason)
        over = f", over the objection of {body.against}" if body.against else ""
        sentence = (
            f"{body.place.step}:{body.gate} is waived for {body.commit} "
            f"until {format_moment(body.until)}{over}: {reason}"
        )
        put_on_record(bench, "waive", [body], sentence, dry=dry_run or c.config.run.dry, json=json)


@task(
    positional=[],
    help={
        "fix": "the fix's branch",
        "pull": "the fix's pull request",
        "reason": "why it shall not ship",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def withdraw(
    c: Context,
    fix: str = "",
    pull: int = 0,
    reason: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Take back a fix that was attached."""
    from relauto.errors import InputError
    from relauto.stages.people import decisions

    if bool(fix) == bool(pull):
        raise InputError("withdraw needs one of --fix and --pull", todo="name the one that was attached")
    name = fix or f"#{pull}"
    with connect.bench(id or None) as bench:
        body = decisions.withdraw(bench, name, reason)
        dry = dry_run or c.config.run.dry
        put_on_record(bench, "withdraw", [body], f"{name} is withdrawn: {reason}", dry=dry, json=json)


@task(
    positional=["step"],
    help={
        "step": "where it failed",
        "reason": "what did not help",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def fail(
    c: Context, step: str, reason: str = "", id: str = "", dry_run: bool = False, json: bool = False
) -> None:
    """Say that the release did not help: the next round of stages 4 to 6 begins."""
    from relauto.errors import InputError
    from relauto.stages import rounds
    from relauto.stages.people import decisions

    if not reason.strip():
        raise InputError(f"failing {step} needs --reason", todo="say what was seen")
    with connect.bench(id or None) as bench:
        body = rounds.begin(bench, decisions.find_place(bench, step), reason)
        dry = dry_run or c.config.run.dry
        sentence = f"{step} failed: {reason}; round {body.round} begins"
        put_on_record(bench, "fail", [body], sentence, dry=dry, json=json)


@task(
    positional=["text"],
    help={
        "text": "what is put on record",
        "kind": "mitigated, regression, decision or customer (`timeline: …` gives replies their timeline)",
        "at": "when it happened; default: now",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def note(
    c: Context,
    text: str,
    kind: str = "decision",
    at: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Put something on record, at the moment it happened."""

    from typing import get_args

    import msgspec

    from relauto.clock import SystemClock
    from relauto.errors import InputError
    from relauto.model.event import NoteAdded, NoteKind
    from relauto.model.moment import parse_moment
    from relauto.model.words import Text

    try:
        chosen = msgspec.convert(kind, NoteKind)
    except msgspec.ValidationError as error:
        known = ", ".join(get_args(NoteKind))
        raise InputError(f"there is no kind of note {kind!r}", todo=f"there are: {known}") from error
    now, dry = SystemClock().now(), dry_run or c.config.run.dry
    when = parse_moment(at, now) if at else now
    words = {"kind": chosen, "text": text, "at": when.isoformat()}
    with away.kept(id, "note", words, dry=dry, json=json) as source, connect.bench(id or None) as bench:
        body = NoteAdded(note=chosen, text=Text(text), happened_at=when, source=source)
        put_on_record(bench, "note", [body], f"noted ({kind}): {text}", dry=dry, json=json)
