"""One run of `pick`: onto each line, tried, put on branches and brought to a remote, as far as was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relauto.git.commit import Signature
    from relauto.git.remotes import Remote
    from relauto.git.repository import Repository
    from relauto.git.signer import Signer
    from relauto.model.names import Commit
    from relauto.picking.explanation import Explain
    from relauto.picking.fanout import Line, Propose, Series
    from relauto.picking.pick_branches import Placed
    from relauto.picking.pick_push import Push
    from relauto.picking.trial import Trial
    from relauto.tasks.pick_source import Source


@dataclass(frozen=True)
class Wanted:
    """What a run is asked for.

    Attributes:
        fixes: the fixes, as they were named.
        onto: the lines, as they were named.
        resolvers: the rules that may resolve conflicts.
        along: what a fix needs first is picked, too.
        trial: what the picks on each line are tried by before a branch is made; None: nothing.
        write: they are put on branches.
        push: the remote that the branches are brought to, "" for none.
        dry: it is only told which branches would be made.
    """

    fixes: Sequence[str]
    onto: Sequence[str]
    resolvers: Sequence[str]
    along: bool
    trial: Trial | None
    write: bool
    push: str
    dry: bool


@dataclass(frozen=True)
class Made:
    """What came of it: on each line, on branches, and at the remote; None where nothing is pushed."""

    series: Sequence[Series]
    placed: Sequence[Placed]
    sent: Push | None


def run_pick(source: Source, wanted: Wanted) -> Made:
    """Pick onto each line, and make and push branches where that is wanted.

    Raises:
        InputError: a fix, a line, a rule or the remote is none, or nobody is named who commits.
    """
    from relauto.picking.fanout import explain_series
    from relauto.picking.fixes import find_fixes
    from relauto.tasks.explained import remember_explanations
    from relauto.tasks.pick_push import find_push_remote
    from relauto.tasks.pick_trial import try_series
    from relauto.tasks.resolved import find_resolvers

    repository, dry = source.repository, wanted.dry
    fixes = find_fixes(repository, wanted.fixes)
    lines = _find_lines(repository, wanted.onto)
    remote = find_push_remote(repository, wanted.push, write=wanted.write)
    propose = find_resolvers(repository, wanted.resolvers)
    committer, signer = _find_committer(repository, named=wanted.write and not dry)
    explain = remember_explanations(repository)
    pick = partial(_pick_along, source, explain) if wanted.along else partial(_pick_plain, source)
    made = pick(fixes, lines, committer, propose)
    if wanted.trial and not dry:
        made = [try_series(source, each, wanted.trial) for each in made]
    placed, sent = _place(source, made, remote, propose, signer, dry=dry) if wanted.write else ([], None)
    put_there = [each.series for each in placed] or made
    if not wanted.along:
        source.fetch_causes(put_there)
    return Made([explain_series(each, explain) for each in put_there], placed, sent)


def _pick_plain(
    source: Source,
    fixes: Sequence[Commit],
    lines: Sequence[Line],
    committer: Signature,
    propose: Propose | None = None,
) -> list[Series]:
    from relauto.picking.fanout import pick_series

    pick = partial(pick_series, source.repository, fixes, committer=committer, propose=propose)
    return [pick(line) for line in lines]


def _pick_along(
    source: Source,
    explain: Explain,
    fixes: Sequence[Commit],
    lines: Sequence[Line],
    committer: Signature,
    propose: Propose | None,
) -> list[Series]:
    """Pick onto each line, with what the fixes need first, where that can be told."""
    from relauto.picking.outlook import pick_along

    plain = _pick_plain(source, fixes, lines, committer)
    source.fetch_causes(plain)
    along = partial(
        pick_along, source.repository, fixes, committer=committer, explain=explain, propose=propose
    )
    return [one if one.is_whole else along(one.line) for one in plain]


def _place(
    source: Source,
    made: Sequence[Series],
    remote: Remote | None,
    propose: Propose | None,
    signer: Signer | None,
    *,
    dry: bool,
) -> tuple[list[Placed], Push | None]:
    """Make branches, where the lines are if that is elsewhere; bring them to the remote that was named."""
    from relauto.picking.pick_branches import place_branches
    from relauto.picking.pick_push import push_branches

    source.fetch_branches(made)
    placed = place_branches(source.repository, made, signer=signer, propose=propose, write=not dry)
    if not dry:
        source.publish(placed)
    if remote is None:
        return placed, None
    sent = push_branches(source.repository, placed, remote, propose=propose, write=not dry)
    return [each.placed for each in sent.pushed], sent


def _find_lines(repository: Repository, patterns: Sequence[str]) -> list[Line]:
    from relauto.errors import InputError
    from relauto.picking.fanout import Line

    found = dict(branch for pattern in patterns for branch in repository.find_branches(pattern))
    if not found:
        raise InputError("there is nothing to pick onto: no line was named", todo="name it with --onto")
    return [Line(branch, tip) for branch, tip in found.items()]


def _find_committer(repository: Repository, *, named: bool) -> tuple[Signature, Signer | None]:
    """Return who picks, and who signs where git's settings ask for it; a stand-in if nothing is kept."""
    from relauto.clock import SystemClock
    from relauto.errors import InputError
    from relauto.git.commit import Signature
    from relauto.git.identity import find_identity
    from relauto.git.signer import find_signing

    identity = find_identity(repository.git)
    if named and not identity:
        raise InputError(
            "git does not know who commits the picks",
            todo="set user.name and user.email: git config --global user.name NAME",
        )
    signing = find_signing(repository.git)
    if named and signing.commits and not signing.signer:
        raise InputError("commits are to be signed, and git names no key", todo="set git's user.signingKey")
    name, email = identity or ("relauto", "relauto@localhost")
    return Signature(name, email, SystemClock().now()), signing.signer if signing.commits else None
