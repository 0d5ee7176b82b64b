"""Commit objects as values: read from and written as the bytes that git stores.

The format is the one git's `Documentation/user-manual` and `fsck` hold to: header lines, one empty
line, the message. Nothing here starts git.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from relauto.errors import InputError
from relauto.model.names import Commit

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_DATE = re.compile(r"(-?\d+) ([+-])(\d{2})(\d{2})")
_UNFIT = re.compile(r"[\x00-\x1f<>]")


@dataclass(frozen=True)
class Signature:
    """Who and when, as recorded, however odd; `at` keeps its UTC offset."""

    name: str
    email: str
    at: datetime

    @property
    def line(self) -> str:
        """The form that commits and tags store: `Name <email> seconds +hhmm`.

        Raises:
            InputError: a part would break the object, or the date has no UTC offset.
        """
        if self.at.tzinfo is None:
            raise InputError(f"the date of {self.name} <{self.email}> has no UTC offset")
        if not self.name.strip() or _UNFIT.search(self.name + self.email):
            raise InputError(
                f"{self.name!r} <{self.email!r}> is not an identity that git accepts",
                todo="name another: git config user.name, git config user.email",
            )
        minutes = int((self.at.utcoffset() or timedelta()).total_seconds()) // 60
        sign = "-" if minutes < 0 else "+"
        hours, rest = divmod(abs(minutes), 60)
        return f"{self.name} <{self.email}> {int(self.at.timestamp())} {sign}{hours:02}{rest:02}"


def parse_date(text: str) -> datetime:
    """Return the moment of `seconds +hhmm`.

    What no calendar holds becomes 1970-01-01 UTC, as git itself shows it.
    """
    found = _DATE.search(text)
    if not found:
        return datetime.fromtimestamp(0, UTC)
    offset = timedelta(hours=int(found[3]), minutes=int(found[4]))
    try:
        zone = timezone(-offset if found[2] == "-" else offset)
        return datetime.fromtimestamp(int(found[1]), zone)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def parse_signature(line: str) -> Signature:
    """Return the parts of `Name <email> seconds +hhmm`, forgiving what old tools have written."""
    name, _, rest = line.partition("<")
    email, _, date = rest.rpartition(">")
    return Signature(_clean(name.strip()), _clean(email.strip()), parse_date(date))


def _clean(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True)
class CommitObject:
    """One commit without loss: bytes that are no UTF-8 survive as surrogates.

    `author` and `committer` are the stored lines, so a date or an offset that no calendar knows
    is carried on as it is.
    """

    tree: str
    parents: tuple[Commit, ...]
    author: str
    committer: str
    message: str

    @classmethod
    def parse(cls, data: bytes) -> "CommitObject":
        """Read the object's content.

        Raises:
            InputError: it is not a commit.
        """
        head, _, body = data.partition(b"\n\n")
        fields: dict[bytes, list[bytes]] = {}
        for line in head.split(b"\n"):
            key, _, value = line.partition(b" ")
            fields.setdefault(key, []).append(value)
        encoding = fields.get(b"encoding", [b"utf-8"])[0].decode("ascii", "replace")
        try:
            return cls(
                tree=fields[b"tree"][0].decode("ascii"),
                parents=tuple(Commit(parent.decode("ascii")) for parent in fields.get(b"parent", [])),
                author=_decode(fields[b"author"][0], encoding),
                committer=_decode(fields[b"committer"][0], encoding),
                message=_decode(body, encoding),
            )
        except (KeyError, UnicodeDecodeError) as error:
            raise InputError("an object that should be a commit cannot be read as one") from error

    def serialize(self) -> bytes:
        """Return the content to store, in UTF-8 (so without an `encoding` line)."""
        lines = [f"tree {self.tree}"]
        lines += [f"parent {parent}" for parent in self.parents]
        lines += [f"author {self.author}", f"committer {self.committer}", "", self.message]
        return "\n".join(lines).encode("utf-8", "surrogateescape")


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, ValueError):  # an encoding's name that holds a NUL is a ValueError
        return data.decode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class CommitFacts:
    """What a commit says about itself, fit to be shown."""

    id: Commit
    tree: str
    parents: tuple[Commit, ...]
    author: Signature
    committer: Signature
    subject: str
    body: str
    message: str = field(repr=False)


def describe(commit: Commit, stored: CommitObject) -> CommitFacts:
    """Return the facts of `stored`; the subject is its first paragraph on one line, as git shows it."""
    message = _clean(stored.message)
    subject, _, body = message.lstrip("\n").partition("\n\n")
    return CommitFacts(
        id=commit,
        tree=stored.tree,
        parents=stored.parents,
        author=parse_signature(stored.author),
        committer=parse_signature(stored.committer),
        subject=" ".join(subject.split("\n")).strip(),
        body=body.strip("\n"),
        message=message,
    )
