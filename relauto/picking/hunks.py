"""Which lines a change touches, and where two changes meet.

Lines are numbered from 0; an insertion touches an empty span, the point where it goes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from relauto.git.repository import Repository

_HEADER = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
OPTIONS = ("-U0", "--histogram", "--no-ext-diff", "--no-textconv", "--no-color")
"""The options of git-diff(1) that `parse_hunk` reads the output of; merges use the same algorithm."""


class Span(NamedTuple):
    """Lines from `start` up to, and without, `end`."""

    start: int
    end: int

    def meets(self, other: "Span") -> bool:
        """Return whether both have a line in common, or one is a point in or at the edge of the other."""
        if self.start == self.end or other.start == other.end:
            return self.touches(other)
        return self.start < other.end and other.start < self.end

    def touches(self, other: "Span") -> bool:
        """Return whether there is no line between the two."""
        return self.start <= other.end and other.start <= self.end


@dataclass(frozen=True)
class Hunk:
    """Lines `old` that became lines `new`."""

    old: Span
    new: Span

    @property
    def growth(self) -> int:
        """How many lines there are more than before."""
        return (self.new.end - self.new.start) - (self.old.end - self.old.start)


@dataclass(frozen=True)
class Region:
    """Changes of both sides that overlap or touch, which is where git sees a conflict."""

    ours: tuple[Hunk, ...]
    theirs: tuple[Hunk, ...]


def parse_hunk(line: bytes) -> Hunk | None:
    """Return the hunk that a line of a diff heads; None for any other line."""
    found = _HEADER.match(line)
    if not found:
        return None
    old, old_count, new, new_count = (1 if each is None else int(each) for each in found.groups())
    return Hunk(_span(old, old_count), _span(new, new_count))


def _span(first: int, count: int) -> Span:
    # git names the line before an empty span, and the first one of any other.
    start = first - 1 if count else first
    return Span(start, start + count)


def read_hunks(repository: Repository, old: str, new: str) -> list[Hunk]:
    """Return what changed from one blob to another; nothing for files that are not text.

    Raises:
        MissingObjectError: the content of one is absent.
    """
    answer = repository.git.ask("diff", *OPTIONS, old, new)
    if answer.status:
        raise repository.explain(answer)
    return [hunk for hunk in map(parse_hunk, answer.output.split(b"\n")) if hunk]


def find_regions(ours: Iterable[Hunk], theirs: Iterable[Hunk]) -> list[Region]:
    """Return where changes of both sides since the same base meet, in the order of the base's lines."""
    sided = sorted(
        [(hunk.old, True, hunk) for hunk in ours] + [(hunk.old, False, hunk) for hunk in theirs],
        key=lambda each: each[:2],
    )
    groups: list[list[tuple[Span, bool, Hunk]]] = []
    end = -1
    for each in sided:
        if each[0].start > end:
            groups.append([])
        groups[-1].append(each)
        end = max(end, each[0].end)
    regions = [
        Region(
            tuple(hunk for _, is_ours, hunk in group if is_ours),
            tuple(hunk for _, is_ours, hunk in group if not is_ours),
        )
        for group in groups
    ]
    return [region for region in regions if region.ours and region.theirs]


def trace_back(spans: Sequence[Span], hunks: Sequence[Hunk]) -> tuple[list[Span], bool]:
    """Return where lines were before a change, and whether the change met any of them."""
    met = [[hunk for hunk in hunks if hunk.new.meets(span)] for span in spans]
    return [_go_back(span, each, hunks) for span, each in zip(spans, met, strict=True)], any(met)


def _go_back(span: Span, met: Sequence[Hunk], hunks: Sequence[Hunk]) -> Span:
    above = sum(hunk.growth for hunk in hunks if hunk not in met and hunk.new.end <= span.start)
    start, end = span.start - above, span.end - above - sum(hunk.growth for hunk in met)
    if met:
        start, end = min(start, met[0].old.start), max(end, met[-1].old.end)
    return Span(start, end)
