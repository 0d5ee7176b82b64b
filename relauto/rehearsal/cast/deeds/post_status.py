"""Runs the check on what awaits it and reports by commit status, as a build machine does that is no App.

Only pull requests onto main, the line and `bases` are looked at, and the candidates of the errand's line.
"""

from collections.abc import Iterator

from relauto.rehearsal.cast.ci import run_check
from relauto.rehearsal.cast.errand import Errand
from relauto.rehearsal.cast.facts import status_states
from relauto.rehearsal.cast.tags import candidate_tags


def act(errand: Errand) -> list[str]:
    """Report the check on each commit that has no status of it.

    Raises:
        ApiError: the API refused.
        ErrandError: a commit could not be fetched.
    """
    awaiting = [
        commit for commit in dict.fromkeys(_list_commits(errand)) if not status_states(errand, commit)
    ]
    return [_report(errand, commit) for commit in awaiting]


def _list_commits(errand: Errand) -> Iterator[str]:
    for pull in errand.api.pages(f"repos/{errand.source}/pulls", state="open"):
        if pull["base"]["ref"] in {errand.main, errand.line, *errand.bases}:
            yield pull["head"]["sha"]
    for tag in candidate_tags(errand):
        yield tag.commit


def _report(errand: Errand, commit: str) -> str:
    conclusion, _ = run_check(errand, commit)
    state = "success" if conclusion == "success" else "failure"
    told = {"state": state, "context": errand.check_name, "description": f"{conclusion}, by the rehearsal"}
    errand.api.post(f"repos/{errand.source}/statuses/{commit}", told)
    return f"{errand.check_name} on {commit[:10]}: {state}"
