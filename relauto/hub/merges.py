"""The merge of a pull request, as PUT merge asks for it, and the update of its head."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

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
from relauto.hub.records import Method, Protection, Pull
from relauto.hub.requirements import QUEUED, list_unmet, refuse_method, refuse_mover
from relauto.hub.signing import own_key
from relauto.hub.workflow_files import refuse_workflows

_MODIFIED = "Base branch was modified. Review and try the merge again."


def refuse_merge(place: Place, standing: Standing, method: Method, by: str) -> None:
    """Raise GitHub's 405 for what stands in the way of a merge by somebody, its queue left aside."""
    pull, facts, protection = standing.pull, place.repository, standing.protection
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
    unmet = list_unmet(protection, standing.contexts, standing.decision)
    if protection:
        refused = refuse_mover(place, protection) or refuse_method(place, protection, pull, method, by)
        unmet += [refused] if refused else []
    if unmet:
        prefix = "Repository rule violations found\n\n" if protection and protection.ruleset else ""
        raise ApiError(405, prefix + " ".join(unmet))
    if standing.merge_state == "behind":
        raise ApiError(405, "Head branch is out of date. Review and try the merge again.")


@dataclass(frozen=True)
class MergeOrder:
    """What is asked of a merge; `sha` guards the head, and `by` is whose merge it is."""

    method: Method = "merge"
    sha: str | None = None
    title: str | None = None
    message: str | None = None
    by: str = ""


def merge(place: Place, number: int, order: MergeOrder) -> str:
    """Merge a pull request and return the commit that its base now has.

    The merge is noted before the ref moves and settled after, so that a hub that dies in between finds the
    pull request merged when it comes back.

    Raises:
        ApiError: 405 when it cannot be merged, 409 when the head is not at `sha`.
    """
    pull = read_pull(place, number)
    if order.sha is not None and order.sha != pull.head_sha and pull.state == "open":
        raise ApiError(409, "Head branch was modified. Review and try the merge again.")
    standing = look(place, pull)
    if standing.protection and standing.protection.queue and pull.state == "open":
        raise ApiError(405, QUEUED)
    refuse_merge(place, standing, order.method, order.by or place.call.login)
    commit = make_merge(place, pull, order)
    refuse_workflows(place, commit, [pull.base_sha])
    land(place, pull, commit)
    return commit


def check_method(method: str) -> Method:
    """Return a method that the hub knows.

    Raises:
        ApiError: 422.
    """
    methods: tuple[Method, ...] = get_args(Method)
    for known in methods:
        if method == known:
            return known
    raise invalid("PullRequest", "merge_method", "invalid")


def make_merge(place: Place, pull: Pull, order: MergeOrder) -> str:
    """Write what a merge of a pull request onto its base puts there, and return the new tip.

    Raises:
        ApiError: 405, it conflicts.
    """
    protection = place.get(Protection, pull.base_ref)
    key = own_key() if protection and protection.signatures else None
    make = {"merge": _merge_commit, "squash": _squash, "rebase": _rebase}[order.method]
    return make(place, pull, order, key)


def land(place: Place, pull: Pull, commit: str, by: str | None = None) -> None:
    """Move the base of a pull request to its merge, which `by` (default: who asks) has made.

    Raises:
        ApiError: 405, the base has moved.
    """
    pull = keep(place, pull, merge_intent=commit)
    place.call.tx.save()
    if not place.bare.update(f"refs/heads/{pull.base_ref}", commit, pull.base_sha):
        raise ApiError(405, _MODIFIED)
    publish_move(place, f"refs/heads/{pull.base_ref}", pull.base_sha, commit)
    finish_merge(place, pull, commit, by)


def _tree(place: Place, pull: Pull) -> str:
    tree = merge_trees(place.bare, pull.base_sha, pull.head_sha)
    if tree is None:
        raise ApiError(405, "Pull Request is not mergeable")
    return tree


def _merge_commit(place: Place, pull: Pull, order: MergeOrder, key: Path | None) -> str:
    title = order.title or f"Merge pull request #{pull.number} from {place.repository.owner}/{pull.head_ref}"
    body = pull.title if order.message is None else order.message
    author = place.actor(order.by or place.call.login)
    flow = Actor.at(*WEB_FLOW, place.call.moment)
    parents = [pull.base_sha, pull.head_sha]
    return write_commit(place.bare, _tree(place, pull), parents, _join(title, body), author, flow, key=key)


def _squash(place: Place, pull: Pull, order: MergeOrder, key: Path | None) -> str:
    commits = list_pull_commits(place, pull)
    author = place.actor(pull.user)
    title = order.title or squash_title(pull.title, pull.number, commits)
    body = squash_message(commits, author.email) if order.message is None else order.message
    flow = Actor.at(*WEB_FLOW, place.call.moment)
    parents = [pull.base_sha]
    return write_commit(place.bare, _tree(place, pull), parents, _join(title, body), author, flow, key=key)


def _rebase(place: Place, pull: Pull, order: MergeOrder, _: Path | None) -> str:
    tip = rebase(place.bare, pull.base_sha, pull.head_sha, place.actor(order.by or place.call.login))
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
