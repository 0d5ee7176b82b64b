"""The fix changes lines that the line deleted: they stay away, and a part of the fix is lost."""

from relauto.model.resolution import Lines
from relauto.resolving.regions import Edit, Region


def resolve_absent(region: Region) -> Lines | None:
    """Return the region as the line has it, where all that the fix changes there is gone on the line."""
    if all(any(_took(ours, theirs) for ours in region.target) for theirs in region.fix):
        return region.target_lines
    return None


def _took(ours: Edit, theirs: Edit) -> bool:
    """Tell whether the line had deleted all that the fix changes; an insertion changes nothing."""
    inside = ours.span.start <= theirs.span.start and theirs.span.end <= ours.span.end
    return inside and ours.is_deletion and not theirs.is_insertion
