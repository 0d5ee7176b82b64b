"""`unpushed`: what waits on this machine until GitHub answers."""

from invoke import Context, task

from relauto.tasks import away
from relauto.tasks.incident import DRY
from relauto.tasks.output import show, show_json


@task(
    positional=[],
    help={
        "drop": "forget the record of this name",
        "id": "only this incident's",
        "dry-run": DRY,
        "json": "print one JSON document",
    },
)
def unpushed(c: Context, drop: str = "", id: str = "", dry_run: bool = False, json: bool = False) -> None:
    """Show what waits on this machine to go on record."""
    from relauto.errors import InputError

    queue = away.find_queue()
    records = queue.list(id or None)
    if drop:
        records = tuple(each for each in records if each.nonce == drop)
        if not records:
            raise InputError(f"no record here is called {drop}", todo="see relauto unpushed")
        if not (dry_run or c.config.run.dry):
            queue.drop(records[0])
            show("forgotten:")
    if json:
        show_json({"unpushed": away.describe_unpushed(records)})
    elif records:
        away.show_unpushed(records)
    else:
        show("nothing waits here")
