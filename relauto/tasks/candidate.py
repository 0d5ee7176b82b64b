"""A candidate's files, where people have them from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.tasks import connect
from relauto.tasks.incident import DRY, ID
from relauto.tasks.output import about_nobody, show, show_json

if TYPE_CHECKING:
    from relauto.model.names import Commit, Tag


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
    from relauto.stages.building import attaching

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


@task(
    positional=["folder"],
    help={
        "folder": "the files, and nothing else",
        "tag": "the candidate",
        "commit": "what they were built from, which has to be the tag's",
        "dry-run": DRY,
        "json": "print one JSON document",
    },
)
@about_nobody
def publish(
    c: Context, folder: str, tag: str = "", commit: str = "", dry_run: bool = False, json: bool = False
) -> None:
    """Publish the files that a workflow of the product has built, as the prerelease of their tag."""
    from relauto.model.names import Commit, Tag

    wanted = Tag(tag), Commit(commit)
    files = _read_files(folder)
    dry = dry_run or c.config.run.dry
    if not dry:
        _publish(*wanted, files)
    if json:
        show_json({"tag": tag, "commit": commit, "files": sorted(files), "written": not dry})
    else:
        show(f"{'would publish' if dry else 'published'} {', '.join(sorted(files))} as {tag}")


def _read_files(folder: str) -> dict[str, bytes]:
    from pathlib import Path

    from relauto.errors import InputError

    found = sorted(Path(folder).iterdir())
    odd = [path.name for path in found if path.is_symlink() or not path.is_file()]
    if odd or not found:
        raise InputError(
            f"{folder} holds {', '.join(odd) or 'nothing'}",
            todo="let the build leave files there, and no folders",
        )
    return {path.name: path.read_bytes() for path in found}


def _publish(tag: Tag, commit: Commit, files: dict[str, bytes]) -> None:
    """Publish to the repository that the workflow runs in, with its own token.

    Raises:
        InputError: this is no workflow, or it was given no token.
        RelautoError: see `publish_files`.
    """
    import os

    from relauto.authority import find_authority
    from relauto.clock import SystemClock
    from relauto.github.client import Address, Client
    from relauto.github.publication import publish_files
    from relauto.model.names import RepositoryName
    from relauto.settings.options import GitHub
    from relauto.settings.tokens import read_token

    github = GitHub(api=os.environ.get("GITHUB_API_URL") or GitHub().api)
    repository = RepositoryName(os.environ.get("GITHUB_REPOSITORY", ""))
    address = Address(github.api, find_authority(github))
    with Client(address, repository, read_token("source"), clock=SystemClock()) as client:
        publish_files(client, tag, commit, files)
