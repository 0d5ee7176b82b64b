"""Why a fix does not apply to a line: what it builds on and the line lacks, or what the line changed itself.

Both are proved in memory: with these commits picked first, or those of the line taken back, the fix applies.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from relauto.git.coprocess import LateError
from relauto.git.merge import Conflict, Merge, merge
from relauto.git.repository import Repository
from relauto.git.tree import find_entry, write_files
from relauto.model.names import Commit
from relauto.picking.claims import Claims
from relauto.picking.fixes import sort_commits
from relauto.picking.histories import Histories, TimeUpError
from relauto.picking.prefetching import prefetch_merged
from relauto.picking.prerequisites import Budget, Limits, Search, SpentError
from relauto.picking.presence import find_mainline
from relauto.picking.suspects import Inquiry, Side, Suspicion

# What conflicts itself in more files than this needs too much to be brought whole: to look for all of it
# would take the time in which other causes are found.
_BROAD = 12
# Three and more prerequisites are a larger change: what else may be behind a conflict is looked for first.
_FEW = 2


@dataclass(frozen=True)
class Explanation:
    """What keeps a fix from applying, proved by trial; nothing could be proved where all is empty.

    It says why, and is no proposal to take anything back. No commit that is named can be left out.

    Attributes:
        prerequisites: earlier commits of main after which the fix applies, in the order of their merges.
            None is known to be on the line, by whatever id.
        line: commits of the line without which the fix applies, newest first.
        missing: earlier commits of main that the fix builds on and that no pick can bring alone: they help
            beside `line`, or where only what they did to the files in conflict is taken. Either, and `line`,
            may stand beside three or more `prerequisites`.
        in_part: whether of `line` and `missing` only what they did to the files in conflict was tried.
        picks: how many picks it took to find out.
        seconds: how long.
    """

    prerequisites: tuple[Commit, ...] = ()
    line: tuple[Commit, ...] = ()
    missing: tuple[Commit, ...] = ()
    in_part: bool = False
    picks: int = 0
    seconds: float = 0.0

    @property
    def is_proven(self) -> bool:
        """Whether it is known why."""
        return bool(self.prerequisites or self.line or self.missing)


Explain = Callable[[Commit, Commit], Explanation]
"""Tells why a fix does not apply to a tip: `explain`, or what remembers what that found."""


def explain(repository: Repository, fix: Commit, tip: Commit, *, limits: Limits | None = None) -> Explanation:
    """Return why picking `fix` onto `tip` conflicts, as far as it can be proved within the limits.

    Raises:
        MissingObjectError: an object that is needed is absent.
        GitError: git failed.
    """
    budget = Budget(limits or Limits())
    base = find_mainline(repository, fix, 1)
    found = _Ground(repository, fix, base, tip, budget).explain() if base else Explanation()
    return replace(found, picks=budget.picks, seconds=budget.seconds)


@dataclass
class _Ground:
    """A line, as the searches ask about it; `base` is what the fix is on."""

    repository: Repository
    fix: Commit
    base: Commit
    tip: Commit
    budget: Budget
    _merges: dict[tuple[str, Commit], Merge] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.until = self.budget.started + self.budget.limits.seconds
        self.inquiry = Inquiry(Histories(self.repository, self.base, self.tip, self.until))
        self.claims = Claims(self.repository, self.base, self.tip)
        self.tree = self.repository.commit_object(self.tip).tree

    def explain(self) -> Explanation:
        """Look for prerequisites, then for what is in the way, the smallest sets first.

        Many prerequisites are looked for even where that is known: they alone are something to be done.
        """
        known = Explanation()
        try:
            for search, most in self._plan(self.budget.limits.commits):
                if known.is_proven and search.suspect != self.suspect_missing:
                    continue
                found = search.find(self.fix, self.tree, most)
                if search.suspect == self.suspect_missing:
                    found = self._leave_out(search, found, most)
                    if found:
                        return replace(known, prerequisites=found)
                elif found:
                    known = self._conclude(search, found)
        except (SpentError, TimeUpError):
            pass
        return known

    def _plan(self, most: int) -> list[tuple[Search, int]]:
        """Return the searches in turn, each with the size of the largest set that it is to find."""
        missing = Search(self.merge, self.suspect_missing, self.order)
        line = Search(self.merge, self.suspect_line, self.order)
        both = Search(self.merge, self.suspect_all, self.order)
        part = Search(self.merge_part, self.suspect_all, self.order)
        few = min(most, _FEW)
        return [(missing, few), (line, few), (both, few), (part, few), (missing, most), (part, most)]

    def _leave_out(self, search: Search, found: tuple[Commit, ...], most: int) -> tuple[Commit, ...]:
        """Return a set of which the line has nothing; what patches alone show is seen late, for its cost."""
        while any(map(self.claims.is_there, found)):
            found = search.find(self.fix, self.tree, most)
        return found

    def _conclude(self, search: Search, found: tuple[Commit, ...]) -> Explanation:
        own = tuple(each for each in found if self.inquiry.is_own(each))
        others = tuple(each for each in found if each not in own)
        in_part = search.attempt == self.merge_part
        # Without anything of the line these are commits that it has already, in its own way.
        return Explanation((), own, others, in_part) if own or in_part else Explanation()

    def merge(self, tree: str, commit: Commit) -> Merge:
        """Pick a commit, or take it back where it is the line's own."""
        known = self._merges.get((tree, commit))
        if known is None:
            self.budget.spend()
            below = find_mainline(self.repository, commit, 1)
            sides = (commit, below) if below and self.inquiry.is_own(commit) else (below, commit)
            known = self._merges[tree, commit] = self._merge(tree, *sides)
        return known

    def _merge(self, tree: str, base: Commit | None, theirs: Commit) -> Merge:
        try:
            return merge(self.repository, base, tree, theirs, until=self.until)
        except LateError as error:
            raise TimeUpError from error

    def merge_part(self, tree: str, commit: Commit) -> Merge:
        """Do so only in the files in which the fix conflicts; the fix itself applies as a whole."""
        merged = self.merge(tree, commit)
        if commit == self.fix:
            return merged
        files = {each.path for each in self.merge(self.tree, self.fix).conflicts}
        store = self.repository.store
        kept = write_files(store, tree, {path: find_entry(store, merged.tree, path) for path in files})
        return Merge(kept, tuple(each for each in merged.conflicts if each.path in files))

    def suspect_missing(self, commit: Commit, conflicts: Sequence[Conflict]) -> Suspicion:
        """Return the commits of main that may be behind conflicts, without those that the line has."""
        return self._suspect(commit, conflicts, ("main",)).without(self.claims.is_told)

    def suspect_line(self, commit: Commit, conflicts: Sequence[Conflict]) -> Suspicion:
        """Return the commits of the line that may be."""
        return self._suspect(commit, conflicts, ("line",))

    def suspect_all(self, commit: Commit, conflicts: Sequence[Conflict]) -> Suspicion:
        """Return both; what the line has in its own way can be picked again where that is taken back."""
        return self._suspect(commit, conflicts, ("line", "main"))

    def _suspect(self, commit: Commit, conflicts: Sequence[Conflict], sides: Sequence[Side]) -> Suspicion:
        if commit != self.fix and len(conflicts) > _BROAD:
            return Suspicion(frozenset(), ())
        found = self.inquiry.find(commit, conflicts, sides)
        if self.repository.may_fetch:
            likely = [each.commit for each in found.suspects[: self.budget.limits.picks]]
            prefetch_merged(self.repository, likely, self.tree)
        return found

    def order(self, commits: Sequence[Commit]) -> tuple[Commit, ...]:
        """Return what is to be taken back, newest first, then what is to be picked, oldest first."""
        own = [each for each in commits if self.inquiry.is_own(each)]
        others = [each for each in commits if each not in own]
        return sort_commits(self.repository, own)[::-1] + sort_commits(self.repository, others)
