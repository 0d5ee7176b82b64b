"""What resolvers made of a pick that conflicts, as `pick` prints it: every hunk, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from relauto.tasks.output import say

if TYPE_CHECKING:
    from relauto.git.merge import Merge
    from relauto.git.repository import Repository
    from relauto.model.names import Commit
    from relauto.model.resolution import Proposal, ResolvedFile, ResolvedHunk
    from relauto.picking.fanout import Propose

KNOWN = "adjacent, tokens, deletion, moved, policy, absent"
"""The resolvers, as help names them."""

_SIDES = ("base", "target", "fix", "result")


def find_resolvers(repository: Repository, words: Sequence[str]) -> Propose | None:
    """Return what asks the resolvers that were named; None when none were.

    Raises:
        InputError: one of them is called otherwise.
        FaultsError: the settings of this folder have faults.
    """
    from relauto.git.errors import MissingObjectError
    from relauto.git.runner import GitError
    from relauto.resolving.names import parse_resolvers
    from relauto.resolving.proposal import propose
    from relauto.tasks.local import find_local_settings

    names = parse_resolvers(words)
    settings = find_local_settings() if names else None
    policies = settings.path_policies if settings else ()

    def ask(fix: Commit, tip: Commit, merged: Merge) -> Proposal | None:
        try:
            return propose(repository, fix, tip, merged, names, policies)
        except (MissingObjectError, GitError) as error:
            say(f"{fix.short} cannot be resolved: {error.what}")
            return None

    return ask if names else None


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
