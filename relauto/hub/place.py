"""One request: who asks, when, of which repository, and what that person may do there."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from relauto.git.runner import Git
from relauto.hub.bare import Bare
from relauto.hub.merging import Actor
from relauto.hub.records import Level, Record, Repository, User
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
    """One request: its transaction, who asks (None: nobody said), this hub's address, and the time."""

    tx: Transaction
    viewer: User | None
    host: str
    moment: datetime

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
        return known or User(id=10137, login=login, token_digest="", created_at="2008-01-01T00:00:00Z")

    def level(self, repository: Repository) -> Level | None:
        """Return what the viewer may do in a repository, None when it must not even be seen."""
        if self.viewer and self.viewer.site_admin:
            return "admin"
        granted = repository.access.get(self.viewer.login) if self.viewer else None
        return granted or (None if repository.private else "read")

    def enter(self, owner: str, name: str, need: Level = "read") -> "Place":
        """Go into a repository.

        Raises:
            ApiError: 404 when it is not there or must not be seen, 401 when a right is needed and nobody
                said who asks, 403 when the right is missing.
        """
        repository = self.tx.get(Repository, "", f"{owner}/{name}".lower())
        level = self.level(repository) if repository else None
        if repository is None or level is None:
            raise not_found()
        place = Place(self, repository, Bare(Git(Path(repository.git_directory))), level)
        if need != "read":
            place.require(need)
        return place


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

    def require(self, need: Level) -> None:
        """Refuse a viewer without that right.

        Raises:
            ApiError: 401 or 403.
        """
        viewer = self.call.require_viewer()
        if not self.may(need):
            kind = "integration" if viewer.app else "personal access token"
            headers = {
                "X-Accepted-GitHub-Permissions": "administration=write"
                if need == "admin"
                else "contents=write"
            }
            raise ApiError(403, f"Resource not accessible by {kind}", headers=headers)

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
