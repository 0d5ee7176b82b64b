"""A candidate's files, where people have them from elsewhere."""

from __future__ import annotations

from invoke import Context, task

from relauto.tasks import connect
from relauto.tasks.incident import DRY, ID
from relauto.tasks.output import show, show_json


@task(
    positional=["tag", "source"],
    help={
        "tag": "the candidate",
        "source": "path of the file, or its https address, fetched without credentials",
        "sha256": "its SHA-256 in hex, from who built it",
        "reason": "why it may ship",
        "id": ID,
        "dry-run": DRY,
        "json": "print one JSON document",
    },
)
def attach(
    c: Context,
    tag: str,
    source: str,
    sha256: str = "",
    reason: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Attach a file that others built to a candidate; repeat it for each file."""
    import re

    from relauto import recording
    from relauto.errors import InputError
    from relauto.stages.prepare import attaching

    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise InputError(f"--sha256 {sha256!r} is not a SHA-256", todo="give its 64 hex digits")
    with connect.bench(id or None) as bench:
        bench.roster.require(bench.login, "attach")
        bench.look()
        found = attaching.read_attachment(bench, tag, source, sha256, reason)
        dry = dry_run or c.config.run.dry
        if not dry:
            recording.record(bench, *([found.accepted] if found.accepted else []))
            attaching.upload_attachment(bench, found)
    if json:
        file = {"name": found.file.name, "sha256": found.file.sha256, "size": len(found.file.content)}
        show_json({"tag": tag, "commit": found.commit, "file": file, "written": not dry})
    else:
        show(f"would attach {found}; nothing was written" if dry else f"attached {found}")
