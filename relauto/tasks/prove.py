"""`prove`: whatever fails, and whenever, a re-run ends as an undisturbed run does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.counting import name_count
from relauto.errors import Status
from relauto.tasks.output import about_nobody, say, show, show_json

if TYPE_CHECKING:
    from relauto.proving.crew import Matrix
    from relauto.proving.tally import Tally

_SAMPLE = "play only so many cases, spread at random but always alike"
_WORKERS = "processes that play"
_BY = "who calls relauto on the path: hand or events; default: as the case is named, else hand"
_DRY = "play nothing"
_JSON = "print one JSON document"


@task(
    positional=[],
    help={
        "case": "play this one to the very end of the path: 3.17.reset-after, or events-3.17.reset-after",
        "sample": _SAMPLE,
        "by": _BY,
        "every": "let each request meet each fault; else some are spread over requests that are alike",
        "whole": "play each to the very end of the path; else one in 100, the rest until relauto next waits",
        "sabotage": "break the code on purpose: blind-retry or no-look; the matrix must then fail",
        "workers": f"{_WORKERS}; one in seven cases waits for a time-out, so twice as many as cores",
        "dry-run": _DRY,
        "json": _JSON,
    },
)
@about_nobody
def faults(
    c: Context,
    case: str = "",
    sample: int = 0,
    by: str = "",
    every: bool = False,
    whole: bool = False,
    sabotage: str = "",
    workers: int = 4,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Let every request of the whole path fail in every way, and compare.

    A run begins from a copy taken before the call of relauto under test, lets one request fail, calls relauto
    until a call ends by itself, and compares refs, pull requests, issues, comments, releases, assets, notices
    and the journal with the undisturbed world after that call. From an identical world the rest is the same.
    By events each call is what a workflow makes of an event; what has failed is made good by the clock alone.
    """
    from functools import partial

    from relauto.proving.faults import FaultMatrix, choose_cases
    from relauto.proving.moves import find_by

    choose = partial(choose_cases, case=case, size=sample, whole=whole)
    dry, workers = dry_run or c.config.run.dry, 1 if case else workers
    # A case that is named is one of all.
    _prove(
        "faults",
        FaultMatrix(every or bool(case), find_by(by, case)),
        choose,
        sabotage=sabotage,
        workers=workers,
        dry=dry,
        json=json,
    )


@task(
    positional=[],
    help={
        "case": "play this one case, such as 3.17.after",
        "sample": _SAMPLE,
        "by": _BY,
        "sabotage": "break the code on purpose (see prove.faults and prove.races)",
        "workers": _WORKERS,
        "dry-run": _DRY,
        "json": _JSON,
    },
)
@about_nobody
def crashes(
    c: Context,
    case: str = "",
    sample: int = 0,
    by: str = "",
    sabotage: str = "",
    workers: int = 2,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Kill relauto at every request and every append to the journal, and compare.

    A run begins from a copy taken before the call of relauto under test, kills it and all that it has started
    before a request is taken or after what it asked for was done, calls it again on the same folder, and
    compares as `prove.faults` does; by events it is the clock that finds what was left.
    """
    from functools import partial

    from relauto.proving.crashes import CrashMatrix
    from relauto.proving.crew import choose
    from relauto.proving.moves import find_by

    chosen = partial(choose, case=case, size=sample)
    dry, workers = dry_run or c.config.run.dry, 1 if case else workers
    matrix = CrashMatrix(find_by(by, case))
    _prove("crashes", matrix, chosen, sabotage=sabotage, workers=workers, dry=dry, json=json)


@task(
    positional=[],
    help={
        "case": "play this one case, such as crew.4.1",
        "sample": _SAMPLE,
        "by": _BY,
        "sabotage": "break the code on purpose: no-lease or no-nonce; the matrix must then fail",
        "workers": _WORKERS,
        "dry-run": _DRY,
        "json": _JSON,
    },
)
@about_nobody
def races(
    c: Context,
    case: str = "",
    sample: int = 0,
    by: str = "",
    sabotage: str = "",
    workers: int = 1,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Let several at once advance, open and decide, and compare.

    Eight processes advance one incident from each place where it waits, eight open incidents on one line and
    on eight, and two engineers decide, by a token and at the desk, while two workflows advance. A seed says
    how late each comes, and whether they share a machine. What they leave is compared with a world in which
    each came after the other. By events eight workflows run for one event, workflows run beside people who
    advance, and of what happened some is told twice, in any order, and one in five never.
    """
    from functools import partial

    from relauto.proving.crew import choose
    from relauto.proving.moves import find_by
    from relauto.proving.races import RaceMatrix

    chosen = partial(choose, case=case, size=sample)
    dry, workers = dry_run or c.config.run.dry, 1 if case else workers
    matrix = RaceMatrix(find_by(by, case))
    _prove("races", matrix, chosen, sabotage=sabotage, workers=workers, dry=dry, json=json)


@task(
    positional=[],
    help={
        "events": "events to write, beside each incident's opening",
        "incidents": "journals they go to",
        "writers": "processes that write at once",
        "seed": "another order of appends",
        "sabotage": "break the code on purpose: no-lease; it must then fail",
        "dry-run": "write nothing",
        "json": _JSON,
    },
)
@about_nobody
def journal(
    c: Context,
    events: int = 10_000,
    incidents: int = 50,
    writers: int = 8,
    seed: int = 0,
    sabotage: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Let many write to the journal at once: no event is lost or doubled.

    Writers race in the same incidents, 5 to 20 events an append. Each event must then be there once, each
    writer's own in their order, and every journal whole. Then one writer appends to journals of 10 to 10,000
    events: at no size may an append cost twice what it does at 10, nor a fold take half a second.
    """
    from relauto.proving.journal import prove_journal
    from relauto.proving.load import Load
    from relauto.proving.sabotage import check_sabotage
    from relauto.proving.tally import Tally

    check_sabotage(sabotage)
    load = Load(events, incidents, writers, seed)
    if dry_run or c.config.run.dry:
        told = f"{name_count(events, 'event')} to {name_count(incidents, 'journal')}"
        show(f"would write {told} by {name_count(writers, 'writer')}; nothing was done")
        return
    options = f"--events {events} --incidents {incidents} --writers {writers} --seed {seed}"
    options += f" --sabotage {sabotage}" if sabotage else ""
    proof = prove_journal(load, sabotage=sabotage)
    tally = Tally(f"relauto prove.journal {options}", together=True, runs=list(proof.runs))
    for run in tally.runs:
        if not run.identical:
            say("\n".join(tally.explain(run)))
    for name, figure in proof.figures.items():
        say(f"{name.replace('_', ' ')}: {figure:g}")
    _end(tally, {"figures": proof.figures}, json=json)


def _prove(
    name: str,
    matrix: Matrix[Any],
    choose: Callable[[Sequence[Any]], Sequence[Any]],
    *,
    sabotage: str,
    workers: int,
    dry: bool,
    json: bool,
) -> None:
    """Play a matrix, tell of each run that failed as it comes, and end with the tally."""
    from relauto.proving.crew import play
    from relauto.proving.sabotage import check_sabotage
    from relauto.proving.tally import Tally

    check_sabotage(sabotage)
    if dry:
        show(f"would play the {name}; nothing was done")
        return
    broken = f" --sabotage {sabotage}" if sabotage else ""
    tally = Tally(f"relauto prove.{name}{broken} --case")
    for run in play(matrix, choose, workers=workers, sabotage=sabotage):
        tally.add(run)
        if not run.identical:
            say("\n".join(tally.explain(run)))
        elif len(tally.runs) % 100 == 0:
            say(tally.describe())
    _end(tally, {}, json=json)


def _end(tally: Tally, beside: Mapping[str, Any], *, json: bool) -> None:
    """Print the closing line, or a document that holds what is `beside` too, and exit as the runs ended."""
    if json:
        show_json({**tally.document(), **beside})
    else:
        show(tally.describe())
    raise SystemExit(int(Status.REACHED if tally.succeeded else Status.BUG))
