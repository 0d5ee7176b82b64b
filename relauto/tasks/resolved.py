"""What resolvers made of a pick that conflicts, as `pick` prints it: every hunk, for a person to judge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relauto.model.resolution import Lines, Proposal, ResolvedFile, ResolvedHunk

KNOWN = "adjacent, tokens, deletion, moved, policy, absent"
"""The resolvers, as help names them."""

_SIDES = ("base", "target", "fix", "result")
_NAMES = {"base": "before", "target": "line", "fix": "fix", "result": "result"}
_SHOWN = 12


def describe_files(proposal: Proposal) -> list[dict[str, Any]]:
    """Return each file for programs, with every hunk; bytes that are no UTF-8 are replaced."""
    return [_describe_file(file) for file in proposal.files]


def _describe_file(file: ResolvedFile) -> dict[str, Any]:
    from relauto.git.tree import print_path

    return {
        "path": print_path(file.path),
        "conflict": print_path(file.conflict or file.path),
        "deleted": file.content is None,
        "command": file.command,
        "hunks": [_describe_hunk(hunk) for hunk in file.hunks],
    }


def _describe_hunk(hunk: ResolvedHunk) -> dict[str, Any]:
    texts = {side: b"".join(getattr(hunk, side)).decode("utf-8", "replace") for side in _SIDES}
    return {"resolver": hunk.resolver, "confidence": hunk.confidence, "start": hunk.start, **texts}


def tell_files(proposal: Proposal) -> Iterator[str]:
    """Yield the lines that show people each hunk: before both changes, on the line, in the fix, resolved."""
    for file in proposal.files:
        for hunk in file.hunks:
            yield f"  {_name(file)}, from line {hunk.start}, by {hunk.resolver} ({hunk.confidence})"
            for side in _SIDES:
                yield from _tell_lines(_NAMES[side], getattr(hunk, side))
        if not file.hunks:
            yield f"  {_name(file)}, has the change already"
        if file.command:
            yield f"  {_name(file)} is as on the line; make it anew: {file.command}"


def _name(file: ResolvedFile) -> str:
    from relauto.git.tree import print_path

    told = print_path(file.path)
    return f"{told}, which {print_path(file.conflict)} became" if file.conflict else told


def _tell_lines(side: str, lines: Lines) -> Iterator[str]:
    for line in lines[:_SHOWN] or (b"(nothing)",):
        yield f"    {side:<6} | {line.decode('utf-8', 'replace').rstrip()}"
    if len(lines) > _SHOWN:
        yield f"    {side:<6} | and {len(lines) - _SHOWN} more"
