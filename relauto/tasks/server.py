"""`hub`: the embedded GitHub by itself."""

from invoke import Context, task

from relauto.tasks.output import say, show


@task(
    positional=["root"],
    help={
        "root": "folder of the hub's state",
        "port": "port to serve on; default: a free one",
        "dry-run": "serve nothing",
    },
)
def hub(c: Context, root: str, port: int = 0, dry_run: bool = False) -> None:
    """Serve the embedded GitHub from a folder until interrupted."""
    from pathlib import Path

    from relauto.hub.server import Hub, describe

    if dry_run or c.config.run.dry:
        show(f"would serve {root}; nothing was done")
        return
    with Hub(Path(root), port=port) as served:
        show(describe(served).decode())
        say(f"serving {served.api} from {root}; Ctrl-C ends it")
        served.wait()
