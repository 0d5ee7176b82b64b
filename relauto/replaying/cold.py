"""What a pick costs on a repository of which nothing is here, beside a whole clone of it."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from relauto.git.address import Address
from relauto.git.commit import Signature
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.model.names import Branch, Commit
from relauto.picking.cold_opening import open_cold
from relauto.picking.pick import Pick, pick
from relauto.replaying.pairs import Pair

# The same pick makes the same commit, warm and cold.
_COMMITTER = Signature("relauto", "relauto@localhost", datetime(2000, 1, 1, tzinfo=UTC))
_SERVER = {"uploadpack.allowFilter": "true", "uploadpack.allowAnySHA1InWant": "true"}


@dataclass(frozen=True)
class ColdPick:
    """How one pick went.

    Attributes:
        pair: which.
        status: how it ended.
        same: whether it ended as in a whole clone: with the same tree, or the same paths in conflict.
        bytes: size of the packs that landed.
        packs: how many.
        seconds: with the fetches.
    """

    pair: Pair
    status: str
    same: bool
    bytes: int
    packs: int
    seconds: float


def serve_copy(path: Path, folder: Path, main: Branch, pairs: Sequence[Pair]) -> Path:
    """Make a bare repository that a server may serve, with the branches and tags of `path`, and return it.

    It borrows the objects of `path`, which is only read. Each pair gets a branch at the commit that people
    picked onto (`name_line`).

    Raises:
        InputError: there is no repository at `path`.
    """
    with Repository.open(path) as source:
        refs = source.refs("refs/heads") | source.refs("refs/tags")
        refs[main.ref] = source.find_branch(main)[1]
    refs |= {name_line(pair).ref: pair.onto for pair in pairs}
    with Repository.init(folder, alternates=path, default_branch=main, settings=_SERVER) as served:
        served.update_refs([RefUpdate(ref, None, at) for ref, at in refs.items()])
    return folder


def name_line(pair: Pair) -> Branch:
    """Return the branch that stands for what a pair is picked onto."""
    return Branch(f"bench/{pair.onto}")


def weigh_clone(url: str) -> int:
    """Return the size in bytes of the packs that a whole clone of `url` fetches.

    Raises:
        GitError: it cannot be cloned.
    """
    with tempfile.TemporaryDirectory(prefix="relauto-clone-") as folder:
        Git(Path(folder)).run("clone", "--quiet", "--bare", "--template=", url, "clone.git")
        packs = Path(folder, "clone.git", "objects", "pack").glob("*.pack")
        return sum(pack.stat().st_size for pack in packs)


def pick_cold(url: str, served: Path, main: Branch, pairs: Sequence[Pair]) -> Iterator[ColdPick]:
    """Yield how each pair's pick goes that has only `url` to fetch from, each with an empty cache.

    The main branch is served as it was when people picked: what has come to it since was not there then.

    Raises:
        RelautoError: a fetch failed.
    """
    with Repository.open(served) as whole:
        now = whole.find_branch(main)[1]
        for pair in pairs:
            _rewind(whole, main, now, pair)
            warm = pick(whole, [pair.fix], pair.onto, committer=_COMMITTER)
            with tempfile.TemporaryDirectory(prefix="relauto-cold-") as cache:
                yield _pick_one(url, Path(cache), pair, warm)


def _rewind(served: Repository, main: Branch, now: Commit, pair: Pair) -> None:
    moment = int(served.moment(pair.expected).timestamp())
    then = served.git.read("rev-list", "--first-parent", "-1", f"--before={moment}", now)
    served.update_refs([RefUpdate(main.ref, served.refs(main.ref)[main.ref], then or now)])


def _pick_one(url: str, cache: Path, pair: Pair, warm: Pick) -> ColdPick:
    started = perf_counter()
    with open_cold(Address(url), cache=cache, fixes=[pair.fix], lines=[name_line(pair)]) as cold:
        made = pick(cold.repository, [pair.fix], Commit(pair.onto), committer=_COMMITTER)
        seconds, cost = perf_counter() - started, cold.cost
    return ColdPick(pair, made.status, _outline(made) == _outline(warm), cost.bytes, cost.packs, seconds)


def _outline(made: Pick) -> tuple[object, ...]:
    """Return what has to be alike: the verdict too, which shows that all compared files were there."""
    return made.status, made.tree, made.commits, made.verdict, tuple(each.path for each in made.conflicts)
