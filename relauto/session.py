"""From settings and tokens to the connections of a run, and from an incident to its workbench."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import platformdirs

from relauto.authority import Authority, find_authority
from relauto.clock import Clock
from relauto.comms.guard import arm
from relauto.comms.rendering import Renderer
from relauto.errors import InputError
from relauto.git.address import SILENCE, Address
from relauto.git.identity import find_identity
from relauto.git.mirror import Mirror, find_default
from relauto.git.repository import Repository
from relauto.git.runner import Git, require_git
from relauto.git.signer import Signing, find_signing
from relauto.github import repositories
from relauto.github.client import Address as ApiAddress
from relauto.github.client import Client
from relauto.github.counts import Counts
from relauto.github.memory import Memory
from relauto.github.repositories import RepositoryFacts
from relauto.github.wire import TIMEOUT
from relauto.guard.customers import FILE as CUSTOMERS
from relauto.guard.customers import Customers, find_customers
from relauto.guard.guard import Guard, LeakError, Passage, require_no_secret
from relauto.journal.log import Journal
from relauto.journal.releases import Releases
from relauto.model.incident import Incident
from relauto.model.names import RepositoryName
from relauto.model.playbook import load_playbook
from relauto.model.roster import FILE as ROSTER
from relauto.model.roster import Roster, parse_roster
from relauto.settings.options import GitHub, Settings
from relauto.stages.bench import Bench
from relauto.stages.interests import list_interests

Vet = Callable[[Iterable[Passage]], None]
"""Is shown every text before it leaves, and raises where it must not."""


@dataclass(frozen=True)
class Tokens:
    """The token of each part."""

    source: str
    ops: str
    qa: str
    private: str = ""


@dataclass(frozen=True)
class Timeouts:
    """After how many seconds without a byte a request is given up: of the API, of git over HTTP."""

    api: int = TIMEOUT
    git: int = SILENCE


TIMEOUTS = Timeouts()
"""Those of every run that is no test of them."""


@dataclass(frozen=True)
class Site:
    """A repository of the product: the public one, or its private mirror."""

    client: Client
    mirror: Mirror


class Session:
    """The connections of one run: GitHub's API, the product's mirror, the journal. Close it after use."""

    def __init__(
        self,
        settings: Settings,
        tokens: Tokens,
        *,
        clock: Clock,
        say: Callable[[str], None],
        committer: tuple[str, str] | None = None,
        signing: Signing | None = None,
        roster: Roster | None = None,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.say = say
        self.counts = Counts()
        self._tokens = tokens
        self._stack = ExitStack()
        self._committer = committer
        self._signing = signing
        self._roster = roster
        self._timeouts = timeouts
        self._memories: dict[str, Memory] = {}
        self.cache = find_cache(settings)
        self.authority = find_authority(settings.github)
        self.guard = Guard()
        self.source = self._connect(settings.source, tokens.source, self.guard.require)
        self.ops = self._connect(settings.repositories.ops, tokens.ops)
        inside = settings.qa == settings.repositories.ops
        self.qa = self._connect(settings.qa, tokens.qa, require_no_secret if inside else self._vet_for_qa)
        self.cache.mkdir(parents=True, exist_ok=True)
        require_git(Git(self.cache))
        self.mirror = self._mirror(settings.source, tokens.source)
        self.login = repositories.read_login(self.ops)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._stack.close()

    def _connect(self, repository: str, token: str, vet: Vet = require_no_secret) -> Client:
        if token not in self._memories:
            self._memories[token] = Memory.open(self.cache / "answers", token)
        client = Client(
            ApiAddress(self.settings.github.api, self.authority),
            RepositoryName(repository),
            token,
            clock=self.clock,
            counts=self.counts,
            memory=self._memories[token],
            timeout=self._timeouts.api,
            vet=vet,
        )
        self._stack.callback(client.close)
        return client

    def _vet_for_qa(self, passages: Iterable[Passage]) -> None:
        """Let pass what names a customer only where GitHub says that nobody else reads QA's repository."""
        told = list(passages)
        require_no_secret(told)
        leaks = self.guard.find(told)
        if leaks and not repositories.read_repository(self.qa).closed:
            raise LeakError(leaks)

    def _mirror(self, repository: str, token: str) -> Mirror:
        settings = self.settings.cache
        mirror = self._stack.enter_context(
            Mirror.open(
                self._address(repository, token),
                cache=self.cache,
                reference=Path(settings.reference) if settings.reference else None,
                # Files come when they are asked for; a clone that lends its own may lack some, too.
                partial=True,
            )
        )
        mirror.vet = self.guard.require
        return mirror

    @cached_property
    def facts(self) -> RepositoryFacts:
        """What GitHub says about the product's repository, asked once a run."""
        return repositories.read_repository(self.source)

    @cached_property
    def renderer(self) -> Renderer:
        """What makes texts: of the adopter's own templates, where there are any."""
        return Renderer(find_folder(self.settings.templates_dir))

    @cached_property
    def answerers(self) -> frozenset[str] | None:
        """Whose comments at the product can be relauto's answers, as everybody may write there.

        None is anybody: what an App is called is not asked for by everything in the same way.
        """
        same = self._tokens.source == self._tokens.ops
        login = self.login if same else repositories.read_login(self.source)
        return None if repositories.is_app(login) else frozenset({login})

    @property
    def public(self) -> Site:
        """The repository that releases are published in."""
        return Site(self.source, self.mirror)

    @cached_property
    def private(self) -> Site:
        """The private mirror in which embargoed work is done.

        Raises:
            InputError: the settings name none.
        """
        name = self.settings.repositories.private
        if name is None:
            raise InputError(
                "an embargoed fix needs a private repository to be worked on, and the settings name none",
                todo=f"mirror {self.settings.source} to a private repository, and set repositories.private",
            )
        token = self._tokens.private or self._tokens.source
        # What is made there becomes public with its release.
        return Site(self._connect(name, token, self.guard.require), self._mirror(name, token))

    def _address(self, repository: str, token: str) -> Address:
        found = locate(self.settings, repository, token, self.authority)
        return replace(found, silence=self._timeouts.git)

    @cached_property
    def roster(self) -> Roster:
        """Who may answer for what, read once a run, unless it was given."""
        if self._roster is not None:
            return self._roster
        ops = self.settings.repositories.ops
        content = self._ops_files[ROSTER]
        if content is None:
            raise InputError(
                f"{ops} has no {ROSTER}, so nobody is entitled to approve anything",
                todo='write one on its default branch: [roles] with RM = ["login"], QA = ["login"], …',
            )
        return parse_roster(content.decode("utf-8", "replace"), f"{ops}:{ROSTER}")

    @cached_property
    def customers(self) -> Customers | None:
        """Who must not be named, read once a run; None where there is no such file and none is set.

        Raises:
            InputError: the file that is set is not there, or has faults.
        """
        wanted, ops = self.settings.guard.customers, self.settings.repositories.ops
        return find_customers(self._ops_files.__getitem__, wanted, ops)

    @cached_property
    def _ops_files(self) -> dict[str, bytes | None]:
        return read_files(self.ops_address, self.cache, self._named_files)

    @property
    def _named_files(self) -> tuple[str, str]:
        return ROSTER, self.settings.guard.customers or CUSTOMERS

    def arm(self, incident: Incident) -> None:
        """Tell the guard whom an incident and the customers' file are about.

        Raises:
            InputError: what names the customer cannot be guarded, or the file is not there or has faults.
        """
        arm(self.guard, incident, self.customers or {}, self.settings)

    @property
    def ops_address(self) -> Address:
        """Where the journal is."""
        return self._address(self.settings.repositories.ops, self._tokens.ops)

    @property
    def committer(self) -> tuple[str, str]:
        """Who commits picks: git's identity, else the login's noreply address."""
        if self._committer:
            return self._committer
        return find_identity(Git(Path.cwd())) or (self.login, f"{self.login}@users.noreply.github.com")

    @cached_property
    def signing(self) -> Signing:
        """How this machine signs: as git's settings here say."""
        return find_signing(Git(Path.cwd())) if self._signing is None else self._signing

    def journal(self, incident: str) -> Journal:
        """Return the journal of an incident."""
        return Journal.open(
            self.ops_address,
            incident,
            cache=self.cache,
            clock=self.clock,
            actor=self.login,
            # The roster and the customers' file stand there.
            default=True,
        )

    def releases(self) -> Releases:
        """Return the release records."""
        return Releases.open(self.ops_address, cache=self.cache, clock=self.clock, actor=self.login)

    def is_open(self, incident: str) -> bool:
        """Return whether the journal of an incident exists."""
        with self.journal(incident) as journal:
            return journal.tip is not None

    @contextmanager
    def bench(self, incident: str, *, private: bool = False) -> Iterator[Bench]:
        """Lend the workbench of an incident, at work in private if its opening says so, or `private` does."""
        with ExitStack() as stack:
            journal = stack.enter_context(self.journal(incident))
            if "_ops_files" not in self.__dict__:
                self._ops_files = _read_default(journal.repository, self._named_files)
            self.arm(journal.incident())
            opened = journal.incident().opened
            hidden = bool(opened.private) if opened else private
            site = self.private if hidden else self.public
            playbook, _ = load_playbook(find_folder(self.settings.playbook_dir))
            bench = Bench(
                settings=self.settings,
                playbook=playbook,
                roster=self.roster,
                journal=journal,
                incident=journal.incident(),
                mirror=site.mirror,
                source=site.client,
                ops=self.ops,
                qa=self.qa,
                clock=self.clock,
                login=self.login,
                committer=self.committer,
                signing=self.signing,
                scratch=self.cache / "scratch",
                say=self.say,
                renderer=self.renderer,
                guard=self.guard,
                interests=list_interests,
                releases=stack.enter_context(self.releases()),
                visit=self.bench,
                public=(self.source, self.mirror) if hidden else None,
            )
            yield bench


def find_cache(settings: Settings | None) -> Path:
    """Return the folder that is kept on this machine between runs; the user's own without settings."""
    named = settings.cache.directory if settings else None
    return Path(named or platformdirs.user_cache_path("relauto"))


def locate(
    settings: Settings, repository: str, token: str | None, authority: Authority | None = None
) -> Address:
    """Return where git finds a repository (`owner/name`), with the token for it and whom TLS trusts there."""
    return locate_at(settings.github, repository, token, authority)


def locate_at(
    github: GitHub, repository: str, token: str | None, authority: Authority | None = None
) -> Address:
    """Return the same of a repository on a GitHub of one's own choice."""
    return Address(f"{github.git.rstrip('/')}/{repository}.git", token, authority)


def find_folder(path: str | None) -> Path | None:
    """Return the folder that a setting names, or None for the one that ships with relauto."""
    return Path(path) if path else None


def read_files(address: Address, cache: Path, names: Sequence[str]) -> dict[str, bytes | None]:
    """Return files on the default branch of the ops repository at `address`; None for one that is not there.

    They come by git, as the journal does, and so cost no request to the API.

    Raises:
        RemoteError: the ops repository was not reached.
    """
    with Mirror.open(address, cache=cache) as mirror:
        mirror.fetch_default()
        return _read_default(mirror.repository, names)


def _read_default(repository: Repository, names: Sequence[str]) -> dict[str, bytes | None]:
    """Return files on the default branch of a mirrored repository, as it was fetched last."""
    head = find_default(repository)
    return {name: repository.read_file(head, name) if head else None for name in names}


def choose_incident(known: Sequence[str], wanted: str | None, environment: Mapping[str, str]) -> str:
    """Return the incident meant: the one named, `RELAUTO_INCIDENT`, or the only one.

    Raises:
        InputError: there is none, or there are several.
    """
    named = wanted or environment.get("RELAUTO_INCIDENT")
    if named:
        if named not in known:
            raise InputError(f"there is no incident {named}", todo=f"known: {', '.join(known) or 'none'}")
        return named
    if len(known) == 1:
        return known[0]
    if not known:
        raise InputError("there is no incident yet", todo="relauto open …")
    raise InputError(f"there are {len(known)} incidents: {', '.join(known)}", todo="name one with --id")
