"""A build by a workflow on GitHub: dispatched once on the candidate's tag, waited for, compared.

The nonce that is on record before the dispatch finds the run again where its id was not told, or was
lost on its way. As long as a run may only be late nothing is sent again; once GitHub shows that nobody
dispatched the workflow on that tag, the same dispatch is made; anything less clear is for a person.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from relauto.github import workflows
from relauto.github.faults import NotFoundError
from relauto.github.workflows import Run
from relauto.model.event import BuildStarted
from relauto.model.facts import Facts
from relauto.model.names import Commit, Tag
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.step import Refused, Todo, Waiting

ACTIONS = "github-actions[bot]"
"""Who a workflow's own token is."""

_LATE = timedelta(minutes=2)
"""After this a run that was dispatched shows in the list."""

_SKEW = timedelta(minutes=10)
"""By how much the clocks of relauto's machines and GitHub's may differ."""

_AGAIN = "run it again on GitHub, or relauto reopen prepare.verify: the next advance dispatches it anew"


def find_run(bench: Bench, place: Place, tag: Tag, commit: Commit) -> Run | Waiting | Refused | Todo:
    """Return the run that built a candidate, or what has to happen before there is one."""
    intent = bench.incident.intents.get((place, f"dispatch:{tag}"))
    if intent is None or intent.facts.get("commit") != commit:
        return dispatch(bench, place, tag, commit)
    started = bench.incident.builds.get(tag)
    if started is not None and started.commit == commit:
        try:
            run = bench.remember(
                "runs",
                started.run,
                lambda: workflows.read_run(bench.source, started.run),
                watch=f"actions/runs/{started.run}",
            )
        except NotFoundError:
            return Refused(f"the run {started.run} that builds {tag} is gone", todo=_AGAIN)
        return _judge(bench, tag, commit, run)
    return _look_for_run(bench, place, tag, commit, intent.facts)


def _look_for_run(
    bench: Bench, place: Place, tag: Tag, commit: Commit, intended: Facts
) -> Run | Waiting | Refused | Todo:
    file, nonce, at = (
        str(intended["workflow"]),
        str(intended["nonce"]),
        datetime.fromisoformat(intended["at"]),
    )
    runs: Sequence[Run] = bench.remember(
        "runs", (file, nonce), lambda: workflows.list_runs(bench.source, file, tag, at - _SKEW)
    )
    found = [run for run in runs if nonce in run.title]
    if found:
        _note(bench, place, tag, commit, found[-1].id, found[-1].url)
        return _judge(bench, tag, commit, found[-1])
    if bench.clock.now() - at < _LATE:
        return Waiting("CI", f"{file} was dispatched for {tag}; its run does not show yet")
    if not runs:
        return dispatch(bench, place, tag, commit, nonce)
    listed = "".join(f"\n  {run.title} ({run.status}) {run.url}" for run in runs)
    return Refused(
        f"none of the runs of {file} on {tag} shows the nonce {nonce} in its title:{listed}",
        todo=f"put ${{{{ inputs.nonce }}}} into its run-name; then relauto reopen {place.step}",
    )


def _judge(bench: Bench, tag: Tag, commit: Commit, run: Run) -> Run | Waiting | Refused:
    if run.head != commit:
        return Refused(f"the run {run.url} builds {run.head[:10]}, but {tag} is {commit.short}", todo=_AGAIN)
    if run.status == "completed":
        if run.conclusion == "success":
            return run
        return Refused(f"the run {run.url} that builds {tag} ended: {run.conclusion}", todo=_AGAIN)
    limit = bench.settings.build.timeout
    if bench.clock.now() - run.started_at > timedelta(seconds=limit):
        return Refused(
            f"the run {run.url} that builds {tag} has taken more than {limit:g} seconds ({run.status})",
            todo="see build.timeout, or cancel it and run it again on GitHub",
        )
    return Waiting("CI", f"{run.url} builds {tag}")


def dispatch(bench: Bench, place: Place, tag: Tag, commit: Commit, nonce: str = "") -> Todo:
    """Return the write that starts the workflow for a candidate; `nonce` is that of an earlier dispatch."""
    file = str(bench.settings.build.workflow)

    def prepare() -> Facts:
        return {
            "commit": commit,
            "workflow": file,
            "nonce": nonce or secrets.token_hex(8),
            "at": bench.clock.now().isoformat(),
        }

    def run(facts: Facts) -> None:
        inputs = {"tag": tag, "commit": commit, "nonce": facts["nonce"]}
        told = workflows.dispatch(bench.source, file, tag, inputs)
        if told is not None:
            where = f"{bench.settings.github.git.rstrip('/')}/{bench.source.repository}/actions/runs/{told}"
            _note(bench, place, tag, commit, told, where)

    return Todo(f"dispatch:{tag}", f"dispatch {file} on {tag}", run, prepare=prepare, changes=("runs",))


def _note(bench: Bench, place: Place, tag: Tag, commit: Commit, run: int, url: str) -> None:
    file = str(bench.settings.build.workflow)
    started = BuildStarted(place=place, tag=tag, commit=commit, workflow=file, run=run, url=url)
    if started not in bench.found:
        bench.found.append(started)
