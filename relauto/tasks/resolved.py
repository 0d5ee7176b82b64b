"""What resolvers made of a pick that conflicts, as `pick` prints it: every hunk, for a person to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relauto.model.resolution import Proposal, ResolvedFile, ResolvedHunk

KNOWN = "adjacent, tokens, deletion, moved, policy, absent"
"""The resolvers, as help names them."""

_SIDES = ("base", "target", "fix", "result")


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
