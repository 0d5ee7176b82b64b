"""The merge of a pull request, as PUT merge asks for it, and the update of its head."""

from dataclasses import dataclass

from relauto.hub.checks import unmet_checks
from relauto.hub.merging import (
    WEB_FLOW,
    Actor,
    merge_trees,
    rebase,
    squash_message,
    squash_title,
    write_commit,
)
from relauto.hub.place import ApiError, Place, invalid
from relauto.hub.pulls import Standing, finish_merge, keep, list_pull_commits, look, read_pull, settle_pulls
from relauto.hub.pushing import publish_move
from relauto.hub.records import Pull
from relauto.hub.workflow_files import refuse_workflows

_MODIFIED = "Base branch was modified. Review and try the merge again."


def _refuse_merge(place: Place, standing: Standing, method: str) -> None:
    """Raise GitHub's 405 for what stands in the way of a merge."""
    pull, facts = standing.pull, place.repository
    allowed = {"merge": facts.allow_merge, "squash": facts.allow_squash, "rebase": facts.allow_rebase}
    word = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}
    if pull.state == "closed":
        raise ApiError(405, "Pull Request is not mergeable")
    if pull.draft:
        raise ApiError(405, "Pull Request is still a draft")
    if not allowed[method]:
        raise ApiError(405, f"{word[method]} are not allowed on this repository.")
    if not pull.mergeable:
        raise ApiError(405, "Pull Request is not mergeable")
    unmet = unmet_checks(standing.protection, standing.contexts)
    if standing.decision == "CHANGES_REQUESTED":
        unmet.append("Changes have been requested.")
    elif standing.decision == "REVIEW_REQUIRED" and standing.protection:
        count = standing.protection.reviews
        reviews = "1 approving review is" if count == 1 else f"{count} approving reviews are"
        unmet.append(f"At least {reviews} required by reviewers with write access.")
    if unmet:
        prefix = (
            "Repository rule violations found\n\n"
            if standing.protection and standing.protection.ruleset
            else ""
        )
        raise ApiError(405, prefix + " ".join(unmet))
    if standing.merge_state == "behind":
        raise ApiError(405, "Head branch is out of date. Review and try the merge again.")


@dataclass(frozen=True)
class MergeOrder:
    """What the caller of PUT merge asks for; `sha` guards the head."""

    method: str = "merge"
    sha: str | None = None
    title: str | None = None
    message: str | None = None


def merge(place: Place, number: int, order: MergeOrder) -> str:
    """Merge a pull request and return the commit that its base now has.

    The merge is noted before the ref moves and settled after, so that a hub that dies in between finds the
    pull request merged when it comes back.

    Raises:
        ApiError: 405 when it cannot be merged, 409 when the head is not at `sha`, 422 for another method.
    """
    if order.method not in {"merge", "squash", "rebase"}:
        raise invalid("PullRequest", "merge_method", "invalid")
    pull = read_pull(place, number)
    if order.sha is not None and order.sha != pull.head_sha and pull.state == "open":
        raise ApiError(409, "Head branch was modified. Review and try the merge again.")
    _refuse_merge(place, look(place, pull), order.method)
    commit = {"merge": _merge_commit, "squash": _squash, "rebase": _rebase}[order.method](place, pull, order)
    refuse_workflows(place, commit, [pull.base_sha])
    pull = keep(place, pull, merge_intent=commit)
    place.call.tx.save()
    if not place.bare.update(f"refs/heads/{pull.base_ref}", commit, pull.base_sha):
        raise ApiError(405, _MODIFIED)
    publish_move(place, f"refs/heads/{pull.base_ref}", pull.base_sha, commit)
    finish_merge(place, pull, commit)
    return commit


def _tree(place: Place, pull: Pull) -> str:
    tree = merge_trees(place.bare, pull.base_sha, pull.head_sha)
    if tree is None:
        raise ApiError(405, "Pull Request is not mergeable")
    return tree


def _merge_commit(place: Place, pull: Pull, order: MergeOrder) -> str:
    title = order.title or f"Merge pull request #{pull.number} from {place.repository.owner}/{pull.head_ref}"
    body = pull.title if order.message is None else order.message
    author = place.actor(place.call.login)
    flow = Actor.at(*WEB_FLOW, place.call.moment)
    parents = [pull.base_sha, pull.head_sha]
    return write_commit(place.bare, _tree(place, pull), parents, _join(title, body), author, flow)


def _squash(place: Place, pull: Pull, order: MergeOrder) -> str:
    commits = list_pull_commits(place, pull)
    author = place.actor(pull.user)
    title = order.title or squash_title(pull.title, pull.number, commits)
    body = squash_message(commits, author.email) if order.message is None else order.message
    flow = Actor.at(*WEB_FLOW, place.call.moment)
    return write_commit(place.bare, _tree(place, pull), [pull.base_sha], _join(title, body), author, flow)


def _rebase(place: Place, pull: Pull, _order: MergeOrder) -> str:
    tip = rebase(place.bare, pull.base_sha, pull.head_sha, place.actor(place.call.login))
    if tip is None:
        raise ApiError(405, "This branch can't be rebased")
    return tip


def _join(title: str, body: str) -> str:
    return f"{title}\n\n{body}" if body else title


def update_head(place: Place, pull: Pull) -> None:
    """Merge the base into the head of a pull request.

    Raises:
        ApiError: 422 when there is nothing to merge, or it conflicts.
    """
    if pull.state == "closed" or place.bare.is_ancestor(pull.base_sha, pull.head_sha):
        raise ApiError(422, "There are no new commits on the base branch.")
    tree = merge_trees(place.bare, pull.head_sha, pull.base_sha)
    if tree is None:
        raise ApiError(422, "merge conflict between base and head")
    message = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
    flow = Actor.at(*WEB_FLOW, place.call.moment)
    parents = [pull.head_sha, pull.base_sha]
    commit = write_commit(place.bare, tree, parents, message, place.actor(place.call.login), flow)
    if not place.bare.update(f"refs/heads/{pull.head_ref}", commit, pull.head_sha):
        raise ApiError(422, "Head branch was modified. Review and try again.")
    publish_move(place, f"refs/heads/{pull.head_ref}", pull.head_sha, commit)
    settle_pulls(place)
