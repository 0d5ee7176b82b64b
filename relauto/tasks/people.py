"""What people decide and did, by a token of their own: GitHub says who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.tasks import away, connect
from relauto.tasks.incident import DRY, ID
from relauto.tasks.output import show

if TYPE_CHECKING:
    from relauto.model.event import Body
    from relauto.stages.bench import Bench


def _record(bench: Bench, deed: str, body: Body, sentence: str, *, dry: bool) -> None:
    from relauto import engine
    from relauto.stages import desk

    desk.require_entitled(bench, deed)
    if dry:
        show(f"would record: {sentence}; nothing was written")
        return
    away.settle(bench)
    engine.record(bench, body)
    show(sentence)


@task(
    positional=["step"],
    help={"step": "the door", "subject": "what is approved, as shown", "id": ID, "dry-run": DRY},
)
def approve(c: Context, step: str, subject: str = "", id: str = "", dry_run: bool = False) -> None:
    """Approve exactly what is shown at a door; without --subject, show it."""
    from relauto.errors import InputError
    from relauto.model.event import DoorApproved, digest_facts
    from relauto.stages import desk

    with connect.bench(id or None) as bench:
        place, door = desk.find_door(bench, step)
        shown = "".join(f"\n  {name}: {value}" for name, value in door.facts.items())
        if not subject:
            raise InputError(
                f"{place} asks for {door.subject}:{shown}",
                todo=f"relauto approve {step} --subject {door.subject}",
            )
        if len(subject) < 7 or not door.subject.startswith(subject):
            raise InputError(f"{place} asks for {door.subject}, not for {subject}:{shown}", todo="look again")
        body = DoorApproved(place=place, subject=door.subject, source="", shown=digest_facts(door.facts))
        sentence = f"{bench.login} approved {place}: {door.subject}"
        _record(bench, f"approve {step}", body, sentence, dry=dry_run or c.config.run.dry)


@task(
    positional=["step"],
    help={"step": "a step done by hand", "evidence": "what shows it", "id": ID, "dry-run": DRY},
)
def tick(c: Context, step: str, evidence: str = "", id: str = "", dry_run: bool = False) -> None:
    """Say that a step is done by hand, with evidence."""
    from relauto.errors import InputError
    from relauto.model.event import StepTicked, Text
    from relauto.stages import desk

    if not evidence.strip():
        raise InputError(f"a tick of {step} needs --evidence", todo="say what shows that it is done")
    dry, words = dry_run or c.config.run.dry, {"step": step, "evidence": evidence}
    with away.kept(id, "tick", words, dry=dry) as source, connect.bench(id or None) as bench:
        desk.check_tick(bench, step, evidence)
        body = StepTicked(place=desk.find_place(bench, step), evidence=Text(evidence), source=source)
        _record(bench, "tick", body, f"{step} is done: {evidence}", dry=dry)


@task(positional=["step"], help={"step": "a step", "reason": "why it is not done", "id": ID, "dry-run": DRY})
def skip(c: Context, step: str, reason: str = "", id: str = "", dry_run: bool = False) -> None:
    """Say that a step will not be done, with a reason that stays visible."""
    from relauto.errors import InputError
    from relauto.model.debt import refuse_closing
    from relauto.model.event import StepSkipped, Text
    from relauto.stages import desk

    if not reason.strip():
        raise InputError(f"skipping {step} needs --reason")
    with connect.bench(id or None) as bench:
        refuse_closing(bench.incident, step)
        body = StepSkipped(place=desk.find_place(bench, step), reason=Text(reason))
        _record(bench, "skip", body, f"{step} is skipped: {reason}", dry=dry_run or c.config.run.dry)


@task(
    positional=["step"], help={"step": "a step", "reason": "why it is done again", "id": ID, "dry-run": DRY}
)
def reopen(c: Context, step: str, reason: str = "", id: str = "", dry_run: bool = False) -> None:
    """Let a lost, refused, skipped or ticked step be done again."""
    from relauto.errors import InputError
    from relauto.model.event import StepReopened, Text
    from relauto.stages import desk

    if not reason.strip():
        raise InputError(f"reopening {step} needs --reason")
    with connect.bench(id or None) as bench:
        body = StepReopened(place=desk.find_place(bench, step), reason=Text(reason))
        _record(bench, "reopen", body, f"{step} is open again: {reason}", dry=dry_run or c.config.run.dry)


@task(
    positional=["step"],
    help={"step": "where it failed", "reason": "what did not help", "id": ID, "dry-run": DRY},
)
def fail(c: Context, step: str, reason: str = "", id: str = "", dry_run: bool = False) -> None:
    """Say that the release did not help: the next round of stages 4 to 6 begins."""
    from relauto.errors import InputError
    from relauto.stages import desk, rounds

    if not reason.strip():
        raise InputError(f"failing {step} needs --reason", todo="say what was seen")
    with connect.bench(id or None) as bench:
        body = rounds.begin(bench, desk.find_place(bench, step), reason)
        sentence = f"{step} failed: {reason}; round {body.round} begins"
        _record(bench, "fail", body, sentence, dry=dry_run or c.config.run.dry)


@task(
    positional=["text"],
    help={
        "text": "what is put on record",
        "kind": "mitigated, regression, decision or customer (`timeline: …` gives replies their timeline)",
        "at": "when it happened; default: now",
        "id": ID,
        "dry-run": DRY,
    },
)
def note(
    c: Context,
    text: str,
    kind: str = "decision",
    at: str = "",
    id: str = "",
    dry_run: bool = False,
) -> None:
    """Put something on record, at the moment it happened."""

    from typing import get_args

    import msgspec

    from relauto.clock import SystemClock
    from relauto.errors import InputError
    from relauto.model.event import NoteAdded, NoteKind, Text
    from relauto.tasks.values import parse_moment

    try:
        chosen = msgspec.convert(kind, NoteKind)
    except msgspec.ValidationError as error:
        known = ", ".join(get_args(NoteKind))
        raise InputError(f"there is no kind of note {kind!r}", todo=f"there are: {known}") from error
    now, dry = SystemClock().now(), dry_run or c.config.run.dry
    when = parse_moment(at, now) if at else now
    words = {"kind": chosen, "text": text, "at": when.isoformat()}
    with away.kept(id, "note", words, dry=dry) as source, connect.bench(id or None) as bench:
        body = NoteAdded(note=chosen, text=Text(text), happened_at=when, source=source)
        _record(bench, "tick", body, f"noted ({kind}): {text}", dry=dry)
