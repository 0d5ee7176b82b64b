"""What is merged later and by itself: a pull request in its base's merge queue, or with auto-merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from relauto.errors import DecisionError, RemoteError
from relauto.github.ensure import ensure
from relauto.github.faults import RefusedError
from relauto.github.pull_reads import read_pull
from relauto.github.queries import AUTO_MERGE, ENQUEUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from relauto.github.branch_rules import Method
    from relauto.github.client import Client
    from relauto.github.pull_state import Pull
    from relauto.model.names import Commit


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    merge_queue_entry: dict[str, Any] | None


class _Enqueued(msgspec.Struct, frozen=True, rename="camel"):
    enqueue_pull_request: _Entry | None


class _Enabled(msgspec.Struct, frozen=True, rename="camel"):
    enable_pull_request_auto_merge: dict[str, Any] | None


def enqueue_pull(client: Client, pull: Pull, *, head: Commit) -> None:
    """Put a pull request whose head is exactly `head` into its base's merge queue.

    One that stands there, or is merged with that head, is left as it is.

    Raises:
        DecisionError: the head has moved, or the queue does not take it.
        UnknownOutcomeError: the request was lost twice and the pull request is not in the queue.
    """

    def send() -> bool:
        answer = client.mutate(ENQUEUE, _Enqueued, pull=_require_node(client, pull), head=head)
        return answer.enqueue_pull_request is not None

    _ensure(client, pull, head, send, lambda now: now.queued)


def enable_auto_merge(
    client: Client, pull: Pull, *, head: Commit, method: Method, message: str | None = None
) -> None:
    """Have GitHub merge a pull request, whose head is exactly `head`, once nothing is lacking any more.

    Raises:
        DecisionError: the head has moved, auto-merge is off in the repository, or nothing is lacking.
        UnknownOutcomeError: the request was lost twice and nothing came of it.
    """
    told = {"message": message} if message is not None else {}

    def send() -> bool:
        node = _require_node(client, pull)
        answer = client.mutate(AUTO_MERGE, _Enabled, pull=node, head=head, method=method.upper(), **told)
        return answer.enable_pull_request_auto_merge is not None

    _ensure(client, pull, head, send, lambda now: now.auto_merge is not None)


def _ensure(
    client: Client, pull: Pull, head: Commit, send: Callable[[], bool], is_there: Callable[[Pull], bool]
) -> None:
    def look() -> bool | None:
        now = read_pull(client, pull.number)
        if now.head_sha != head:
            raise DecisionError(
                f"the head of pull request {pull.number} was {head} and is {now.head_sha}",
                todo="look at what was pushed, then approve the new head",
            )
        return True if now.state == "merged" or is_there(now) else None

    try:
        ensure(look, send, absent=True)
    except RefusedError as error:
        # Somebody else may have done the same in between: GitHub refuses the second.
        if look() is None:
            raise DecisionError(
                f"{client.repository}: pull request {pull.number} was not taken: {error.message}",
                todo="look at its checks, reviews and conflicts on GitHub",
            ) from error


def _require_node(client: Client, pull: Pull) -> str:
    if not pull.node:
        raise RemoteError(
            f"{client.repository}: the merge queue is reached by GraphQL, which this server does not answer",
            todo=f"merge pull request #{pull.number} on GitHub; relauto follows it from there",
        )
    return pull.node
