"""Where a file that a fix changes is on a line that has it elsewhere."""

import posixpath
from collections.abc import Iterable

from relauto.git.repository import Repository
from relauto.git.runner import TIMED_OUT, GitError
from relauto.git.tree import Entry, serialize_tree

_SECONDS = 10.0
"""A search that takes longer is given up: of tens of thousands of new files, any may be the one."""


def find_moved(
    repository: Repository, base: str, target: str, files: Iterable[tuple[str, Entry]]
) -> dict[str, tuple[str, Entry]]:
    """Return where files are that the line no longer has at their path, as far as that can be told.

    By likeness to what is new on the line (git's rename search at 30 %), else by the file's name, if one
    new file alone is called so.

    Args:
        repository: where the trees are.
        base: the tree before the fix.
        target: the tree of the line.
        files: the path and the entry of each file, as `base` has it.

    Raises:
        MissingObjectError: a file's content is absent.
        GitError: git failed.
    """
    lost = dict(files)
    new = _list_new(repository, base, target)
    found = _find_alike(repository, lost, new)
    by_name: dict[str, list[str]] = {}
    for path in new:
        by_name.setdefault(posixpath.basename(path), []).append(path)
    for path in lost.keys() - found.keys():
        same = by_name.get(posixpath.basename(path), [])
        if len(same) == 1:
            found[path] = same[0]
    return {path: (place, new[place]) for path, place in found.items()}


def _list_new(repository: Repository, base: str, target: str) -> dict[str, Entry]:
    """Return the plain files of the line that are not in the fix's base at their path."""
    options = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=A")
    raw = repository.git.run("diff-tree", *options, base, target)
    fields = raw.decode("utf-8", "surrogateescape").split("\0")
    rows = ((facts.split(" "), path) for facts, path in zip(fields[::2], fields[1::2], strict=False))
    entries = {path: Entry(facts[1], facts[3]) for facts, path in rows}
    return {path: entry for path, entry in entries.items() if not entry.is_link and not entry.is_module}


def _find_alike(repository: Repository, lost: dict[str, Entry], new: dict[str, Entry]) -> dict[str, str]:
    """Return the new file that each lost one is most like.

    The two sets stand in trees of their own: between the whole ones, git would compare every file that went
    with every file that came.
    """
    old_names, new_names = (
        {f"{number:09}": path for number, path in enumerate(paths)} for paths in (sorted(lost), sorted(new))
    )
    before = {name: lost[path] for name, path in old_names.items()}
    # Behind all old names, so that none is at the path of another.
    after = {f"n{name}": new[path] for name, path in new_names.items()}
    trees = [repository.store.write("tree", serialize_tree(each)) for each in (before, after)]
    fields = _diff(repository, trees)
    return {
        old_names[source]: new_names[place.removeprefix("n")]
        for source, place in zip(fields[1::3], fields[2::3], strict=False)
    }


def _diff(repository: Repository, trees: list[str]) -> list[str]:
    options = ("-r", "-z", "--raw", "--no-abbrev", "-M30%", "-l0", "--diff-filter=R")
    try:
        answer = repository.git.ask("diff-tree", *options, *trees, timeout=_SECONDS)
    except GitError as error:
        if error.answer.status == TIMED_OUT:
            return []
        raise
    if answer.status:
        raise repository.explain(answer)
    return answer.output.decode("ascii").split("\0")
