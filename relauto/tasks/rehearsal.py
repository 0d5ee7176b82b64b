"""`rehearse`: the whole path, here, without GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.tasks.output import about_nobody, say, show, show_json

if TYPE_CHECKING:
    from relauto.rehearsal.run import Rehearsed


@task(
    positional=[],
    help={
        "repo": "a clone to rehearse on, only read; default: a sample product",
        "fix": "with --repo: the fix, an unmerged branch or a commit that main has",
        "line": "with --repo: the release line",
        "main": "with --repo: the main branch; default: as the clone tells",
        "at": "with --repo: rewind the line to this commit",
        "base": "tip: release from the line as it stands; tag: from its last release",
        "version": "the number of the release; default: the next that is free",
        "build": "none: make no artifact",
        "scenario": "how it goes, such as qa-fails-first (sample product only); README lists them all",
        "without": "a member of the cast who stays away: reviewer, ci, qa, release-manager, customer",
        "out": "the folder that is left; empty, or this rehearsal's",
        "github": "OWNER/REPO: play on this sandbox repository of a real GitHub instead",
        "ops": "with --github: OWNER/OPS, a private sandbox; default: the same, if that is private",
        "api": "with --github: address of the API; default: as relauto.toml says, else github.com",
        "clean": "with --github: take away what was made there, but for the journal",
        "dry-run": "check the call, and play nothing",
        "json": "print one JSON document",
    },
    iterable=["without"],
)
@about_nobody
def rehearse(
    c: Context,
    repo: str = "",
    fix: str = "",
    line: str = "",
    main: str = "",
    at: str = "",
    base: str = "tip",
    version: str = "",
    build: str = "default",
    scenario: str = "happy",
    without: list[str] | None = None,
    out: str = "rehearsal",
    github: str = "",
    ops: str = "",
    api: str = "",
    clean: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Run the whole path against an embedded GitHub, with a cast for the people."""
    from pathlib import Path

    others = (repo, fix, line, main, at, version, without, scenario != "happy", base != "tip")
    _check_place(bool(github), others=any(others), here=bool(ops or api or clean))
    if github and not (dry_run or c.config.run.dry):
        from relauto.tasks.live import rehearse_live

        rehearse_live(github, ops, api, clean=clean, json=json)
    from relauto.rehearsal.options import make_options
    from relauto.rehearsal.run import rehearse as run
    from relauto.rehearsal.scenarios import SCENARIOS

    options = make_options(
        SCENARIOS,
        repository=str(Path(repo).resolve()) if repo else None,
        fix=fix or None,
        line=line or None,
        main=main or None,
        at=at or None,
        base=base,
        version=version or None,
        build=build,
        scenario=scenario,
        absent=tuple(without or ()),
    )
    if dry_run or c.config.run.dry:
        place = f"on {github}" if github else f"into {Path(out).resolve()}"
        show(f"would rehearse {place}; nothing was done")
        return
    ended = run(options, Path(out), say)
    if json:
        _show_document(ended)
    else:
        show(describe(ended))
    raise SystemExit(int(ended.status))


def _check_place(live: bool, *, others: bool, here: bool) -> None:
    from relauto.errors import InputError

    if live and others:
        raise InputError("the live run plays the sample product alone", todo="leave the other options out")
    if here and not live:
        raise InputError("--ops, --api and --clean are the live run's", todo="name it: --github OWNER/REPO")


def _show_document(ended: Rehearsed) -> None:
    from relauto.github.counts import describe_requests

    stops = [
        {"place": str(stop.place), "status": int(stop.status), "reason": stop.reason, "todo": stop.todo}
        for stop in (ended.outcome.stops if ended.outcome else ())
    ]
    show_json(
        {
            "incident": ended.incident,
            "status": int(ended.status),
            "out": str(ended.folder),
            "again": ended.again,
            "stops": stops,
            "files": [str(path) for path in ended.files],
            "seconds": ended.seconds,
            "requests": describe_requests(ended.counts) if ended.counts else None,
        }
    )


def describe(ended: Rehearsed) -> str:
    """Return the closing summary: how it ended, and every file it left."""
    from relauto.github.counts import draw_table

    lines = []
    if ended.again:
        lines.append(f"{ended.incident}: this rehearsal is finished; nothing was done.")
    elif ended.outcome and not ended.outcome.stops:
        lines.append(
            f"{ended.incident}: released and acknowledged by the customer, in {ended.seconds:.1f} s."
        )
    else:
        lines.append(f"{ended.incident}: stopped after {ended.seconds:.1f} s.")
        for stop in ended.outcome.stops if ended.outcome else ():
            lines += [f"  {stop.place}: {stop.reason}", f"    {stop.todo}"]
    if ended.counts:
        lines += ["", *draw_table(ended.counts, ended.via).splitlines(), ""]
    lines.append(f"It left in {ended.folder} (begin with report/index.html):")
    lines += [f"  {path.relative_to(ended.folder)}" for path in ended.files]
    return "\n".join(lines)
