"""What becomes of a change on release lines, told before it is merged: picked as it would be merged.

The picks are made in the object database like any others, so what is told is what picking then does. No
ref is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from relauto.errors import InputError
from relauto.git.commit import CommitObject, Signature
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.model.names import Commit
from relauto.picking.explanation import Explain
from relauto.picking.fanout import Line, Picked, Propose, Series, pick_series
from relauto.picking.fixes import sort_commits
from relauto.picking.forecast import forecast

Method = Literal["merge", "squash", "rebase"]
State = Literal["clean", "already", "proposed", "needs", "conflict", "error"]


@dataclass(frozen=True)
class Change:
    """A change that is not merged yet.

    Attributes:
        head: its tip.
        base: the commit of main that it grows from.
        fixes: the commits that main would get, oldest first. Those of a squash or a merge are no commits of
            anybody's: they stand for the whole change.
        conflicts: the paths in which it conflicts with main itself.
    """

    head: Commit
    base: Commit
    fixes: tuple[Commit, ...]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outlook:
    """How a change goes onto a line, and what would have to be there first.

    `needs` are earlier commits of main, in the order of their merges: with them the whole change applies,
    which was tried; without any one of them the commit that they were found for does not.
    """

    series: Series
    needs: tuple[Commit, ...] = ()

    @property
    def state(self) -> State:
        """The worst that is told of a commit; `needs` where earlier commits settle all of it.

        `proposed`: resolvers settle every conflict, for a person to judge, whatever else would.
        """
        states = {each.pick.status for each in self.series.picked}
        if "error" in states:
            return "error"
        if "conflict" in states:
            return "needs" if self.needs else "conflict"
        if "resolved" in states:
            return "proposed"
        return "clean" if "clean" in states else "already"


def read_change(
    repository: Repository, main: Commit, head: Commit, *, method: Method = "squash", title: str = ""
) -> Change:
    """Return what merging `head` would bring to `main`.

    Args:
        repository: where both are; loose objects are written.
        main: the tip that it would be merged into.
        head: the tip of the change.
        method: how it would be merged. What a merge commit brings is what a squash brings.
        title: what the whole change is called; default: the subject of its first commit.

    Raises:
        InputError: they share no history, or main holds all of it.
        MissingObjectError: an object is absent.
    """
    base = repository.merge_base(main, head)
    if base is None:
        raise InputError(
            f"{head.short} shares no history with {main.short}, so it cannot be merged there",
            todo="name a branch that grows from it",
        )
    own = repository.list_commits("--no-merges", f"{base}..{head}")
    if not own:
        raise InputError(
            f"{head.short} is merged already, so there is nothing to foretell",
            todo="pick it: leave out --forecast",
        )
    fixes = tuple(own) if method == "rebase" else (_squash(repository, base, head, own, title),)
    return Change(head, base, fixes, forecast(repository, head, main, since=main).paths)


def _squash(repository: Repository, base: Commit, head: Commit, own: Sequence[Commit], title: str) -> Commit:
    told, first = repository.commit_object(head), repository.commit_object(own[0])
    message = f"{title}\n" if title else first.message
    return repository.write_object(CommitObject(told.tree, (base,), first.author, told.committer, message))


def foresee(
    repository: Repository,
    fixes: Sequence[Commit],
    line: Line,
    *,
    committer: Signature,
    explain: Explain,
    propose: Propose | None = None,
) -> Outlook:
    """Return how `fixes` go onto a line, and which earlier commits they need where they do not apply.

    These are what `explain` tells; where it lacks an object, none are named. What conflicts is shown as
    `propose` settles it.

    Raises:
        InputError: there is nothing to pick, or `committer` is unfit.
    """
    series = pick_series(repository, fixes, line, committer=committer)
    needs: tuple[Commit, ...] = ()
    tried = series
    for _ in fixes:
        stuck = next((each for each in tried.picked if each.pick.status == "conflict"), None)
        found = _find_needs(stuck, explain) if stuck else ()
        if not found or set(found) & {*needs, *fixes}:
            break
        needs = sort_commits(repository, (*needs, *found))
        tried = pick_series(repository, (*needs, *fixes), line, committer=committer)
    if propose and not series.is_whole:
        series = pick_series(repository, fixes, line, committer=committer, propose=propose)
    return Outlook(series, needs if tried.is_whole else ())


def _find_needs(stuck: Picked, explain: Explain) -> tuple[Commit, ...]:
    try:
        return explain(stuck.fix, stuck.below).prerequisites
    except (MissingObjectError, GitError):
        return ()


def pick_along(
    repository: Repository,
    fixes: Sequence[Commit],
    line: Line,
    *,
    committer: Signature,
    explain: Explain,
    propose: Propose | None = None,
) -> Series:
    """Pick fixes onto a line, and before them the earlier commits that they need where they do not apply.

    They come first where `propose` would settle it, too: they are asked for by name, and are what people
    wrote. Where no such commits are found, or the history here is cut, it is as
    `relauto.picking.fanout.pick_series`. It raises as `foresee`.
    """
    needs = foresee(repository, fixes, line, committer=committer, explain=explain).needs
    put = partial(pick_series, repository, line=line, committer=committer, propose=propose)
    instead = put(fixes) if needs and propose else None
    return replace(
        put((*needs, *fixes)), along=needs, instead=instead.resolvers if instead and instead.is_whole else ()
    )
