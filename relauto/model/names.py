"""The names that reach git and GitHub, checked once when they are made.

A value of one of these types is safe to hand to git: the constructors refuse every shape
that git could read as an option, a revision expression or a path out of the repository.
The rules are those of git-check-ref-format(1), and a commit id is forty hex digits in full.
"""

import re

from relauto.errors import InputError

_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*)/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.lock(/|$)|(^|/)\.|\.$|/$|^/")


def _check_ref(kind: str, name: str) -> str:
    if not name or name == "@" or name.startswith("-") or _FORBIDDEN.search(name):
        raise InputError(
            f"{name!r} is not a {kind} name that git accepts", todo="see git-check-ref-format(1)"
        )
    return name


class Commit(str):
    """A full commit id: forty lower-case hex digits."""

    __slots__ = ()

    def __new__(cls, value: str) -> "Commit":
        """Check the shape.

        Raises:
            InputError: it is anything but forty hex digits.
        """
        if not _COMMIT.fullmatch(value):
            raise InputError(
                f"{value!r} is not a full commit id (forty hex digits)", todo="git rev-parse tells it"
            )
        return super().__new__(cls, value)

    @property
    def short(self) -> str:
        """The first ten digits, for people to read; never handed to git."""
        return self[:10]


class Branch(str):
    """The short name of a branch, such as `release-5.35`."""

    __slots__ = ()

    def __new__(cls, value: str) -> "Branch":
        """Check the shape.

        Raises:
            InputError: git would refuse it, or read it as something else.
        """
        return super().__new__(cls, _check_ref("branch", value.removeprefix("refs/heads/")))

    @property
    def ref(self) -> str:
        """The full ref, `refs/heads/…`."""
        return f"refs/heads/{self}"


class Tag(str):
    """The short name of a tag, such as `v5.35.4-rc1`."""

    __slots__ = ()

    def __new__(cls, value: str) -> "Tag":
        """Check the shape.

        Raises:
            InputError: git would refuse it, or read it as something else.
        """
        return super().__new__(cls, _check_ref("tag", value.removeprefix("refs/tags/")))

    @property
    def ref(self) -> str:
        """The full ref, `refs/tags/…`."""
        return f"refs/tags/{self}"


class RepositoryName(str):
    """A repository as GitHub names it, `owner/name`."""

    __slots__ = ()

    def __new__(cls, value: str) -> "RepositoryName":
        """Check the shape.

        Raises:
            InputError: it is not `owner/name`.
        """
        if not _REPOSITORY.fullmatch(value):
            raise InputError(
                f"{value!r} is not a repository name of the form owner/name", todo="write it like acme/till"
            )
        return super().__new__(cls, value)

    @property
    def owner(self) -> str:
        """The account the repository belongs to."""
        return self.partition("/")[0]

    @property
    def name(self) -> str:
        """The repository's name within its account."""
        return self.partition("/")[2]
