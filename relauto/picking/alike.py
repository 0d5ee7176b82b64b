"""The commits of a line that make the same change as a fix, whatever they say."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate

from relauto.git.beyond import Beyond, split_log
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.patch import find_large, list_paths, measure_folders, read_patches

# How many commits are compared by patch id at most, newest first. Only commits that touch exactly
# the files of the fix are compared at all, so the bound is met by files that every commit touches.
PATCH_ID_BOUND = 500
_FEW = 100
"""Commits that touch a path and are looked at one by one: a walk of the line costs as much as of more."""

_PATCH = ("--root", "-r", "-p", "--no-renames", "--no-ext-diff", "--no-textconv", "--full-index")


def look_beyond(repository: Repository, fix: Commit, base: Commit | None, line: Commit) -> Beyond:
    """Return what a line has beyond a fix, which is compared with `base` (None stands for the empty tree).

    Of the files of the fix one is looked for: what makes the same change touches all of them.

    Raises:
        GitError: git could not walk the history.
    """
    try:
        path = _choose_path(repository, fix, base)
    except MissingObjectError:
        path = ""
    return repository.look_beyond(fix, line, path)


def _choose_path(repository: Repository, fix: Commit, base: Commit | None) -> str:
    """Return the path whose folders are the smallest, since git reads them at each commit that changes them.

    Of several the longest, which is rather touched by little else; none of a fix that changes nothing.
    """
    paths = list_paths(repository, (base, fix))
    sizes = measure_folders(repository, (base, fix)) if len(paths) > 1 else {}

    def weigh(path: str) -> tuple[int, int]:
        folders = accumulate(path.split("/")[:-1], "{}/{}".format)
        return sum(sizes.get(each, 0) for each in folders), -len(path)

    return min(paths, key=weigh, default="")


def list_alike(
    repository: Repository, fix: Commit, base: Commit | None, line: Commit, beyond: Beyond
) -> list[Commit]:
    """Return the line's own commits that have the patch id of a fix, newest first.

    Of a fix that changes very large files these are compared by their ids: git would read them whole. None
    where a partial clone lacks their files.

    Args:
        repository: where they are.
        fix: whose change is sought.
        base: what it is compared with; None stands for the empty tree.
        line: the tip to look at.
        beyond: what it has beyond the fix (`look_beyond`).

    Raises:
        MissingObjectError: a tree of the fix is absent.
        GitError: git failed.
    """
    paths = list_paths(repository, (base, fix))
    if not paths or not _may_be_alike(repository, paths, beyond.touching):
        return []
    span = [line, *(f"^{fork}" for fork in beyond.forks)]
    # The walk leaves out what a merge did not take.
    candidates = list_same_files(repository, span, paths)
    if not candidates:
        return []
    try:
        if find_large(repository, (base, fix)):
            return _list_same_patches(repository, fix, base, candidates)
        ids = dict(read_patch_ids(repository, [(fix, base), *((commit, None) for commit in candidates)]))
    except MissingObjectError:
        return []
    return [commit for commit in candidates if fix in ids and ids.get(commit) == ids[fix]]


def _list_same_patches(
    repository: Repository, fix: Commit, base: Commit | None, candidates: Sequence[Commit]
) -> list[Commit]:
    """Return the commits whose change reads as that of the fix, and is from and to the same large files."""
    parents = (repository.commit_object(commit).parents for commit in candidates)
    pairs = [(below[0] if below else None, commit) for commit, below in zip(candidates, parents, strict=True)]
    wanted, *found = read_patches(repository, [(base, fix), *pairs])
    return [commit for commit, patch in zip(candidates, found, strict=True) if patch.lines == wanted.lines]


def read_patch_ids(
    repository: Repository, compared: Iterable[tuple[Commit, Commit | None]]
) -> list[tuple[Commit, str]]:
    """Return commits with their patch ids, as git-patch-id(1) makes them, in the order given.

    Those that change nothing are left out.

    Args:
        repository: where they are.
        compared: each commit with the one that it is compared with; None stands for the one that git knows
            it to be on, or nothing. A merge needs one: it may be on several.

    Raises:
        MissingObjectError: a file's content is absent.
        GitError: git failed.
    """
    rows = "".join(f"{commit} {base}\n" if base else f"{commit}\n" for commit, base in compared)
    patches = repository.git.ask("diff-tree", "--stdin", *_PATCH, input=rows.encode())
    if patches.status:
        raise repository.explain(patches)
    ids = repository.git.read("patch-id", "--stable", input=patches.output).splitlines()
    return [(Commit(commit), patch) for patch, _, commit in (row.partition(" ") for row in ids)]


def _may_be_alike(repository: Repository, paths: Sequence[str], touching: Sequence[Commit] | None) -> bool:
    """Tell whether one of those that touch a path of the fix may touch the same paths and nothing else."""
    if touching is None or len(touching) > _FEW:
        return True
    # With which a shallow clone ends touches all that it has, and what it was made from is not here.
    cuts = repository.cuts
    known = [commit for commit in touching if commit not in cuts]
    parents = (repository.commit_object(commit).parents for commit in known)
    sides = ((below[0] if below else None, commit) for commit, below in zip(known, parents, strict=True))
    return any(list_paths(repository, each) == paths for each in sides)


def list_same_files(repository: Repository, span: Sequence[str], paths: Collection[str]) -> list[Commit]:
    """Return the commits of `span` that touch `paths` and nothing else, newest first."""
    options = ("--no-merges", "--name-only", "--no-renames", "--full-diff", "-z", "--format=%x00%H")
    rows = [*span, "--", *sorted(paths)]
    answer = repository.git.run(
        "--literal-pathspecs",
        "log",
        *options,
        f"--max-count={PATCH_ID_BOUND}",
        "--stdin",
        input="".join(f"{row}\n" for row in rows).encode("utf-8", "surrogateescape"),
    )
    wanted = frozenset(paths)
    return [commit for commit, files in split_names(answer.split(b"\0")) if files == wanted]


def split_names(fields: Iterable[bytes]) -> Iterator[tuple[Commit, frozenset[str]]]:
    """Yield each commit of a `log --name-only -z --format=%x00%H`, and its files: `relauto.git.beyond`."""
    return ((Commit(commit), files) for commit, files in split_log(fields))
