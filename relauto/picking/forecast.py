"""Whether a change that is not merged yet would apply to a branch: the pick, told before there is one.

The whole change is taken as one commit, which is what a squash makes of it; nothing is written but loose
objects.
"""

from dataclasses import dataclass, replace
from typing import Literal

from relauto.git.errors import MissingObjectError
from relauto.git.merge import Merge, merge
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.model.names import Commit
from relauto.model.resolution import Proposal
from relauto.picking.fanout import Propose
from relauto.picking.presence import find_mainline


@dataclass(frozen=True)
class Forecast:
    """What picking would do.

    Attributes:
        state: `clean`: it applies; `already`: it changes nothing there; `conflict`: `paths` cannot be
            settled; `proposed`: nor can they, and resolvers would propose what becomes of them, for a person
            to judge; `unknown`: an object is absent, or git failed.
        paths: the paths in conflict, in git's order.
        resolvers: the names of those that would have a part in the proposal, sorted.
    """

    state: Literal["clean", "already", "conflict", "proposed", "unknown"]
    paths: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()


def forecast(
    repository: Repository,
    head: Commit,
    onto: Commit,
    *,
    since: Commit | None = None,
    propose: Propose | None = None,
) -> Forecast:
    """Tell what picking the change of `head` onto `onto` would do.

    Args:
        repository: where the objects are.
        head: the tip of the change.
        onto: the tip that would get the pick.
        since: the branch that `head` left, for a change that is not merged: all of it counts; None: what
            the commit `head` itself changed, against its first parent.
        propose: the resolvers that the pick will ask where it conflicts; None: none.
    """
    try:
        ours = repository.commit_object(onto).tree
        base = repository.merge_base(since, head) if since else find_mainline(repository, head, 1)
        settled = merge(repository, base, ours, head)
    except (MissingObjectError, GitError):
        return Forecast("unknown")
    if settled.conflicts:
        paths = tuple(conflict.path for conflict in settled.conflicts)
        found = _settle(repository, base, head, onto, settled, propose) if base and propose else None
        return Forecast("proposed", paths, found.resolvers) if found else Forecast("conflict", paths)
    return Forecast("already" if settled.tree == ours else "clean")


def _settle(
    repository: Repository, base: Commit, head: Commit, onto: Commit, settled: Merge, propose: Propose
) -> Proposal | None:
    """Return what resolvers would make of a conflict; None, too, where an object that they need is absent."""
    try:
        whole = repository.write_object(replace(repository.commit_object(head), parents=(base,)))
        return propose(whole, onto, settled)
    except (MissingObjectError, GitError):
        return None
