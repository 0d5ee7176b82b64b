"""`prove`: whatever fails, and whenever, a re-run ends as an undisturbed run does."""

from __future__ import annotations

from invoke import Context, task

from relauto.errors import Status
from relauto.tasks.output import about_nobody, say, show, show_json


@task(
    positional=[],
    help={
        "case": "play this one case to the very end of the path, such as 3.17.reset-after",
        "sample": "play only so many cases, spread at random but always alike",
        "whole": "play each to the very end of the path; else one in 40, the rest until relauto next waits",
        "sabotage": "break the code on purpose: blind-retry or no-look; the matrix must then fail",
        "workers": "processes that play",
        "dry-run": "play nothing",
        "json": "print one JSON document",
    },
)
@about_nobody
def faults(
    c: Context,
    case: str = "",
    sample: int = 0,
    whole: bool = False,
    sabotage: str = "",
    workers: int = 2,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Let every request of the whole path fail in every way, and compare.

    A run begins from a copy taken before the call of relauto under test, lets one request fail, calls relauto
    until a call ends by itself, and compares refs, pull requests, issues, comments, releases, assets, notices
    and the journal with the undisturbed world after that call. From an identical world the rest is the same.
    """
    from functools import partial

    from relauto.proving.crew import play
    from relauto.proving.faults import FaultMatrix, choose_cases
    from relauto.proving.sabotage import check_sabotage
    from relauto.proving.tally import Tally

    check_sabotage(sabotage)
    if dry_run or c.config.run.dry:
        show("would play the faults; nothing was done")
        return
    broken = f" --sabotage {sabotage}" if sabotage else ""
    tally = Tally(f"relauto prove.faults{broken} --case")
    choose = partial(choose_cases, case=case, size=sample, whole=whole)
    for run in play(FaultMatrix(), choose, workers=1 if case else workers, sabotage=sabotage):
        tally.add(run)
        if not run.identical:
            say("\n".join(tally.explain(run)))
        elif len(tally.runs) % 100 == 0:
            say(tally.describe())
    if json:
        show_json(tally.document())
    else:
        show(tally.describe())
    raise SystemExit(int(Status.REACHED if tally.succeeded else Status.BUG))
