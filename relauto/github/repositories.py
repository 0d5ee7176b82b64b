"""What a repository allows, who the token is, and where a branch stands."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec

from relauto.errors import RemoteError
from relauto.github.faults import ForbiddenError, NotFoundError
from relauto.github.people import RestUser
from relauto.github.queries import VIEWER
from relauto.model.names import Branch, Commit, RepositoryName

if TYPE_CHECKING:
    from relauto.github.client import Client

Right = Literal["admin", "maintain", "push", "triage", "pull"]
Method = Literal["merge", "squash", "rebase"]


@dataclass(frozen=True)
class RepositoryFacts:
    """A repository's settings as this token sees them.

    Attributes:
        closed: whether only people whom it was given to may read it; a whole enterprise reads what is
            merely internal.
        fork: whether its objects are shared with the repository that it was forked from.
        permissions: the role of the account behind the token; None where GitHub does not tell. An App has
            none, which GitHub shows as no permission at all.
        merge_methods: those that are switched on; None where GitHub does not tell them, which it
            does to tokens with push access alone.
    """

    name: RepositoryName
    default_branch: Branch
    private: bool
    closed: bool
    fork: bool
    archived: bool
    merge_methods: frozenset[Method] | None
    permissions: frozenset[Right] | None
    clone_url: str


@dataclass(frozen=True)
class BranchFacts:
    """Where a branch stands."""

    name: Branch
    commit: Commit
    protected: bool


class RestRepository(msgspec.Struct, frozen=True):
    """REST's full repository."""

    full_name: str
    default_branch: str
    private: bool
    archived: bool
    clone_url: str
    fork: bool = True
    visibility: str | None = None
    permissions: dict[Right, bool] | None = None
    allow_merge_commit: bool | None = None
    allow_squash_merge: bool | None = None
    allow_rebase_merge: bool | None = None

    def facts(self) -> RepositoryFacts:
        """Return the value."""
        rights = self.permissions
        return RepositoryFacts(
            name=RepositoryName(self.full_name),
            default_branch=Branch(self.default_branch),
            private=self.private,
            closed=self.private and self.visibility in (None, "private"),
            fork=self.fork,
            archived=self.archived,
            merge_methods=self._methods(),
            permissions=None if rights is None else frozenset(right for right, has in rights.items() if has),
            clone_url=self.clone_url,
        )

    def _methods(self) -> frozenset[Method] | None:
        told: dict[Method, bool | None] = {
            "merge": self.allow_merge_commit,
            "squash": self.allow_squash_merge,
            "rebase": self.allow_rebase_merge,
        }
        if None in told.values():
            return None
        return frozenset(method for method, allowed in told.items() if allowed)


class _Tip(msgspec.Struct, frozen=True):
    sha: str


class _Branch(msgspec.Struct, frozen=True):
    name: str
    commit: _Tip
    protected: bool


def read_repository(client: Client) -> RepositoryFacts:
    """Return the settings of the client's repository.

    Raises:
        UnseenError: it does not exist, or not for this token.
        RemoteError: it cannot be read.
    """
    return client.read("", RestRepository).facts()


class _Viewer(msgspec.Struct, frozen=True):
    login: str


class _ViewerAnswer(msgspec.Struct, frozen=True):
    viewer: _Viewer


def read_login(client: Client) -> str:
    """Return the login behind the token: a person's, or `SLUG[bot]` for a GitHub App's or a workflow's.

    GET /user is for people; what an App is called, GraphQL tells.

    Raises:
        TokenError: GitHub does not take the token.
        RemoteError: neither tells.
    """
    try:
        return client.read("/user", RestUser).login
    except ForbiddenError:
        return client.graphql(VIEWER, _ViewerAnswer).viewer.login


def is_app(login: str) -> bool:
    """Return whether a login is a GitHub App's, or a workflow's, which goes by one."""
    return login.endswith("[bot]")


def read_branch(client: Client, branch: Branch) -> BranchFacts:
    """Return where a branch stands.

    Raises:
        NotFoundError: there is no such branch.
        RemoteError: it cannot be read.
    """
    found = client.read(f"branches/{quote(branch, safe='/')}", _Branch)
    return BranchFacts(Branch(found.name), Commit(found.commit.sha), found.protected)


class _File(msgspec.Struct, frozen=True):
    type: str
    content: str
    encoding: str


def read_file(client: Client, path: str) -> bytes | None:
    """Return a file of the repository's default branch, or None when it has none at `path`.

    Raises:
        UnseenError: the token does not see the repository.
        RemoteError: it cannot be read, or is no plain file (GitHub sends none above 1 MB this way:
            https://docs.github.com/en/rest/repos/contents#get-repository-content).
    """
    try:
        found = client.read(f"contents/{quote(path)}", _File)
    except NotFoundError:
        return None
    if found.encoding != "base64":
        raise RemoteError(
            f"{client.repository}: {path} is sent as {found.encoding!r}, not whole",
            todo="keep the file below 1 MB",
        )
    return base64.b64decode(found.content)
