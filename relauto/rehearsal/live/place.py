"""Where a live run plays: a sandbox that says so itself, under names that are this run's alone."""

import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from relauto.authority import find_authority
from relauto.clock import Clock
from relauto.errors import InputError
from relauto.github import repositories
from relauto.github.client import Address, Client
from relauto.github.repositories import RepositoryFacts
from relauto.model.names import Branch, RepositoryName
from relauto.settings.options import GitHub
from relauto.settings.tokens import read_token

MARKER = ".relauto-sandbox"
SECOND = "RELAUTO_REVIEWER_TOKEN"
_LETTERS = "abcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True)
class Names:
    """What everything of one run is called; `id` has letters only, as digits would read as a version."""

    id: str

    @classmethod
    def make(cls) -> "Names":
        """Return names that no other run has."""
        return cls("".join(secrets.choice(_LETTERS) for _ in range(8)))

    @property
    def incident(self) -> str:
        """The incident's id."""
        return f"INC-{self.id}"

    @property
    def prefix(self) -> str:
        """What each of the run's tags begins with."""
        return f"relauto-live-{self.id}-"

    def branch(self, name: str) -> Branch:
        """Return the run's branch of that name."""
        return Branch(f"relauto-live/{self.id}/{name}")


@dataclass(frozen=True)
class Person:
    """Somebody who takes part: a token and the login behind it."""

    login: str
    token: str


@dataclass(frozen=True)
class Place:
    """Where the run plays and who takes part; `ops_token` is relauto's for the ops repository."""

    github: GitHub
    source: RepositoryName
    ops: RepositoryName
    first: Person
    ops_token: str
    second: Person | None


def find_lack(environment: Mapping[str, str]) -> str | None:
    """Return why there can be no live run, None where there can: it needs a token."""
    try:
        read_token("source", environment)
        read_token("ops", environment)
    except InputError as error:
        return f"{error.what}; {error.todo}"
    return None


def find_git(api: str) -> str:
    """Return where an API's repositories are fetched from: github.com, HOST/api/v3 and api.HOST alike."""
    parts = urlsplit(api)
    host = parts.netloc.removeprefix("api.")
    return urlunsplit((parts.scheme, host, parts.path.removesuffix("/api/v3"), "", ""))


def choose_place(
    github: GitHub, source: str, ops: str | None, environment: Mapping[str, str], clock: Clock
) -> Place:
    """Return where the run plays, having looked that it may; nothing is written.

    Raises:
        InputError: a repository is no sandbox, the ops repository is not private, or both tokens are of
            the same account.
        RemoteError: GitHub refused, or was not reached.
    """
    token, ops_token = read_token("source", environment), read_token("ops", environment)
    address, name = Address(github.api, find_authority(github)), RepositoryName(source)
    with closing(Client(address, name, token, clock=clock)) as client:
        facts = _require_sandbox(client)
        first = Person(repositories.read_login(client), token)
    office = RepositoryName(ops) if ops else name
    if office == name:
        _require_private(facts, named=bool(ops))
    else:
        with closing(Client(address, office, ops_token, clock=clock)) as client:
            _require_private(_require_sandbox(client), named=True)
    second = None
    if environment.get(SECOND):
        second = _admit_second(address, (name, office), environment[SECOND], first, clock)
    return Place(github, name, office, first, ops_token, second)


def _admit_second(
    address: Address, names: tuple[RepositoryName, ...], token: str, first: Person, clock: Clock
) -> Person:
    """Return the second person, who can do their part: a review counts of those alone who may push."""
    for name in dict.fromkeys(names):
        with closing(Client(address, name, token, clock=clock)) as client:
            login = repositories.read_login(client)
            rights = repositories.read_repository(client).permissions
        if rights is not None and "push" not in rights:
            raise InputError(
                f"{login}, whose token {SECOND} is, may not write to {name}; nothing was written",
                todo=f"give {login} write access there",
            )
    if login == first.login:
        raise InputError(
            f"{SECOND} is a token of {first.login}, too, and nobody approves their own pull request",
            todo="give a token of a second account, or none",
        )
    return Person(login, token)


def _require_sandbox(client: Client) -> RepositoryFacts:
    facts = repositories.read_repository(client)
    if repositories.read_file(client, MARKER) is None:
        raise InputError(
            f"{client.repository} does not say that it is a sandbox: there is no {MARKER} on "
            f"{facts.default_branch}; nothing was written",
            todo=f"name a repository that is there to be played in, with a file {MARKER} on its default "
            "branch (its content does not matter)",
        )
    return facts


def _require_private(facts: RepositoryFacts, *, named: bool) -> None:
    if not facts.closed:
        raise InputError(
            f"{facts.name} is not private, and the journal is for its own people; nothing was written",
            todo=f"name {'another' if named else 'a private repository'} with --ops OWNER/OPS, which has a "
            f"{MARKER} as well",
        )
