"""Cherry-picks in the object database: no checkout, no index, no ref.

The result is what `git cherry-pick -x` gives, its author and message included. Merge attributes
(`merge=union` and the like) come from the .gitattributes at the top of the line's tree alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

from relauto.errors import InputError
from relauto.git.commit import CommitObject, Signature
from relauto.git.errors import MissingObjectError
from relauto.git.merge import Conflict, merge
from relauto.git.message import append_origin
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.model.names import Commit
from relauto.model.resolution import Proposal
from relauto.picking.patch import Verdict, compare_changes, worst
from relauto.picking.presence import Presence, find_known_presence, find_mainline

Status = Literal["clean", "resolved", "already", "conflict", "error"]


@dataclass(frozen=True)
class Pick:
    """How picking a series onto a commit ended.

    Attributes:
        status: `clean`: every fix applied or was there; `already`: all were there, nothing to do;
            `conflict`: `stopped_at` does not apply; `resolved`: nor does it, and `proposal` is what
            resolvers made of it, for a person to confirm; `error`: an object is absent or git failed.
        commits: the new commits, oldest first; the last is the new tip. Of a series that stopped, those
            before the stop. A fix that was there has none.
        tree: the tree of the new tip (of the line itself for `already`); None when the pick stopped.
        conflicts: the paths that `stopped_at` could not settle.
        stopped_at: the fix that stopped the series.
        marked_tree: the tree that git left at the stop, with conflict markers in its files.
        verdict: how like the fixes the new commits are, the least alike counting; None when there are
            none, nobody asked, or a file that the comparison needs is absent from a partial clone.
        uncompared: paths whose change may be another than the fixes' and was not read: binary files and very
            large ones with other ids; `.` for all of a change that is too long to be read.
        presence: how it is known that the last fix that was there is on the line.
        proposal: how the conflicts were resolved; None where they were not.
        error: what failed, and which object is absent.
        seconds: how long it took.
    """

    status: Status
    commits: tuple[Commit, ...] = ()
    tree: str | None = None
    conflicts: tuple[Conflict, ...] = ()
    stopped_at: Commit | None = None
    marked_tree: str | None = None
    verdict: Verdict | None = None
    uncompared: tuple[str, ...] = ()
    presence: Presence | None = None
    proposal: Proposal | None = None
    error: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class _State:
    """A series half way: the tip so far and what made it."""

    tip: Commit
    tree: str
    made: tuple[tuple[Commit, Commit, Commit], ...] = ()
    presence: Presence | None = None

    @property
    def commits(self) -> tuple[Commit, ...]:
        return tuple(new for _, _, new in self.made)


def pick(
    repository: Repository,
    fixes: Sequence[Commit],
    onto: Commit,
    *,
    committer: Signature,
    mainline: int = 1,
    judge: bool = True,
) -> Pick:
    """Pick `fixes`, in the order given, onto `onto`.

    Author and author date are kept, and the message gains `(cherry picked from commit …)`. The same
    arguments give the same commits. Whether a fix is on the line in another shape is looked for only
    where picking it changes nothing or conflicts; ask `relauto.picking.presence.find_presence` first when
    a second pick would do harm.

    Args:
        repository: where the objects are; only loose objects are written, and no ref.
        fixes: commits to pick.
        onto: the commit to pick onto.
        committer: who picks, and when.
        mainline: of a merge commit, the number of the parent to compare with, from 1.
        judge: whether to compare the result with the fixes, which can cost more than the pick.

    Raises:
        InputError: there is no fix, a merge commit has no such parent, or `committer` is unfit.
    """
    started = perf_counter()
    if not fixes:
        raise InputError("there is nothing to pick: no fix was named")
    try:
        state = _State(onto, repository.commit_object(onto).tree)
        ended = _pick_series(repository, fixes, state, committer, mainline)
        if isinstance(ended, _State):
            made = _conclude(ended)
            ended = _judge(repository, ended, made, mainline) if judge else made
    except (MissingObjectError, GitError) as error:
        ended = Pick("error", error=error.what)
    return replace(ended, seconds=perf_counter() - started)


def _pick_series(
    repository: Repository, fixes: Sequence[Commit], state: _State, committer: Signature, mainline: int
) -> "_State | Pick":
    for fix in fixes:
        step = _pick_one(repository, fix, state, committer, mainline)
        if isinstance(step, Pick):
            return step
        state = step
    return state


def _conclude(state: _State) -> Pick:
    return Pick(
        "clean" if state.made else "already",
        commits=state.commits,
        tree=state.tree,
        presence=state.presence,
    )


def _pick_one(
    repository: Repository, fix: Commit, state: _State, committer: Signature, mainline: int
) -> "_State | Pick":
    settled = merge(repository, find_mainline(repository, fix, mainline), state.tree, fix)
    if settled.conflicts or settled.tree == state.tree:
        known = find_known_presence(repository, fix, state.tip, mainline=mainline)
        if known or not settled.conflicts:
            return replace(state, presence=known or Presence("tree", None))
        return Pick(
            "conflict",
            commits=state.commits,
            conflicts=settled.conflicts,
            stopped_at=fix,
            marked_tree=settled.tree,
        )
    new = write_pick(repository, fix, state.tip, settled.tree, committer)
    return replace(state, tip=new, tree=settled.tree, made=(*state.made, (fix, state.tip, new)))


def write_pick(repository: Repository, fix: Commit, tip: Commit, tree: str, committer: Signature) -> Commit:
    """Store the commit that puts `tree` on `tip` as a pick of `fix`, and return its id."""
    original = repository.commit_object(fix)
    message = append_origin(original.message, fix)
    return repository.write_object(CommitObject(tree, (tip,), original.author, committer.line, message))


def _judge(repository: Repository, state: _State, picked: Pick, mainline: int) -> Pick:
    if not state.made:
        return picked
    try:
        found = [
            compare_changes(repository, (find_mainline(repository, fix, mainline), fix), (below, new))
            for fix, below, new in state.made
        ]
    except MissingObjectError:
        return picked
    return replace(
        picked,
        verdict=worst([each.verdict for each in found]),
        uncompared=tuple(sorted({path for each in found for path in each.uncompared})),
    )
