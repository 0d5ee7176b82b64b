"""Histories with one fix that conflicts, on a line of one commit."""

from dataclasses import dataclass

import pytest

from relauto.git.merge import Merge, merge
from relauto.git.repository import Repository
from relauto.git.tree import walk_files
from relauto.model.names import Commit
from relauto.model.resolution import Proposal
from relauto.picking.presence import find_mainline
from relauto.resolving.proposal import propose
from tests.git.conftest import Clone, _hermetic, clone, open_repository, repository

__all__ = ["Case", "_hermetic", "clone", "make_case", "open_repository", "repository"]


@dataclass
class Case:
    """A fix, and the line that it does not apply to."""

    repository: Repository
    fix: Commit
    tip: Commit

    @property
    def merged(self) -> Merge:
        base = find_mainline(self.repository, self.fix, 1)
        return merge(self.repository, base, self.repository.commit_object(self.tip).tree, self.fix)

    def propose(self, *resolvers, policies=()) -> Proposal | None:
        return propose(self.repository, self.fix, self.tip, self.merged, resolvers, policies)

    def files(self, proposal: Proposal) -> dict[str, bytes]:
        """Return all files of the merge that is proposed."""
        entries = walk_files(self.repository.store, proposal.tree)
        return {path: self.repository.store.read(entry.id, "blob") for path, entry in entries}


@pytest.fixture
def make_case(clone: Clone, repository: Repository):
    """Make a case of what the base, the line and the fix have; None is a file that is not there."""

    def make(base, line, fix) -> Case:
        first = clone.commit("First", {"read.me": "read me\n", **base})
        clone.switch("line", first)
        tip = clone.commit("Ours", line)
        clone.switch("main")
        return Case(repository, clone.commit("Fix", fix), tip)

    return make
