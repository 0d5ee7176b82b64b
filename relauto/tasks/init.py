"""What an adopter begins with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.tasks.local import find_local_settings
from relauto.tasks.output import show, show_json

if TYPE_CHECKING:
    from relauto.github.client import Client
    from relauto.settings.options import Settings
    from relauto.skeleton.drafts import Part
    from relauto.skeleton.plan import Plan
    from relauto.skeleton.protection import Kept
    from relauto.skeleton.repository import Delivery, HostedRepository


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
        "workflows": "OWNER/NAME@COMMIT of the relauto whose workflows run; without it none are written",
        "relay": "write the relay of the repository source, or of qa, instead of what ops begins with",
        "ci": "name of a workflow of the product whose end the relay tells of; repeat it; default: CI",
        "build": "shell command by which a workflow of the product leaves a candidate's files in dist",
        "api": "address of the REST API, where it is not github.com's",
        "git": "address that repositories are fetched from, where it is not github.com",
        "dry-run": "list what would be written, and write nothing",
        "json": "print one JSON document",
    },
    iterable=["check", "role", "ci"],
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
    workflows: str = "",
    relay: str = "",
    ci: list[str] | None = None,
    build: str = "",
    api: str = "",
    git: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Write what an adopter begins with, each file explained; again, it renews what nobody changed."""
    from typing import cast

    from relauto.skeleton.answers import parse_roles
    from relauto.tasks.values import parse_choice

    part = cast("Part", parse_choice("--relay", relay, ("source", "qa")) if relay else "ops")
    told = {"source": source, "ops": ops, "qa": qa, "line": line, "api": api, "git": git}
    lists = {"checks": tuple(check or ()), "ci": tuple(ci or ()), "roles": parse_roles(role or [])}
    given = {**told, **lists, "workflows": workflows, "build": build}
    dry = dry_run or c.config.run.dry
    if dir:
        _tell(_fill_folder(Path(dir), given, part, dry=dry), None, (), dry=dry, json=json)
    elif relay:
        _fill_relay(given, part, dry=dry, json=json)
    else:
        _fill_ops(given, dry=dry, json=json)


def _fill_folder(folder: Path, given: Mapping[str, Any], part: Part, *, dry: bool) -> Plan:
    from functools import partial

    from relauto.skeleton.folder import read_text, write_texts
    from relauto.skeleton.plan import make_plan

    plan = make_plan(partial(read_text, folder), given, part)
    if not dry:
        write_texts(folder, plan.files)
    return plan


def _fill_relay(given: Mapping[str, Any], part: Part, *, dry: bool, json: bool) -> None:
    """Propose the relay to the repository it is for.

    Raises:
        InputError: that is named nowhere.
        RemoteError: GitHub refused, or was not reached.
    """
    from relauto.skeleton.plan import make_plan

    local = find_local_settings()
    known = {"source": local.source, "qa": local.qa} if local else {}
    name = given[part] or known.get(part, "")
    with _open(name, part, local, given) as (_, repository):
        plan = make_plan(repository.read, {**given, "source": given["source"] or known.get("source")}, part)
        delivery = None if dry else repository.deliver(plan)
    _tell(plan, delivery, (), dry=dry, json=json)


def _fill_ops(given: Mapping[str, Any], *, dry: bool, json: bool) -> None:
    """Write to the operations repository, and set the rules of its branches.

    Raises:
        InputError: it is public, or none is named.
        RemoteError: GitHub refused, or was not reached.
    """
    from relauto.errors import Status
    from relauto.skeleton.plan import make_plan
    from relauto.skeleton.protection import protect_branches

    local = find_local_settings()
    name = given["ops"] or os.environ.get("RELAUTO_OPS") or (local.repositories.ops if local else "")
    with _open(name, "ops", local, given) as (client, repository):
        plan = make_plan(repository.read, {**given, "ops": name})
        delivery = None if dry else repository.deliver(plan)
        kept = tuple(protect_branches(client, dry=dry))
    _tell(plan, delivery, kept, dry=dry, json=json)
    if any(each.state == "lacking" for each in kept):
        raise SystemExit(int(Status.DECISION))


@contextmanager
def _open(
    name: str, part: Part, local: Settings | None, given: Mapping[str, Any]
) -> Iterator[tuple[Client, HostedRepository]]:
    from msgspec.structs import replace

    from relauto.authority import find_authority
    from relauto.clock import SystemClock
    from relauto.errors import InputError
    from relauto.git.mirror import Mirror
    from relauto.github.client import Address, Client
    from relauto.model.names import RepositoryName
    from relauto.session import find_cache, locate_at
    from relauto.settings.options import GitHub
    from relauto.settings.tokens import read_token
    from relauto.skeleton.repository import HostedRepository

    if not name:
        raise InputError(
            f"init needs --dir DIR or --{part} OWNER/NAME",
            todo="name a folder, or the repository to write to",
        )
    github = local.github if local else GitHub()
    github = replace(github, api=given["api"] or github.api, git=given["git"] or github.git)
    authority, token, clock = find_authority(github), read_token(part), SystemClock()
    repository = RepositoryName(name)
    with ExitStack() as stack:
        client = stack.enter_context(Client(Address(github.api, authority), repository, token, clock=clock))
        address = locate_at(github, repository, token, authority)
        mirror = stack.enter_context(Mirror.open(address, cache=find_cache(local)))
        yield client, HostedRepository(client, mirror, clock, private=part == "ops")


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
