"""What resolvers proposed, held to what people committed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.git.tree import find_entry
from relauto.model.resolution import Confidence, Proposal, ResolvedFile
from relauto.resolving.names import TRUSTED

Verdict = Literal["resolved_exact", "resolved_differs", "proposed_exact", "proposed_differs", "clean_differs"]


@dataclass(frozen=True)
class JudgedFile:
    """A file that was in conflict: who resolved how many hunks of it, and whether people did the same."""

    hunks: dict[str, int]
    is_right: bool


@dataclass(frozen=True)
class Judged:
    """How a proposal compares with what people committed.

    Attributes:
        verdict: the result of its pair.
        confidence: what the proposal said it was worth.
        files: those that were in conflict.
    """

    verdict: Verdict
    confidence: Confidence
    files: tuple[JudgedFile, ...]

    @property
    def resolvers(self) -> tuple[str, ...]:
        """The resolvers that took part, sorted."""
        return tuple(sorted({name for file in self.files for name in file.hunks}))

    @property
    def is_right(self) -> bool:
        """Whether people did the same in every file that was in conflict."""
        return all(file.is_right for file in self.files)


def judge_proposal(
    repository: Repository, proposal: Proposal, expected: str, trusted: Collection[str] = TRUSTED
) -> Judged:
    """Return how a proposal compares with the tree that people committed.

    `resolved_…` where every resolver that took part is trusted, else `proposed_…`; `clean_differs` where
    people did the same in every file that was in conflict, and something else in others. What cannot be
    read of `expected` counts as something else.
    """
    files = tuple(
        JudgedFile(
            {name: sum(hunk.resolver == name for hunk in file.hunks) for name in file.resolvers},
            _is_right(repository, proposal, file, expected),
        )
        for file in proposal.files
    )
    verdict: Verdict
    is_trusted = set(proposal.resolvers) <= set(trusted)
    if proposal.tree == expected:
        verdict = "resolved_exact" if is_trusted else "proposed_exact"
    elif all(file.is_right for file in files):
        verdict = "clean_differs"
    else:
        verdict = "resolved_differs" if is_trusted else "proposed_differs"
    return Judged(verdict, proposal.confidence, files)


def _is_right(repository: Repository, proposal: Proposal, file: ResolvedFile, expected: str) -> bool:
    paths = {file.path, file.conflict or file.path}
    try:
        return all(
            find_entry(repository.store, proposal.tree, path) == find_entry(repository.store, expected, path)
            for path in paths
        )
    except MissingObjectError:
        return False
