"""What people say and show at pull requests and issues: newest comments, reactions, and who put a label."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from relauto.github.client import Client
from relauto.github.comments import Comment, RestComment
from relauto.github.faults import NotFoundError
from relauto.github.people import LabelNode, RestUser, name_user

Reaction = Literal["+1", "confused", "eyes"]
"""The reactions that relauto shows, of those that GitHub has."""

PAGE = 100
"""So many comments, the newest, are looked at; GitHub answers no more at once."""


@dataclass(frozen=True)
class Remark:
    """A comment, where it stands, and how often each reaction is shown at it."""

    comment: Comment
    number: int
    at_pull: bool
    reactions: Mapping[str, int]

    def shows(self, content: Reaction) -> bool:
        """Return whether somebody shows a reaction at it."""
        return bool(self.reactions.get(content))


class _Remark(RestComment, frozen=True):
    issue_url: str
    reactions: dict[str, int | str] = msgspec.field(default_factory=dict)

    def remark(self) -> Remark:
        counts = {kind: count for kind, count in self.reactions.items() if isinstance(count, int)}
        number = int(self.issue_url.rpartition("/")[2])
        return Remark(self.comment(), number, "/pull/" in urlsplit(self.html_url).path, counts)


def read_newest(client: Client, since: datetime) -> list[Remark]:
    """Return the comments on issues and pull requests that were touched since then, newest first.

    They are at most `PAGE`.

    Raises:
        RemoteError: they cannot be read.
    """
    listed = client.read(
        "issues/comments", list[_Remark], since=_write(since), sort="created", direction="desc", per_page=PAGE
    )
    return [each.remark() for each in listed]


def _write(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def read_remarks(client: Client, number: int) -> list[Remark]:
    """Return the comments of one issue or pull request, oldest first; none where it is gone.

    Raises:
        RemoteError: they cannot be read.
    """
    try:
        listed = client.read_all(f"issues/{number}/comments", _Remark)
    except NotFoundError:
        return []
    return [each.remark() for each in listed]


def find_remark(client: Client, comment: int) -> Remark | None:
    """Return a comment by its id, None where there is none.

    Raises:
        RemoteError: it cannot be read.
    """
    try:
        return client.read(f"issues/comments/{comment}", _Remark).remark()
    except NotFoundError:
        return None


def react(client: Client, remark: Remark, content: Reaction) -> None:
    """Show a reaction at a comment, unless somebody shows it there; GitHub keeps one of each for each person.

    Raises:
        RefusedError, UnknownOutcomeError: GitHub refused, or did not answer; it can be done again.
    """
    if not remark.shows(content):
        client.write(
            "POST", f"issues/comments/{remark.comment.id}/reactions", {"content": content}, msgspec.Raw
        )


@dataclass(frozen=True)
class Labelling:
    """Somebody put a label on an issue or pull request; `id` is GitHub's of the event."""

    id: int
    label: str
    actor: str
    at: datetime


class _RestEvent(msgspec.Struct, frozen=True):
    id: int
    event: str
    actor: RestUser | None
    created_at: datetime
    label: LabelNode | None = None


def read_labellings(client: Client, number: int) -> list[Labelling]:
    """Return who put which labels on an issue or pull request, oldest first.

    Raises:
        RemoteError: it cannot be read.
    """
    return [
        Labelling(each.id, each.label.name, name_user(each.actor), each.created_at)
        for each in client.read_all(f"issues/{number}/events", _RestEvent)
        if each.event == "labeled" and each.label
    ]


class _Title(msgspec.Struct, frozen=True):
    title: str


class _RestLabelled(msgspec.Struct, frozen=True):
    number: int
    labels: list[LabelNode]
    updated_at: datetime
    milestone: _Title | None = None


@dataclass(frozen=True)
class Labelled:
    """A pull request with its labels; `milestone` is a title, "" for none."""

    number: int
    labels: tuple[str, ...]
    milestone: str

    @classmethod
    def _of(cls, told: _RestLabelled) -> "Labelled":
        milestone = told.milestone.title if told.milestone else ""
        return cls(told.number, tuple(label.name for label in told.labels), milestone)

    def has(self, label: str) -> bool:
        """Return whether it carries a label; GitHub tells labels apart without regard to case."""
        return label.lower() in map(str.lower, self.labels)


def list_touched(client: Client, since: datetime) -> list[Labelled]:
    """Return the pull requests that were touched since then, at most `PAGE`.

    Raises:
        RemoteError: they cannot be read.
    """
    listed = client.read(
        "pulls", list[_RestLabelled], state="all", sort="updated", direction="desc", per_page=PAGE
    )
    return [Labelled._of(each) for each in listed if each.updated_at >= since]


def find_labelled(client: Client, number: int) -> Labelled | None:
    """Return the pull request of that number, None where there is none.

    Raises:
        RemoteError: it cannot be read.
    """
    try:
        return Labelled._of(client.read(f"pulls/{number}", _RestLabelled))
    except NotFoundError:
        return None
