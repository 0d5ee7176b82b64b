"""Is everything in place."""

from invoke import Context, task

from relauto.counting import name_count
from relauto.tasks import connect
from relauto.tasks.output import show, show_json


@task(
    positional=[],
    help={"line": "the release line that a fix would go to", "json": "print one JSON document"},
)
def doctor(_c: Context, line: str = "", json: bool = False) -> None:
    """Say before the first write what is in place and what will be refused; nothing is written."""
    from relauto.doctor.examination import examine
    from relauto.errors import Status
    from relauto.model.names import Branch

    with connect.session() as session:
        found = list(examine(session, Branch(line) if line else None))
    refused = [each for each in found if each.state == "refused"]
    if json:
        checks = [
            {"check": each.check, "state": each.state, "what": each.what, "todo": each.todo} for each in found
        ]
        show_json({"checks": checks, "refused": len(refused)})
    else:
        for each in found:
            show(str(each))
        told = name_count(len(found), "check")
        show(f"{told}: {len(refused)} would be refused" if refused else told)
    raise SystemExit(int(Status.DECISION if refused else Status.REACHED))
