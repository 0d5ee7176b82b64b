"""`journal.verify`: is the log whole?"""

from invoke import Context, task

from relauto.tasks import connect
from relauto.tasks.incident import ID
from relauto.tasks.output import show, show_json


@task(positional=[], help={"id": ID, "json": "print one JSON document"})
def verify(_c: Context, id: str = "", json: bool = False) -> None:
    """Check the incident's log for edits, cuts, reordering and foreign commits."""
    from relauto.errors import Status

    with connect.reader(id or None) as reader:
        faults = reader.verify()
        events = len(reader.events())
    if json:
        told = [{"place": str(fault.place), "what": fault.what} for fault in faults]
        show_json({"incident": reader.incident_id, "events": events, "faults": told})
    elif faults:
        show("\n".join(f"{fault.place}: {fault.what}" for fault in faults))
    else:
        show(f"{reader.incident_id}: {events} events, whole")
    raise SystemExit(int(Status.DECISION if faults else Status.REACHED))
