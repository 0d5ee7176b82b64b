"""`coverage`: which fixes are on which lines, and where one is missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.tasks.output import find_width, say, show, show_json

if TYPE_CHECKING:
    from relauto.errors import Status
    from relauto.git.repository import Repository
    from relauto.replaying.coverage import Row


@task(
    positional=[],
    help={
        "repo": "a clone or a bare repository, only read; default: this folder",
        "fix": "a commit, or a range A..B; repeat it for each; default: what was brought to a line --since",
        "onto": "a line, or a pattern; repeat it for each; default: those of the settings, else the newest",
        "since": "how far back backports are looked for, such as 90d",
        "main": "the main branch; default: as the repository tells",
        "json": "print one JSON document",
    },
    iterable=["fix", "onto"],
)
def coverage(
    _c: Context,
    repo: str = ".",
    fix: list[str] | None = None,
    onto: list[str] | None = None,
    since: str = "90d",
    main: str = "",
    json: bool = False,
) -> None:
    """Show which fixes are on which release lines, and where one is missed or was taken back."""
    from pathlib import Path
    from time import perf_counter

    from relauto.git.repository import Repository
    from relauto.report.coverage import draw_coverage

    started = perf_counter()
    with Repository.open(Path(repo)) as repository:
        rows = _cover(repository, fix or [], onto or [], since, main)
    seconds = perf_counter() - started
    if json:
        show_json({"fixes": [_describe(row) for row in rows], "seconds": round(seconds, 3)})
    else:
        show(draw_coverage(rows, seconds, find_width()))
    raise SystemExit(int(judge_coverage(rows)))


def _cover(
    repository: Repository, words: Sequence[str], onto: Sequence[str], since: str, main: str
) -> list[Row]:
    from relauto.clock import SystemClock
    from relauto.errors import InputError
    from relauto.picking.fanout import Line
    from relauto.picking.fixes import find_fixes
    from relauto.picking.lines import find_lines
    from relauto.replaying.coverage import cover
    from relauto.tasks.local import find_local_settings
    from relauto.tasks.values import parse_duration

    settings = find_local_settings()
    patterns = onto or (settings.lines if settings else ())
    home = Line(*repository.find_branch(main or repository.main_branch()))
    lines = [line for line in find_lines(repository, patterns) if line.branch != home.branch]
    if not lines:
        raise InputError(f"there is no line beside {home.branch}", todo="name lines with --onto")
    if not patterns:
        say(f"no line was named, and no settings name any; taken are the newest: {_join(lines)}")
    fixes = find_fixes(repository, words) if words else ()
    moment = int(SystemClock().now().timestamp() - parse_duration(since))
    rows = cover(repository, home, lines, fixes=fixes, since=moment, say=say)
    if not rows:
        raise InputError(
            f"nothing was brought from {home.branch} to {_join(lines)} in the last {since}",
            todo="look further back with --since, or name commits with --fix",
        )
    return rows


def _join(lines: Sequence[Any]) -> str:
    return ", ".join(line.branch for line in lines)


def _describe(row: Row) -> dict[str, Any]:
    return {
        "fix": row.fix,
        "subject": row.subject,
        "pull": row.pull,
        "lines": [
            {"line": branch, "state": cell.state, "by": cell.by, "commit": cell.commit}
            for branch, cell in row.cells.items()
        ],
        "gaps": [{"in": holder, "missing": lacking} for holder, lacking in row.gaps],
        "later": [
            {"commit": later.commit, "kind": later.kind, "subject": later.subject, "lacking": list(without)}
            for later, without in row.later
        ],
    }


def judge_coverage(rows: Sequence[Row]) -> Status:
    """Return the status: a decision where something is to be looked at, bad input where it cannot be seen."""
    from relauto.errors import Status

    if any(cell.state == "unknown" for row in rows for cell in row.cells.values()):
        return Status.BAD_INPUT
    return Status.REACHED if all(row.is_fine for row in rows) else Status.DECISION
