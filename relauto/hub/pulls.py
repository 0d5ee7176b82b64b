"""Pull requests: how they follow their branches, and whether they can be merged."""

from dataclasses import dataclass

import msgspec

from relauto.hub.bare import CommitData
from relauto.hub.checks import Contexts, read_contexts
from relauto.hub.events import publish
from relauto.hub.merging import WEB_FLOW, Actor, merge_trees, write_commit
from relauto.hub.place import Place
from relauto.hub.records import Protection, Pull, Review
from relauto.hub.requirements import list_unmet
from relauto.hub.views.pulls import show_pull


@dataclass(frozen=True)
class Standing:
    """A pull request and what stands around it at this moment."""

    pull: Pull
    reviews: tuple[Review, ...]
    contexts: Contexts
    protection: Protection | None
    decision: str | None
    merge_state: str


def announce(place: Place, pull: Pull, action: str, **more: object) -> None:
    """Log a `pull_request` event."""
    publish(place, "pull_request", action, number=pull.number, pull_request=show_pull(place, pull), **more)


def keep(place: Place, pull: Pull, **changes: object) -> Pull:
    """Write a pull request with some fields changed, and return it."""
    changed = msgspec.structs.replace(pull, **changes)
    place.put(changed.number, changed)
    return changed


def settle_pulls(place: Place) -> None:
    """Let the open pull requests follow their branches, whoever moved them and however.

    As on GitHub: one whose head has come into its base is merged, one that lost a branch is closed.
    """
    pulls = [pull for pull in place.all(Pull) if pull.state == "open"]
    tips = place.bare.tips(name for pull in pulls for name in (pull.head_ref, pull.base_ref))
    for pull in pulls:
        _settle(place, pull, tips.get(pull.head_ref), tips.get(pull.base_ref))


def _settle(place: Place, pull: Pull, head: str | None, base: str | None) -> None:
    if (head, base) == (pull.head_sha, pull.base_sha) and pull.merge_intent is None:
        return
    seen = head or pull.head_sha
    arrived = _arrival(place, pull, seen, base) if base else None
    if arrived:
        finish_merge(place, keep(place, pull, head_sha=seen), arrived)
    elif head is None or base is None:
        now = place.call.now
        announce(place, keep(place, pull, state="closed", closed_at=now, updated_at=now), "closed")
    else:
        moved = keep(place, pull, head_sha=head, base_sha=base, updated_at=place.call.now)
        if head != pull.head_sha:
            announce(place, moved, "synchronize")


def _arrival(place: Place, pull: Pull, head: str, base: str) -> str | None:
    """Return the commit with which the head came into the base, None while it has not."""
    if pull.merge_intent and place.bare.is_ancestor(pull.merge_intent, base):
        return pull.merge_intent
    if not place.bare.is_ancestor(head, base):
        return None
    path = place.bare.git.read("rev-list", "--first-parent", "--ancestry-path", f"{head}..{base}")
    return path.splitlines()[-1] if path else head


def finish_merge(place: Place, pull: Pull, commit: str, by: str | None = None) -> Pull:
    """Record that a pull request is merged, by default by who asks."""
    now = place.call.now
    by = by or (place.call.viewer.login if place.call.viewer else pull.user)
    merged = keep(
        place, pull, state="closed", merged=True, merged_by=by, merged_at=now, closed_at=now, updated_at=now,
        merge_commit=commit, merge_intent=None, mergeable=None,
    )  # fmt: skip
    announce(place, merged, "closed")
    return merged


def read_pull(place: Place, number: int, *, background: bool = False) -> Pull:
    """Return a pull request as it is now, its mergeability known.

    Args:
        place: the repository.
        number: the pull request's.
        background: answer None for the mergeability at the first look after a branch moved, as GitHub
            does while its job runs.

    Raises:
        ApiError: 404, there is none.
    """
    settle_pulls(place)
    pull = place.find(Pull, number)
    wanted = f"{pull.head_sha} {pull.base_sha}"
    if pull.state == "closed" or pull.tested_for == wanted:
        return pull
    if background and pull.announced != wanted:
        return keep(place, pull, mergeable=None, test_merge=None, announced=wanted)
    return _test_merge(place, pull, wanted)


def _test_merge(place: Place, pull: Pull, wanted: str) -> Pull:
    tree = merge_trees(place.bare, pull.base_sha, pull.head_sha)
    commit = None
    refs = [f"update refs/pull/{pull.number}/head\0{pull.head_sha}\0\0"]
    if tree:
        flow = Actor.at(*WEB_FLOW, place.call.moment)
        message = f"Merge {pull.head_sha} into {pull.base_sha}"
        parents = [pull.base_sha, pull.head_sha]
        commit = write_commit(place.bare, tree, parents, message, place.actor(pull.user), flow)
        refs.append(f"update refs/pull/{pull.number}/merge\0{commit}\0\0")
    place.bare.git.run("update-ref", "-z", "--stdin", input="".join(refs).encode())
    return keep(place, pull, mergeable=tree is not None, test_merge=commit, tested_for=wanted)


def list_reviews(place: Place, number: int) -> list[Review]:
    """Return the submitted reviews of a pull request, oldest first."""
    return [review for review in place.all(Review) if review.number == number and review.submitted_at]


def latest_opinions(reviews: list[Review]) -> list[Review]:
    """Return each person's latest review that approves, requests changes or was dismissed."""
    opinions = {review.user: review for review in reviews if review.state != "COMMENTED"}
    return list(opinions.values())


def decide_review(place: Place, protection: Protection | None, reviews: list[Review]) -> str | None:
    """Return GraphQL's reviewDecision; None where the branch requires no review."""
    if protection is None or not protection.reviews:
        return None
    opinions = [review for review in latest_opinions(reviews) if place.can_write(review.user)]
    if any(review.state == "CHANGES_REQUESTED" for review in opinions):
        return "CHANGES_REQUESTED"
    approvals = sum(review.state == "APPROVED" for review in opinions)
    return "APPROVED" if approvals >= protection.reviews else "REVIEW_REQUIRED"


def look(place: Place, pull: Pull) -> Standing:
    """Gather what decides whether a pull request can be merged."""
    reviews = list_reviews(place, pull.number)
    contexts = read_contexts(place, pull.head_sha)
    protection = place.get(Protection, pull.base_ref)
    decision = decide_review(place, protection, reviews)
    state = _merge_state(place, pull, protection, contexts, decision)
    return Standing(pull, tuple(reviews), contexts, protection, decision, state)


def _merge_state(
    place: Place, pull: Pull, protection: Protection | None, contexts: Contexts, decision: str | None
) -> str:
    if pull.state == "closed" or pull.mergeable is None:
        return "unknown"
    if not pull.mergeable:
        return "dirty"
    if pull.draft:
        return "draft"
    if list_unmet(protection, contexts, decision) or (protection and protection.locked):
        return "blocked"
    if protection and protection.strict and not place.bare.is_ancestor(pull.base_sha, pull.head_sha):
        return "behind"
    return "clean" if set(contexts.states()) <= {"passed"} else "unstable"


def list_pull_commits(place: Place, pull: Pull) -> list[CommitData]:
    """Return the commits that a pull request brings, oldest first, at most 250 as on GitHub."""
    range_ = (pull.head_sha, f"^{pull.base_sha}")
    return place.bare.list_commits(*range_, limit=250, reverse=True)
