"""What resolvers make of a pick that conflicts: a merge that a person confirms, hunk by hunk."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Lines = tuple[bytes, ...]
"""Lines with what ends them, so that nothing of a file is lost; only a file's last may lack it."""

Confidence = Literal["high", "medium", "low"]
MOVED = "moved"
"""The resolver that picks a fix onto a file that the line has elsewhere."""

CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")


@dataclass(frozen=True)
class ResolvedHunk:
    """Lines that both sides changed, and what a resolver made of them.

    Attributes:
        resolver: the resolver's name.
        confidence: how much its answers are worth (`relauto.resolving`).
        start: the first of the lines in `base`'s file, from 1.
        base: the lines before both changes.
        target: as the line has them.
        fix: as the fix has them.
        result: as they were resolved.
    """

    resolver: str
    confidence: Confidence
    start: int
    base: Lines
    target: Lines
    fix: Lines
    result: Lines


@dataclass(frozen=True)
class ResolvedFile:
    """A file whose conflicts are all resolved.

    Attributes:
        path: where the result stands.
        content: the result; None where the file goes away.
        hunks: what was resolved, in the order of the file.
        conflict: the path that was in conflict, where the fix was picked onto a file that had moved.
        by_name: whether nothing but its name and the lines around the fix tells that it is that file.
        command: what makes the file anew, where the project says that only a command can; until
            somebody runs it, `content` is as the line has it.
    """

    path: str
    content: bytes | None
    hunks: tuple[ResolvedHunk, ...]
    conflict: str | None = None
    by_name: bool = False
    command: str | None = None

    @property
    def resolvers(self) -> tuple[str, ...]:
        """The names of the resolvers that took part, sorted."""
        return tuple(sorted({hunk.resolver for hunk in self.hunks} | ({MOVED} if self.conflict else set())))


@dataclass(frozen=True)
class Proposal:
    """A merge in which every conflict is resolved: for a person to judge, never to be merged unseen.

    Attributes:
        tree: the id of the merged tree.
        files: what was in conflict.
    """

    tree: str
    files: tuple[ResolvedFile, ...]

    @property
    def hunks(self) -> tuple[ResolvedHunk, ...]:
        """Every hunk that was resolved."""
        return tuple(hunk for file in self.files for hunk in file.hunks)

    @property
    def resolvers(self) -> tuple[str, ...]:
        """The names of the resolvers that took part, sorted."""
        return tuple(sorted({name for file in self.files for name in file.resolvers}))

    @property
    def confidence(self) -> Confidence:
        """What the least certain hunk is worth."""
        return find_least(hunk.confidence for hunk in self.hunks)

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """The files that a command has to make anew, and the command."""
        return tuple((file.path, file.command) for file in self.files if file.command)


def find_least(confidences: Iterable[Confidence]) -> Confidence:
    """Return the least of them; `low` when there are none."""
    return max(confidences, key=CONFIDENCES.index, default="low")
