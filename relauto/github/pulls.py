"""Pull requests: find, read, open, label, ask for review, merge.

Values are in `pull_state`, looks in `pull_reads`, merging in `pull_merge`; all are had from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relauto.errors import RemoteError
from relauto.github.checks import Checks
from relauto.github.ensure import ensure
from relauto.github.faults import RefusedError
from relauto.github.people import LabelNode
from relauto.github.pull_merge import Method, merge_pull
from relauto.github.pull_reads import find_pulls, read_pull
from relauto.github.pull_shapes import RestPull
from relauto.github.pull_state import Pull, Review
from relauto.model.names import Branch, Commit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relauto.github.client import Client

__all__ = [
    "Method",
    "Pull",
    "Review",
    "add_labels",
    "find_pulls",
    "merge_pull",
    "open_pull",
    "read_pull",
    "request_reviewers",
]

_TRIES = 4
"""How often a head that GitHub does not see yet is tried again; each wait is a second longer."""


def open_pull(
    client: Client,
    *,
    head: Branch,
    base: Branch,
    title: str,
    body: str,
    draft: bool = False,
    absent: bool = False,
) -> Pull:
    """Open a pull request, or return the open one of that head and base, whoever opened it.

    A new one is returned as GitHub answers it: without reviews and checks, which nobody has read yet.

    Args:
        absent: the caller has just looked (`find_pulls`), and none was open.

    Raises:
        RefusedError: GitHub refused, for example because there is nothing to merge.
        UnknownOutcomeError: see `ensure`.
    """

    def look() -> Pull | None:
        found = (pull for pull in find_pulls(client, head, base) if pull.state == "open")
        return next(found, None)

    def send() -> Pull:
        wanted: dict[str, object] = {"head": head, "base": base, "title": title, "body": body, "draft": draft}
        made = _send_pull(client, wanted)
        return made.pull((), Checks(Commit(made.head.sha), ()), None)

    return ensure(look, send, absent=absent)


def _send_pull(client: Client, wanted: dict[str, object]) -> RestPull:
    for wait in range(1, _TRIES):
        try:
            return client.write("POST", "pulls", wanted, RestPull)
        except RefusedError as error:
            if not _is_unseen(error):
                raise
            client.clock.sleep(wait)
    return client.write("POST", "pulls", wanted, RestPull)


def _is_unseen(error: RefusedError) -> bool:
    # A branch that has just been pushed can be unknown to the API for a moment
    # (HENNGE/tfupdate-action#40, gitbutlerapp/gitbutler#4904).
    return error.http_status == 422 and error.says(r"\bhead\b.*\binvalid\b|no commits between")


def add_labels(
    client: Client, number: int, labels: Iterable[str], *, absent: bool = False
) -> tuple[str, ...]:
    """Add labels to an issue or pull request and return all it has then.

    Args:
        absent: the caller has just seen that one is missing.

    Raises:
        RemoteError: GitHub left one out.
        UnknownOutcomeError: see `ensure`.
    """
    path, wanted = f"issues/{number}/labels", sorted(set(labels))

    def look() -> tuple[str, ...] | None:
        found = tuple(sorted(label.name for label in client.read_all(path, LabelNode)))
        return found if _has_labels(found, wanted) else None

    def send() -> tuple[str, ...]:
        made = client.write("POST", path, {"labels": wanted}, list[LabelNode])
        return tuple(sorted(label.name for label in made))

    found = ensure(look, send, absent=absent)
    if not _has_labels(found, wanted):
        raise RemoteError(
            f"{client.repository}#{number} has the labels {', '.join(found)}, not all of {wanted}",
            todo="run again, or put them there by hand",
        )
    return found


def _has_labels(found: Iterable[str], wanted: Iterable[str]) -> bool:
    # GitHub's labels differ in more than case or not at all.
    return {name.lower() for name in wanted} <= {name.lower() for name in found}


def request_reviewers(
    client: Client, number: int, logins: Iterable[str], *, absent: bool = False
) -> tuple[str, ...]:
    """Ask people for a review, those left out who have been asked or have given one already.

    Returns:
        Whoever has been asked or has reviewed.

    Raises:
        RefusedError: one of them is no collaborator, or is the author.
        UnknownOutcomeError: see `ensure`.
    """
    wanted = sorted(set(logins))

    def look() -> tuple[str, ...] | None:
        pull = read_pull(client, number)
        known = {*pull.review_requests, *(review.author for review in pull.reviews)}
        return (
            tuple(sorted(known)) if {name.lower() for name in wanted} <= {n.lower() for n in known} else None
        )

    def send() -> tuple[str, ...]:
        made = client.write("POST", f"pulls/{number}/requested_reviewers", {"reviewers": wanted}, RestPull)
        return tuple(sorted(user.login for user in made.requested_reviewers))

    return ensure(look, send, absent=absent)
