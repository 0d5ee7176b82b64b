"""Conflict markers that a pick, or what a person made of one, would bring to a line.

Very large files (`relauto.picking.patch.LARGEST`) are not looked into: a merge leaves no markers where it
tells of no conflict, and nobody writes such a file by hand.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from relauto.git.commit import EMPTY_TREE
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.patch import find_large, read_diff
from relauto.picking.presence import find_mainline

# A row of equal signs alone is a heading in many a text, so it is no sign.
_MARKER = re.compile(rb"^\+(<{7,}|>{7,}|\|{7,}) ")
# As text, whatever attributes call a file: nothing may hide behind them.
_OPTIONS = ("-U0", "--text", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "-r", "-p")


def find_markers(repository: Repository, fix: Commit, below: Commit, made: Commit) -> tuple[str, ...]:
    """Return the files in which a pick adds conflict markers that the fix itself does not add.

    A fix may: a test of merging holds some. A partial clone may lack the files; a pick that needed none
    of their contents has made none.

    Raises:
        GitError: the changes cannot be read.
    """
    try:
        return find_left(repository, [fix], below, made)
    except MissingObjectError:
        return ()


def find_left(
    repository: Repository, fixes: Sequence[Commit], below: Commit, made: Commit
) -> tuple[str, ...]:
    """Return the files in which what a person made of picks has conflict markers that no fix adds.

    Raises:
        MissingObjectError: a file's content is absent, so nobody can say.
        GitError: the changes cannot be read.
    """
    extra = _count_markers(repository, below, made)
    for fix in fixes if extra else ():
        extra -= _count_markers(repository, find_mainline(repository, fix, 1) or EMPTY_TREE, fix)
    changed = repository.changed_paths(below, made) if extra else ()
    return tuple(path for path in changed if extra & _count_markers(repository, below, made, path))


def list_standing(repository: Repository, fix: Commit, made: Commit, tip: Commit) -> tuple[str, ...]:
    """Return the files in which a pick that a branch has left conflict markers which still stand at its tip.

    A partial clone may lack the files: then nobody can say, and none are named.

    Raises:
        GitError: the changes cannot be read.
    """
    below = find_mainline(repository, made, 1) or EMPTY_TREE
    left = find_markers(repository, fix, Commit(below), made)
    return tuple(path for path in left if _count_markers(repository, below, tip, path))


def _count_markers(repository: Repository, old: str, new: Commit, *paths: str) -> Counter[bytes]:
    sides = (None if old == EMPTY_TREE else Commit(old), new)
    large = find_large(repository, sides)
    specs = [*(f":(literal){path}" for path in paths), *(f":(exclude,literal){path}" for path in large)]
    if not specs:
        return read_diff(repository, sides, _OPTIONS, _count)
    answer = repository.git.ask("diff-tree", *_OPTIONS, old, new, "--", *specs)
    if answer.status:
        raise repository.explain(answer)
    return _count(answer.output.split(b"\n"))


def _count(lines: Iterable[bytes]) -> Counter[bytes]:
    return Counter(line for line in lines if _MARKER.match(line))
