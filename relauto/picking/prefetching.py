"""Which files looking for causes will read, brought from a remote many at once."""

import re
from collections.abc import Iterator, Sequence

from relauto.git.prefetch import prefetch
from relauto.git.repository import Repository
from relauto.git.tree import find_entries
from relauto.model.names import Commit
from relauto.picking.presence import find_mainline

_FILES = re.compile(rb"^:100\d{3} 100\d{3} ([0-9a-f]{40}) ([0-9a-f]{40}) ", re.MULTILINE)


def prefetch_history(repository: Repository, raw: bytes) -> None:
    """Bring all that a file was, as `git log --raw --no-abbrev` tells it; it raises as `prefetch` does."""
    prefetch(repository, (name.decode("ascii") for row in _FILES.findall(raw) for name in row))


def prefetch_merged(repository: Repository, commits: Sequence[Commit], tree: str) -> None:
    """Bring what picking commits onto a tree, or taking them back there, merges line by line.

    Raises:
        MissingObjectError: a tree is absent.
        UnreachableError: the remote was not reached, or let nobody in.
        GitError: git failed otherwise.
    """
    prefetch(repository, {name for each in commits for name in _list_merged(repository, each, tree)})


def _list_merged(repository: Repository, commit: Commit, tree: str) -> Iterator[str]:
    base = find_mainline(repository, commit, 1)
    changes = repository.changed_contents(base, commit) if base else {}
    ours = find_entries(repository.store, tree, changes)
    for path, sides in changes.items():
        entry = ours.get(path)
        # What only one of the two has changed is taken as it is.
        if entry and entry.mode.startswith("100") and entry.id not in sides:
            yield from (name for name in (*sides, entry.id) if name.strip("0"))
