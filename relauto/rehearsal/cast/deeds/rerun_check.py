"""Runs the check on a commit once more, whatever it said before: `told["commit"]` or `told["branch"]`."""

from relauto.rehearsal.cast.ci import run_check
from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Run it and report by a check run of its own; GitHub shows the latest.

    Raises:
        ApiError: the API refused.
        ErrandError: the commit could not be fetched.
    """
    told, source = errand.told, f"repos/{errand.source}"
    commit = told.get("commit") or errand.api.get(f"{source}/branches/{told['branch']}")["commit"]["sha"]
    conclusion, summary = run_check(errand, commit)
    output = {"title": f"{errand.check_name}: {conclusion}", "summary": summary}
    run = {"name": errand.check_name, "head_sha": commit, "status": "completed", "output": output}
    errand.api.post(f"{source}/check-runs", {**run, "conclusion": conclusion})
    return [f"{errand.check_name} on {commit[:10]}, once more: {conclusion}"]
