"""Comments on issues and pull requests, found again by a marker: GitHub lets the same one be posted twice."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING

import msgspec

from relauto.github.connections import PageInfo
from relauto.github.ensure import ensure
from relauto.github.faults import NotFoundError
from relauto.github.markers import mark, write_marker
from relauto.github.people import ActorNode, RestUser, name_actor, name_user

if TYPE_CHECKING:
    from relauto.github.client import Client


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


def is_marked(comment: Comment) -> bool:
    """Return whether a comment carries a marker, so that relauto wrote it, as whomever."""
    return "<!-- relauto:" in comment.body


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


class CommentsNode(msgspec.Struct, frozen=True, rename="camel"):
    """GraphQL's IssueCommentConnection."""

    page_info: PageInfo
    nodes: list[_CommentNode]


def read_comments(client: Client, number: int) -> tuple[Comment, ...]:
    """Return the comments of an issue or pull request, oldest first.

    Raises:
        RemoteError: they cannot be read.
    """
    return tuple(one.comment() for one in client.read_all(f"issues/{number}/comments", RestComment))


def post_comment(
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
