"""Fixes picked onto many lines: a result for each fix on each line, and no line waits for another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from relauto.git.commit import Signature
from relauto.git.errors import MissingObjectError
from relauto.git.markers import find_markers
from relauto.git.pick import Pick, pick
from relauto.git.presence import find_known_presence
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.model.names import Branch, Commit


@dataclass(frozen=True)
class Line:
    """A branch to pick onto, and its tip."""

    branch: Branch
    tip: Commit


@dataclass(frozen=True)
class Picked:
    """How a fix went onto a line, on top of `below`: its tip, or the pick before this one."""

    fix: Commit
    below: Commit
    pick: Pick

    @property
    def commit(self) -> Commit | None:
        """The pick; of a fix that is there already, the commit that brought it, if one can be named."""
        if self.pick.commits:
            return self.pick.commits[-1]
        return self.pick.presence.commit if self.pick.presence else None


@dataclass(frozen=True)
class Series:
    """All fixes on one line, in order. Each builds on those before it that applied."""

    line: Line
    picked: tuple[Picked, ...]

    @property
    def fixes(self) -> tuple[Commit, ...]:
        """The fixes, in order."""
        return tuple(each.fix for each in self.picked)

    @property
    def is_whole(self) -> bool:
        """Whether every fix applied or was there."""
        return all(each.pick.status in ("clean", "already") for each in self.picked)

    @property
    def head(self) -> Commit:
        """The last pick; the line's tip when there is none."""
        made = [commit for each in self.picked for commit in each.pick.commits]
        return made[-1] if made else self.line.tip


def pick_series(
    repository: Repository, fixes: Sequence[Commit], line: Line, *, committer: Signature
) -> Series:
    """Pick fixes onto a line, in the order given; one that does not apply is left out and told.

    Raises:
        InputError: there is nothing to pick, or `committer` is unfit.
    """
    head, picked = line.tip, []
    for fix in fixes:
        started = perf_counter()
        made = _pick_new(repository, fix, head, committer)
        picked.append(Picked(fix, head, replace(made, seconds=perf_counter() - started)))
        head = made.commits[-1] if made.commits else head
    return Series(line, tuple(picked))


def _pick_new(repository: Repository, fix: Commit, below: Commit, committer: Signature) -> Pick:
    """Pick what is not there: what applies cleanly may be there all the same, changed since."""
    made = pick(repository, [fix], below, committer=committer)
    if made.status != "clean":
        return made
    try:
        known = find_known_presence(repository, fix, below)
        markers = find_markers(repository, fix, below, made.commits[-1])
    except (MissingObjectError, GitError) as error:
        return Pick("error", error=error.what)
    if known:
        return Pick("already", tree=repository.commit_object(below).tree, presence=known)
    if markers:
        return Pick("error", error=f"the pick would leave conflict markers in {', '.join(markers)}")
    return made
