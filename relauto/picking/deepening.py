"""A shallow or a partial clone is given what a pick needs and was left out, where that is wanted.

It asks the clone's own remote, with the settings and the credentials that git has there, and never makes
the clone shallower: a fetch by depth would cut what is deeper already.
"""

import re
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.remotes import find_remote, locate_remote, name_promisor
from relauto.git.repository import Repository
from relauto.git.runner import Git, GitError
from relauto.model.names import Branch, Commit
from relauto.picking.horizon import shows_parting
from relauto.picking.ranges import read_range, split_range
from relauto.settings.file import find_github
from relauto.settings.tokens import find_host_token

_ID = re.compile(r"[0-9a-f]{40}")
_OPTIONS = (
    "--quiet",
    "--no-tags",
    "--no-auto-maintenance",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
)


_FURTHER = (20, 200, 2000)
"""How many commits further back a clone is deepened, time after time, until a range is whole."""


def check_depth(repository: Repository, fixes: Sequence[Commit]) -> None:
    """Refuse a fix with which the history of a shallow clone ends: what it changed cannot be told.

    Raises:
        InputError: there is one.
    """
    ends = repository.cuts.intersection(fixes)
    if ends:
        fix = min(ends)
        raise InputError(
            f"{repository.common} is a shallow clone whose history ends with {fix.short}, so what that"
            " changed cannot be told",
            todo=f"add --fetch, or run: git fetch --deepen=1 {_name_remote(repository)} {fix}",
        )


def deepen(repository: Repository, fixes: Sequence[str], lines: Sequence[str]) -> None:
    """Fetch what a pick lacks: commits and branches that are absent, and the parents of fixes.

    Args:
        repository: a shallow clone; open it again afterwards.
        fixes: as people named them, ranges among them; full ids may be absent.
        lines: branches, or patterns of their names; branches may be absent.

    Raises:
        InputError: the clone has no remote, or several and none is called origin; or a range is none.
        GitError: the remote was not reached, or has nothing of such a name.
    """
    git = Git(repository.directory)
    remote, _ = find_remote(repository)
    branches = [Branch(line) for line in lines if not re.search(r"[*?\[]", line)]
    named = [end for fix in fixes for end in split_range(fix) or (fix,)]
    absent = [fix for fix in named if _ID.fullmatch(fix) and not _has(repository, f"{fix}^{{commit}}")]
    absent += [
        f"+{branch.ref}:refs/remotes/{remote}/{branch}"
        for branch in branches
        if not any(_has(repository, ref) for ref in (branch.ref, f"refs/remotes/{remote}/{branch}"))
    ]
    for each in absent:
        _bring(repository, git, remote, each)
    repository.look_anew()
    ends = repository.cuts & {end for fix in fixes for end in _reach(repository, git, remote, fix)}
    if ends:
        git.run("fetch", *_OPTIONS, "--deepen=1", remote, *sorted(ends))


def _reach(repository: Repository, git: Git, remote: str, fix: str) -> list[Commit]:
    """Return the commits that a word stands for; of a range all that lie between its ends are fetched.

    Raises:
        InputError: nothing is called so, or the history of a range is too long to be fetched.
    """
    ends = split_range(fix)
    if ends is None:
        return [repository.resolve(fix)]
    two = [repository.resolve(end) for end in ends]
    for count in _FURTHER:
        if shows_parting(repository, *two):
            break
        git.run("fetch", *_OPTIONS, f"--deepen={count}", remote, *two)
        repository.look_anew()
    return read_range(repository, *ends)


def _bring(repository: Repository, git: Git, remote: str, spec: str) -> None:
    """Fetch one commit as far back as the clone goes; what is older than all of it comes with its parent."""
    oldest = min(map(repository.moment, repository.cuts)).astimezone(UTC)
    answer = git.ask("fetch", *_OPTIONS, f"--shallow-since={oldest:%Y-%m-%dT%H:%M:%SZ}", remote, spec)
    if answer.status:
        answer = git.ask("fetch", *_OPTIONS, "--depth=2", remote, spec)
    if answer.status:
        raise GitError(answer, todo="check the name, the remote and the network")


def _has(repository: Repository, revision: str) -> bool:
    return not repository.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", revision).status


def find_promisor(repository: Repository) -> Address | None:
    """Return where a partial clone may fetch what was left out of it; None of a clone that has everything.

    Raises:
        InputError: its URL carries a password, or there is no such remote.
        FaultsError: the settings of this folder have faults.
    """
    name = name_promisor(repository.git)
    if name is None:
        return None
    url = repository.git.read("remote", "get-url", find_remote(repository, name)[0])
    return locate_remote(repository, url, find_host_token(url, find_github(Path.cwd())))


def _name_remote(repository: Repository) -> str:
    try:
        return find_remote(repository)[0]
    except InputError:
        return "REMOTE"
