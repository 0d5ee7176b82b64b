"""From settings and tokens to a workbench, and from a request to an open incident."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

import platformdirs

from relauto import __version__, engine
from relauto.clock import Clock
from relauto.comms.rendering import Renderer
from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.base import find_base
from relauto.git.identity import find_identity
from relauto.git.mirror import Mirror
from relauto.git.presence import find_presence
from relauto.git.repository import Repository
from relauto.git.runner import Git, require_git
from relauto.github import repositories
from relauto.github.client import Address as ApiAddress
from relauto.github.client import Client
from relauto.github.counts import Counts
from relauto.journal.log import Journal
from relauto.journal.releases import Releases
from relauto.model import event as events
from relauto.model.event import Plan, Text
from relauto.model.names import Branch, Commit, RepositoryName
from relauto.model.playbook import load_playbook
from relauto.model.qa import parse_instruction
from relauto.model.roster import FILE as ROSTER
from relauto.model.roster import Roster, parse_roster
from relauto.model.target import Target
from relauto.model.version import find_releases, next_version, parse_version
from relauto.settings import Settings, digest_settings
from relauto.stages.bench import Bench

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Tokens:
    """The token of each part."""

    source: str
    ops: str
    qa: str


@dataclass(frozen=True)
class Request:
    """What an incident is opened with. Times are in UTC; `version` overrides the computed number."""

    customer: str
    installed: str
    started_at: datetime
    line: str
    fix: str | None = None
    pull: int | None = None
    instruction: str | None = None
    version: str | None = None
    base: Literal["tip", "tag"] = "tip"
    incident: str | None = None


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
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.say = say
        self.counts = Counts()
        self._tokens = tokens
        self._stack = ExitStack()
        self._committer = committer
        self.cache = Path(settings.cache.directory or platformdirs.user_cache_path("relauto"))
        self.source = self._connect(settings.source, tokens.source)
        self.ops = self._connect(settings.repositories.ops, tokens.ops)
        self.qa = self._connect(settings.qa, tokens.qa)
        self.cache.mkdir(parents=True, exist_ok=True)
        require_git(Git(self.cache))
        reference = Path(settings.cache.reference) if settings.cache.reference else None
        self.mirror = self._stack.enter_context(
            Mirror.open(self._address(settings.source, tokens.source), cache=self.cache, reference=reference)
        )
        self.login = repositories.read_login(self.ops)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._stack.close()

    def _connect(self, repository: str, token: str) -> Client:
        client = Client(
            ApiAddress(self.settings.github.api),
            RepositoryName(repository),
            token,
            clock=self.clock,
            counts=self.counts,
        )
        self._stack.callback(client.close)
        return client

    def _address(self, repository: str, token: str) -> Address:
        return Address(f"{self.settings.github.git.rstrip('/')}/{repository}.git", token)

    @cached_property
    def roster(self) -> Roster:
        """Who may answer for what, read once a run."""
        return read_roster(self.ops)

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

    def journal(self, incident: str) -> Journal:
        """Return the journal of an incident."""
        return Journal.open(
            self.ops_address,
            incident,
            cache=self.cache,
            clock=self.clock,
            actor=self.login,
        )

    def is_open(self, incident: str) -> bool:
        """Return whether the journal of an incident exists."""
        with self.journal(incident) as journal:
            return journal.tip is not None

    @contextmanager
    def bench(self, incident: str) -> Iterator[Bench]:
        """Lend the workbench of an open incident."""
        with ExitStack() as stack:
            journal = stack.enter_context(self.journal(incident))
            playbook, _ = load_playbook(_folder(self.settings.playbook_dir))
            bench = Bench(
                settings=self.settings,
                playbook=playbook,
                roster=self.roster,
                journal=journal,
                incident=journal.incident(),
                mirror=self.mirror,
                source=self.source,
                ops=self.ops,
                qa=self.qa,
                clock=self.clock,
                login=self.login,
                committer=self.committer,
                scratch=self.cache / "scratch",
                say=self.say,
                renderer=Renderer(_folder(self.settings.templates_dir)),
                releases=stack.enter_context(
                    Releases.open(self.ops_address, cache=self.cache, clock=self.clock, actor=self.login)
                ),
            )
            yield bench


def _folder(path: str | None) -> Path | None:
    return Path(path) if path else None


def read_roster(ops: Client) -> Roster:
    """Return the roster in force: `roster.toml` on the ops repository's default branch.

    Raises:
        InputError: there is none, or it has faults.
    """
    text = repositories.read_file(ops, ROSTER)
    if text is None:
        raise InputError(
            f"{ops.repository} has no {ROSTER}, so nobody is entitled to approve anything",
            todo='write one on its default branch: [roles] with RM = ["login"], QA = ["login"], …',
        )
    return parse_roster(text.decode("utf-8", "replace"), f"{ops.repository}:{ROSTER}")


def open_incident(session: Session, request: Request) -> str:
    """Open an incident and return its id; an incident of that id that is open already stays as it is.

    Raises:
        InputError: the line, the fix or the version is not usable; nothing is written then.
    """
    if request.instruction:
        parse_instruction(request.instruction, "given with the fix")
    target = Target(session.settings.source, request.line)
    plan = preview_incident(session, request)
    incident = request.incident or make_id()
    _, playbook_digest = load_playbook(_folder(session.settings.playbook_dir))
    opened = events.IncidentOpened(
        incident=incident,
        customer=Text(request.customer),
        installed=str(parse_version(request.installed)),
        outage_started_at=request.started_at,
        escalated_at=session.clock.now(),
        targets=(target,),
        base=request.base,
        playbook_digest=playbook_digest,
        settings_digest=digest_settings(session.settings),
        relauto=__version__,
        plans=(plan,),
    )
    attached = make_attachment(request.fix, request.pull, request.instruction)
    with session.bench(incident) as bench:
        bench.incident = bench.journal.incident()
        if bench.incident.opened is None:
            engine.open_journal(bench, opened, attached)
    return incident


def preview_incident(session: Session, request: Request) -> Plan:
    """Return what `open_incident` would settle, checking all that it checks; nothing is written.

    Raises:
        InputError: the line, the fix or the version is not usable.
    """
    plan = make_plan(session, Target(session.settings.source, request.line), request)
    _check_fix(session, request, plan)
    return plan


def make_attachment(branch: str | None, pull: int | None, instruction: str | None) -> events.FixAttached:
    """Return the event that attaches a fix, by its branch or its pull request."""
    return events.FixAttached(
        branch=str(Branch(branch)) if branch else None,
        pull=pull,
        instruction=Text(instruction) if instruction else None,
    )


def make_id() -> str:
    """Return a random incident id that says nothing about the customer."""
    return "INC-" + "".join(secrets.choice(_ALPHABET) for _ in range(4))


def make_plan(session: Session, target: Target, request: Request) -> Plan:
    """Settle what the release grows from and which number it gets.

    Raises:
        InputError: there is no such line, or no version tag to grow from, or the number is taken.
    """
    main = Branch(session.settings.main or repositories.read_repository(session.source).default_branch)
    wanted = [main.ref, target.branch.ref, "refs/tags/*"]
    session.mirror.fetch([*wanted, *([Branch(request.fix).ref] if request.fix else [])])
    repository = session.mirror.repository
    head = _head(repository, target)
    base = find_base(repository, head, final=request.base == "tag")
    if base is None:
        raise InputError(
            f"no version tag can be reached from {target.line}, so there is nothing to release from",
            todo="tag the last release of the line, as in v1.4.2",
        )
    release, commit = base
    taken = [each.version for each in find_releases(repository.tags()) if each.is_final]
    version = parse_version(request.version) if request.version else next_version(release.version, taken)
    if version in taken:
        raise InputError(
            f"{target.repository} has a release {version} already", todo="name a number that is free"
        )
    return Plan(target, str(release.tag), str(commit), str(head), str(version))


def _head(repository: Repository, target: Target) -> Commit:
    found = repository.refs(target.branch.ref).get(target.branch.ref)
    if found is None:
        raise InputError(f"{target.repository} has no branch {target.line}", todo="name the line that exists")
    return Commit(found)


def _check_fix(session: Session, request: Request, plan: Plan) -> None:
    if request.fix is None:
        return
    repository = session.mirror.repository
    ref = Branch(request.fix).ref
    found = repository.refs(ref).get(ref)
    if found is None:
        raise InputError(
            f"{session.settings.source} has no branch {request.fix}", todo="push the fix's branch first"
        )
    if found == plan.head:
        raise InputError(f"{request.fix} is the tip of {request.line}: there is nothing to pick")
    presence = find_presence(repository, Commit(found), Commit(plan.head))
    if presence:
        where = f" as {presence.commit.short}" if presence.commit else ""
        raise InputError(
            f"{request.fix} is on {request.line} already{where} ({presence.by})",
            todo="release what the line holds, or name another fix",
        )


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
