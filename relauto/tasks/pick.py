"""`pick`: only the pick, in any repository, without settings and without GitHub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.tasks.output import show, show_json
from relauto.tasks.resolved import KNOWN

if TYPE_CHECKING:
    from relauto.errors import Status
    from relauto.tasks.pick_run import Made, Wanted
    from relauto.tasks.pick_source import Source


@task(
    positional=[],
    help={
        "fix": "a commit, or a range A..B of them; repeat it for each; they are picked in order of merging",
        "onto": "a branch, or a pattern such as 'release-*'; repeat it for each",
        "pull": "the number of a merged pull request: what it became is proved and picked",
        "forecast": "of a branch, a range or a pull request that is not merged: tell how it would go; --onto "
        "defaults to the settings' lines",
        "method": "with --forecast: squash, merge or rebase; default: as the settings say, else squash",
        "repo": "a clone or a bare repository; default: this folder",
        "from_": "instead of --repo the URL of a repository, of which only what the pick needs is fetched",
        "fetch": "let a shallow or a partial clone fetch from its remote what the pick lacks; else none does",
        "resolvers": f"rules that may resolve conflicts, for a person to confirm: {KNOWN}, or all; "
        "repeat it or put commas between",
        "with-prerequisites": "pick what a fix needs first, too, where that is proved: a pick for each; "
        "--resolvers are asked about what still conflicts",
        "write": "put each line's picks on a branch relauto/pick/LINE/FIX, resolved ones and those with "
        "prerequisites on relauto/review/LINE/FIX; else no branch is made or moved",
        "verify": "a program and its arguments, run without a shell and without tokens in an export of what "
        "the picks give on each line; where that fails no branch is made or moved for the line",
        "verify-timeout": "how long it may take on a line: 90s, 10m, 2h",
        "verify-in-workflows": "let it run in a workflow on GitHub, too, where what it runs of the product "
        "can read relauto's token",
        "push": "with --write: bring these branches to a remote of the clone, all or none",
        "dry-run": "with --write: tell which branches would be made",
        "json": "print one JSON document",
    },
    iterable=["fix", "onto", "resolvers"],
)
def pick(
    c: Context,
    fix: list[str] | None = None,
    onto: list[str] | None = None,
    pull: int = 0,
    forecast: bool = False,
    method: str = "",
    repo: str = "",
    from_: str = "",
    fetch: bool = False,
    resolvers: list[str] | None = None,
    with_prerequisites: bool = False,
    verify: str | None = None,
    verify_timeout: str = "10m",
    verify_in_workflows: bool = False,
    write: bool = False,
    push: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Pick fixes onto release lines, without a checkout, and say for each line how it went.

    What resolvers made of a conflict is shown hunk by hunk, for a person to confirm, and beside it what would
    do without them: the exit status is 3. So it is with prerequisites, each of which is a change of its own
    that somebody approves or not.
    The settings of this folder, if it has any, say which side of a path counts.
    """
    from relauto.tasks.pick_forecast import refuse_with_forecast, run_forecast
    from relauto.tasks.pick_run import Wanted, run_pick
    from relauto.tasks.pick_source import open_source, refuse_pull, refuse_with_remote
    from relauto.tasks.pick_trial import find_trial
    from relauto.tasks.pull_source import find_pull_fixes

    named, rules = onto or [], resolvers or []
    if forecast:
        options = {"with-prerequisites": with_prerequisites, "from": from_, "verify": verify is not None}
        refuse_with_forecast(fetch=fetch, write=write, push=push, **options)
        raise SystemExit(int(run_forecast(fix or [], pull, named, repo, method, rules, json=json)))
    if from_:
        refuse_with_remote({"--repo": repo, "--push": push})
        refuse_pull(from_, pull, named)
    trial = find_trial(verify, verify_timeout, in_workflows=verify_in_workflows)
    words = [*(fix or []), *(find_pull_fixes(pull, repo) if pull else ())]
    dry = dry_run or c.config.run.dry
    wanted = Wanted(words, named, rules, with_prerequisites, trial, write, push, dry)
    with open_source(repo, from_, words, named, fetch=fetch, write=write) as source:
        made = run_pick(source, wanted)
        given = {"--with-prerequisites": with_prerequisites, "--resolvers": resolvers}
        untried = [name for name, value in given.items() if not value]
        _print(source, wanted, made, untried, json=json)
    raise SystemExit(int(_judge(made)))


def _print(source: Source, wanted: Wanted, made: Made, untried: Sequence[str], *, json: bool) -> None:
    from relauto.tasks.pick_handwork import tell_handwork
    from relauto.tasks.pick_output import describe, tell
    from relauto.tasks.pick_push import describe_push, tell_push
    from relauto.tasks.pick_trial import describe_trials

    repository, series, sent, trial = source.repository, made.series, made.sent, wanted.trial
    if json:
        beside = {**source.describe(series), **(describe_push(sent) if sent else {})}
        beside |= describe_trials(trial, series) if trial else {}
        show_json({**describe(repository, series, made.placed), **beside})
    else:
        beyond = [*(tell_push(sent, dry=wanted.dry) if sent else ()), *source.tell(series)]
        beyond += tell_handwork(source, series, untried)
        show("\n".join([*tell(repository, series, made.placed, trial, dry=wanted.dry), *beyond]))


def _judge(made: Made) -> Status:
    from relauto.errors import Status

    series, pushed = made.series, made.sent.pushed if made.sent else ()
    ended = {each.pick.status for one in series for each in one.picked}
    tried = {one.tried.state for one in series if one.tried}
    if "error" in ended or "absent" in tried:
        return Status.BAD_INPUT
    states = {each.state for each in made.placed} | {each.state for each in pushed}
    refused = "refused" in states or tried - {"passed"}
    asked = any(one.along for one in series) or ended & {"conflict", "resolved"}
    return Status.DECISION if refused or asked else Status.REACHED
