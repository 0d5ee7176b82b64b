"""What an adopter begins with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.tasks.local import load_local
from relauto.tasks.output import show, show_json

if TYPE_CHECKING:
    from relauto.github.client import Client
    from relauto.settings import Settings
    from relauto.skeleton.plan import Plan
    from relauto.skeleton.protection import Kept
    from relauto.skeleton.repository import Delivery, OpsRepository


@task(
    positional=[],
    help={
        "dir": "folder to write to; default: the operations repository itself, through GitHub",
        "source": "OWNER/NAME of the product's repository",
        "ops": "OWNER/NAME of the private repository for journal, settings, roster and desk",
        "qa": "OWNER/NAME that QA's issues are opened in; default: ops",
        "line": "the release line that the examples are to name",
        "check": "a check that must be green; repeat it; default: as GitHub requires them",
        "role": "ROLE=LOGIN, such as RM=robin, for the roster; repeat it",
        "api": "address of the REST API, where it is not github.com's",
        "git": "address that repositories are fetched from, where it is not github.com",
        "dry-run": "list what would be written, and write nothing",
        "json": "print one JSON document",
    },
    iterable=["check", "role"],
)
def init(
    c: Context,
    dir: str = "",
    source: str = "",
    ops: str = "",
    qa: str = "",
    line: str = "",
    check: list[str] | None = None,
    role: list[str] | None = None,
    api: str = "",
    git: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Write what an adopter begins with, each file explained; again, it renews what nobody changed."""
    from relauto.skeleton.answers import parse_roles

    told = {"source": source, "ops": ops, "qa": qa, "line": line, "api": api, "git": git}
    given = {**told, "checks": tuple(check or ()), "roles": parse_roles(role or [])}
    dry = dry_run or c.config.run.dry
    if dir:
        _tell(_fill_folder(Path(dir), given, dry=dry), None, (), dry=dry, json=json)
    else:
        _fill_repository(given, dry=dry, json=json)


def _fill_folder(folder: Path, given: Mapping[str, Any], *, dry: bool) -> Plan:
    from functools import partial

    from relauto.skeleton.folder import read_text, write_texts
    from relauto.skeleton.plan import make_plan

    plan = make_plan(partial(read_text, folder), given)
    if not dry:
        write_texts(folder, plan.files)
    return plan


def _fill_repository(given: Mapping[str, Any], *, dry: bool, json: bool) -> None:
    """Write to the operations repository, and set the rules of its branches.

    Raises:
        InputError: it is public, or none is named.
        RemoteError: GitHub refused, or was not reached.
    """
    from relauto.errors import Status
    from relauto.skeleton.plan import make_plan
    from relauto.skeleton.protection import protect_branches

    local = _load_here()
    name = given["ops"] or os.environ.get("RELAUTO_OPS") or (local.repositories.ops if local else "")
    with _open_ops(name, local, given) as (client, repository):
        plan = make_plan(repository.read, {**given, "ops": name})
        delivery = None if dry else repository.deliver(plan)
        kept = tuple(protect_branches(client, dry=dry))
    _tell(plan, delivery, kept, dry=dry, json=json)
    if any(each.state == "lacking" for each in kept):
        raise SystemExit(int(Status.DECISION))


def _load_here() -> Settings | None:
    from relauto.errors import InputError
    from relauto.settings import find_settings

    try:
        find_settings(Path.cwd())
    except InputError:
        return None
    return load_local()


@contextmanager
def _open_ops(
    name: str, local: Settings | None, given: Mapping[str, Any]
) -> Iterator[tuple[Client, OpsRepository]]:
    from msgspec.structs import replace

    from relauto.authority import find_authority
    from relauto.clock import SystemClock
    from relauto.errors import InputError
    from relauto.git.mirror import Mirror
    from relauto.github.client import Address, Client
    from relauto.model.names import RepositoryName
    from relauto.session import find_cache, locate_at
    from relauto.settings import GitHub, read_token
    from relauto.skeleton.repository import OpsRepository

    if not name:
        raise InputError(
            "init needs --dir DIR or --ops OWNER/NAME", todo="name a folder, or the repository to write to"
        )
    github = local.github if local else GitHub()
    github = replace(github, api=given["api"] or github.api, git=given["git"] or github.git)
    authority, token, clock = find_authority(github), read_token("ops"), SystemClock()
    ops = RepositoryName(name)
    with ExitStack() as stack:
        client = stack.enter_context(Client(Address(github.api, authority), ops, token, clock=clock))
        address = locate_at(github, ops, token, authority)
        mirror = stack.enter_context(Mirror.open(address, cache=find_cache(local)))
        yield client, OpsRepository(client, mirror, clock)


def _tell(plan: Plan, delivery: Delivery | None, kept: tuple[Kept, ...], *, dry: bool, json: bool) -> None:
    if json:
        show_json(
            {
                "files": [{"path": each.path, "state": each.state, "why": each.why} for each in plan.updates],
                "written": [] if dry else sorted(plan.files),
                "pull": delivery.pull if delivery else None,
                "branches": [{"prefix": each.prefix, "state": each.state, "why": each.why} for each in kept],
            }
        )
        return
    lines = [*map(str, plan.updates), *([delivery.text] if delivery else []), *map(str, kept)]
    for each in lines:
        show(f"would be {each}" if dry else each)
