"""Issues, each found again by a marker in its text: GitHub lets the same one be opened twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import msgspec

from relauto.errors import InputError, RemoteError
from relauto.github.comments import Comment, CommentsNode, read_comments
from relauto.github.connections import PageInfo
from relauto.github.ensure import ensure
from relauto.github.look import CutOffError, Look, require
from relauto.github.markers import mark, write_marker
from relauto.github.people import ActorNode, LabelNode, Labels, RestUser, name_actor, name_user
from relauto.github.queries import EDITED_ISSUE, EDITS, ISSUE, ISSUES

if TYPE_CHECKING:
    from relauto.github.client import Client

_MOST_PAGES = 20
"""So many hundreds of versions of a text are read; who wrote those before is not known then."""


@dataclass(frozen=True)
class Edit:
    """A version of a text: who wrote it, and what it said; "" and None where that is not told."""

    editor: str
    text: str | None


@dataclass(frozen=True)
class Issue:
    """An issue at one moment; `state` is `open` or `closed`.

    `edits` are the versions of its text, oldest first; none where they were not asked for, or not told.
    """

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    labels: tuple[str, ...]
    url: str
    edits: tuple[Edit, ...] = ()


class _RestIssue(msgspec.Struct, frozen=True):
    number: int
    title: str
    body: str | None
    state: Literal["open", "closed"]
    labels: list[LabelNode | str]
    html_url: str
    pull_request: dict[str, str | None] | None = None

    def issue(self) -> Issue:
        names = (label if isinstance(label, str) else label.name for label in self.labels)
        labels = tuple(sorted(names))
        return Issue(self.number, self.title, self.body or "", self.state, labels, self.html_url)


class _Found(msgspec.Struct, frozen=True):
    number: int
    title: str
    body: str
    state: Literal["OPEN", "CLOSED"]
    url: str
    labels: Labels | None

    def issue(self) -> Issue:
        labels = tuple(sorted(label.name for label in self.labels.nodes)) if self.labels else ()
        state: Literal["open", "closed"] = "open" if self.state == "OPEN" else "closed"
        return Issue(self.number, self.title, self.body, state, labels, self.url)


class _EditNode(msgspec.Struct, frozen=True):
    editor: ActorNode | None
    diff: str | None


class _EditsPage(PageInfo, frozen=True, rename="camel"):
    end_cursor: str | None


class _Edits(msgspec.Struct, frozen=True, rename="camel"):
    page_info: _EditsPage
    nodes: list[_EditNode]


class _OlderEdits(msgspec.Struct, frozen=True):
    repository: dict[Literal["issue"], dict[Literal["userContentEdits"], _Edits]]


class _IssueNode(_Found, frozen=True, rename="camel"):
    comments: CommentsNode
    user_content_edits: _Edits | None = None

    def with_edits(self, client: Client) -> Issue:
        """Return the issue with the versions of its text, older ones than came along asked for."""
        newest = self.user_content_edits
        edits = _read_edits(client, self.number, newest) if newest else ()
        return replace(self.issue(), edits=edits)


class _Issues(msgspec.Struct, frozen=True, rename="camel"):
    page_info: PageInfo
    nodes: list[_Found]


def find_issue(client: Client, key: str, label: str) -> Issue | None:
    """Return the issue with the marker of `key` among those with `label`, or None.

    Open and closed ones are looked at; of several, the one with the lowest number is returned.

    Raises:
        RemoteError: the list cannot be read.
    """
    return look_for_issue(client, key, label).by_rest()


def look_for_issue(client: Client, key: str, label: str) -> Look[Issue | None]:
    """Return the look that `find_issue` takes, to be had alone or with others."""
    marker = write_marker(key)

    def choose(found: Iterable[Issue]) -> Issue | None:
        return min((one for one in found if marker in one.body), key=lambda one: one.number, default=None)

    def settle(answer: msgspec.Raw) -> Issue | None:
        listed = client.decode(answer, _Issues, "GraphQL Issues")
        if listed.page_info.has_next_page:
            raise CutOffError
        return choose(one.issue() for one in listed.nodes)

    def read() -> Issue | None:
        listed = client.read_all("issues", _RestIssue, labels=label, state="all")
        return choose(one.issue() for one in listed if one.pull_request is None)

    return Look(client, ISSUES, {"label": label}, settle, read, mark=marker)


def open_issue(
    client: Client, key: str, *, title: str, body: str, labels: Iterable[str], absent: bool = False
) -> Issue:
    """Open an issue, or return the one that has the key.

    Args:
        labels: the first is the one it is found by.
        absent: the caller has just looked (`find_issue`), and there was none.

    Raises:
        RemoteError: GitHub opened it without its labels (a token without push access loses them).
        InputError: no label was given.
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    named = tuple(labels)
    if not named:
        raise InputError(f"the issue {key} needs a label to be found by")
    wanted = {"title": title, "body": mark(key, body), "labels": list(named)}
    made = ensure(
        lambda: find_issue(client, key, named[0]),
        lambda: client.write("POST", "issues", wanted, _RestIssue).issue(),
        absent=absent,
        doubles=client.clock,
    )
    if named[0].lower() not in (label.lower() for label in made.labels):
        raise RemoteError(
            f"GitHub opened {made.url} without the label {named[0]}",
            todo="give it the label by hand, and the token push access",
        )
    return made


def read_issue(client: Client, number: int) -> tuple[Issue, tuple[Comment, ...]]:
    """Return an issue and all its comments, oldest first.

    Raises:
        NotFoundError: there is none of that number.
        RemoteError: it cannot be read.
    """
    return look_at_issue(client, number).read()


def look_at_issue(
    client: Client, number: int, *, edits: bool = False
) -> Look[tuple[Issue, tuple[Comment, ...]]]:
    """Return the look that `read_issue` takes, to be had alone or with others.

    `edits`: the versions of the issue's text as well.
    """

    def settle(answer: msgspec.Raw) -> tuple[Issue, tuple[Comment, ...]]:
        told = require(answer, f"{client.repository} has no issue {number}")
        node = client.decode(told, _IssueNode, "GraphQL Issue")
        if node.comments.page_info.has_next_page:
            return node.with_edits(client), read_comments(client, number)
        return node.with_edits(client), tuple(comment.comment() for comment in node.comments.nodes)

    def read() -> tuple[Issue, tuple[Comment, ...]]:
        return _read_by_rest(client, number)

    # An issue's own answer counts its comments and tells when it was last touched.
    field = EDITED_ISSUE if edits else ISSUE
    return Look(client, field, {"number": number}, settle, read, lambda _: [f"issues/{number}"])


def _read_edits(client: Client, number: int, newest: _Edits) -> tuple[Edit, ...]:
    """Return the versions of an issue's text, the oldest first; of very many one stands for the first."""
    page, told = newest, list(newest.nodes)
    for _ in range(_MOST_PAGES - 1):
        if not page.page_info.has_next_page:
            break
        after = page.page_info.end_cursor or ""
        answer = client.graphql(EDITS, _OlderEdits, number=number, after=after)
        page = answer.repository["issue"]["userContentEdits"]
        told += page.nodes
    first = [Edit("", None)] if page.page_info.has_next_page else []
    return (*first, *(Edit(name_actor(edit.editor), edit.diff) for edit in reversed(told)))


def _read_by_rest(client: Client, number: int) -> tuple[Issue, tuple[Comment, ...]]:
    return client.read(f"issues/{number}", _RestIssue).issue(), read_comments(client, number)


class _RestClosed(msgspec.Struct, frozen=True):
    closed_by: RestUser | None = None


def read_closer(client: Client, number: int) -> str:
    """Return the login of who closed an issue; `ghost` where GitHub does not say.

    Raises:
        RemoteError: it cannot be read.
    """
    return name_user(client.read(f"issues/{number}", _RestClosed).closed_by)


def edit_issue(
    client: Client,
    number: int,
    *,
    body: str | None = None,
    state: Literal["open", "closed"] | None = None,
    reason: Literal["completed", "not_planned"] | None = None,
) -> Issue:
    """Set the text or the state of an issue. The last write wins: read shortly before.

    `reason` says why it is closed; GitHub takes it for completed unless told.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    told = (("body", body), ("state", state), ("state_reason", reason))
    wanted = {key: value for key, value in told if value is not None}
    path = f"issues/{number}"

    def look() -> Issue | None:
        found = client.read(path, _RestIssue).issue()
        same = body in (None, found.body) and state in (None, found.state)
        return found if same else None

    return ensure(look, lambda: client.write("PATCH", path, wanted, _RestIssue).issue(), absent=True)


def change_body(client: Client, number: int, change: Callable[[str], str]) -> Issue:
    """Change the text of an issue as it is now; what is as it should be is not written.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    found = client.read(f"issues/{number}", _RestIssue).issue()
    body = change(found.body)
    return found if body == found.body else edit_issue(client, number, body=body)
