"""The commits that keep a fix from applying, found by trial and not by guess.

It knows nothing of git: what an attempt gives, and which commits may be behind a conflict, it is told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from relauto.git.merge import Conflict, Merge
from relauto.model.names import Commit
from relauto.picking.suspects import Suspicion

Attempt = Callable[[str, Commit], Merge]
"""Apply a commit to a tree: pick it, or take it back where it is the line's own."""
Suspect = Callable[[Commit, Sequence[Conflict]], Suspicion]
"""Who may be behind the conflicts of a commit."""
Order = Callable[[Sequence[Commit]], Sequence[Commit]]
"""Put commits in the order in which they are to be applied."""


class SpentError(Exception):
    """The search may go no further."""


@dataclass(frozen=True)
class Limits:
    """How far a search goes: so many commits in a set, so many picks, so many seconds.

    Measured on 590 conflicts of real backports: 223 of the 244 sets that any search found were found
    within 10 picks and 235 within 20; nine tenths of them within a second. A pick that has not ended by then
    is given up; what is looked up after the last may take a little more, up to the two seconds that people
    are told.
    """

    commits: int = 5
    picks: int = 20
    seconds: float = 1.8


@dataclass
class Budget:
    """What is left of the limits; `now` tells the time in seconds."""

    limits: Limits = field(default_factory=Limits)
    now: Callable[[], float] = perf_counter
    picks: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.started = self.now()

    @property
    def seconds(self) -> float:
        """How much time was spent."""
        return self.now() - self.started

    def spend(self) -> None:
        """Count a pick that is about to be tried.

        Raises:
            SpentError: there is none left, or no time.
        """
        if self.picks == self.limits.picks or self.seconds > self.limits.seconds:
            raise SpentError
        self.picks += 1


@dataclass
class Search:
    """One search for the smallest set of commits after which a fix applies."""

    attempt: Attempt
    suspect: Suspect
    order: Order
    _tried: dict[tuple[str, Commit], Merge] = field(default_factory=dict, init=False)
    _failed: set[tuple[str, Commit, int]] = field(default_factory=set, init=False)

    def find(self, fix: Commit, tree: str, most: int) -> tuple[Commit, ...]:
        """Return at most so many commits, in their order; none when no set was found.

        Each of them, and then the fix, applies to `tree` and changes something; without any one of them
        that is not so. What `attempt` and `suspect` raise when the limits are reached is passed on.
        """
        for size in range(1, most + 1):
            for commits, _ in self._bring(tree, fix, size, frozenset()):
                proved = self._prove(tree, commits[:-1], fix)
                if proved:
                    return proved
        return ()

    def _bring(
        self, tree: str, commit: Commit, left: int, done: frozenset[Commit]
    ) -> Iterator[tuple[tuple[Commit, ...], str]]:
        """Yield ways to apply a commit with at most `left` others before it, and the tree that each gives."""
        merged = self._try(tree, commit)
        if not merged.conflicts:
            if merged.tree != tree:
                yield (commit,), merged.tree
            return
        if not left or (tree, commit, left) in self._failed:
            return
        found = False
        for candidate in self.suspect(commit, merged.conflicts).list_useful(left):
            if candidate in done:
                continue
            for first, below in self._bring(tree, candidate, left - 1, done | {commit}):
                for rest, above in self._bring(below, commit, left - len(first), done.union(first)):
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
            merged = self._try(tree, commit)
            if merged.conflicts or merged.tree == tree:
                return False
            tree = merged.tree
        return True

    def _try(self, tree: str, commit: Commit) -> Merge:
        known = self._tried.get((tree, commit))
        if known is None:
            known = self._tried[tree, commit] = self.attempt(tree, commit)
        return known
