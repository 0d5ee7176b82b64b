"""Is a fix on a line already, under its own id or another?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.errors import InputError
from relauto.git.errors import MissingObjectError
from relauto.git.merge import merge
from relauto.git.message import find_claimed, find_reverted
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.alike import list_alike, look_beyond
from relauto.picking.reverts import Reverts


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
    base = find_mainline(repository, fix, mainline)
    beyond = look_beyond(repository, fix, base, line)
    picks, reverts = _read_claims(repository, fix, beyond.telling, later)
    if beyond.holds and reverts.stands(fix):
        return Presence("ancestor", fix)
    for pick in picks:
        if reverts.stands(pick):
            return Presence("trailer", pick)
    for same in list_alike(repository, fix, base, line, beyond):
        reverts.read_same(same, fix)
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
    repository: Repository, fix: Commit, telling: Iterable[Commit], meant: Collection[Commit]
) -> tuple[list[Commit], Reverts]:
    """Return the commits of the line that claim to be picks of `fix`, newest first, and its reverts.

    A pick of the fix cannot lie in the fix's own history, which bounds the search. One of a revert reverts
    the same; what reverts something else only quotes. Reverts that are `meant`, or were picked from those,
    are left out.
    """
    taken_back = find_reverted(repository.commit_object(fix).message)
    picks: list[Commit] = []
    reverts = Reverts(repository)
    for commit in telling:
        message = repository.commit_object(commit).message
        if fix in find_claimed(message) and find_reverted(message) == taken_back:
            picks.append(commit)
        if not {commit, *find_claimed(message)} & {*meant}:
            reverts.read(commit, message)
    return picks, reverts
