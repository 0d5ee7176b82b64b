"""Merging a pull request: guarded by the head, and told apart from each way it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from relauto.errors import DecisionError, RelautoError, RemoteError
from relauto.github.branch_rules import Method as Method
from relauto.github.ensure import ensure
from relauto.github.faults import RefusedError
from relauto.github.pull_reads import read_pull
from relauto.github.pull_state import require_head
from relauto.model.names import Commit

if TYPE_CHECKING:
    from collections.abc import Callable

    from relauto.github.client import Client
    from relauto.github.pull_state import Pull

_TRIES = 4
"""How often a base that moved under the merge is tried again; each wait is a second longer."""


class _Merged(msgspec.Struct, frozen=True):
    sha: str
    merged: bool


def merge_pull(
    client: Client,
    pull: Pull,
    *,
    head: Commit,
    method: Method,
    title: str | None = None,
    message: str | None = None,
) -> Commit:
    """Merge a pull request whose head is exactly `head`; return the commit that landed on the base.

    A pull request that has been merged with that head already is left as it is. For `rebase` the
    commit is the last of those that landed.

    Raises:
        DecisionError: the head has moved, it was closed, the base takes merges through its queue
            only, the method is off, or something required is missing.
        UnknownOutcomeError: the merge was lost twice and has not happened.
    """

    def look() -> Commit | None:
        return _read_merge(read_pull(client, pull.number), head)

    def send() -> Commit:
        return _send(client, pull.number, _write_body(head, method, title, message), look)

    found = _read_merge(pull, head)
    return found or ensure(look, send, absent=True)


def _read_merge(pull: Pull, head: Commit) -> Commit | None:
    if pull.state == "closed":
        raise DecisionError(
            f"pull request {pull.number} was closed without a merge", todo="reopen it, or attach another"
        )
    require_head(pull, head)
    if pull.state == "open":
        return None
    if pull.merge_commit is None:
        raise RemoteError(
            f"GitHub does not tell the merge commit of pull request {pull.number}",
            todo="run again in a minute",
        )
    return pull.merge_commit


def _write_body(head: Commit, method: Method, title: str | None, message: str | None) -> dict[str, str]:
    body = {"sha": str(head), "merge_method": method, "commit_title": title, "commit_message": message}
    return {key: value for key, value in body.items() if value is not None}


def _send(
    client: Client, number: int, body: dict[str, str], look: Callable[[], Commit | None], wait: int = 1
) -> Commit:
    try:
        return Commit(client.write("PUT", f"pulls/{number}/merge", body, _Merged).sha)
    except RefusedError as error:
        # Somebody else may have merged it in between: GitHub answers that with 405 as well.
        if error.http_status in (405, 409) and (found := look()) is not None:
            return found
        if wait == _TRIES or not _base_moved(error):
            raise _explain(error, number, body) from error
    client.clock.sleep(wait)
    return _send(client, number, body, look, wait + 1)


def _base_moved(error: RefusedError) -> bool:
    # Of all meanings of 405, only this one passes by itself (cli/cli#8092).
    return error.http_status == 405 and error.says("base branch was modified")


def _explain(error: RefusedError, number: int, body: dict[str, str]) -> RelautoError:
    what = f"pull request {number} was not merged: {error.message}"
    if error.http_status == 409:
        return DecisionError(what, todo=f"its head is no longer {body['sha']}: look at what was pushed")
    if error.http_status != 405:
        return error
    if error.says("merge queue"):
        return DecisionError(
            what, todo="put it into the merge queue on GitHub; relauto follows it from there"
        )
    if error.says(r"not allowed|method"):
        return DecisionError(what, todo=f"choose a merge method other than {body['merge_method']}")
    if _base_moved(error):
        return DecisionError(what, todo="its base moves all the time: run again when it is quiet")
    return DecisionError(what, todo="look at its conflicts, checks and reviews on GitHub")
