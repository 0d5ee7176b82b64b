"""`hub`: the embedded GitHub by itself."""

from invoke import Context, task

from relauto.tasks.output import say, show


@task(
    positional=["root"],
    help={"root": "folder of the hub's state", "port": "port to serve on; default: a free one"},
)
def hub(_c: Context, root: str, port: int = 0) -> None:
    """Serve the embedded GitHub from a folder until interrupted."""
    from pathlib import Path

    from relauto.hub.server import Hub, describe

    with Hub(Path(root), port=port) as served:
        show(describe(served).decode())
        say(f"serving {served.api} from {root}; Ctrl-C ends it")
        served.wait()
