"""What a cold pick's fix and a line have each had since they parted: fetched to tell why the fix conflicts.

The server is asked for what one side has and the other has not, so that no more of the history comes than
is looked at: commits and trees, and of their files those that a closer look needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from relauto.git.repository import Repository
from relauto.model.names import Branch, Commit
from relauto.picking.cold import SKEW, ColdClone
from relauto.picking.horizon import shows_parting
from relauto.picking.presence import find_mainline
from relauto.picking.wants import point_at_fix, point_at_line, since


@dataclass
class Bound:
    """How much may come to tell why picks conflict, in bytes and in seconds.

    Measured on 14 conflicts of real backports of a repository whose clone is 253 MB: 0.7 to 14 MB came, 2.5
    in the median, in at most 4 seconds.
    """

    bytes: int = 20_000_000
    seconds: float = 60.0
    started: float = field(default_factory=perf_counter)

    def holds(self, clone: ColdClone) -> bool:
        """Tell whether more may come to a clone."""
        came = clone.cost_of_causes.bytes + clone.count_coming()
        return came <= self.bytes and perf_counter() - self.started <= self.seconds


def fetch_sides(clone: ColdClone, fix: Commit, line: Branch, tip: Commit, bound: Bound) -> bool:
    """Fetch the commits that only a fix or only a line has, with their trees; tell whether all are here.

    Args:
        clone: where they go.
        fix: what conflicts.
        line: the branch that it was picked onto.
        tip: its tip.
        bound: what stops the fetch; what was fetched until then may be lost.

    Raises:
        InputError: the remote has no such branch any more, or gives nothing by its id.
        UnreachableError: it was not reached.
        GitError: git failed otherwise.
    """
    repository, base = clone.repository, find_mainline(clone.repository, fix, 1)
    if base is None:
        return False
    if not shows_parting(repository, base, tip):
        _deepen(clone, fix, line, bound)
        if not shows_parting(repository, base, tip):
            return False
    clone.fetch_trees(f"{base}...{tip}")
    return True


def _deepen(clone: ColdClone, fix: Commit, line: Branch, bound: Bound) -> None:
    ours, theirs = point_at_fix(fix), [point_at_line(line)]
    # git tells a server that all is here that a ref leads to, and of main there are no trees.
    clone.forget_main()

    def fetch(depth: str, specs: Sequence[str]) -> bool:
        return clone.fetch(depth, specs=specs, goes_on=lambda: bound.holds(clone)) and bound.holds(clone)

    # Where they parted comes too, so that what was first has something to be compared with.
    if fetch(f"--shallow-exclude={line.ref}", ours) and fetch("--deepen=1", ours):
        fetch(since(_date_parting(clone.repository, fix)), theirs)


def _date_parting(repository: Repository, fix: Commit) -> datetime:
    """Return when the oldest commit was made that is known of a fix's line of first parents, by any clock."""
    return repository.moment(repository.list_commits("--first-parent", fix)[0]) - SKEW
