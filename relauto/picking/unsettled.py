"""A pick that conflicts as a commit: what git left of it, with conflict markers, for a person to settle."""

import re

from relauto.git.commit import Signature
from relauto.git.repository import Repository
from relauto.git.tree import find_entry
from relauto.model.names import Branch, Commit
from relauto.picking.pick import Pick, write_pick

# git labels the sides with the ids of the commits that it was given; ours has none that people know.
_OURS = re.compile(rb"^(<{7,}) [0-9a-f]{40}(?=[:\r\n]|$)", re.MULTILINE)
_THEIRS = re.compile(rb"^(>{7,}) [0-9a-f]{40}(?=[:\r\n]|$)", re.MULTILINE)


def write_unsettled(
    repository: Repository, stopped: Pick, below: Commit, onto: Branch, committer: Signature
) -> Commit:
    """Store the commit that a pick would be once the conflict markers in it are settled; return its id.

    Author and message are those of a clean pick, so that amending it is all that is left to do.

    Args:
        repository: where the objects are.
        stopped: a pick that ended with a conflict.
        below: what it was picked onto.
        onto: the branch that `below` is of, by which the markers name its side.
        committer: who picks, and when.

    Raises:
        ValueError: the pick did not end with a conflict.
    """
    if stopped.stopped_at is None or stopped.marked_tree is None:
        raise ValueError(f"a pick that ended {stopped.status} leaves nothing to settle")
    tree = _name_sides(repository, stopped, stopped.marked_tree, onto, stopped.stopped_at)
    return write_pick(repository, stopped.stopped_at, below, tree, committer)


def _name_sides(repository: Repository, stopped: Pick, tree: str, onto: Branch, fix: Commit) -> str:
    """Return the tree with the sides of its markers called what people call them."""
    named = {}
    for conflict in stopped.conflicts:
        entry = find_entry(repository.store, tree, conflict.path)
        if entry and not (entry.is_directory or entry.is_link or entry.is_module):
            content = repository.store.read(entry.id, "blob")
            told = _OURS.sub(lambda found: found[1] + b" " + onto.encode(), content)
            named[conflict.path] = _THEIRS.sub(lambda found: found[1] + b" " + fix.short.encode(), told)
    return repository.write_files(tree, named)
