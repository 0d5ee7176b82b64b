"""Who changed what a fix that conflicts changes too, on the line and on main."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relauto.git.merge import Conflict
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.histories import Histories
from relauto.picking.presence import find_mainline
from relauto.picking.suspects import Inquiry


@dataclass(frozen=True)
class Causes:
    """Who changed the lines of a conflict, newest first.

    `line`: commits that the fix's parent has not; `main`: commits that the line has not, from before the
    fix. A merge stands for what it brought.
    """

    path: str
    line: tuple[Commit, ...]
    main: tuple[Commit, ...]


def find_causes(
    repository: Repository, fix: Commit, tip: Commit, conflicts: Sequence[Conflict]
) -> Iterator[Causes]:
    """Yield for each conflict the commits that changed its lines since the line and main parted.

    Where there are no lines to look at (a file that one side lacks, one that is not text, a submodule),
    those that changed the file; of one that is new, who made it.

    Args:
        repository: where both are.
        fix: the commit that does not apply.
        tip: the commit that it was picked onto.
        conflicts: paths of it.

    Raises:
        MissingObjectError: a file's content is absent.
        GitError: git failed.
    """
    main = find_mainline(repository, fix, 1) or fix
    inquiry = Inquiry(Histories(repository, main, tip))
    for each in conflicts:
        line, before = (inquiry.list_causes(fix, each, side) for side in ("line", "main"))
        yield Causes(each.path, line, before)
