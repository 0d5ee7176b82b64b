"""What an adopter begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.tasks.output import show, show_json

if TYPE_CHECKING:
    from relauto.skeleton.plan import Plan


@task(
    positional=[],
    help={
        "dir": "folder to write to",
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
    dir: str = ".",
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
    from functools import partial
    from pathlib import Path

    from relauto.skeleton.answers import parse_roles
    from relauto.skeleton.folder import read_text, write_texts
    from relauto.skeleton.plan import make_plan

    told = {"source": source, "ops": ops, "qa": qa, "line": line, "api": api, "git": git}
    given = {**told, "checks": tuple(check or ()), "roles": parse_roles(role or [])}
    folder = Path(dir)
    plan = make_plan(partial(read_text, folder), given)
    dry = dry_run or c.config.run.dry
    if not dry:
        write_texts(folder, plan.files)
    _tell(plan, dry=dry, json=json)


def _tell(plan: Plan, *, dry: bool, json: bool) -> None:
    if json:
        files = [{"path": each.path, "state": each.state, "why": each.why} for each in plan.updates]
        show_json({"files": files, "written": [] if dry else sorted(plan.files)})
        return
    for each in plan.updates:
        show(f"would be {each}" if dry else str(each))
