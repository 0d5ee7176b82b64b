"""A pull request put into its base's merge queue, which merges it later and by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from relauto.errors import DecisionError, RemoteError
from relauto.github.ensure import ensure
from relauto.github.faults import RefusedError
from relauto.github.pull_reads import read_pull
from relauto.github.pull_state import require_head
from relauto.github.queries import ENQUEUE

if TYPE_CHECKING:
    from relauto.github.client import Client
    from relauto.github.pull_state import Pull
    from relauto.model.names import Commit


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    merge_queue_entry: dict[str, Any] | None


class _Enqueued(msgspec.Struct, frozen=True, rename="camel"):
    enqueue_pull_request: _Entry | None


def enqueue_pull(client: Client, pull: Pull, *, head: Commit) -> None:
    """Put a pull request whose head is exactly `head` into its base's merge queue.

    One that stands there, or is merged with that head, is left as it is.

    Raises:
        DecisionError: the head has moved, or the queue does not take it.
        UnknownOutcomeError: the request was lost twice and the pull request is not in the queue.
    """

    def look() -> bool | None:
        now = read_pull(client, pull.number)
        require_head(now, head)
        return True if now.state == "merged" or now.queued else None

    def send() -> bool:
        answer = client.mutate(ENQUEUE, _Enqueued, pull=_require_node(client, pull), head=head)
        return answer.enqueue_pull_request is not None

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
