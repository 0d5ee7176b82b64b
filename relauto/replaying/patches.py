"""Backports whose messages tell nothing: the same patch on main and on a line."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.alike import PATCH_ID_BOUND, read_patch_ids, split_names
from relauto.replaying.batches import batch
from relauto.replaying.history import Main
from relauto.replaying.pairs import Pair

_BATCH = 200
NAMES = ("-z", "--name-only", "--no-renames", "--format=%x00%H")


@dataclass(frozen=True)
class Leftover:
    """A commit that names nothing on main; `line` is the tip that it was found from."""

    id: Commit
    parent: Commit
    seconds: int
    line: Commit


def find_same_patches(
    repository: Repository, tip: Commit, main: Main, leftovers: Sequence[Leftover], say: Callable[[str], None]
) -> Iterator[Pair]:
    """Yield the leftovers that make the same change as one commit of main, and as one only.

    Only commits that touch exactly the same files are compared, at most `PATCH_ID_BOUND` of main, the newest.
    A clone that lacks files ends the search, and `say` is told.
    """
    if not leftovers:
        return
    touched = _list_files(repository, [left.id for left in leftovers])
    groups = _find_groups(repository, tip, set(touched.values()))
    sought = [left for left in leftovers if groups.get(touched.get(left.id, 0))]
    fixes = {commit for left in sought for commit in groups[touched[left.id]]}
    try:
        known = _index_patches(repository, main, fixes)
        for part in batch(sought, _BATCH):
            patches = dict(_read_patch_ids(repository, [left.id for left in part]))
            for left in part:
                pair = _pair(main, left, known.get(patches.get(left.id, ""), ()))
                if pair:
                    yield pair
    except MissingObjectError:
        say("patches were not compared: this clone lacks files")


def _pair(main: Main, left: Leftover, fixes: Iterable[bytes]) -> Pair | None:
    earlier = [fix for fix in fixes if main.seconds[fix] <= left.seconds]
    return Pair(Commit(earlier[0].hex()), left.parent, left.id, "patch-id") if len(earlier) == 1 else None


def _list_files(repository: Repository, commits: Iterable[Commit]) -> dict[Commit, int]:
    """Return a hash of the paths that each commit touches; those that touch nothing are left out."""
    rows = "".join(f"{commit}\n" for commit in commits).encode()
    if not rows:
        return {}
    options = ("--no-walk=unsorted", "--stdin", "--diff-merges=first-parent", *NAMES)
    fields = repository.stream("log", *options, input=rows)
    return {commit: hash(files) for commit, files in split_names(fields) if files}


def _find_groups(repository: Repository, tip: Commit, wanted: set[int]) -> dict[int, list[Commit]]:
    """Return the commits of main that touch exactly the paths of each hash, the newest."""
    groups: dict[int, list[Commit]] = {}
    fields = repository.stream("log", "--no-merges", *NAMES, str(tip), "--")
    for commit, files in split_names(fields):
        group = groups.setdefault(hash(files), []) if hash(files) in wanted else None
        if group is not None and len(group) < PATCH_ID_BOUND:
            group.append(commit)
    return groups


def _index_patches(repository: Repository, main: Main, fixes: Iterable[Commit]) -> dict[str, list[bytes]]:
    """Return the commits of main by their patch id, the newest first."""
    index: dict[str, list[bytes]] = {}
    newest = sorted(fixes, key=lambda commit: (-main.seconds[bytes.fromhex(commit)], commit))
    for part in batch(newest, _BATCH):
        for commit, patch in _read_patch_ids(repository, part):
            index.setdefault(patch, []).append(bytes.fromhex(commit))
    return index


def _read_patch_ids(repository: Repository, commits: Iterable[Commit]) -> list[tuple[Commit, str]]:
    """Return the patch ids of commits, a merge's for its change against its first parent."""
    parents = ((each, repository.commit_object(each).parents) for each in commits)
    return read_patch_ids(
        repository, [(each, below[0] if len(below) > 1 else None) for each, below in parents]
    )


def find_alike(
    repository: Repository, fixes: Sequence[Commit], candidates: Sequence[Commit]
) -> dict[Commit, Commit]:
    """Return for each fix the first of the candidates that makes the same change, if one does.

    A merge stands for its change against its first parent.

    Raises:
        MissingObjectError: a file's content is absent.
    """
    wanted = _list_files(repository, fixes)
    touched = _list_files(repository, candidates) if wanted else {}
    kinds = frozenset(wanted.values()) & frozenset(touched.values())
    sought = [fix for fix in fixes if wanted.get(fix) in kinds]
    alike = [commit for commit in candidates if touched.get(commit) in kinds]
    known: dict[str, Commit] = {}
    for part in batch(alike if sought else (), _BATCH):
        for commit, patch in _read_patch_ids(repository, part):
            known.setdefault(patch, commit)
    found = {}
    for part in batch(sought, _BATCH):
        for fix, patch in _read_patch_ids(repository, part):
            if patch in known:
                found[fix] = known[patch]
    return found
