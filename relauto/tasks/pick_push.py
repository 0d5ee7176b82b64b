"""`pick --push`: the branches of picks brought to a remote of the clone, and what is said of that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relauto.git.remotes import Remote
    from relauto.git.repository import Repository
    from relauto.picking.pick_push import Push

_STATES = {
    "pushed": "{} was pushed",
    "renewed": "{} was renewed, since the line has moved",
    "there": "{} is there already",
    "adopted": "{} is there already as somebody else has pushed it; the branch here is now the same",
    "refused": "{} was left as it is there",
}
_FUTURE = {
    **_STATES,
    "pushed": "{} would be pushed",
    "renewed": "{} would be renewed, since the line has moved",
    "adopted": "{} is there already as somebody else has pushed it; the branch here would become the same",
}


def open_remote(repository: Repository, name: str) -> Remote:
    """Return a remote of a clone, with the token of the environment that is for its host.

    Raises:
        InputError: there is no such remote, or its address is not usable.
        FaultsError: the settings of this folder have faults.
    """
    from dataclasses import replace

    from relauto.authority import find_authority
    from relauto.git.remotes import Remote, find_remote, locate_remote
    from relauto.settings.file import find_github
    from relauto.settings.options import GitHub
    from relauto.settings.tokens import find_host_token

    chosen, url = find_remote(repository, name)
    address = locate_remote(repository, url, find_host_token(url, find_github(Path.cwd())))
    return Remote.of(repository, chosen, replace(address, authority=find_authority(GitHub())))


def find_push_remote(repository: Repository, name: str, *, write: bool) -> Remote | None:
    """Return the remote that picks are to be pushed to, None where none is named.

    Raises:
        InputError: there is no such remote, or no branches are made that could be pushed.
    """
    from relauto.errors import InputError

    if name and not write:
        raise InputError("--push goes with --write, which makes the branches", todo="give both")
    return open_remote(repository, name) if name else None


def describe_push(push: Push) -> dict[str, Any]:
    """Return what the document says of a push."""
    return {
        "push": {
            "remote": push.remote,
            "atomic": push.atomic,
            "branches": [
                {"branch": each.placed.branch, "state": each.state, "reason": each.reason}
                for each in push.pushed
            ],
        }
    }


def tell_push(push: Push, *, dry: bool) -> Iterator[str]:
    """Yield the lines that tell people the same."""
    if not push.atomic:
        yield f"{push.remote} cannot move several branches in one step, so each was pushed by itself"
    for each in push.pushed:
        if each.state != "none":
            told = (_FUTURE if dry else _STATES)[each.state].format(each.placed.branch)
            yield f"{push.remote}: {told}" + (f": {each.reason}" if each.reason else "")
