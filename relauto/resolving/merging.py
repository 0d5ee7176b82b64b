"""One file of which both sides changed the same places: region by region, or not at all."""

import re
from collections.abc import Collection, Sequence

from relauto.git.repository import Repository
from relauto.git.sizes import measure_objects
from relauto.model.resolution import Confidence, ResolvedHunk
from relauto.picking.hunks import read_hunks
from relauto.resolving.adjacent import is_beside_reworded
from relauto.resolving.names import RULES
from relauto.resolving.regions import Comparison, Edit, Region, apply, compare, make_edits, split_lines

LARGEST = 1 << 20
"""Bytes: no longer file is resolved."""

_MARKER = re.compile(rb"^(?:<{7}|\|{7}|>{7})(?: |\r?$)", re.MULTILINE)


def compare_blobs(repository: Repository, base: str, target: str, fix: str) -> Comparison | None:
    """Return how two sides of a file meet; None for what is no text, is too long, or holds conflict markers.

    Args:
        repository: where the blobs are.
        base: the id of the file before both changes.
        target: as the line has it.
        fix: as the fix has it.

    Raises:
        MissingObjectError: the content of one is absent.
    """
    blobs = (base, target, fix)
    if not are_short(repository, blobs):
        return None
    contents = [repository.store.read(blob, "blob") for blob in blobs]
    if not all(map(is_fit, contents)):
        return None
    before, line, wanted = map(split_lines, contents)
    ours, theirs = read_hunks(repository, base, target), read_hunks(repository, base, fix)
    # A diff that says less than all, whatever the reason, would lose what it leaves out.
    if apply(before, make_edits(ours, before, line)) != line:
        return None
    if apply(before, make_edits(theirs, before, wanted)) != wanted:
        return None
    return compare(before, line, wanted, ours, theirs)


def are_short(repository: Repository, blobs: Sequence[str]) -> bool:
    """Tell whether none of these files is too long to be resolved, without reading them.

    Raises:
        MissingObjectError: the content of one is absent.
    """
    return all(size <= LARGEST for size in measure_objects(repository, blobs).values())


def is_fit(content: bytes) -> bool:
    """Tell whether a file is text of a length that can be resolved, without conflict markers."""
    return len(content) <= LARGEST and b"\0" not in content and not has_markers(content)


def has_markers(content: bytes) -> bool:
    """Tell whether a file holds lines that look like conflict markers."""
    return _MARKER.search(content) is not None


def merge_file(found: Comparison, names: Collection[str]) -> tuple[bytes, tuple[ResolvedHunk, ...]] | None:
    """Return the merged file and what was resolved in it; None where one region stays in conflict."""
    edits, hunks = [*found.target, *found.fix], list[ResolvedHunk]()
    for region in found.regions:
        resolved = None if region.is_agreed else resolve(region, names)
        if resolved:
            hunks.append(resolved)
        elif not region.is_agreed:
            return None
        edits.append(Edit(region.span, region.base, resolved.result if resolved else region.target_lines))
    lines = apply(found.base, edits)
    # What was the last line of one side, with no line feed, may have got another behind it.
    if not all(line.endswith(b"\n") for line in lines[:-1]):
        return None
    content = b"".join(lines)
    return (content, tuple(hunks)) if is_fit(content) else None


def resolve(region: Region, names: Collection[str]) -> ResolvedHunk | None:
    """Return what the first resolver that answers makes of a region; `names` are those that are on."""
    for name, rule in RULES.items():
        result = rule(region) if name in names else None
        if result is not None:
            return ResolvedHunk(
                name,
                _rate(name, region),
                region.span.start + 1,
                region.base,
                region.target_lines,
                region.fix_lines,
                result,
            )
    return None


def _rate(name: str, region: Region) -> Confidence:
    if name != "adjacent":
        return "low"
    return "medium" if is_beside_reworded(region) else "high"
