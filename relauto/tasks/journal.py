"""`journal.verify`: is the log whole? `journal.redact`: erase what people said, or who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.counting import name_count
from relauto.tasks import away, connect
from relauto.tasks.incident import DRY, ID, JSON
from relauto.tasks.output import show, show_json

if TYPE_CHECKING:
    from relauto.journal.erasure import Choice, Erasure
    from relauto.stages.bench import Bench


@task(
    positional=[],
    iterable=["event", "person", "text"],
    help={
        "reason": "why; it stays on record, and must not repeat what is erased",
        "event": "number of an event: what was said in it, not who acted; may be repeated",
        "person": "a login: the name and every text that holds it; may be repeated",
        "text": "words: every text that holds them; may be repeated",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def redact(
    c: Context,
    event: list[str],
    person: list[str],
    text: list[str],
    reason: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Erase what people said, or who they are, from the journal for good; say what stays elsewhere."""
    from relauto import recording
    from relauto.stages.people import decisions

    choice = _read_choice(event, person, text)
    decisions.require_words(reason, "erasing needs --reason", "say why, in words that may stay")
    dry = dry_run or c.config.run.dry
    with connect.bench(id or None) as bench:
        bench.roster.require(bench.login, "redact")
        if dry:
            erasure = bench.journal.plan_erasure(choice)
        else:
            away.settle(bench)
            erasure = recording.erase(bench, choice, reason)
            for client in (bench.source, bench.ops, bench.qa):
                client.memory.forget()
        _tell(bench, erasure, dry=dry, json=json)


def _read_choice(event: list[str], person: list[str], text: list[str]) -> Choice:
    from relauto.errors import InputError
    from relauto.journal.erasure import Choice

    wrong = [number for number in event if not number.isascii() or not number.isdigit()]
    if wrong:
        raise InputError(f"--event {wrong[0]} is no number of an event", todo="take one that --dry-run lists")
    if not (event or person or text):
        raise InputError("nothing to erase is named", todo="give --event, --person or --text")
    return Choice(tuple(map(int, event)), tuple(person), tuple(text))


def _tell(bench: Bench, erasure: Erasure, *, dry: bool, json: bool) -> None:
    from relauto.journal.erasure import FORMER, REMAINS
    from relauto.journal.format import journal_branch

    desk = [bench.incident.desk.url] if bench.incident.desk else []
    asked = [each.url for each in bench.incident.qa_requests.values()]
    former = (
        [FORMER.format(branch=journal_branch(bench.incident.id))] if bench.journal.has_former_words else []
    )
    remains = [*REMAINS, *former]
    look = list(dict.fromkeys([*erasure.sources, *desk, *asked]))
    if json:
        words = [
            {"digest": each.digest, "uses": [str(use) for use in each.uses]}
            | ({"words": each.value} if dry else {})
            for each in erasure.found
        ]
        told = {"incident": bench.incident.id, "by": bench.login, "recorded": not dry, "erased": words}
        show_json({**told, "pages": sorted(erasure.pages), "remains": remains, "look": look})
        return
    for each in erasure.found:
        uses = "; ".join(map(str, each.uses)) or "named by no event"
        show(f"{uses}: {each.value}" if dry else uses)
    for path in sorted(erasure.pages):
        show(f"{path}, where it stood")
    would = "would be erased; nothing was written" if dry else "is erased; the chain of events is as before"
    show(f"{bench.incident.id}: all this {would}")
    show("\n".join(["Not reached by this:", *(f"  {each}" for each in remains)]))
    if look:
        show("\n".join(["To be looked through by hand:", *(f"  {each}" for each in look)]))


@task(positional=[], help={"id": ID, "json": "print one JSON document"})
def verify(_c: Context, id: str = "", json: bool = False) -> None:
    """Check the incident's log for edits, cuts, reordering and foreign commits; say what cannot be known."""
    from relauto.errors import Status
    from relauto.journal.verification import UNPROVED

    with connect.unread(id or None) as journal:
        verdict = journal.verify()
    if json:
        faults = [{"place": each.place, "what": each.what, "todo": each.todo} for each in verdict.faults]
        told = {"incident": journal.incident_id, "events": verdict.events, "faults": faults}
        show_json({**told, "erased": list(verdict.erased), "unproved": list(UNPROVED)})
    else:
        found = name_count(len(verdict.faults), "fault") if verdict.faults else "whole"
        for fault in verdict.faults:
            show(str(fault))
        show(f"{journal.incident_id}: {name_count(verdict.events, 'event')}, {found}")
        if verdict.erased:
            show("\n".join(["Erased:", *(f"  {each}" for each in verdict.erased)]))
        show("\n".join(["Not proved by this:", *(f"  {each}" for each in UNPROVED)]))
    raise SystemExit(int(Status.DECISION if verdict.faults else Status.REACHED))
