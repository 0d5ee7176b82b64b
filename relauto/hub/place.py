"""One request: who asks, when, of which repository, and what that person may do there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from relauto.git.runner import Git
from relauto.hub.bare import Bare
from relauto.hub.merging import Actor
from relauto.hub.records import Access, Level, Record, Repository, Token, User
from relauto.hub.rights import Need, gives, name_kind, reaches
from relauto.hub.store import Transaction

_R = TypeVar("_R", bound=Record)

LEVELS: tuple[Level, ...] = ("read", "triage", "write", "admin")
_DOCS = "https://docs.github.com/rest"


class ApiError(Exception):
    """An answer that is not a success, in GitHub's form.

    Args:
        status: the HTTP status.
        message: GitHub's sentence for it.
        errors: the entries of a 422's `errors`.
        headers: more headers of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, object] = {"message": message, "documentation_url": _DOCS, "status": str(status)}
        if errors is not None:
            self.body["errors"] = errors


def not_found() -> ApiError:
    """Return the 404 that GitHub also gives to those who must not know."""
    return ApiError(404, "Not Found")


def invalid(resource: str, field: str, code: str, message: str = "") -> ApiError:
    """Return a 422 with one entry, as GitHub's validation has it."""
    entry = {"resource": resource, "field": field, "code": code}
    if message:
        entry["message"] = message
    return ApiError(422, "Validation Failed", errors=[entry])


@dataclass(frozen=True)
class Call:
    """One request: its transaction, who asks (None: nobody said), this hub's address, time and token.

    `open_git` gives git in a repository's directory.
    """

    tx: Transaction
    viewer: User | None
    host: str
    moment: datetime
    token: Token | None = None
    open_git: Callable[[Path], Git] = Git

    @property
    def now(self) -> str:
        """The time as GitHub writes it."""
        return self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def login(self) -> str:
        """The login of who asks.

        Raises:
            ApiError: 401, nobody said who.
        """
        return self.require_viewer().login

    def require_viewer(self) -> User:
        """Return who asks.

        Raises:
            ApiError: 401, nobody said who.
        """
        if self.viewer is None:
            raise ApiError(401, "Requires authentication")
        return self.viewer

    def user(self, login: str) -> User:
        """Return an account; one that the hub does not hold shows as GitHub's ghost."""
        known = self.tx.get(User, "", login.lower())
        return known or User(id=10137, login=login, created_at="2008-01-01T00:00:00Z")

    def level(self, repository: Repository) -> Level | None:
        """Return what the viewer may do in a repository, None when it must not even be seen.

        An app has no role there: its installation lets it in, and its permissions say what it may.
        """
        public: Level | None = None if repository.private else "read"
        if self.viewer is None or self.token is None or not reaches(self.token, repository):
            return public
        if self.token.kind in ("app", "actions"):
            return "admin" if self.token.permissions.get("administration") else "write"
        if self.viewer.site_admin:
            return "admin"
        return repository.access.get(self.viewer.login) or public

    def enter(self, owner: str, name: str) -> "Place":
        """Go into a repository.

        Raises:
            ApiError: 404 when it is not there or must not be seen.
        """
        repository = self.tx.get(Repository, "", f"{owner}/{name}".lower())
        level = self.level(repository) if repository else None
        if repository is None or level is None:
            raise not_found()
        return Place(self, repository, Bare(self.open_git(Path(repository.git_directory))), level)


@dataclass(frozen=True)
class Place:
    """A repository within a request, with the right that the viewer has there."""

    call: Call
    repository: Repository
    bare: Bare
    level: Level

    @property
    def name(self) -> str:
        """The repository's full name."""
        return self.repository.full_name

    @property
    def url(self) -> str:
        """The repository's address in the API."""
        return f"{self.call.host}/api/v3/repos/{self.name}"

    @property
    def page(self) -> str:
        """The repository's address for people."""
        return f"{self.call.host}/{self.name}"

    def may(self, need: Level) -> bool:
        """Tell whether the viewer has at least that right."""
        return LEVELS.index(self.level) >= LEVELS.index(need)

    @property
    def may_push(self) -> bool:
        """Whether the viewer and the token may both push: drafts and how it merges are shown to these."""
        return self.may("write") and self.gives("contents", "write")

    def gives(self, permission: str, access: Access = "read") -> bool:
        """Tell whether the token gives a permission here; whoever comes without one has what is public."""
        need = Need((permission,), access)
        if self.call.token is None:
            return need.is_public
        return gives(self.call.token, self.repository, need)

    def require(self, need: Level) -> None:
        """Refuse a viewer without that right.

        Raises:
            ApiError: 401 or 403.
        """
        self.call.require_viewer()
        if not self.may(need):
            raise self.refuse()

    def refuse(self) -> ApiError:
        """Return the 403 for a right that is missing."""
        kind = name_kind(self.call.token) if self.call.token else "personal access token"
        return ApiError(403, f"Resource not accessible by {kind}")

    def require_need(self, need: Need) -> None:
        """Refuse a token that does not give what an endpoint needs.

        Raises:
            ApiError: 403; to a classic token without the scope 404, as GitHub hides from those what they
                may not do.
        """
        token = self.call.token
        if token and not gives(token, self.repository, need):
            raise not_found() if token.kind == "classic" else self.refuse()

    def require_writable(self) -> None:
        """Refuse a write to an archived repository.

        Raises:
            ApiError: 403.
        """
        if self.repository.archived:
            raise ApiError(403, "Repository was archived so is read-only.")

    def can_write(self, login: str) -> bool:
        """Tell whether another person may push here."""
        return self.call.user(login).site_admin or self.repository.access.get(login) in {"write", "admin"}

    def get(self, kind: type[_R], key: str | int) -> _R | None:
        """Return a record of this repository."""
        return self.call.tx.get(kind, self.name, key)

    def find(self, kind: type[_R], key: str | int) -> _R:
        """Return a record of this repository.

        Raises:
            ApiError: 404, there is none.
        """
        found = self.get(kind, key)
        if found is None:
            raise not_found()
        return found

    def all(self, kind: type[_R]) -> list[_R]:
        """Return the records of this repository in the order they were made."""
        return self.call.tx.all(kind, self.name)

    def put(self, key: str | int, record: Record) -> None:
        """Write a record of this repository."""
        self.call.tx.put(self.name, key, record)

    def drop(self, kind: type[Record], key: str | int) -> None:
        """Remove a record of this repository."""
        self.call.tx.drop(kind, self.name, key)

    def new_id(self) -> int:
        """Return an id that nothing else has."""
        return self.call.tx.next("id")

    def new_number(self) -> int:
        """Return the next number of issues and pull requests, which share one count."""
        return self.call.tx.next(f"number {self.name}")

    def actor(self, login: str) -> Actor:
        """Return a person as the author of a commit made now, under GitHub's noreply address."""
        user = self.call.user(login)
        return Actor.at(login, f"{user.id}+{login}@users.noreply.github.com", self.call.moment)
