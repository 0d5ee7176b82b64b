"""Check runs and commit statuses together: what counts for a commit, and what a branch requires.

Rules from GitHub's "Troubleshooting required status checks" and "About protected branches": a required
name is met by success, skipped or neutral; a check and a status of one name must both pass; an absent one
is not met.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.hub.place import Place
from relauto.hub.records import CheckRun, Protection, Status

_PASSING = {"success", "neutral", "skipped"}


@dataclass(frozen=True)
class Contexts:
    """The latest check runs (one of each name and app) and statuses (one of each context) of a commit."""

    runs: tuple[CheckRun, ...]
    statuses: tuple[Status, ...]

    def states(self, name: str | None = None, app: str | None = None) -> list[str]:
        """Return `passed`, `failed` or `pending` for each, or for those of one name, or App.

        A status counts for no App: the hub does not keep which one reported it.
        """
        runs = [judge_run(run) for run in self.runs if name in (None, run.name) and app in (None, run.app)]
        told = [] if app else [one for one in self.statuses if name in (None, one.context)]
        return runs + [judge_status(status) for status in told]


def judge_run(run: CheckRun) -> str:
    """Return `passed`, `failed` or `pending`."""
    if run.status != "completed":
        return "pending"
    return "passed" if run.conclusion in _PASSING else "failed"


def judge_status(status: Status) -> str:
    """Return `passed`, `failed` or `pending`."""
    return {"success": "passed", "pending": "pending"}.get(status.state, "failed")


def read_contexts(place: Place, sha: str) -> Contexts:
    """Gather what has been reported on a commit, the latest of each name."""
    runs = {(run.app, run.name): run for run in place.all(CheckRun) if run.head_sha == sha}
    statuses = {status.context: status for status in place.all(Status) if status.sha == sha}
    return Contexts(tuple(runs.values()), tuple(statuses.values()))


def roll_up(contexts: Contexts) -> str | None:
    """Return GraphQL's StatusState over all contexts, None when nothing has been reported."""
    states = contexts.states()
    if not states:
        return None
    if any(status.state == "error" for status in contexts.statuses):
        return "ERROR" if "failed" not in [judge_run(run) for run in contexts.runs] else "FAILURE"
    if "failed" in states:
        return "FAILURE"
    return "PENDING" if "pending" in states else "SUCCESS"


def combine_statuses(statuses: Sequence[Status]) -> str:
    """Return REST's combined state: `pending` when there is none at all."""
    states = [judge_status(status) for status in statuses]
    if "failed" in states:
        return "failure"
    return "pending" if "pending" in states or not states else "success"


def unmet_checks(protection: Protection | None, contexts: Contexts) -> list[str]:
    """Return GitHub's sentences for the required checks that do not stand."""
    sentences = []
    for name in protection.required_checks if protection else ():
        states = contexts.states(name, protection.apps.get(name) if protection else None)
        if not states:
            sentences.append(f'Required status check "{name}" is expected.')
        elif "failed" in states:
            sentences.append(f'Required status check "{name}" is failing.')
        elif "pending" in states:
            sentences.append(f'Required status check "{name}" is pending.')
    return sentences
