"""Branches of picks brought to a remote, all in one push or none; what people put there stays.

Whatever a push answers, the remote is looked at behind it: what is there counts, and nothing is sent again
before that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from relauto.git.errors import MissingObjectError
from relauto.git.pushes import parse_outcomes
from relauto.git.refs import RefUpdate
from relauto.git.remotes import Remote
from relauto.git.repository import Repository
from relauto.git.runner import Answer
from relauto.model.names import Commit
from relauto.picking.fanout import Propose
from relauto.picking.pick_branches import Placed, list_checked_out, make_again

State = Literal["pushed", "renewed", "there", "adopted", "refused", "none"]
_TRIES = 3
_ALONE = "does not support --atomic"


@dataclass(frozen=True)
class Pushed:
    """What became of a branch at a remote.

    `pushed`; `renewed`: it held the same picks on an older tip of the line; `there`: it held them;
    `adopted`: it held the same picks as somebody else made them, and so does the branch here now;
    `refused`, with `reason`: it holds something else, which stays, or the remote did not take it; `none`:
    there is no branch to push.
    """

    placed: Placed
    state: State
    reason: str = ""


@dataclass(frozen=True)
class Push:
    """What became of all branches at a remote; `atomic` is whether it moves all or none."""

    remote: str
    pushed: tuple[Pushed, ...]
    atomic: bool


def push_branches(
    repository: Repository,
    placed: Sequence[Placed],
    remote: Remote,
    *,
    propose: Propose | None = None,
    write: bool = True,
) -> Push:
    """Bring the branches that hold picks here to a remote.

    A remote that cannot move all or none gets them each by itself.

    Args:
        repository: where the branches are.
        placed: what became of each branch here.
        remote: where they go.
        propose: what the picks were made with, for those that were resolved.
        write: False tells only what would be done.

    Raises:
        UnreachableError: the remote was not reached, or let nobody in.
        GitError: git failed otherwise.
        RefMovedError: a branch here moved while it was to take what the remote has.
    """
    atomic, made = True, dict[str, State]()
    for left in reversed(range(_TRIES)):
        before = _look(repository, placed, remote)
        plan = [_remember(_plan(repository, each, before, propose), made) for each in placed]
        due = [each for each in plan if each.state in ("pushed", "renewed")]
        if not write or not due:
            break
        updates = [_update(each, before) for each in due]
        answer = remote.push(updates, atomic=atomic)
        if _ALONE in answer.error:
            atomic = False
            answer = remote.push(updates, atomic=False)
        after = remote.read_heads([each.ref for each in updates])
        failed = [each for each in updates if after.get(each.ref) != each.new]
        made |= {each.placed.branch.ref: each.state for each in due if _is_at(each, after)}
        if not any(after.get(each.ref) != each.old for each in failed) or not left:
            reasons = _explain(answer, failed)
            plan = [_refuse(each, reasons) for each in plan]
            break
    if write:
        _adopt(repository, placed, plan)
    return Push(remote.name, tuple(plan), atomic)


def _look(repository: Repository, placed: Sequence[Placed], remote: Remote) -> dict[str, Commit]:
    """Return what the remote has of the branches, with the objects of what is not here yet."""
    heads = remote.read_heads([each.branch.ref for each in placed])
    absent = [ref for ref, commit in heads.items() if not _has(repository, commit)]
    if absent:
        remote.fetch(absent)
    return heads


def _has(repository: Repository, commit: Commit) -> bool:
    try:
        repository.commit_object(commit)
    except MissingObjectError:
        return False
    return True


def _plan(
    repository: Repository,
    placed: Placed,
    heads: Mapping[str, Commit],
    propose: Propose | None,
) -> Pushed:
    if placed.state in ("none", "refused"):
        return Pushed(placed, "none")
    series, at = placed.series, heads.get(placed.branch.ref)
    if at is None:
        return Pushed(placed, "pushed")
    if at == series.head:
        return Pushed(placed, "there")
    known = make_again(repository, series, at, propose)
    if known is None:
        reason = f"{placed.branch} is at {at.short} there, which is not what a pick makes alone"
        return Pushed(placed, "refused", reason)
    if known.line.tip != series.line.tip:
        return Pushed(placed, "renewed")
    if placed.branch.ref in list_checked_out(repository):
        reason = (
            f"somebody else has pushed the same picks as {at.short}, and {placed.branch} is checked out here"
        )
        return Pushed(placed, "refused", reason)
    return Pushed(replace(placed, series=known), "adopted")


def _refuse(pushed: Pushed, reasons: Mapping[str, str]) -> Pushed:
    reason = reasons.get(pushed.placed.branch.ref)
    return Pushed(pushed.placed, "refused", reason) if reason else pushed


def _remember(pushed: Pushed, made: Mapping[str, State]) -> Pushed:
    """Return what this run did, where a later look finds it there."""
    known = made.get(pushed.placed.branch.ref)
    return replace(pushed, state=known) if known and pushed.state == "there" else pushed


def _is_at(pushed: Pushed, heads: Mapping[str, Commit]) -> bool:
    return heads.get(pushed.placed.branch.ref) == pushed.placed.series.head


def _update(pushed: Pushed, heads: Mapping[str, Commit]) -> RefUpdate:
    ref = pushed.placed.branch.ref
    return RefUpdate(ref, heads.get(ref), pushed.placed.series.head)


def _explain(answer: Answer, failed: Sequence[RefUpdate]) -> dict[str, str]:
    """Return why each branch is not there, in the words of git."""
    outcomes = parse_outcomes(answer.text)
    said = answer.error or "nothing was said"
    return {
        each.ref: f"it was not taken: {outcomes[each.ref][1] if each.ref in outcomes else said}"
        for each in failed
    }


def _adopt(repository: Repository, placed: Sequence[Placed], plan: Sequence[Pushed]) -> None:
    """Let the branches here hold what somebody else has pushed of the same picks."""
    repository.update_refs(
        [
            RefUpdate(own.branch.ref, own.series.head, each.placed.series.head)
            for own, each in zip(placed, plan, strict=True)
            if each.state == "adopted"
        ]
    )
