"""The earlier commits without which a fix does not apply: a search by trial, not by guess.

It knows nothing of git: what a pick gives, and which commits may be behind a conflict, it is told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from relauto.git.merge import Conflict, Merge
from relauto.model.names import Commit

Pick = Callable[[str, Commit], Merge]
"""Pick a commit onto a tree."""
Candidates = Callable[[Commit, Sequence[Conflict]], Iterable[Commit]]
"""The commits that may be behind the conflicts of a commit, the most likely first; all older than it."""
Order = Callable[[Sequence[Commit]], Sequence[Commit]]
"""Put commits in the order in which they were merged."""


class _SpentError(Exception):
    """The search may go no further."""


@dataclass(frozen=True)
class Limits:
    """How far a search goes: so many commits in a set, so many picks, so many seconds.

    Measured on 590 conflicts of real backports: 223 of the 244 sets that any search found were found
    within 10 picks and 235 within 20; nine tenths of them within a second.
    """

    commits: int = 5
    picks: int = 20
    seconds: float = 2.0


@dataclass
class Search:
    """One search for the smallest set of commits after which a fix applies.

    `now` tells the time in seconds.
    """

    pick: Pick
    candidates: Candidates
    order: Order
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], float] = perf_counter
    picks: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)
    _merges: dict[tuple[str, Commit], Merge] = field(default_factory=dict, init=False)
    _failed: set[tuple[str, Commit, int]] = field(default_factory=set, init=False)

    def find(self, fix: Commit, tree: str) -> tuple[Commit, ...]:
        """Return the commits, in the order of their merges; none when no set was found within the limits.

        Each of them, and then the fix, applies to `tree` and changes something; without any one of them
        that is not so.
        """
        self._until = self.now() + self.limits.seconds
        try:
            for size in range(1, self.limits.commits + 1):
                for commits, _ in self._bring(tree, fix, size):
                    proved = self._prove(tree, commits[:-1], fix)
                    if proved:
                        return proved
        except _SpentError:
            pass
        return ()

    def _bring(self, tree: str, commit: Commit, left: int) -> Iterator[tuple[tuple[Commit, ...], str]]:
        """Yield ways to apply a commit with at most `left` others before it, and the tree that each gives."""
        merged = self._pick(tree, commit)
        if not merged.conflicts:
            if merged.tree != tree:
                yield (commit,), merged.tree
            return
        if not left or (tree, commit, left) in self._failed:
            return
        found = False
        for candidate in self.candidates(commit, merged.conflicts):
            for first, below in self._bring(tree, candidate, left - 1):
                for rest, above in self._bring(below, commit, left - len(first)):
                    found = True
                    yield first + rest, above
        if not found:
            self._failed.add((tree, commit, left))

    def _prove(self, tree: str, commits: Sequence[Commit], fix: Commit) -> tuple[Commit, ...]:
        """Return the commits in order, without any that is not needed; none if they do not apply so."""
        ordered = tuple(self.order(commits))
        if len(set(ordered)) < len(commits) or not self._applies(tree, (*ordered, fix)):
            return ()
        for commit in ordered:
            fewer = [each for each in ordered if each != commit]
            if self._applies(tree, (*fewer, fix)):
                return self._prove(tree, fewer, fix)
        return ordered

    def _applies(self, tree: str, commits: Iterable[Commit]) -> bool:
        for commit in commits:
            merged = self._pick(tree, commit)
            if merged.conflicts or merged.tree == tree:
                return False
            tree = merged.tree
        return True

    def _pick(self, tree: str, commit: Commit) -> Merge:
        if self.now() > self._until:
            raise _SpentError
        known = self._merges.get((tree, commit))
        if known is None:
            if self.picks == self.limits.picks:
                raise _SpentError
            self.picks += 1
            known = self._merges[tree, commit] = self.pick(tree, commit)
        return known
