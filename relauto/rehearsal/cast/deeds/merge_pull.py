"""Merges the pull request of a branch by the API: `told["branch"]`, by `told["method"]` (default squash)."""

from relauto.rehearsal.cast.errand import Errand, ErrandError


def act(errand: Errand) -> list[str]:
    """Merge it at its head, unless it is merged.

    Raises:
        ApiError: the API refused.
        ErrandError: there is no such pull request.
    """
    branch, pulls = errand.told["branch"], f"repos/{errand.source}/pulls"
    found = errand.api.get(pulls, state="all", head=f"{errand.source.partition('/')[0]}:{branch}")
    if not found:
        raise ErrandError(f"there is no pull request of {branch}")
    pull = errand.api.get(f"{pulls}/{found[0]['number']}")
    if pull["merged"]:
        return []
    wanted = {"merge_method": errand.told.get("method", "squash"), "sha": pull["head"]["sha"]}
    errand.api.put(f"{pulls}/{pull['number']}/merge", wanted)
    return [f"#{pull['number']}: merged to {pull['base']['ref']}"]
