"""`pick`: only the pick, in any repository, without settings and without GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.tasks.output import show, show_json
from relauto.tasks.resolved import KNOWN

if TYPE_CHECKING:
    from relauto.errors import Status
    from relauto.git.commit import Signature
    from relauto.git.remotes import Remote
    from relauto.git.repository import Repository
    from relauto.git.signer import Signer
    from relauto.picking.explanation import Explain
    from relauto.picking.fanout import Line, Propose, Series
    from relauto.picking.pick_branches import Placed
    from relauto.picking.pick_push import Push, Pushed
    from relauto.picking.trial import Trial
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
        "with-prerequisites": "pick what a fix needs first, too, where that is proved: a pick for each",
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

    What resolvers made of a conflict is shown hunk by hunk, for a person to confirm: the exit status is 3.
    So it is with prerequisites, each of which is a change of its own that somebody approves or not.
    The settings of this folder, if it has any, say which side of a path counts.
    """
    from relauto.picking.fanout import explain_series
    from relauto.picking.fixes import find_fixes
    from relauto.tasks.explained import remember_explanations
    from relauto.tasks.pick_forecast import refuse_with_forecast, run_forecast
    from relauto.tasks.pick_push import find_push_remote
    from relauto.tasks.pick_source import open_source, refuse_pull, refuse_with_remote
    from relauto.tasks.pick_trial import find_trial, try_series
    from relauto.tasks.pull_source import find_pull_fixes
    from relauto.tasks.resolved import find_resolvers

    if forecast:
        options = {"with-prerequisites": with_prerequisites, "from": from_, "verify": verify is not None}
        refuse_with_forecast(fetch=fetch, write=write, push=push, **options)
        raise SystemExit(
            int(run_forecast(fix or [], pull, onto or [], repo, method, resolvers or [], json=json))
        )
    if from_:
        history = {"--with-prerequisites": with_prerequisites}
        refuse_with_remote({"--repo": repo, "--push": push, **history})
        refuse_pull(from_, pull)
    trial = find_trial(verify, verify_timeout, in_workflows=verify_in_workflows)
    dry = dry_run or c.config.run.dry
    words = [*(fix or []), *(find_pull_fixes(pull, repo) if pull else ())]
    with open_source(repo, from_, words, onto or [], fetch=fetch, write=write) as source:
        repository = source.repository
        fixes = find_fixes(repository, words)
        lines = _find_lines(repository, onto or [])
        remote = find_push_remote(repository, push, write=write)
        propose = find_resolvers(repository, resolvers or [])
        committer, signer = _find_committer(repository, named=write and not dry)
        explain = remember_explanations(repository)
        put = _choose_pick(explain if with_prerequisites else None)
        made = [put(repository, fixes, line, committer=committer, propose=propose) for line in lines]
        if trial and not dry:
            made = [try_series(source, each, trial) for each in made]
        placed, sent = _place(source, made, remote, propose, signer, dry=dry) if write else ([], None)
        put_there = [each.series for each in placed] or made
        source.fetch_causes(put_there)
        series = [explain_series(each, explain) for each in put_there]
        given = {"--with-prerequisites": with_prerequisites or from_, "--resolvers": resolvers}
        untried = [name for name, value in given.items() if not value]
        _print(source, series, placed, sent, untried, trial, dry=dry, json=json)
    raise SystemExit(int(_judge(series, [*placed, *(sent.pushed if sent else ())])))


def _choose_pick(explain: Explain | None) -> Callable[..., Series]:
    """Return what picks onto a line: with what the fixes need first, where that can be told."""
    from functools import partial

    from relauto.picking.fanout import pick_series
    from relauto.picking.outlook import pick_along

    return partial(pick_along, explain=explain) if explain else pick_series


def _place(
    source: Source,
    made: Sequence[Series],
    remote: Remote | None,
    propose: Propose | None,
    signer: Signer | None,
    *,
    dry: bool,
) -> tuple[list[Placed], Push | None]:
    """Make branches, where the lines are if that is elsewhere; bring them to the remote that was named."""
    from relauto.picking.pick_branches import place_branches
    from relauto.picking.pick_push import push_branches

    placed = place_branches(source.repository, made, signer=signer, propose=propose, write=not dry)
    if not dry:
        source.publish(placed)
    if remote is None:
        return placed, None
    sent = push_branches(source.repository, placed, remote, propose=propose, write=not dry)
    return [each.placed for each in sent.pushed], sent


def _print(
    source: Source,
    series: Sequence[Series],
    placed: Sequence[Placed],
    sent: Push | None,
    untried: Sequence[str],
    trial: Trial | None,
    *,
    dry: bool,
    json: bool,
) -> None:
    from relauto.tasks.pick_handwork import tell_handwork
    from relauto.tasks.pick_output import describe, tell
    from relauto.tasks.pick_push import describe_push, tell_push
    from relauto.tasks.pick_trial import describe_trials

    repository = source.repository
    if json:
        beside = {**source.describe(series), **(describe_push(sent) if sent else {})}
        beside |= describe_trials(trial, series) if trial else {}
        show_json({**describe(repository, series, placed), **beside})
    else:
        beyond = [*(tell_push(sent, dry=dry) if sent else ()), *source.tell(series)]
        beyond += tell_handwork(source, series, untried)
        show("\n".join([*tell(repository, series, placed, trial, dry=dry), *beyond]))


def _find_lines(repository: Repository, patterns: Sequence[str]) -> list[Line]:
    from relauto.errors import InputError
    from relauto.picking.fanout import Line

    found = dict(branch for pattern in patterns for branch in repository.find_branches(pattern))
    if not found:
        raise InputError("there is nothing to pick onto: no line was named", todo="name it with --onto")
    return [Line(branch, tip) for branch, tip in found.items()]


def _find_committer(repository: Repository, *, named: bool) -> tuple[Signature, Signer | None]:
    """Return who picks, and who signs where git's settings ask for it; a stand-in if nothing is kept."""
    from relauto.clock import SystemClock
    from relauto.errors import InputError
    from relauto.git.commit import Signature
    from relauto.git.identity import find_identity
    from relauto.git.signer import find_signing

    identity = find_identity(repository.git)
    if named and not identity:
        raise InputError(
            "git does not know who commits the picks",
            todo="set user.name and user.email: git config --global user.name NAME",
        )
    signing = find_signing(repository.git)
    if named and signing.commits and not signing.signer:
        raise InputError("commits are to be signed, and git names no key", todo="set git's user.signingKey")
    name, email = identity or ("relauto", "relauto@localhost")
    return Signature(name, email, SystemClock().now()), signing.signer if signing.commits else None


def _judge(series: Sequence[Series], placed: Iterable[Placed | Pushed]) -> Status:
    from relauto.errors import Status

    ended = {each.pick.status for one in series for each in one.picked}
    tried = {one.tried.state for one in series if one.tried}
    if "error" in ended or "absent" in tried:
        return Status.BAD_INPUT
    refused = any(each.state == "refused" for each in placed) or tried - {"passed"}
    asked = any(one.along for one in series) or ended & {"conflict", "resolved"}
    return Status.DECISION if refused or asked else Status.REACHED
