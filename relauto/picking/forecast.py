"""Whether a change that is not merged yet would apply to a branch: the pick, told before there is one.

The whole change is taken as one commit, which is what a squash makes of it; nothing is written but loose
objects.
"""

from dataclasses import dataclass
from typing import Literal

from relauto.git.errors import MissingObjectError
from relauto.git.merge import merge
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.model.names import Commit
from relauto.picking.presence import find_mainline


@dataclass(frozen=True)
class Forecast:
    """What picking would do.

    Attributes:
        state: `clean`: it applies; `already`: it changes nothing there; `conflict`: `paths` cannot be
            settled; `unknown`: an object is absent, or git failed.
        paths: the paths in conflict, in git's order.
    """

    state: Literal["clean", "already", "conflict", "unknown"]
    paths: tuple[str, ...] = ()


def forecast(repository: Repository, head: Commit, onto: Commit, *, since: Commit | None = None) -> Forecast:
    """Tell what picking the change of `head` onto `onto` would do.

    Args:
        repository: where the objects are.
        head: the tip of the change.
        onto: the tip that would get the pick.
        since: the branch that `head` left, for a change that is not merged: all of it counts; None: what
            the commit `head` itself changed, against its first parent.
    """
    try:
        ours = repository.commit_object(onto).tree
        base = repository.merge_base(since, head) if since else find_mainline(repository, head, 1)
        settled = merge(repository, base, ours, head)
    except (MissingObjectError, GitError):
        return Forecast("unknown")
    if settled.conflicts:
        return Forecast("conflict", tuple(conflict.path for conflict in settled.conflicts))
    return Forecast("already" if settled.tree == ours else "clean")
