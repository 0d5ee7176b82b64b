"""Where a file that a fix changes is on a line that has it elsewhere."""

import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relauto.git.repository import Repository
from relauto.git.runner import TIMED_OUT, GitError
from relauto.git.tree import Entry, serialize_tree
from relauto.picking.hunks import Span
from relauto.resolving.regions import Comparison, apply

_SECONDS = 10.0
"""A search that takes longer is given up: of tens of thousands of new files, any may be the one."""

_AROUND = 3
"""Lines before and behind a change, blank ones aside, that tell a file which is only called like another."""


@dataclass(frozen=True)
class Move:
    """Where a file is on the line; `by_name` tells that nothing but its name speaks for it."""

    path: str
    entry: Entry
    by_name: bool


def find_moved(
    repository: Repository, base: str, target: str, files: Iterable[tuple[str, Entry]]
) -> dict[str, Move]:
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
    alike = _find_alike(repository, lost, new)
    found = {path: Move(place, new[place], by_name=False) for path, place in alike.items()}
    by_name: dict[str, list[str]] = {}
    for path in new:
        by_name.setdefault(posixpath.basename(path), []).append(path)
    for path in lost.keys() - found.keys():
        same = by_name.get(posixpath.basename(path), [])
        if len(same) == 1:
            found[path] = Move(same[0], new[same[0]], by_name=True)
    return found


def has_surroundings(found: Comparison) -> bool:
    """Tell whether what the fix changes stands in another file once and unchanged, with the lines around it.

    Around each change there must be six lines that are not blank: three on either side, or more on one
    where the file ends on the other.
    """
    marks = [number for number, line in enumerate(found.base) if line.strip()]
    spans = [_widen(edit.span, marks) for edit in found.fix]
    line = b"\n" + b"".join(apply(found.base, found.target))
    return not found.regions and all(span and _stands_once(span, found, line) for span in spans)


def _widen(span: Span, marks: Sequence[int]) -> Span | None:
    """Return the span with the lines around it; `marks` are those that count; None for too few."""
    start, end = (bisect_left(marks, edge) for edge in span)
    count = end - start + 2 * _AROUND
    if count > len(marks):
        return None
    first = min(max(start - _AROUND, 0), len(marks) - count)
    return Span(min(marks[first], span.start), max(marks[first + count - 1] + 1, span.end))


def _stands_once(span: Span, found: Comparison, line: bytes) -> bool:
    """Tell whether the line left a span alone, and has these lines nowhere else."""
    if any(edit.span.start < span.end and span.start < edit.span.end for edit in found.target):
        return False
    wanted = b"\n" + b"".join(found.base[slice(*span)])
    return line.find(wanted) == line.rfind(wanted)


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
