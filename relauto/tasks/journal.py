"""`journal.verify`: is the log whole?"""

from invoke import Context, task

from relauto.tasks import connect
from relauto.tasks.incident import ID
from relauto.tasks.output import show, show_json


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
        show_json({**told, "unproved": list(UNPROVED)})
    else:
        found = f"{len(verdict.faults)} faults" if verdict.faults else "whole"
        for fault in verdict.faults:
            show(str(fault))
        show(f"{journal.incident_id}: {verdict.events} events, {found}")
        show("\n".join(["Not proved by this:", *(f"  {each}" for each in UNPROVED)]))
    raise SystemExit(int(Status.DECISION if verdict.faults else Status.REACHED))
