"""Issues and comments, each found again by a marker in its text.

GitHub lets the same issue be opened twice and the same comment be posted twice. So everything made
here carries `<!-- relauto:KEY -->`, invisible where Markdown is shown, and is looked for by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from types import NoneType
from typing import TYPE_CHECKING, Literal

import msgspec

from relauto.errors import InputError, RemoteError
from relauto.github.ensure import ensure
from relauto.github.faults import NotFoundError
from relauto.github.look import CutOffError, Look, require
from relauto.github.people import ActorNode, LabelNode, Labels, RestUser, name_actor, name_user
from relauto.github.queries import EDITED_ISSUE, EDITS, ISSUE, ISSUES

if TYPE_CHECKING:
    from relauto.github.client import Client

_MOST_PAGES = 20
"""So many hundreds of versions of a text are read; who wrote those before is not known then."""

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")


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


@dataclass(frozen=True)
class Comment:
    """A comment on an issue or pull request.

    `author` is a login as REST writes it, `author_type` is `User`, `Bot`, `Organization` or
    `Mannequin`; a deleted account is the User `ghost`. `created_at` is in ISO 8601, UTC.
    `edited`: its text is not the one it was written with; others than its author may have done that.
    """

    id: int
    author: str
    author_type: str
    body: str
    created_at: str
    url: str
    edited: bool = False


def write_marker(key: str) -> str:
    """Return the marker for a key.

    Raises:
        InputError: the key could end the marker's HTML comment.
    """
    if not _KEY.fullmatch(key) or "--" in key:
        raise InputError(f"{key!r} cannot be the key of a marker")
    return f"<!-- relauto:{key} -->"


def is_marked(comment: Comment) -> bool:
    """Return whether a comment carries a marker, so that relauto wrote it, as whomever."""
    return "<!-- relauto:" in comment.body


def mark(key: str, body: str) -> str:
    """Return a text with its marker at the end; one that has it is returned as it is."""
    marker = write_marker(key)
    return body if marker in body else f"{body.rstrip()}\n\n{marker}\n"


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


class RestComment(msgspec.Struct, frozen=True):
    """REST's issue comment."""

    id: int
    user: RestUser | None
    body: str
    created_at: str
    updated_at: str
    html_url: str

    def comment(self) -> Comment:
        """Return it as a value."""
        kind = self.user.type if self.user else "User"
        edited = self.updated_at != self.created_at
        return Comment(self.id, name_user(self.user), kind, self.body, self.created_at, self.html_url, edited)


class _CommentNode(msgspec.Struct, frozen=True, rename="camel"):
    full_database_id: str | int
    author: ActorNode | None
    body: str
    created_at: str
    last_edited_at: str | None
    url: str

    def comment(self) -> Comment:
        kind = self.author.kind if self.author else "User"
        author, edited = name_actor(self.author), self.last_edited_at is not None
        return Comment(int(self.full_database_id), author, kind, self.body, self.created_at, self.url, edited)


class _PageInfo(msgspec.Struct, frozen=True, rename="camel"):
    has_next_page: bool


class CommentsNode(msgspec.Struct, frozen=True, rename="camel"):
    """GraphQL's IssueCommentConnection."""

    page_info: _PageInfo
    nodes: list[_CommentNode]


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


class _EditsPage(_PageInfo, frozen=True, rename="camel"):
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
    page_info: _PageInfo
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


def read_comments(client: Client, number: int) -> tuple[Comment, ...]:
    """Return the comments of an issue or pull request, oldest first.

    Raises:
        RemoteError: they cannot be read.
    """
    return tuple(one.comment() for one in client.read_all(f"issues/{number}/comments", RestComment))


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


def comment(
    client: Client,
    number: int,
    key: str,
    body: str,
    *,
    absent: bool = False,
    by: Container[str] | None = None,
) -> Comment:
    """Post a comment, or return the one that has the key.

    Of several runs that post it at once all but one take theirs back: the first of those posted stays.

    Args:
        absent: the caller has just read the comments, and none had it.
        by: whose comments count, where everybody may comment; None: all.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    path = f"issues/{number}/comments"

    def look() -> Comment | None:
        return find_comment(read_comments(client, number), key, by)

    made = ensure(
        look,
        lambda: client.write("POST", path, {"body": mark(key, body)}, RestComment).comment(),
        absent=absent,
        doubles=client.clock,
    )
    first = look() or made
    if first.id < made.id:
        delete_comment(client, made.id)
        return first
    return made


def delete_comment(client: Client, comment_id: int) -> None:
    """Take a comment back; one that is gone already is no fault.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    path = f"issues/comments/{comment_id}"

    def look() -> bool | None:
        try:
            client.read(path, RestComment)
        except NotFoundError:
            return True
        return None

    def send() -> bool:
        try:
            client.write("DELETE", path, None, NoneType)
        except NotFoundError:
            # Another run was faster, or all of it is gone, which the look says.
            look()
        return True

    ensure(look, send, absent=True)


def find_comment(comments: Iterable[Comment], key: str, by: Container[str] | None = None) -> Comment | None:
    """Return the oldest comment with the marker of `key`, or None; `by`: whose count, None for all."""
    return next(iter(list_marked(comments, key, by)), None)


def list_marked(comments: Iterable[Comment], key: str, by: Container[str] | None = None) -> list[Comment]:
    """Return the comments with the marker of `key`, in their order; `by`: whose count, None for all."""
    marker = write_marker(key)
    return [one for one in comments if marker in one.body and (by is None or one.author in by)]


def edit_comment(client: Client, comment_id: int, key: str, body: str) -> Comment:
    """Replace the text of a comment, keeping its marker.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    path, wanted = f"issues/comments/{comment_id}", mark(key, body)

    def look() -> Comment | None:
        found = client.read(path, RestComment).comment()
        return found if found.body == wanted else None

    return ensure(
        look, lambda: client.write("PATCH", path, {"body": wanted}, RestComment).comment(), absent=True
    )
