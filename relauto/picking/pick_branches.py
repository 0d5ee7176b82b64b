"""Branches for picks, made all at once or not at all; what people put there stays."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from relauto.git.commit import parse_signature
from relauto.git.errors import RefMovedError
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.signer import Signer
from relauto.model.names import Branch, Commit
from relauto.picking.fanout import Line, Picked, Propose, Series, pick_series

State = Literal["created", "renewed", "there", "refused", "none"]
_TRIES = 3
_NAMED = 12
"""Fixes that a branch is named by, all of them: a part of a ref may not be longer than a file's name."""


@dataclass(frozen=True)
class Placed:
    """What became of the branch for a series.

    `created`; `renewed`: it held the same picks on an older tip of the line; `there`: it holds them, and
    `series` has them as they are there; `refused`, with `reason`: it holds something else, which stays;
    `none`: nothing is to be put there, since a fix did not apply, all are on the line, or, with `reason`,
    what the picks give did not pass its trial.
    """

    series: Series
    branch: Branch
    state: State
    reason: str = ""


def name_branch(line: Branch, fixes: Sequence[Commit], *, proposal: bool = False) -> Branch:
    """Return the branch for picks of `fixes` onto `line`: always the same.

    Picks that resolvers had a part in, or that nobody named, have one of their own, so that nobody takes
    them for plain ones. Of very many fixes the first is named, how many more there are, and a digest of all.
    """
    kind = "review" if proposal else "pick"
    last = "-".join(fix.short for fix in fixes)
    if len(fixes) > _NAMED:
        digest = hashlib.sha256("\n".join(fixes).encode("ascii")).hexdigest()
        last = f"{fixes[0].short}-and-{len(fixes) - 1}-more-{digest[:10]}"
    return Branch(f"relauto/{kind}/{line}/{last}")


def place_branches(
    repository: Repository,
    all_series: Sequence[Series],
    *,
    signer: Signer | None = None,
    propose: Propose | None = None,
    write: bool = True,
) -> list[Placed]:
    """Put each series that is whole on its branch, in one transaction.

    Args:
        repository: where the picks were made.
        all_series: one for each line.
        signer: who signs the picks that are put there, if anybody.
        propose: what the series were picked with, for those that were resolved.
        write: False tells only what would be done.

    Raises:
        RefMovedError: others kept moving the branches meanwhile; none was moved.
        InputError: a pick could not be signed.
    """
    if signer and write:
        all_series = [_sign(repository, series, signer) for series in all_series]
    for left in reversed(range(_TRIES)):
        heads = repository.refs("refs/heads")
        placed = [_plan(repository, series, heads, propose) for series in all_series]
        if not write:
            break
        try:
            repository.update_refs(
                [
                    RefUpdate(each.branch.ref, heads.get(each.branch.ref), each.series.head)
                    for each in placed
                    if each.state in ("created", "renewed")
                ]
            )
            break
        except RefMovedError:
            # Another run may have been at the same: then its picks are there now.
            if not left:
                raise
    return placed


def _plan(repository: Repository, series: Series, heads: dict[str, str], propose: Propose | None) -> Placed:
    branch = name_branch(series.line.branch, series.fixes, proposal=series.is_proposal)
    if not series.is_whole or series.is_empty:
        return Placed(series, branch, "none")
    if series.tried and series.tried.fault:
        return Placed(series, branch, "none", series.tried.fault)
    at = heads.get(branch.ref)
    if at is None:
        return Placed(series, branch, "created")
    current = Commit(at)
    known = make_again(repository, series, current, propose)
    if known is None:
        return Placed(
            series, branch, "refused", f"{branch} is at {current.short}, which is not what a pick makes alone"
        )
    if known.line.tip == series.line.tip:
        return Placed(known, branch, "there")
    if branch.ref in list_checked_out(repository):
        return Placed(
            series, branch, "refused", f"{branch} is checked out, and {series.line.branch} has moved"
        )
    return Placed(series, branch, "renewed")


def make_again(
    repository: Repository, series: Series, current: Commit, propose: Propose | None
) -> Series | None:
    """Return the same picks as `current` ends them, by the hand that made it; None if they are others."""
    line = Line(series.line.branch, repository.merge_base(series.line.tip, current) or series.line.tip)
    committer = parse_signature(repository.commit_object(current).committer)
    made = pick_series(repository, series.fixes, line, committer=committer, propose=propose)
    again = replace(made, along=series.along, instead=series.instead, tried=series.tried)
    if again.head == current:
        return again
    # A signature is not the same each time, what it is about is.
    plain = repository.rewrite(line.tip, current, None)
    if plain.get(current) != again.head:
        return None
    return _rename(again, {unsigned: commit for commit, unsigned in plain.items()})


def _sign(repository: Repository, series: Series, signer: Signer) -> Series:
    return _rename(series, repository.rewrite(series.line.tip, series.head, signer))


def _rename(series: Series, became: dict[Commit, Commit]) -> Series:
    return replace(series, picked=tuple(_rename_pick(each, became) for each in series.picked))


def _rename_pick(picked: Picked, became: dict[Commit, Commit]) -> Picked:
    commits = tuple(became.get(commit, commit) for commit in picked.pick.commits)
    below = became.get(picked.below, picked.below)
    return replace(picked, below=below, pick=replace(picked.pick, commits=commits))


def list_checked_out(repository: Repository) -> set[str]:
    """Return the branches, as full refs, that a worktree is on."""
    listed = repository.git.read("worktree", "list", "--porcelain")
    return {row.removeprefix("branch ") for row in listed.splitlines() if row.startswith("branch ")}
