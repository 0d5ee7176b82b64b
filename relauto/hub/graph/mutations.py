"""GraphQL's writes: the merge queue, auto-merge, and the end of a draft, which REST has not."""

import base64
import binascii
from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import GraphQLError

from relauto.hub import queue
from relauto.hub.graph.common import Info, Node, forbid, show_actor
from relauto.hub.graph.pulls import show_pull_of
from relauto.hub.graph.queue import show_entry
from relauto.hub.graph.repositories import show_repository
from relauto.hub.place import ApiError, Call, Place
from relauto.hub.pulls import announce, keep, read_pull
from relauto.hub.records import AutoMerge, Method, Pull, QueueEntry, Repository
from relauto.hub.rights import Need

_METHODS: dict[str, Method] = {"MERGE": "merge", "SQUASH": "squash", "REBASE": "rebase"}
_NEED = Need(("pull_requests",), "write")


def list_mutations(call: Call) -> dict[str, Callable[..., Node]]:
    """Return what answers each mutation."""

    def answer(change: Callable[[Place, Pull, Node], Node]) -> Callable[..., Node]:
        def resolve(_: Info, input: Node) -> Node:  # noqa: A002 - GitHub's name for it
            place, pull = _find(
                call, str(input["pullRequestId"] if "pullRequestId" in input else input["id"])
            )
            try:
                told = change(place, pull, input)
            except ApiError as error:
                raise GraphQLError(str(error), extensions={"type": "UNPROCESSABLE"}) from error
            return told | {"clientMutationId": input.get("clientMutationId")}

        return resolve

    return {
        "enqueuePullRequest": answer(_enqueue),
        "dequeuePullRequest": answer(_dequeue),
        "enablePullRequestAutoMerge": answer(_enable),
        "disablePullRequestAutoMerge": answer(_disable),
        "markPullRequestReadyForReview": answer(_mark_ready),
    }


def _find(call: Call, node: str) -> tuple[Place, Pull]:
    try:
        kind, _, key = base64.urlsafe_b64decode(node.encode()).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        kind, key = "", ""
    for repository in call.tx.all(Repository, ""):
        for pull in call.tx.all(Pull, repository.full_name):
            if kind == "PullRequest" and str(pull.id) == key and call.level(repository):
                return _enter(call, repository, pull)
    message = f"Could not resolve to a node with the global id of '{node}'"
    raise GraphQLError(message, extensions={"type": "NOT_FOUND"})


def _enter(call: Call, repository: Repository, pull: Pull) -> tuple[Place, Pull]:
    place = call.enter(repository.owner, repository.name)
    error = forbid(place, "pull_requests")
    if error is None and not (place.may_push and place.gives(_NEED.permissions[0], "write")):
        login = call.login
        message = f"{login} does not have the correct permissions to execute the mutation"
        error = GraphQLError(message, extensions={"type": "FORBIDDEN"})
    if error:
        raise error
    return place, read_pull(place, pull.number)


def _show(place: Place, entry: QueueEntry) -> Node:
    return show_entry(place, entry, partial(show_pull_of, place, repository=show_repository))


def _enqueue(place: Place, pull: Pull, told: Node) -> Node:
    entry = queue.enqueue(place, pull, told.get("expectedHeadOid"))
    return {"mergeQueueEntry": _show(place, entry)}


def _dequeue(place: Place, pull: Pull, _: Node) -> Node:
    entry = place.find(QueueEntry, pull.number)
    queue.dequeue(place, entry, "manual")
    return {"mergeQueueEntry": _show(place, entry)}


def _enable(place: Place, pull: Pull, told: Node) -> Node:
    wish = AutoMerge(
        id=place.new_id(), number=pull.number, method=_METHODS[told["mergeMethod"]],
        title=told.get("commitHeadline"), message=told.get("commitBody"),
        by=place.call.login, at=place.call.now,
    )  # fmt: skip
    queue.enable_auto_merge(place, pull, wish, told.get("expectedHeadOid"))
    return _show_changed(place, pull)


def _disable(place: Place, pull: Pull, _: Node) -> Node:
    queue.disable_auto_merge(place, pull)
    return _show_changed(place, pull)


def _mark_ready(place: Place, pull: Pull, _: Node) -> Node:
    if pull.state != "open" or not pull.draft:
        raise ApiError(422, f"Pull request is {'not in draft state' if pull.state == 'open' else 'closed'}")
    announce(place, keep(place, pull, draft=False, updated_at=place.call.now), "ready_for_review")
    return {"pullRequest": lambda _: show_pull_of(place, pull.number, show_repository)}


def _show_changed(place: Place, pull: Pull) -> dict[str, Any]:
    return {
        "actor": show_actor(place.call, place.call.login),
        "pullRequest": lambda _: show_pull_of(place, pull.number, show_repository),
    }
