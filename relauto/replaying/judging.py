"""What resolvers proposed, and what prerequisites would have given, held to what people committed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.git.errors import MissingObjectError
from relauto.git.merge import merge
from relauto.git.repository import Repository
from relauto.git.tree import find_entry
from relauto.model.names import Commit
from relauto.model.resolution import Confidence, Proposal, ResolvedFile
from relauto.picking.presence import find_mainline
from relauto.replaying.pairs import Pair
from relauto.resolving.names import TRUSTED

Likeness = Literal["exact", "right", "other"]
"""What people committed; the same in every file that was in conflict; or something else there, too."""
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
    def is_exact(self) -> bool:
        """Whether it is the tree that people committed."""
        return self.verdict.endswith("_exact")

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
    return _is_same(repository, proposal.tree, expected, {file.path, file.conflict or file.path})


def judge_prerequisites(repository: Repository, pair: Pair, first: Sequence[Commit]) -> Likeness:
    """Return how a pair's fix, picked after its prerequisites, compares with what people committed.

    The files that count are those in conflict without prerequisites: as with `judge_proposal`.

    Raises:
        MissingObjectError: an object that a pick needs is absent.
        GitError: git failed.
    """
    expected = repository.commit_object(pair.expected).tree
    tree = repository.commit_object(pair.onto).tree
    below = find_mainline(repository, pair.fix, 1)
    paths = [conflict.path for conflict in merge(repository, below, tree, pair.fix).conflicts]
    for commit in (*first, pair.fix):
        tree = merge(repository, find_mainline(repository, commit, 1), tree, commit).tree
    if tree == expected:
        return "exact"
    return "right" if _is_same(repository, tree, expected, paths) else "other"


def _is_same(repository: Repository, tree: str, expected: str, paths: Iterable[str]) -> bool:
    store = repository.store
    try:
        return all(find_entry(store, tree, path) == find_entry(store, expected, path) for path in paths)
    except MissingObjectError:
        return False
