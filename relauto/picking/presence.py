"""Is a fix on a line already, under its own id or another?"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.errors import InputError
from relauto.git.commit import EMPTY_TREE
from relauto.git.errors import MissingObjectError
from relauto.git.merge import merge
from relauto.git.message import find_claimed, find_reverted
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.reverts import Reverts

# How many commits are compared by patch id at most, newest first. Only commits that touch exactly
# the files of the fix are compared at all, so the bound is met by files that every commit touches.
PATCH_ID_BOUND = 500


@dataclass(frozen=True)
class Presence:
    """How it is known that a fix is on a line, and as which commit.

    `ancestor`: the fix itself is in the line's history; `trailer`: a commit there says it was picked
    from the fix; `patch-id`: a commit there makes the same change; `tree`: picking it would change
    nothing (`commit` is None: nobody knows which commit brought it).
    """

    by: Literal["ancestor", "trailer", "patch-id", "tree"]
    commit: Commit | None


def find_presence(
    repository: Repository, fix: Commit, line: Commit, *, mainline: int = 1, series: Sequence[Commit] = ()
) -> Presence | None:
    """Return how `fix` is on `line`, or None when nothing shows that it is.

    What was reverted on the line does not count, unless the revert was reverted in turn. A revert that a
    later fix of the series is, or became there, is meant: what it took back counts. The search
    by patch id covers at most `PATCH_ID_BOUND` commits, and none where a partial clone lacks their
    files, so None is no proof of absence.

    Args:
        repository: where both are.
        fix: a commit; a merge stands for its change against one parent.
        line: the tip to look at.
        mainline: that parent's number, from 1.
        series: the fixes that go to the line together, in order, this one among them.

    Raises:
        MissingObjectError: an object that is needed is absent.
    """
    known = find_known_presence(repository, fix, line, mainline=mainline, series=series)
    if known:
        return known
    ours = repository.commit_object(line).tree
    settled = merge(repository, find_mainline(repository, fix, mainline), ours, fix)
    return Presence("tree", None) if settled.tree == ours and not settled.conflicts else None


def find_known_presence(
    repository: Repository, fix: Commit, line: Commit, *, mainline: int = 1, series: Sequence[Commit] = ()
) -> Presence | None:
    """Return the commit that brought `fix` to `line`, if one can be named: all but the look at the tree."""
    later = series[series.index(fix) + 1 :] if fix in series else ()
    picks, reverts = _read_claims(repository, fix, line, later)
    if repository.is_ancestor(fix, line) and reverts.stands(fix):
        return Presence("ancestor", fix)
    for pick in picks:
        if reverts.stands(pick):
            return Presence("trailer", pick)
    for same in _find_same_patches(repository, fix, line, mainline):
        if reverts.stands(same) and not is_of_earlier(repository, same, fix):
            return Presence("patch-id", same)
    return None


def is_of_earlier(repository: Repository, pick: Commit, fix: Commit) -> bool:
    """Tell whether a commit says that it was picked from what came before the fix.

    What makes the same change once more was taken back in between, which the line may have been too.
    """
    return any(
        origin != fix and _holds(repository, origin) and repository.is_ancestor(origin, fix)
        for origin in find_claimed(repository.commit_object(pick).message)
    )


def _holds(repository: Repository, commit: Commit) -> bool:
    try:
        repository.commit_object(commit)
    except MissingObjectError:
        return False
    return True


def find_mainline(repository: Repository, fix: Commit, mainline: int) -> Commit | None:
    """Return the parent that the change of `fix` is taken against; None for a root commit.

    `mainline` counts for merge commits only, as in `git cherry-pick -m`.

    Raises:
        InputError: a merge commit has no such parent.
        MissingObjectError: the repository does not hold `fix`.
    """
    parents = repository.commit_object(fix).parents
    if len(parents) < 2:
        return parents[0] if parents else None
    if not 1 <= mainline <= len(parents):
        raise InputError(f"{fix.short} has {len(parents)} parents, so there is no parent {mainline}")
    return parents[mainline - 1]


def _read_claims(
    repository: Repository, fix: Commit, line: Commit, meant: Collection[Commit]
) -> tuple[list[Commit], Reverts]:
    """Return the commits of the line that claim to be picks of `fix`, newest first, and its reverts.

    A pick of the fix cannot lie in the fix's own history, which bounds the search. One of a revert reverts
    the same; what reverts something else only quotes. Reverts that are `meant`, or were picked from those,
    are left out.
    """
    taken_back = find_reverted(repository.commit_object(fix).message)
    found = repository.list_commits(
        "--fixed-strings",
        f"--grep=(cherry picked from commit {fix})",
        "--grep=This reverts commit ",
        f"{fix}..{line}",
    )
    picks: list[Commit] = []
    reverts = Reverts(repository)
    for commit in reversed(found):
        message = repository.commit_object(commit).message
        if fix in find_claimed(message) and find_reverted(message) == taken_back:
            picks.append(commit)
        if not {commit, *find_claimed(message)} & {*meant}:
            reverts.read(commit, message)
    return picks, reverts


def _find_same_patches(repository: Repository, fix: Commit, line: Commit, mainline: int) -> list[Commit]:
    base = find_mainline(repository, fix, mainline) or EMPTY_TREE
    paths = repository.changed_paths(base, fix)
    if not paths:
        return []
    candidates = list_same_files(repository, f"{fix}..{line}", paths)
    if not candidates:
        return []
    rows = f"{fix} {base}\n" if base != EMPTY_TREE else f"{fix}\n"
    rows += "".join(f"{commit}\n" for commit in candidates)
    options = ("--root", "-r", "-p", "--no-renames", "--no-ext-diff", "--no-textconv", "--full-index")
    patches = repository.git.ask("diff-tree", "--stdin", *options, input=rows.encode())
    if patches.status:
        error = repository.explain(patches)
        if isinstance(error, MissingObjectError):
            return []
        raise error
    ids = repository.git.read("patch-id", "--stable", input=patches.output).splitlines()
    by_commit = {commit: patch for patch, _, commit in (row.partition(" ") for row in ids)}
    return [commit for commit in candidates if fix in by_commit and by_commit.get(commit) == by_commit[fix]]


def list_same_files(repository: Repository, span: str, paths: Collection[str]) -> list[Commit]:
    """Return the commits of `span` that touch `paths` and nothing else, newest first."""
    options = ("--no-merges", "--name-only", "--no-renames", "--full-diff", "-z", "--format=%x00%H")
    rows = [span, "--", *sorted(paths)]
    answer = repository.git.run(
        "--literal-pathspecs",
        "log",
        *options,
        f"--max-count={PATCH_ID_BOUND}",
        "--stdin",
        input="".join(f"{row}\n" for row in rows).encode("utf-8", "surrogateescape"),
    )
    return parse_names(answer, frozenset(paths))


def parse_names(output: bytes, wanted: frozenset[str]) -> list[Commit]:
    """Return the commits of a `log --name-only -z --format=%x00%H` whose files are exactly `wanted`."""
    return [commit for commit, files in split_names(output.split(b"\0")) if files == wanted]


def split_names(fields: Iterable[bytes]) -> Iterator[tuple[Commit, frozenset[str]]]:
    """Yield each commit of such a log, and its files, from the parts of it that a NUL ends."""
    commit, files, heading = "", set[str](), False
    for part in fields:
        text = part.decode("utf-8", "surrogateescape").removeprefix("\n")
        if heading:
            commit, files = text, set()
        elif text:
            files.add(text)
        elif commit:
            yield Commit(commit), frozenset(files)
            commit = ""
        heading = not text
    if commit:
        yield Commit(commit), frozenset(files)
