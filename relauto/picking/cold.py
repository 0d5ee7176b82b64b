"""A pick's worth of a remote repository: its newest commits, and of its files those that a pick reads.

Commits come with their trees and without files (a blobless fetch), a fix with what it is compared with,
a line as far back as the fix may be on it. Which files the pick will read can be told from the trees;
they come in one go. What only a closer look shows to be needed, as a file that was renamed, git itself
asks for, many at once.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from relauto.errors import InputError
from relauto.git.commit import EMPTY_TREE
from relauto.git.errors import UnreachableError
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.runner import Answer, GitError
from relauto.git.tree import Entry, find_entries
from relauto.guard.guard import require_no_secret
from relauto.model.names import Branch, Commit
from relauto.picking.alike import list_same_files
from relauto.picking.cold_depth import keep_depth, reaches_back, set_aside_branches
from relauto.picking.presence import find_mainline
from relauto.picking.wants import is_id, point_at_fix, point_at_line, point_at_picks, since

YEAR = timedelta(days=365)
"""How far back a line is searched for a fix at most."""

SKEW = timedelta(days=1)
"""Clocks differ: a pick may bear an earlier date than the fix."""
_PART = re.compile(r"[0-9a-f]{4,39}")
_DEFAULT = "refs/remotes/origin/default-branch"
_MAIN = f"+HEAD:{_DEFAULT}"
_OPTIONS = (
    "--prune",
    "--no-tags",
    "--no-auto-maintenance",
    "--no-write-fetch-head",
    "--recurse-submodules=no",
)
_NO_FILTER = "filtering not recognized by server"
_NO_REF = re.compile(r"couldn't find remote ref (?:refs/heads/|refs/)?(\S+)")
_NO_COMMIT = re.compile(r"not our ref ([0-9a-f]{40})")
_NOT_GIVEN = "does not allow request for unadvertised object"
_NO_HEAD = "couldn't find remote ref HEAD"


@dataclass(frozen=True)
class Cost:
    """What came over: the packs that landed in the cache, and their size there in bytes.

    Of a pack whose fetch was stopped the bytes count that had come.
    git completes a pack where it was sent in part, so the size is never less than what came over.
    """

    packs: int
    bytes: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.packs + other.packs, self.bytes + other.bytes)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.packs - other.packs, self.bytes - other.bytes)


class ColdClone:
    """The cached part of a remote repository that a pick needs; `cold_opening` makes it ready.

    Attributes:
        repository: read like any other; what it lacks comes from the remote when asked for.
        filtered: whether the server left files out; one that cannot do so sends them all.
    """

    def __init__(self, mirror: Mirror) -> None:
        self.repository: Repository = mirror.repository
        self.filtered = True
        mirror.vet = require_no_secret
        self._mirror = mirror
        self._heads: dict[str, str] = {}
        self._before = self._measure()
        self._coming = 0
        self._lost = 0
        self._picked: Cost | None = None
        self._filled = Cost(0, 0)

    @property
    def cost(self) -> Cost:
        """What came over since the clone was opened."""
        new = {pack: size for pack, size in self._measure().items() if pack not in self._before}
        return Cost(len(new), sum(new.values()) + self._lost)

    @property
    def cost_of_pick(self) -> Cost:
        """What came over until the pick was made, and of whole commits since."""
        return self._picked + self._filled if self._picked else self.cost

    @property
    def looks_for_causes(self) -> bool:
        """Whether what comes now is to tell why a pick conflicts."""
        return self._picked is not None

    @property
    def cost_of_causes(self) -> Cost:
        """What came over since, to tell why it conflicts."""
        return self.cost - self.cost_of_pick

    def end_pick(self) -> None:
        """Count what comes from now on as fetched to tell causes."""
        self._picked = self._picked or self.cost

    def count_coming(self) -> int:
        """Return how many bytes of a pack have come whose fetch goes on."""
        now = sum(_weigh(part) for part in self._packs.glob("tmp_pack_*"))
        # git that is stopped may take away what came before it can be counted.
        self._coming = max(self._coming, now)
        return now

    def _measure(self) -> dict[str, int]:
        return {pack.name: pack.stat().st_size for pack in self._packs.glob("*.pack")}

    @property
    def _packs(self) -> Path:
        return self.repository.common / "objects" / "pack"

    def fetch_tips(self, fixes: Sequence[str], lines: Sequence[str], *, picks: bool) -> None:
        """Fetch the fixes with what they are compared with, and the tips of the lines.

        With `picks`, the branches for picks onto the lines come too, as deep as a pick of each fix reaches.

        Raises:
            InputError: the remote has nothing of such a name, or a fix cannot be asked for by it.
        """
        self.forget_main()
        set_aside_branches(self._mirror)
        specs = [point_at_line(line) for line in lines]
        specs += [spec for fix in fixes for spec in point_at_fix(fix)]
        specs += [spec for line in (lines if picks else ()) for spec in point_at_picks(line)]
        if any(not is_id(fix) for fix in fixes):
            specs.append(_MAIN)
        depth = max(2, len(fixes) + 1) if picks else 2
        with self.keep_depth():
            self.fetch(f"--depth={depth}", specs=specs)
        self._heads = self.repository.refs("refs/heads")
        # By this the branch is known that others are compared with.
        self.repository.git.run("symbolic-ref", "refs/remotes/origin/HEAD", _DEFAULT)

    def fetch_picks(self, count: int) -> None:
        """Fetch anew the branches for picks that are here, as deep as so many picks reach."""
        known = [f"+{ref}:{ref}" for ref in self.repository.refs("refs/heads/relauto")]
        if known:
            with self.keep_depth():
                self.fetch(f"--depth={count + 1}", specs=known)
            self._heads = self.repository.refs("refs/heads")

    def keep_depth(self) -> AbstractContextManager[None]:
        """Let no fetch meanwhile cut the history that is here: `relauto.picking.cold_depth.keep_depth`."""
        return keep_depth(self._mirror)

    def forget_main(self) -> None:
        """Delete the ref for main: git tells a server that all is here that it leads to, trees included."""
        known = self.repository.refs(_DEFAULT).get(_DEFAULT)
        if known:
            self._mirror.move_refs([RefUpdate(_DEFAULT, known, None)])

    def publish(self, branches: Sequence[Branch]) -> None:
        """Move branches of the remote to where they are here, all or none, each only from where it was seen.

        Raises:
            LeakError: they hold a token or a private key; nothing was sent.
            PushRejectedError: the remote has others meanwhile, or forbids one; nothing was moved.
            DeniedError: the token lacks the right; nothing was moved.
            UnreachableError: the remote was not reached; nothing was sent.
            PushUnknownError: the connection broke; look before anything is sent again.
        """
        here = self.repository.refs("refs/heads")
        self._mirror.push(
            [RefUpdate(each.ref, self._heads.get(each.ref), here[each.ref]) for each in branches]
        )

    @property
    def url(self) -> str:
        """Where the repository is."""
        return self._mirror.address.url

    def fill(self, commit: Commit) -> None:
        """Fetch, in one go, every file of a commit that is not here.

        Raises:
            DeniedError: the token is not taken, or lacks the right.
            UnreachableError: the remote was not reached.
            GitError: git failed otherwise.
        """
        before = self.cost
        self._mirror.fill(commit)
        if self._picked:
            self._filled += self.cost - before

    def resolve(self, word: str) -> Commit:
        """Return the commit that a fix's name stands for at the remote.

        Raises:
            InputError: nothing is called so there, or what is called so is no commit.
        """
        try:
            return self.repository.resolve(word)
        except InputError as error:
            url = self.url
            todo = f"see: git ls-remote {url}"
            if _PART.fullmatch(word):
                todo = "name it by its full id: a server finds no commit by a part of that"
            raise InputError(f"{url} has no commit called {word!r}", todo=todo) from error

    def find_branches(self, pattern: str) -> list[tuple[Branch, Commit]]:
        """Return the branches of the remote that a pattern matches.

        Raises:
            InputError: there is none.
        """
        try:
            return self.repository.find_branches(pattern)
        except InputError as error:
            url = self.url
            raise InputError(
                f"{url} has no branch that matches {pattern!r}", todo=f"see: git ls-remote --heads {url}"
            ) from error

    def fetch_history(self, fixes: Sequence[Commit], lines: Sequence[tuple[Branch, Commit]]) -> None:
        """Fetch the lines' commits since the oldest fix, and of those no more than a year's."""
        moment = self.repository.moment
        oldest = min(map(moment, fixes)) - SKEW
        oldest = max(oldest, max(moment(tip) for _, tip in lines) - YEAR)
        moved = [
            f"+{branch.ref}:{branch.ref}"
            for branch, tip in lines
            if moment(tip) >= oldest and not reaches_back(self.repository, tip, oldest)
        ]
        if moved:
            with self.keep_depth():
                self.fetch(since(oldest), specs=moved)
                # The oldest of them may be what is looked for, and shows its change beside its parent alone.
                self.fetch("--deepen=1", specs=moved)

    def fetch_main(self, fixes: Sequence[Commit], *, words: bool) -> None:
        """Fetch the commits of main that show what a branch or a merge is beside it, without their trees.

        Args:
            fixes: what will be picked.
            words: whether a fix was named otherwise than by its id.
        """
        parents = [self.repository.commit_object(fix).parents for fix in fixes]
        if not words and all(len(each) < 2 for each in parents):
            return
        known = self.repository.refs(_DEFAULT).values()
        ends = {*(parent for each in parents for parent in each), *map(Commit, known)}
        if ends:
            oldest = min(map(self.repository.moment, ends)) - SKEW
            with self.keep_depth():
                self.fetch(since(oldest), specs=[_MAIN], filter_="tree:0")

    def fetch_files(self, fixes: Sequence[Commit], lines: Sequence[tuple[Branch, Commit]]) -> None:
        """Fetch, in one go, the files that picking and comparing will read, as the trees tell them."""
        repository = self.repository
        cuts, wanted, commits = repository.cuts, set[str](), set[Commit]()
        for fix in fixes:
            paths = _list_changed(repository, fix)
            sides = {fix, *(tip for _, tip in lines)}
            for _, tip in lines:
                sides.update(list_same_files(repository, [f"{fix}..{tip}"], paths) if paths else ())
            below = (find_mainline(repository, side, 1) for side in sides - cuts)
            sides.update(base for base in below if base)
            wanted |= {name for side in sides for name in self._list_files(side, paths)}
            commits |= sides
        self._fetch_objects(wanted & self._list_missing(commits))

    def fetch_trees(self, span: str) -> None:
        """Fetch the trees of commits of which those alone are here: of main these come without."""
        listed = self.repository.git.read("rev-list", "--objects", "--filter=tree:1", "--missing=print", span)
        self._fetch_objects({line[1:] for line in listed.splitlines() if line.startswith("?")})

    def _fetch_objects(self, ids: Iterable[str]) -> None:
        try:
            self._mirror.fetch_objects(sorted(ids))
        except GitError as error:
            raise _explain(error.answer, self.url) from error

    def _list_files(self, commit: Commit, paths: Sequence[str]) -> set[str]:
        stored = self.repository.commit_object(commit)
        found = find_entries(self.repository.store, stored.tree, (*paths, ".gitattributes"))
        return {entry.id for entry in found.values() if _is_file(entry)}

    def _list_missing(self, commits: set[Commit]) -> set[str]:
        listed = self.repository.git.read(
            "rev-list", "--objects", "--no-walk", "--missing=print", *sorted(commits)
        )
        return {line[1:] for line in listed.splitlines() if line.startswith("?")}

    def fetch(
        self,
        *depth: str,
        specs: Sequence[str],
        filter_: str = "blob:none",
        goes_on: Callable[[], bool] | None = None,
    ) -> bool:
        """Fetch refs of the remote as deep as options of git-fetch(1) say; tell whether it came to its end.

        Raises:
            InputError: the remote has nothing of such a name, or gives nothing by its id.
            UnreachableError: it was not reached, let nobody in, or stopped in between.
        """
        fetch = ("-c", "fetch.unpackLimit=1", "fetch", *_OPTIONS, f"--filter={filter_}", *depth, "origin")
        self._coming = 0
        answer = self._mirror.ask_remote(*fetch, *dict.fromkeys(specs), goes_on=goes_on)
        if _NO_HEAD in answer.error:
            # Nothing is main there; then nothing can be told by it.
            rest = [spec for spec in dict.fromkeys(specs) if spec != _MAIN]
            if not rest:
                return True
            answer = self._mirror.ask_remote(*fetch, *rest)
        self.filtered = self.filtered and _NO_FILTER not in answer.error
        if answer.status > 0:
            raise _explain(answer, self.url)
        if answer.status:
            self._clear_parts()
        self.repository.look_anew()
        return not answer.status

    def _clear_parts(self) -> None:
        """Delete what came of a pack whose fetch was stopped, and count it."""
        self.count_coming()
        self._lost += self._coming
        for part in self._packs.glob("tmp_*"):
            part.unlink(missing_ok=True)


def _list_changed(repository: Repository, commit: Commit) -> tuple[str, ...]:
    base = find_mainline(repository, commit, 1)
    return repository.changed_paths(base or EMPTY_TREE, commit)


def _weigh(file: Path) -> int:
    """Return how large a file is; nothing where it is gone by now."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _is_file(entry: Entry) -> bool:
    return not entry.is_directory and not entry.is_module


def _explain(answer: Answer, url: str) -> InputError | UnreachableError:
    """Return the error for a fetch that was let in and failed all the same."""
    if ref := _NO_REF.search(answer.error):
        return InputError(f"{url} has no branch called {ref[1]!r}", todo=f"see: git ls-remote --heads {url}")
    if commit := _NO_COMMIT.search(answer.error):
        return InputError(f"{url} has no commit {commit[1]}", todo="name another fix")
    if _NOT_GIVEN in answer.error:
        return InputError(
            f"{url} gives nothing by its id, so no part of it can be fetched",
            todo="pick in a clone of it, with --repo",
        )
    return UnreachableError(
        f"a fetch from {url} broke off: {answer.error}", todo="run again: what has come whole is kept"
    )
