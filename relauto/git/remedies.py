"""What would have to be on a line before a fix applies there, proved by picking it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

from relauto.git.causes import find_earlier
from relauto.git.fixes import sort_commits
from relauto.git.merge import Conflict, Merge, merge
from relauto.git.message import find_pull
from relauto.git.prerequisites import Limits, Search
from relauto.git.presence import find_known_presence, find_mainline
from relauto.git.repository import Repository
from relauto.git.runner import TIMED_OUT, GitError
from relauto.model.names import Commit

_CANDIDATES = 12
# `[release-1.4] Fix the crash (#12) (#15)`: the first says where a pick went, the last how it came there.
_DRESS = re.compile(r"^\s*(?:\[[^\]]*\]\s*)+|\s*\(#\d+\)\s*$")
_NUMBER = re.compile(r"\(#(\d+)\)")


def find_remedy(
    repository: Repository, fix: Commit, tip: Commit, limits: Limits | None = None
) -> tuple[Commit, ...]:
    """Return the earlier commits of main after which `fix` applies to `tip`; none when none are found.

    They come in the order of their merges, and none of them can be left out. Nothing that is known to be
    on the line, by whatever id, is among them.

    Raises:
        MissingObjectError: an object that is needed is absent.
        GitError: git failed.
    """
    base = find_mainline(repository, fix, 1)
    if base is None:
        return ()
    limits = limits or Limits()
    ground = _Ground(repository, base, tip, perf_counter() + limits.seconds)
    search = Search(ground.pick, ground.list_candidates, ground.order, limits)
    return search.find(fix, repository.commit_object(tip).tree)


@dataclass
class _Ground:
    """A line, as the search asks about it until a moment of `perf_counter`; `base` is what the fix is on."""

    repository: Repository
    base: Commit
    tip: Commit
    until: float

    def pick(self, tree: str, commit: Commit) -> Merge:
        return merge(self.repository, find_mainline(self.repository, commit, 1), tree, commit)

    def order(self, commits: Sequence[Commit]) -> tuple[Commit, ...]:
        return sort_commits(self.repository, commits)

    def list_candidates(self, commit: Commit, conflicts: Sequence[Conflict]) -> Iterator[Commit]:
        """Yield the commits behind the conflicts, newest first, and none that is on the line."""
        found: dict[Commit, None] = {}
        for conflict in conflicts:
            left = self.until - perf_counter()
            if left <= 0:
                return
            try:
                earlier = find_earlier(self.repository, commit, self.tip, conflict, timeout=left)
            except GitError as error:
                if error.answer.status == TIMED_OUT:
                    return
                raise
            found |= dict.fromkeys(earlier)
        newest = self.order(tuple(found))[::-1]
        yield from (each for each in newest[:_CANDIDATES] if not self._is_there(each))

    def _is_there(self, commit: Commit) -> bool:
        subject = self.repository.commit(commit).subject
        subjects, numbers = self._told
        if undress(subject) in subjects or find_pull(subject) in numbers:
            return True
        return find_known_presence(self.repository, commit, self.tip) is not None

    @cached_property
    def _told(self) -> tuple[set[str], set[int]]:
        """The subjects of the line's own commits, undressed, and the pull requests that they name."""
        listed = self.repository.git.read("log", "--no-merges", "--format=%s", f"{self.base}..{self.tip}")
        subjects = [each for each in listed.splitlines() if not each.startswith("Revert ")]
        numbers = {int(number) for each in subjects for number in _NUMBER.findall(each)}
        return {undress(each) for each in subjects}, numbers


def undress(subject: str) -> str:
    """Return a subject without the branch that it was picked to and the pull requests that brought it."""
    while True:
        bare = _DRESS.sub("", subject)
        if bare == subject:
            return subject.strip()
        subject = bare
