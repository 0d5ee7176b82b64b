"""Pull requests as GraphQL sees them; what REST says of the same comes from the same functions."""

from collections.abc import Callable
from typing import Any

from flask import g

from relauto.hub import pulls
from relauto.hub.graph.common import (
    Info,
    Node,
    connect,
    guard,
    list_labels,
    missing,
    order,
    show_actor,
    show_label,
    show_milestone,
)
from relauto.hub.graph.issues import show_comments
from relauto.hub.graph.objects import show_commit, show_object
from relauto.hub.graph.queue import show_queueing
from relauto.hub.graph.refs import show_base
from relauto.hub.place import Place
from relauto.hub.records import Pull, Review
from relauto.hub.views.common import node_id


def show_pull_of(place: Place, number: int, repository: Callable[[Place], Node]) -> Node:
    """Show a pull request by its number."""
    return show_pull(place, pulls.read_pull(place, number), repository)


def find_pull(place: Place, number: int, repository: Callable[[Place], Node]) -> Node:
    """Show one pull request.

    Raises:
        GraphQLError: there is none.
    """
    if place.get(Pull, number) is None:
        raise missing("PullRequest", number)
    return show_pull(place, pulls.read_pull(place, number, background=g.background), repository)


def list_pulls(
    place: Place,
    info: Info,
    repository: Callable[[Place], Node],
    headRefName: str | None = None,
    baseRefName: str | None = None,
    states: list[str] | None = None,
    orderBy: dict[str, str] | None = None,
    **args: Any,
) -> Node:
    """Show the pull requests that match, the oldest first unless another order is asked for."""
    pulls.settle_pulls(place)
    found = [
        pull
        for pull in place.all(Pull)
        if headRefName in (None, pull.head_ref)
        and baseRefName in (None, pull.base_ref)
        and (not states or _state(pull) in states)
    ]

    def show(pull: Pull) -> Node:
        return show_pull(place, pulls.read_pull(place, pull.number, background=g.background), repository)

    return connect(order(found, orderBy), show)(info, **args)


def _state(pull: Pull) -> str:
    return "MERGED" if pull.merged else pull.state.upper()


def _mergeable(pull: Pull) -> str:
    return {True: "MERGEABLE", False: "CONFLICTING", None: "UNKNOWN"}[pull.mergeable]


def show_pull(place: Place, pull: Pull, repository: Callable[[Place], Node]) -> Node:
    """Show a pull request that has been read."""
    standing = pulls.look(place, pull)
    reviews = list(standing.reviews)
    return {
        "id": node_id("PullRequest", pull.id),
        "databaseId": pull.id,
        "fullDatabaseId": str(pull.id),
        "number": pull.number,
        "url": f"{place.page}/pull/{pull.number}",
        "title": pull.title,
        "body": pull.body or "",
        "state": _state(pull),
        "isDraft": pull.draft,
        "merged": pull.merged,
        "mergedAt": pull.merged_at,
        "closed": pull.state == "closed",
        "createdAt": pull.created_at,
        "updatedAt": pull.updated_at,
        **show_queueing(place, pull, lambda number: show_pull_of(place, number, repository)),
        "baseRef": guard(place, "contents", lambda _: show_base(place, pull)),
        "isCrossRepository": False,
        "author": show_actor(place.call, pull.user),
        "mergedBy": show_actor(place.call, pull.merged_by) if pull.merged_by else None,
        "mergeable": _mergeable(pull),
        "mergeStateStatus": standing.merge_state.upper(),
        "reviewDecision": standing.decision,
        "mergeCommit": lambda _: show_object(place, pull.merge_commit) if pull.merge_commit else None,
        "potentialMergeCommit": lambda _: (
            show_object(place, pull.test_merge) if pull.test_merge and not pull.merged else None
        ),
        **_show_ends(pull),
        "headRepository": lambda _: repository(place),
        **_show_lists(place, pull, reviews),
    }


def _show_ends(pull: Pull) -> Node:
    return {
        "headRefName": pull.head_ref,
        "headRefOid": pull.head_sha,
        "baseRefName": pull.base_ref,
        "baseRefOid": pull.base_sha,
    }


def _show_lists(place: Place, pull: Pull, reviews: list[Review]) -> Node:
    def show_review(review: Review) -> Node:
        return _show_review(place, pull, review)

    def list_reviews(info: Info, states: list[str] | None = None, **args: Any) -> Node:
        found = [review for review in reviews if not states or review.state in states]
        return connect(found, show_review)(info, **args)

    def list_commits(info: Info, **args: Any) -> Node:
        commits = pulls.list_pull_commits(place, pull)
        return connect(
            commits,
            lambda one: {"id": node_id("PullRequestCommit", one.sha), "commit": show_commit(place, one)},
        )(info, **args)

    return {
        "labels": connect(list_labels(place, pull.labels), show_label),
        "milestone": show_milestone(place, pull.milestone),
        "reviews": list_reviews,
        "latestReviews": connect(_latest_reviews(reviews), show_review),
        "reviewRequests": connect(pull.requested_reviewers, lambda login: _show_request(place, pull, login)),
        "commits": list_commits,
        "comments": show_comments(place, pull.number, "pull"),
    }


def _latest_reviews(reviews: list[Review]) -> list[Review]:
    return list({review.user: review for review in reviews}.values())


def _show_request(place: Place, pull: Pull, login: str) -> Node:
    return {
        "id": node_id("ReviewRequest", f"{pull.id}:{login}"),
        "requestedReviewer": show_actor(place.call, login),
    }


def _show_review(place: Place, pull: Pull, review: Review) -> Node:
    return {
        "id": node_id("PullRequestReview", review.id),
        "fullDatabaseId": str(review.id),
        "author": show_actor(place.call, review.user),
        "authorCanPushToRepository": place.can_write(review.user),
        "state": review.state,
        "submittedAt": review.submitted_at,
        "body": review.body,
        "commit": lambda _: show_object(place, review.commit),
        "url": f"{place.page}/pull/{pull.number}#pullrequestreview-{review.id}",
    }
