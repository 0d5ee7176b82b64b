"""The build machine: runs the check on commits that await it and reports by check run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from relauto.rehearsal.cast.api import Json
from relauto.rehearsal.cast.errand import Errand
from relauto.rehearsal.cast.syntax import check_changes
from relauto.rehearsal.cast.tags import candidate_tags
from relauto.rehearsal.cast.workplace import Scratch, run_command

_LIMIT = 600.0
_SHOWN = 20_000


def act(errand: Errand) -> list[str]:
    """Check every head of a pull request, group of a merge queue and candidate that lacks the check run.

    Raises:
        ApiError: the API refused.
        ErrandError: a commit could not be fetched.
    """
    return [done for commit in dict.fromkeys(_awaiting(errand)) if (done := _check(errand, commit))]


def _awaiting(errand: Errand) -> Iterator[str]:
    for pull in errand.api.pages(f"repos/{errand.source}/pulls", state="open"):
        yield pull["head"]["sha"]
    for ref in errand.api.get(f"repos/{errand.source}/git/matching-refs/heads/gh-readonly-queue/"):
        yield ref["object"]["sha"]
    for tag in candidate_tags(errand):
        yield tag.commit


def _check(errand: Errand, commit: str) -> str:
    runs = list(
        errand.api.pages(
            f"repos/{errand.source}/commits/{commit}/check-runs", "check_runs", check_name=errand.check_name
        )
    )
    if any(run["status"] == "completed" for run in runs):
        return ""
    conclusion, summary = run_check(errand, commit)
    report: Json = {
        "status": "completed",
        "conclusion": conclusion,
        "output": {"title": f"{errand.check_name}: {conclusion}", "summary": summary},
    }
    if runs:
        errand.api.patch(f"repos/{errand.source}/check-runs/{runs[0]['id']}", report)
    else:
        made = {"name": errand.check_name, "head_sha": commit, **report}
        errand.api.post(f"repos/{errand.source}/check-runs", made)
    return f"{errand.check_name} on {commit[:10]}: {conclusion}"


def run_check(errand: Errand, commit: str) -> tuple[str, str]:
    """Run the check on a commit and return the conclusion and the summary.

    Raises:
        ErrandError: the commit could not be fetched.
    """
    scratch = Scratch(errand, errand.work / "ci.git")
    scratch.fetch(commit)
    if errand.check_command is None:
        faults, checked = check_changes(scratch, commit)
        said = "\n".join(f"- {fault}" for fault in faults) or "Nothing was found."
        scope = f"No tests were run: {checked} changed files were read for conflict markers and syntax."
        return ("failure" if faults else "success"), f"{scope}\n\n{said}"
    return _run_tests(scratch, commit, errand.check_command, errand.work / f"ci-{commit}")


def _run_tests(scratch: Scratch, commit: str, command: str, folder: Path) -> tuple[str, str]:
    shutil.rmtree(folder, ignore_errors=True)
    scratch.export(commit, folder)
    outcome = run_command(command, folder, _LIMIT)
    shutil.rmtree(folder)
    if outcome.status is None:
        return "timed_out", f"`{command}` was stopped after {_LIMIT:.0f} seconds."
    ended = f"`{command}` ended with status {outcome.status} after {outcome.seconds:.1f} seconds."
    shown = outcome.output[-_SHOWN:].replace("```", "'''")
    return ("failure" if outcome.status else "success"), f"{ended}\n\n```\n{shown}\n```"
