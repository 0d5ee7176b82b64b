"""The ground of a live run: the sample product under the run's own names, pushed, and who plays on it."""

import dataclasses
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from relauto.clock import Clock
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.signer import Signing
from relauto.github import repositories
from relauto.github.faults import NotFoundError
from relauto.model.names import Branch, Commit
from relauto.model.roster import Roster
from relauto.rehearsal import stockroom
from relauto.rehearsal.company import Company
from relauto.rehearsal.live.place import Names, Place
from relauto.rehearsal.sample import FIXES
from relauto.rehearsal.scenarios import SCENARIOS
from relauto.rehearsal.world import PEOPLE, World
from relauto.session import Session, Tokens
from relauto.settings.candidates import Doors, Tags
from relauto.settings.changes import Pick, Pull
from relauto.settings.file import parse_settings
from relauto.settings.options import Cache, Repositories, Settings

_LOOKS = 30


@dataclass(frozen=True)
class Ground:
    """Where a live run stands.

    `refs` are what was pushed; `seen_after` is how many seconds later the API showed all of it, None where
    it did not within half a minute; `spare` is a branch with a change that the path does not use.
    """

    place: Place
    names: Names
    world: World
    session: Session
    folder: Path
    refs: dict[str, Commit]
    spare: Branch
    seen_after: float | None = None

    def hire(self, bases: tuple[str, ...]) -> Company:
        """Return the people: the second login has every part, where there is one, and CI at least is done."""
        place = self.place
        other = place.second or place.first
        logins = dict.fromkeys(PEOPLE, other.login)
        return Company(
            api=place.github.api,
            git=place.github.git,
            world=self.world,
            tokens={other.login: other.token},
            work=self.folder / "cast",
            absent=frozenset() if place.second else frozenset(PEOPLE) - {"ci"},
            bases=bases,
            logins=logins,
            authority=self.session.authority,
            more={
                "ops": place.ops,
                "qa": place.ops,
                "bot": place.first.login,
                "incident": self.names.incident,
                "candidate_prefix": self.names.prefix,
            },
        )


@contextmanager
def prepare(place: Place, names: Names, clock: Clock, say: Callable[[str], None]) -> Iterator[Ground]:
    """Lend the ground, the sample's history pushed and its last release published.

    Raises:
        RelautoError: git or GitHub refused.
    """
    with tempfile.TemporaryDirectory(prefix="relauto-live-") as made:
        folder = Path(made)
        world, refs = _make_world(folder / "product.git", place, names)
        with closing(_connect(place, names, world, folder, clock, say)) as session:
            session.mirror.push([RefUpdate(ref, None, commit) for ref, commit in refs.items()])
            say(f"{len(refs)} refs are pushed to {place.source}, all named after {names.id}")
            ground = Ground(place, names, world, session, folder, refs, names.branch("spare"))
            yield dataclasses.replace(ground, seen_after=_await_branches(session, refs))


def _make_world(directory: Path, place: Place, names: Names) -> tuple[World, dict[str, Commit]]:
    """Write the sample and return its world by the run's names, and the refs that are pushed."""
    sample = stockroom.make_stockroom(directory, SCENARIOS["happy"], names.id)
    world = dataclasses.replace(
        sample,
        product=place.source,
        main=names.branch("main"),
        line=names.branch(str(sample.line)),
        fixes=(names.branch("fix"),),
        base_tag=f"{names.prefix}{sample.installed}",
    )
    heads = {
        world.main: sample.main,
        world.line: sample.line,
        world.fixes[0]: sample.fixes[0],
        names.branch("spare"): FIXES["conflict"][0],
    }
    with Repository.open(directory) as repository:
        base = f"refs/tags/{world.base_tag}"
        commit = next(at for tag, at in repository.tags().items() if tag == sample.base_tag)
        repository.update_refs([RefUpdate(base, None, commit)])
        refs = {ours.ref: Commit(repository.refs(theirs.ref)[theirs.ref]) for ours, theirs in heads.items()}
    return world, {**refs, base: commit}


def _connect(
    place: Place, names: Names, world: World, folder: Path, clock: Clock, say: Callable[[str], None]
) -> Session:
    login = place.first.login
    return Session(
        write_settings(place, names, world, folder),
        Tokens(place.first.token, place.ops_token, place.ops_token),
        clock=clock,
        say=say,
        committer=(login, f"{login}@users.noreply.github.com"),
        signing=Signing(),
        roster=make_roster(place),
    )


def write_settings(place: Place, names: Names, world: World, folder: Path) -> Settings:
    """Return the settings of the run: the sample's, with its own names and one person's yes for a release."""
    return replace(
        parse_settings(world.settings, "the live run's settings"),
        repositories=Repositories(source=str(place.source), ops=str(place.ops)),
        github=place.github,
        main=str(world.main),
        pull=Pull(),
        pick=Pick(),
        tags=Tags(final=f"{names.prefix}{{version}}", candidate=f"{names.prefix}{{version}}-rc{{number}}"),
        doors=Doors(release_people=1),
        cache=Cache(directory=str(folder / "cache"), reference=str(world.git_directory)),
    )


def make_roster(place: Place) -> Roster:
    """Return who may answer for what: the second login everything, the first no more than open."""
    people: tuple[str, ...] = (place.second.login,) if place.second else ()
    roles = dict.fromkeys(("RM", "QA", "TAM", "DE"), people)
    return Roster(roles, {"open": (place.first.login,)})


def _await_branches(session: Session, refs: dict[str, Commit]) -> float | None:
    begun = time.monotonic()
    wanted = {Branch(ref.removeprefix("refs/heads/")): at for ref, at in refs.items() if "/heads/" in ref}
    for _ in range(_LOOKS):
        wanted = {branch: at for branch, at in wanted.items() if not _is_seen(session, branch, at)}
        if not wanted:
            return time.monotonic() - begun
        session.clock.sleep(1)
    return None


def _is_seen(session: Session, branch: Branch, commit: Commit) -> bool:
    try:
        return repositories.read_branch(session.source, branch).commit == commit
    except NotFoundError:
        return False
