"""What a protected branch asks of a merge, in GitHub's sentences.

From "About protected branches", "Available rules for rulesets" and "About pull request merges": what is
rebased by GitHub is not signed, and it signs a squash only for the author of the pull request.
"""

from relauto.hub.checks import Contexts, unmet_checks
from relauto.hub.place import Place
from relauto.hub.records import Method, Protection, Pull
from relauto.hub.signing import list_unsigned

UNSIGNED = "Commits must have verified signatures."
QUEUED = "Changes must be made through the merge queue"
_NO_MERGES = "This branch must not contain merge commits."
_WORDS: dict[Method, str] = {
    "merge": "Merge commits are",
    "squash": "Squash merges are",
    "rebase": "Rebase merges are",
}


def list_unmet(protection: Protection | None, contexts: Contexts, decision: str | None) -> list[str]:
    """Return what checks and reviews still lack."""
    unmet = unmet_checks(protection, contexts)
    if decision == "CHANGES_REQUESTED":
        unmet.append("Changes have been requested.")
    elif decision == "REVIEW_REQUIRED" and protection:
        count = protection.reviews
        reviews = "1 approving review is" if count == 1 else f"{count} approving reviews are"
        unmet.append(f"At least {reviews} required by reviewers with write access.")
    return unmet


def refuse_mover(place: Place, protection: Protection) -> str | None:
    """Return why who asks may not move the branch by any way, None when they may."""
    if protection.locked:
        return (
            "Cannot update this protected ref." if protection.ruleset else "Cannot change this locked branch"
        )
    viewer = place.call.viewer
    if protection.pushers is not None and (viewer is None or viewer.login not in protection.pushers):
        return "You're not authorized to push to this branch."
    return None


def refuse_method(place: Place, protection: Protection, pull: Pull, method: Method, by: str) -> str | None:
    """Return why a pull request may not be merged in a way, None when it may."""
    if protection.methods and method not in protection.methods:
        return f"{_WORDS[method]} not allowed on this branch."
    if protection.linear and method == "merge":
        return _NO_MERGES
    if not protection.signatures:
        return None
    refused = {
        "rebase": True,
        "squash": by != pull.user,
        "merge": bool(list_unsigned(place.bare, f"{pull.base_sha}..{pull.head_sha}")),
    }
    return UNSIGNED if refused[method] else None


def refuse_commits(place: Place, protection: Protection, old: str, new: str) -> str | None:
    """Return why commits that are here already may not come onto a branch, None when they may."""
    span = f"{old}..{new}"
    if protection.linear and place.bare.git.read("rev-list", "--merges", span):
        return _NO_MERGES
    return UNSIGNED if protection.signatures and list_unsigned(place.bare, span) else None


def name_rules_page(place: Place, ref: str) -> str:
    """Return the page on which GitHub shows the rules of a ref."""
    return f"{place.page}/rules?ref={ref.replace('/', '%2F')}"
