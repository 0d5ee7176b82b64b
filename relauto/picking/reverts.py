"""What the commits of a line take back of one another, as their messages tell."""

from collections.abc import Iterable

from relauto.git.errors import MissingObjectError
from relauto.git.message import find_claimed, find_reverted
from relauto.git.repository import Repository
from relauto.model.names import Commit


class Reverts:
    """The reverts that a line holds.

    A revert takes back the commit that it names, and what the line had from that one by then: where a fix and
    its revert were both picked, the picked revert names the fix and not its pick. What the line had says so,
    or makes the same change (`read_same`).

    Attributes:
        named: the reverts that name each commit.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.named: dict[Commit, set[Commit]] = {}
        self._claimed: dict[Commit, tuple[Commit, ...]] = {}

    def read(self, commit: Commit, message: str) -> None:
        """Take in what the message of a commit of the line says."""
        self.add(commit, find_reverted(message))
        self._claimed[commit] = find_claimed(message)

    def add(self, revert: Commit, reverted: Iterable[Commit]) -> None:
        """Take in that a commit of the line reverts others."""
        for commit in reverted:
            self.named.setdefault(commit, set()).add(revert)

    def read_same(self, commit: Commit, fix: Commit) -> None:
        """Take in that a commit of the line makes the change of a fix, whatever it says.

        So it does that of what the fix makes again, where the fix reverts a revert.
        """
        made = [fix]
        for each in made:
            again = {origin for revert in self._list_reverted(each) for origin in self._list_reverted(revert)}
            made += sorted(again.difference(made))
        self._claimed[commit] = (*self._list_claimed(commit), *made)

    def find(self, commit: Commit) -> list[Commit]:
        """Return the reverts that take back a commit and that nothing takes back in turn.

        Raises:
            MissingObjectError: the repository does not hold the commit.
        """
        if not self.named:
            return []
        found = self.named.get(commit, set()) | self._find_later(commit)
        return sorted(revert for revert in found if self.stands(revert))

    def stands(self, commit: Commit) -> bool:
        """Tell whether nothing that stands takes back a commit.

        Raises:
            MissingObjectError: the repository does not hold the commit.
        """
        return not self.find(commit)

    def _find_later(self, commit: Commit) -> set[Commit]:
        """Return what reverts a commit that this one was picked from, with this one in its history."""
        named = {revert for origin in self._list_claimed(commit) for revert in self.named.get(origin, ())}
        return {
            revert for revert in named if revert != commit and self._repository.is_ancestor(commit, revert)
        }

    def _list_claimed(self, commit: Commit) -> tuple[Commit, ...]:
        if commit not in self._claimed:
            self._claimed[commit] = find_claimed(self._repository.commit_object(commit).message)
        return self._claimed[commit]

    def _list_reverted(self, commit: Commit) -> tuple[Commit, ...]:
        """Return what a commit reverts; nothing where it is absent, as those of other repositories are."""
        try:
            return find_reverted(self._repository.commit_object(commit).message)
        except MissingObjectError:
            return ()
