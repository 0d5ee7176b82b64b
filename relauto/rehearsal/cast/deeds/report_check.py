"""Reports the check on a commit without running it, as a machine with a fault of its own does.

`told` holds `commit` (or `branch`, whose head is meant), `conclusion` and `why`.
"""

from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Report it, unless the commit has a report of the check.

    Raises:
        ApiError: the API refused.
    """
    told, source = errand.told, f"repos/{errand.source}"
    commit = told.get("commit") or errand.api.get(f"{source}/branches/{told['branch']}")["commit"]["sha"]
    known = errand.api.pages(
        f"{source}/commits/{commit}/check-runs", "check_runs", check_name=errand.check_name
    )
    if any(run["status"] == "completed" for run in known):
        return []
    output = {"title": f"{errand.check_name}: {told['conclusion']}", "summary": told["why"]}
    run = {"name": errand.check_name, "head_sha": commit, "status": "completed", "output": output}
    errand.api.post(f"{source}/check-runs", {**run, "conclusion": told["conclusion"]})
    return [f"{errand.check_name} on {commit[:10]}: {told['conclusion']} ({told['why']})"]
