"""The end of a pull request's time as a draft: it is ready for review, or closed without a merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from relauto.errors import DecisionError
from relauto.github.ensure import ensure
from relauto.github.faults import RefusedError
from relauto.github.pull_reads import read_pull
from relauto.github.pull_shapes import RestPull
from relauto.github.queries import READY

if TYPE_CHECKING:
    from relauto.github.client import Client
    from relauto.github.pull_state import Pull


class _Ready(msgspec.Struct, frozen=True, rename="camel"):
    mark_pull_request_ready_for_review: dict[str, Any] | None


def mark_ready(client: Client, pull: Pull) -> None:
    """Take a pull request out of draft; one that is no draft is left as it is.

    `pull.node` is its id in GraphQL: REST cannot do this.

    Raises:
        DecisionError: GitHub does not let it.
        UnknownOutcomeError: the request was lost twice and it is still a draft.
    """

    def look() -> bool | None:
        return None if read_pull(client, pull.number).draft else True

    def send() -> bool:
        return client.mutate(READY, _Ready, pull=pull.node).mark_pull_request_ready_for_review is not None

    try:
        ensure(look, send, absent=True)
    except RefusedError as error:
        if look() is None:
            raise DecisionError(
                f"{client.repository}: pull request {pull.number} stays a draft: {error.message}",
                todo="press `Ready for review` on GitHub",
            ) from error


def close_pull(client: Client, number: int) -> None:
    """Close a pull request without a merge; one that is not open is left as it is.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """

    def look() -> bool | None:
        return None if read_pull(client, number).state == "open" else True

    def send() -> bool:
        return client.write("PATCH", f"pulls/{number}", {"state": "closed"}, RestPull).state == "closed"

    ensure(look, send, absent=True)
