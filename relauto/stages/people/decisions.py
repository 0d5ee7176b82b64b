"""What people decide, checked and turned into events: the same at the desk and in the tasks.

Who decides is the caller's to check: a comment's author, or the login behind a token.
"""

from datetime import datetime

from relauto.errors import DecisionError, InputError
from relauto.model import event as events
from relauto.model.deadline import refuse_early
from relauto.model.debt import find_debt, refuse_closing
from relauto.model.door import Door
from relauto.model.facts import digest_facts
from relauto.model.gate import Held, parse_gate
from relauto.model.incident import Fix, StepRecord, StepState
from relauto.model.moment import parse_end
from relauto.model.target import Place
from relauto.model.words import Text
from relauto.stages import rounds
from relauto.stages.bench import Bench
from relauto.stages.investigate import read_decision
from relauto.stages.people import desk

DECISION = "investigate.qa-decision"


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


def approve(door: Door, place: Place, source: str = "", given: datetime | None = None) -> events.DoorApproved:
    """Approve exactly what a door shows."""
    shown = digest_facts(door.facts)
    return events.DoorApproved(place=place, subject=door.subject, source=source, shown=shown, given_at=given)


def tick(
    bench: Bench, step: str, evidence: str, source: str = "", said: datetime | None = None
) -> events.StepTicked:
    """Say that a step is done, which relauto does not prove by itself; `said` is when, if not now.

    Raises:
        InputError: the step is unknown or automated, the evidence is missing or unreadable, it is too early
            for the step, or a debt is not paid.
    """
    refuse_closing(bench.incident, step)
    found = bench.playbook.step(step)
    rounds.refuse_failed_tick(step, evidence)
    require_words(evidence, f"a tick of {step} needs --evidence", "say what shows that it is done")
    if step == DECISION:
        read_decision(evidence)
    elif found.automated:
        raise InputError(
            f"{step} is proved by relauto and cannot be ticked by hand", todo="skip it with a reason"
        )
    refuse_early(bench.incident, bench.playbook, found, said or bench.clock.now())
    return events.StepTicked(place=find_place(bench, step), evidence=Text(evidence), source=source)


def skip(bench: Bench, step: str, reason: str, source: str = "") -> events.StepSkipped:
    """Say that a step will not be done.

    Raises:
        InputError: the step is unknown, there is no reason, or a debt is not paid.
    """
    require_words(reason, f"skipping {step} needs --reason")
    refuse_closing(bench.incident, step)
    return events.StepSkipped(place=find_place(bench, step), reason=Text(reason), source=source)


def reopen(bench: Bench, step: str, reason: str, source: str = "") -> events.StepReopened:
    """Let a step be done again.

    Raises:
        InputError: the step is unknown, or there is no reason.
    """
    require_words(reason, f"reopening {step} needs --reason")
    return events.StepReopened(place=find_place(bench, step), reason=Text(reason), source=source)


def abandon_desk(bench: Bench, _step: str, reason: str) -> events.DeskAbandoned:
    """Let another desk be opened, because the issue of the one there was is gone.

    Raises:
        InputError: it is there, or there is no reason.
    """
    require_words(reason, "reopening desk needs --reason")
    try:
        desk.read(bench)
    except DecisionError:
        return events.DeskAbandoned(reason=Text(reason))
    except LookupError as error:
        raise InputError("no desk was opened yet", todo="relauto advance opens it") from error
    raise InputError("the desk is there, so no other is opened", todo="answer at the one there is")


def find_loss(bench: Bench, step: str) -> tuple[Place, StepRecord]:
    """Return a step that is lost, with its record.

    Raises:
        InputError: the step is unknown, or is not lost.
    """
    place = find_place(bench, step)
    record = bench.incident.record(place)
    if record is None or record.state is not StepState.LOST:
        raise InputError(
            f"{place} is not lost: it is {record.state if record else StepState.OPEN}",
            todo="only a loss can be accepted as it is",
        )
    return place, record


def accept_loss(bench: Bench, step: str, shown: str, reason: str, source: str = "") -> events.StepAccepted:
    """Let a lost step count as done as it is; `shown` begins the digest of what is there now.

    Raises:
        InputError: the step is not lost, something else is there now, or there is no reason.
    """
    require_words(reason, f"accepting {step} needs --reason")
    place, record = find_loss(bench, step)
    if len(shown) < 7 or not record.shown.startswith(shown):
        raise InputError(
            f"{place} shows {record.shown[:12]}, not {shown}: {record.reason}", todo="look again"
        )
    return events.StepAccepted(place=place, shown=record.shown, reason=Text(reason), source=source)


def accept(
    bench: Bench, subject: str, reason: str, source: str = ""
) -> list[events.CommitAccepted | events.FileAccepted]:
    """Let a commit ship that is no part of the fix, what a person made of a conflict, or a file of others.

    Args:
        bench: the incident's workbench.
        subject: how the commit's id or the file's SHA-256 begins.
        reason: why.
        source: where GitHub holds the answer.

    Raises:
        InputError: nothing asks for it.
    """
    first = bench.incident.targets[0] if bench.incident.targets else None
    asked = [
        (place.target or first, each)
        for place, record in bench.incident.steps.items()
        for each in (*record.facts.get("strangers", ()), *record.facts.get("settled", ()))
    ]
    commits = [
        events.CommitAccepted(target=target, commit=each, reason=Text(reason), source=source)
        for target, each in asked
        if target and each.startswith(subject)
    ]
    files = [
        events.FileAccepted(
            place=place, **file, origin=Text(f"found in {file['tag']}"), reason=Text(reason), source=source
        )
        for place, record in bench.incident.steps.items()
        for file in record.facts.get("files", ())
        if file["sha256"].startswith(subject)
    ]
    if not (commits or files):
        raise InputError(f"nothing asks for {subject}; nothing is accepted", todo="see what the desk asks")
    return [*commits, *files]


def waive(
    bench: Bench, name: str, end: str, reason: str, source: str = "", seen: datetime | None = None
) -> events.GateWaived:
    """Let a gate stand open for exactly the commit that it is about, until `end`.

    `seen` is when whoever decides wrote it: what the gate is about must have been known by then.

    Raises:
        InputError: there is no such gate, no reason, the end is none or over, or the gate is about nothing.
    """
    gate = parse_gate(name)
    require_words(reason, f"waiving {gate} needs --reason")
    if not end.strip():
        raise InputError(f"waiving {gate} needs --expires", todo="write it like 4h or 2026-03-01T02:10Z")
    now = bench.clock.now()
    until = parse_end(end, seen or now)
    if until <= now:
        raise InputError(f"{end} is over already (it is {now:%Y-%m-%dT%H:%MZ})", todo="name an end to come")
    place = find_place(bench, gate.step)
    held = bench.incident.held.get(place)
    if held is None:
        raise InputError(
            f"{gate} holds nothing up, so there is nothing to waive", todo="relauto advance comes to it first"
        )
    if seen and seen < held.since.replace(microsecond=0):
        raise InputError(f"it is older than what {gate} is about by now ({held.commit[:10]})")
    shown = held if gate.name == "reviews" else Held(held.commit, held.since)
    if seen and shown.objected and seen < shown.objected.replace(microsecond=0):
        raise InputError(f"it is older than the objection of {shown.objectors}")
    return events.GateWaived(
        place=place,
        gate=gate.name,
        commit=held.commit,
        until=until,
        reason=Text(reason),
        source=source,
        objections=shown.objections,
        against=shown.objectors,
    )


def withdraw(bench: Bench, name: str, reason: str, source: str = "") -> events.FixWithdrawn:
    """Take back a fix that was attached, named by its branch or `#N`.

    Raises:
        InputError: no such fix is attached, or there is no reason.
        DecisionError: it has shipped.
    """
    require_words(reason, f"withdrawing {name} needs --reason")
    fix = _find_fix(bench, name)
    if fix.round < bench.incident.round or any(
        bench.facts("prepare.release", target) for target in bench.incident.targets
    ):
        raise DecisionError(f"{fix} is released and cannot be withdrawn", todo="revert it, and release again")
    return events.FixWithdrawn(reason=Text(reason), branch=fix.branch, pull=fix.pull, source=source)


def _find_fix(bench: Bench, name: str) -> Fix:
    for fix in reversed(bench.incident.fixes):
        if str(fix) == name:
            return fix
    known = ", ".join(map(str, bench.incident.fixes)) or "none"
    raise InputError(f"no fix {name} is attached to {bench.incident.id}", todo=f"attached: {known}")


def require_words(words: str, what: str, todo: str = "say why") -> None:
    """Refuse a decision without a reason.

    Raises:
        InputError: there are no words.
    """
    if not words.strip():
        raise InputError(what, todo=todo)
