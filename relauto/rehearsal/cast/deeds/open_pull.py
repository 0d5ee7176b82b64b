"""Opens a pull request for a branch that is there: `told` holds `branch`, `onto` and `title`."""

from relauto.rehearsal.cast.errand import Errand


def act(errand: Errand) -> list[str]:
    """Open it, unless there is one.

    Raises:
        ApiError: the API refused.
    """
    branch, onto, pulls = errand.told["branch"], errand.told["onto"], f"repos/{errand.source}/pulls"
    if errand.api.get(pulls, state="all", head=f"{errand.source.partition('/')[0]}:{branch}", base=onto):
        return []
    wanted = {"head": branch, "base": onto, "title": errand.told["title"], "body": ""}
    return [f"#{errand.api.post(pulls, wanted)['number']}: opened for {branch}"]
