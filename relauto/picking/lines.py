"""The release lines of a repository: those that people name, else those that are called as one."""

from collections.abc import Sequence

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.model.lines import is_line, sort_lines
from relauto.model.names import Branch
from relauto.picking.fanout import Line

NEWEST = 5
"""How many lines are taken where nobody named one."""


def find_lines(repository: Repository, patterns: Sequence[str]) -> list[Line]:
    """Return the branches that patterns match, here or at a remote, the oldest version first.

    Without patterns: the newest of those that are called as release lines, at most `NEWEST`.

    Raises:
        InputError: a pattern matches none, there is none at all, or remotes differ.
    """
    if patterns:
        found = dict(branch for pattern in patterns for branch in repository.find_branches(pattern))
    else:
        found = dict(repository.find_branch(name) for name in _list_called(repository)[-NEWEST:])
    if not found:
        raise InputError(
            f"{repository.directory} has no branch that is called as a release line",
            todo="name the lines with --onto",
        )
    return [Line(branch, found[branch]) for branch in sort_lines(found)]


def _list_called(repository: Repository) -> list[Branch]:
    here = [ref.split("/", 2)[2] for ref in repository.refs("refs/heads")]
    there = [ref.split("/", 3)[3] for ref in repository.refs("refs/remotes")]
    return sort_lines({Branch(name) for name in (*here, *there) if is_line(name)})
