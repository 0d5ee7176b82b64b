"""What every step works with: one incident's settings, people, repositories and clients.

Reads of GitHub are remembered for one look at the world and forgotten after every write, so that
steps which ask the same question cost one request.
"""

import dataclasses as copies
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from msgspec.structs import replace

from relauto.clock import Clock
from relauto.comms.notices import Draft
from relauto.comms.rendering import Renderer
from relauto.errors import InputError
from relauto.git.commit import Signature
from relauto.git.mirror import Mirror
from relauto.git.repository import Repository
from relauto.git.signer import Signing
from relauto.github import pull_reads, repositories
from relauto.github.branch_rules import BranchRules
from relauto.github.client import Client
from relauto.github.counts import Purpose
from relauto.github.look import Look, read_together
from relauto.github.pull_state import Pull
from relauto.github.repositories import RepositoryFacts
from relauto.github.rules import look_at_rules
from relauto.guard.guard import Guard
from relauto.journal.log import Journal
from relauto.journal.releases import Releases
from relauto.model.event import Body, Event, Plan, Said
from relauto.model.facts import Facts
from relauto.model.incident import Incident, StepState
from relauto.model.lines import sort_lines
from relauto.model.names import Branch, Commit, Tag
from relauto.model.playbook import Playbook
from relauto.model.roster import Roster
from relauto.model.target import Place, Target
from relauto.model.version import TagStyle, learn_style, parse_version
from relauto.model.words import Person
from relauto.settings.options import Settings

T = TypeVar("T")

Kind = Literal["refs", "pulls", "checks", "releases", "runs", "qa", "desk", "rules", "pages"]
"""What a look can be about."""

_NOTICES = frozenset({"desk", "pages"})
"""What only people read: the path goes without."""


@dataclass
class Bench:
    """Everything at hand while one incident is advanced.

    `found` and `files` are what the next append to the journal takes along: events that a look or a
    write brought up, and texts for the incident's branch by their path; `after` are the notices
    that are drafted once what they tell is recorded. `visit` lends the bench of another incident.
    `interests` lists what may be looked at together.
    `guard` is asked before a text leaves.
    Where the work is embargoed, `source` and `mirror` are of the private repository, and `public` is what
    `outside` works with.
    """

    settings: Settings
    playbook: Playbook
    roster: Roster
    journal: Journal
    incident: Incident
    mirror: Mirror
    source: Client
    ops: Client
    qa: Client
    clock: Clock
    login: str
    committer: tuple[str, str]
    signing: Signing
    scratch: Path
    say: Callable[[str], None]
    renderer: Renderer
    releases: Releases
    guard: Guard
    visit: Callable[[str], AbstractContextManager["Bench"]]
    public: tuple[Client, Mirror] | None = None
    is_outside: bool = False
    found: list[Body | Said] = field(default_factory=list)
    meant: set[tuple[Place, str]] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    after: list[Draft] = field(default_factory=list)
    interests: "Callable[[Bench], Iterable[tuple[Kind, Look[Any]]]]" = lambda _: ()
    _seen: dict[tuple[Kind, Hashable], object] = field(default_factory=dict)
    _looks: dict[tuple[Kind, Hashable], Look[Any]] = field(default_factory=dict)
    _paths: dict[tuple[Kind, Hashable], str] = field(default_factory=dict)
    _told: dict[tuple[Kind, Hashable], Callable[[], Any]] = field(default_factory=dict)
    _answers: dict[tuple[Kind, Hashable], object] = field(default_factory=dict)
    _facts: RepositoryFacts | None = None
    _outside: "Bench | None" = None
    _is_new: bool = True

    def read_journal(self) -> None:
        """Take the incident as its journal says now: at first as it was fetched when the bench was lent.

        Raises:
            RemoteError: the ops repository was not reached.
            DamagedJournalError: the journal is not as it was.
        """
        if not self._is_new:
            self.journal.fetch()
        self._is_new = False
        self.incident = self.journal.incident()

    def suppose(self, said: Body | Said) -> None:
        """Take an event into account that the next append will take along.

        The journal's own state is left alone: this bench goes on with a copy until that append.
        """
        actor, body = (said.actor, said.body) if isinstance(said, Said) else (Person(self.login), said)
        if self.incident is self.journal.incident():
            self.incident = deepcopy(self.incident)
        self.incident.apply(Event(self.incident.sequence + 1, "", self.clock.now(), actor, body))

    def remember(self, kind: Kind, key: Hashable, read: Callable[[], T], watch: str = "") -> T:
        """Return what `read` answers, asking once until the next look at its kind.

        `watch` is the path of the read of the product's repository that tells when it answers otherwise.
        """
        if watch:
            self._paths[kind, key] = watch
        if (kind, key) not in self._seen:
            self._seen[kind, key] = read()
        return cast(T, self._seen[kind, key])

    def see(self, kind: Kind, look: Look[T], *, alone: bool = False) -> T:
        """Return what a look shows, taken once until the next look at its kind.

        Whatever else the incident is about to look at (`interests`) comes along in the same request, unless
        this is `alone`: then nothing more is to come.
        """
        key = (kind, look.key)
        self._looks[key] = look
        if not alone and key not in self._seen and key not in self._told:
            wanted: dict[tuple[Kind, Hashable], Look[Any]] = {key: look}
            for also, other in self.interests(self):
                if (also, other.key) not in self._seen and (also, other.key) not in self._told:
                    wanted[also, other.key] = other
            purpose: Purpose = "notices" if {also for also, _ in wanted} <= _NOTICES else "path"
            with self.source.counts.about(purpose):
                self._told |= read_together(wanted)
        return self.remember(kind, look.key, lambda: self._read(kind, look))

    def _read(self, kind: Kind, look: Look[T]) -> T:
        with self.source.counts.about("notices" if kind in _NOTICES else "path"):
            return cast(T, self._told.pop((kind, look.key), look.read)())

    def tell(self, kind: Kind, look: Look[T], value: T) -> None:
        """Let what a write has just answered stand for the first look at it after that write."""
        self._answers[kind, look.key] = value

    def look(self, *kinds: Kind) -> None:
        """Forget what git and GitHub said, of these kinds or of all; refs are fetched anew at once."""
        for known in (self._seen, self._told):
            for key in [key for key in known if not kinds or key[0] in kinds]:
                del known[key]
        self._seen |= self._answers
        self._answers.clear()
        if not kinds or "refs" in kinds:
            self.fetch_refs()
        if self._outside:
            self._outside.look(*kinds)

    def fetch_refs(self) -> None:
        """Make the local copies of the refs that matter to the incident equal to the remote's."""
        # What embargoed work has of its own is not looked for in public.
        self.mirror.fetch(self._wanted(fixes=not self.is_outside))

    def watched(self) -> list[tuple[str, str]]:
        """Return repository and path of each REST read that tells when something waited for has changed."""
        looks = self._looks | {
            (kind, look.key): look for kind, look in self.interests(self) if kind in ("desk", "qa")
        }
        found = [
            (str(look.client.repository), path)
            for key, look in looks.items()
            if key in self._seen or key[0] in ("desk", "qa")
            for path in look.watch(cast(Any, self._seen.get(key)))
        ]
        source = str(self.source.repository)
        found += [(source, path) for key, path in self._paths.items() if key in self._seen]
        if self._outside:
            found += self._outside.watched()
        return list(dict.fromkeys(found))

    def outside(self) -> "Bench":
        """Return this bench at work in the repository that the release is published in.

        It is this very one unless the work is embargoed; what it finds is found for this one.
        """
        if self.public is None:
            return self
        if self._outside is None:
            client, mirror = self.public
            self._outside = copies.replace(
                self,
                source=client,
                mirror=mirror,
                public=None,
                is_outside=True,
                interests=lambda _: (),
                _seen={},
                _looks={},
                _paths={},
                _told={},
                _answers={},
                _facts=None,
            )
            self._outside.look("refs")
        self._outside.incident = self.incident
        return self._outside

    def _wanted(self, *, fixes: bool = True) -> list[str]:
        branches = [self.main, *(target.branch for target in self.incident.targets)]
        wanted = self.incident.fixes if fixes else ()
        branches += [Branch(fix.branch) for fix in wanted if fix.branch]
        pulls_of_fixes = [f"refs/pull/{fix.pull}/head" for fix in wanted if fix.pull is not None]
        lines = [f"refs/heads/{pattern}" for pattern in self.settings.lines]
        own = [*(branch.ref for branch in branches), "refs/heads/relauto/*", *lines]
        return [*own, "refs/tags/*", *pulls_of_fixes]

    @property
    def product(self) -> Repository:
        """The local copy of the product's repository, as last fetched."""
        return self.mirror.repository

    def ref(self, ref: str) -> Commit | None:
        """Return the commit of a full ref as last fetched, or None when the remote lacks it."""
        found = self.remember("refs", "all", self.product.refs).get(ref)
        return Commit(found) if found else None

    def supported_lines(self) -> dict[Branch, Commit]:
        """Return the lines that the settings call supported, the oldest version first, as last fetched."""
        heads = {
            ref.removeprefix("refs/heads/"): tip
            for ref, tip in self.remember("refs", "all", self.product.refs).items()
            if ref.startswith("refs/heads/")
        }
        called = {
            Branch(name)
            for name in heads
            if any(fnmatchcase(name, pattern) for pattern in self.settings.lines)
        }
        return {branch: Commit(heads[branch]) for branch in sort_lines(called)}

    def tags(self) -> dict[Tag, Commit]:
        """Return every tag of the remote with its commit, as last fetched."""
        return self.remember("refs", "tags", self.product.tags)

    @property
    def main(self) -> Branch:
        """The branch that fixes are merged to."""
        return Branch(self.settings.main or self.repository_facts().default_branch)

    @property
    def home(self) -> Branch:
        """The branch that the fixes' own pull requests are aimed at: main, or where the release grows."""
        if self.incident.opening.order == "main-first":
            return self.main
        return self.release_branch(self.incident.targets[0])

    def rules_of(self, branch: Branch) -> Branch:
        """Return the branch whose rules count on `branch`: an emergency branch goes by its line's."""
        grown = {self.release_branch(target): target.branch for target in self.incident.targets}
        return grown.get(branch, branch)

    def rules(self, branch: Branch) -> BranchRules:
        """Return what protects a branch."""
        return self.see("rules", look_at_rules(self.source, branch))

    def repository_facts(self) -> RepositoryFacts:
        """Return what GitHub says about the product's repository, asked once a run."""
        if self._facts is None:
            self._facts = repositories.read_repository(self.source)
        return self._facts

    def find_pulls(self, head: Branch, base: Branch) -> list[Pull]:
        """Return the pull requests from `head` to `base`: merged before open, open before closed."""
        found = self.see("pulls", pull_reads.look_at_pulls(self.source, head, base))
        order = {"merged": 0, "open": 1, "closed": 2}
        return sorted(found, key=lambda pull: (order[pull.state], -pull.number))

    def find_pull(self, head: Branch, base: Branch) -> Pull | None:
        """Return the first of `find_pulls`, or None."""
        return next(iter(self.find_pulls(head, base)), None)

    def on_branch(self, branch: Branch, commit: str) -> bool:
        """Return whether the remote's branch, as last fetched, holds a commit."""
        head = self.ref(branch.ref)
        return head is not None and self.product.is_ancestor(Commit(commit), head)

    def head(self, target: Target) -> Commit:
        """Return the commit that the line points to, as last fetched.

        Raises:
            InputError: the line is gone.
        """
        head = self.ref(target.branch.ref)
        if head is None:
            raise InputError(
                f"{target.repository} has no branch {target.line}", todo="name the line that exists"
            )
        return head

    def release_branch(self, target: Target) -> Branch:
        """Return the branch that the release is cut from: the line, or an emergency branch."""
        if self.incident.opening.base == "tip":
            return target.branch
        return emergency_branch(self.plan(target).version)

    def release_head(self, target: Target) -> Commit:
        """Return where the release's branch stands, as last fetched.

        Raises:
            InputError: it is gone.
        """
        branch = self.release_branch(target)
        return self.ref(branch.ref) or self.head(replace(target, line=str(branch)))

    def plan(self, target: Target) -> Plan:
        """Return what the current round's release at a target grows from and which number it gets.

        While that has to wait for the line it is what was foreseen.
        """
        return self.incident.rounds.plan(target)

    def facts(self, step: str, target: Target | None = None) -> Facts:
        """Return the proof of another step, empty while it is not done."""
        record = self.incident.record(self.incident.place(step, target))
        return record.facts if record and record.state is StepState.DONE else {}

    def is_by_others(self, step: str, target: Target | None = None) -> bool:
        """Return whether a step was done by others than relauto."""
        record = self.incident.record(self.place(step, target))
        return record is not None and record.by_others

    def tag_style(self, target: Target) -> TagStyle:
        """Return how tags are written: as the settings say, else as the project's own tags show."""
        learned = self.remember("refs", "style", lambda: learn_style(self.tags(), self.plan(target).base_tag))
        wanted = self.settings.tags
        return TagStyle(wanted.final or learned.final, wanted.candidate or learned.candidate)

    def final_tag(self, target: Target) -> Tag:
        """Return the tag that the target's release gets."""
        return self.tag_style(target).final_tag(parse_version(self.plan(target).version))

    def sign(self, at: datetime | None = None) -> Signature:
        """Return the committer's signature for a commit or tag made now."""
        return Signature(*self.committer, at or self.clock.now())

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """Lend an empty folder that is gone afterwards."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            yield Path(folder)

    def place(self, step: str, target: Target | None = None) -> Place:
        """Return a step's place in the current round."""
        return self.incident.place(step, target)


def emergency_branch(version: str) -> Branch:
    """Return the branch of a release that grows from the last tag and not from the line's tip."""
    return Branch(f"relauto/emergency/{version}")


def require_target(place: Place) -> Target:
    """Return the target of a place whose step is a step of targets."""
    if place.target is None:
        raise LookupError(f"{place.step} is a step of a target")
    return place.target


def list_commits(facts: Mapping[str, object], key: str, field_: str) -> Sequence[str]:
    """Return one field of every entry that a proof lists under `key`, empty ones left out."""
    entries = cast(Sequence[Mapping[str, str]], facts.get(key, ()))
    return [entry[field_] for entry in entries if entry.get(field_)]
