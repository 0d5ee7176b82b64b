"""`hub` and `cast`: the embedded GitHub by itself, and the people of its sample product."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.counting import name_count
from relauto.errors import Status
from relauto.tasks.output import about_nobody, say, show, show_json
from relauto.tasks.stopping import Stopped

if TYPE_CHECKING:
    from relauto.hub.server import Hub


@task(
    positional=["root"],
    help={
        "root": "folder of the hub's state",
        "port": "port to serve on; default: a free one",
        "setup": "file (TOML) with accounts, repositories, rights and protection",
        "sample": "put the sample product on it, with a cast to play with",
        "outage": "none, refuse or silent: how the hub of this folder answers from now on; serves nothing",
        "fault": "let one request fail, such as '502-after POST .*/pulls$'; none ends it; serves nothing",
        "tls-cert": "certificate (PEM); the hub is then at https",
        "tls-key": "its key (PEM)",
        "dry-run": "serve nothing",
        "json": "say nothing besides the line of JSON",
    },
    iterable=["fault"],
)
@about_nobody
def hub(
    c: Context,
    root: str,
    port: int = 0,
    setup: str = "",
    sample: bool = False,
    outage: str = "",
    fault: list[str] | None = None,
    tls_cert: str = "",
    tls_key: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Serve the embedded GitHub from a folder until interrupted."""
    from relauto.errors import InputError
    from relauto.hub.server import Hub, describe
    from relauto.hub.setup import apply_setup, read_setup
    from relauto.rehearsal.playground import Playground, explain

    if bool(tls_cert) != bool(tls_key):
        raise InputError("a certificate and its key belong together", todo="give --tls-cert and --tls-key")
    told = read_setup(Path(setup)) if setup else None
    if dry_run or c.config.run.dry:
        wanted = f"an outage: {outage}" if outage else f"faults: {', '.join(fault)}" if fault else ""
        show(f"would set {wanted}" if wanted else f"would serve {root}; nothing was done")
        return
    place = Path(root).resolve()
    if outage or fault:
        show(_let_fail(place, outage, fault or []))
        return
    if sample:
        say("writing the sample product")
    world = Playground(place).build() if sample else None
    with Hub(place, port=port, tls=(Path(tls_cert), Path(tls_key)) if tls_cert else None) as served:
        if told:
            apply_setup(served, place, told)
        if world:
            Playground(place).note_address(served)
        if not json:
            say(f"serving {served.api} from {place}; Ctrl-C ends it")
        if world and not json:
            say(explain(place, served, world))
        _serve(served, describe(served).decode())


def _let_fail(place: Path, outage: str, fault: list[str]) -> str:
    """Let the hub of a folder fail on purpose, and return how it does."""
    from relauto.hub.outage import switch_outage
    from relauto.hub.script import switch_script

    if outage:
        return f"the hub of {place} fails on purpose: {switch_outage(place, outage)}"
    rules = switch_script(place, [] if fault == ["none"] else fault)
    return f"the hub of {place} will fail {name_count(len(rules), 'request')} on purpose"


def _serve(served: Hub, line: str) -> None:
    try:
        show(line)
        sys.stdout.flush()
        served.wait()
    except (KeyboardInterrupt, Stopped) as stop:
        # The usual end of a server is no accident, and there is no journal to tell of.
        served.close()
        raise SystemExit(int(stop.status if isinstance(stop, Stopped) else Status.INTERRUPTED)) from None


@task(
    positional=["root"],
    help={
        "root": "folder of a hub with the sample product",
        "part": "reviewer, ci, qa, release-manager or customer; default: all of them",
        "deed": "send one part for a deed of a scenario, such as delete_tag",
        "told": "what the deed has to know, as KEY=VALUE",
        "json": "print one JSON document",
        "dry-run": "say who would be sent, and send nobody",
    },
    iterable=["part", "told"],
)
@about_nobody
def cast(
    c: Context,
    root: str,
    part: list[str] | None = None,
    deed: str = "",
    told: list[str] | None = None,
    json: bool = False,
    dry_run: bool = False,
) -> None:
    """Send the people of a sample hub to do what is theirs now."""
    from relauto.errors import InputError
    from relauto.rehearsal.options import PARTS
    from relauto.rehearsal.playground import Playground
    from relauto.rehearsal.world import PEOPLE

    parts = tuple(dict.fromkeys(part or PARTS))
    unknown = [each for each in parts if each not in PEOPLE]
    if unknown or (deed and len(part or ()) != 1):
        raise InputError(
            f"nobody in the cast is called {', '.join(unknown)}" if unknown else "a deed is done by one part",
            todo=f"--part is one of: {', '.join(PEOPLE)}",
        )
    company = Playground(Path(root).resolve()).hire()
    if dry_run or c.config.run.dry:
        show(f"would send {', '.join(parts)}; nobody was sent")
        return
    pairs = dict(each.partition("=")[::2] for each in told or ())
    did = company.send_deed(parts[0], deed, **pairs) if deed else company.send(parts)
    if json:
        show_json({"did": did})
    else:
        show("\n".join(did) or "there was nothing to do")
