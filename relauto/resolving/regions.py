"""Where both sides changed a file, as pure values: lines, edits of them, and regions in conflict."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relauto.model.resolution import Lines
from relauto.picking.hunks import Hunk, Span, find_regions


@dataclass(frozen=True)
class Edit:
    """Lines `old` of the base, at `span`, that one side made `new` of."""

    span: Span
    old: Lines
    new: Lines

    @property
    def is_insertion(self) -> bool:
        """Whether nothing of the base went."""
        return not self.old

    @property
    def is_deletion(self) -> bool:
        """Whether nothing came."""
        return not self.new

    @property
    def is_replacement(self) -> bool:
        """Whether something came for something."""
        return bool(self.old and self.new)


@dataclass(frozen=True)
class Region:
    """Edits of both sides that overlap or touch, in the order of the base.

    Attributes:
        span: all that they cover.
        base: the lines before both changes.
        target: the edits of the line.
        fix: the edits of the fix.
        added: what the line has more of than the base, anywhere in the file (`count_added`).
    """

    span: Span
    base: Lines
    target: tuple[Edit, ...]
    fix: tuple[Edit, ...]
    added: frozenset[bytes] = frozenset()

    @property
    def target_lines(self) -> Lines:
        """The region as the line has it."""
        return apply(self.base, self.target, self.span.start)

    @property
    def fix_lines(self) -> Lines:
        """The region as the fix has it."""
        return apply(self.base, self.fix, self.span.start)

    @property
    def is_agreed(self) -> bool:
        """Whether both sides made the same of it, which is no conflict."""
        return self.target_lines == self.fix_lines


def split_lines(content: bytes) -> Lines:
    """Return the lines of a file, each with its line feed; the last may lack one."""
    *lines, last = content.split(b"\n")
    ended = tuple(line + b"\n" for line in lines)
    return (*ended, last) if last else ended


def apply(base: Lines, edits: Iterable[Edit], start: int = 0) -> Lines:
    """Return `base`, whose first line has the number `start`, with `edits` made; they do not overlap."""
    made: list[bytes] = []
    at = start
    for edit in sorted(edits, key=lambda each: each.span):
        made += base[at - start : edit.span.start - start]
        made += edit.new
        at = edit.span.end
    return (*made, *base[at - start :])


def make_edits(hunks: Iterable[Hunk], base: Lines, side: Lines) -> tuple[Edit, ...]:
    """Return what the hunks of a diff from `base` to `side` say."""
    return tuple(Edit(hunk.old, base[slice(*hunk.old)], side[slice(*hunk.new)]) for hunk in hunks)


def count_added(edits: Iterable[Edit]) -> Counter[bytes]:
    """Return how many more there are of each line than before, wherever it stands and however indented."""
    made = tuple(edits)
    before = Counter(line.strip() for edit in made for line in edit.old)
    return Counter(line.strip() for edit in made for line in edit.new) - before


@dataclass(frozen=True)
class Comparison:
    """A file as both sides changed it.

    Attributes:
        base: the lines before both changes.
        regions: where edits of both sides meet.
        target: the other edits of the line.
        fix: the other edits of the fix.
    """

    base: Lines
    regions: tuple[Region, ...]
    target: tuple[Edit, ...]
    fix: tuple[Edit, ...]


def compare(
    base: Lines, target: Lines, fix: Lines, ours: Sequence[Hunk], theirs: Sequence[Hunk]
) -> Comparison:
    """Return how two sides of a file meet.

    Args:
        base: the file before both changes.
        target: as the line has it.
        fix: as the fix has it.
        ours: the hunks of a diff from `base` to `target`.
        theirs: the hunks of a diff from `base` to `fix`.
    """
    found = find_regions(ours, theirs)
    met = {hunk for region in found for hunk in (*region.ours, *region.theirs)}
    added = frozenset(count_added(make_edits(ours, base, target)))
    regions = [
        _make_region(base, make_edits(region.ours, base, target), make_edits(region.theirs, base, fix), added)
        for region in found
    ]
    return Comparison(
        base,
        tuple(regions),
        make_edits((hunk for hunk in ours if hunk not in met), base, target),
        make_edits((hunk for hunk in theirs if hunk not in met), base, fix),
    )


def _make_region(
    base: Lines, target: tuple[Edit, ...], fix: tuple[Edit, ...], added: frozenset[bytes]
) -> Region:
    spans = [edit.span for edit in (*target, *fix)]
    whole = Span(min(span.start for span in spans), max(span.end for span in spans))
    return Region(whole, base[slice(*whole)], target, fix, added)
