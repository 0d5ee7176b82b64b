"""What release lines hold: their own commits, and those of main, from one walk over each history."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from relauto.git.message import find_reverted
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.fanout import Line
from relauto.picking.reverts import Reverts
from relauto.replaying.followups import Followups, read_all
from relauto.replaying.history import Entry, Main, read_entries

Parents = Mapping[Commit, tuple[Commit, ...]]


@dataclass
class Holding:
    """What one line holds.

    Attributes:
        line: the branch and its tip.
        own: its commits that main has not.
        shared: its commits that main has.
        reverts: the reverts that it holds.
    """

    line: Line
    own: dict[Commit, Entry]
    shared: frozenset[Commit]
    reverts: Reverts


@dataclass(frozen=True)
class Histories:
    """Main as an index, what it says of its own commits, and what every line holds."""

    main: Main
    followups: Followups
    holdings: tuple[Holding, ...]


def read_histories(repository: Repository, main: Line, lines: Sequence[Line]) -> Histories:
    """Read main once, and all that the lines have beside it once.

    Raises:
        GitError: git failed.
    """
    index, followups = Main(), Followups(Reverts(repository))
    read = read_all(read_entries(repository, str(main.tip)), index, followups)
    parents = {entry.id: entry.parents for entry in read}
    tips = [str(line.tip) for line in lines]
    beside = {entry.id: entry for entry in read_entries(repository, *tips, f"^{main.tip}")} if tips else {}
    holdings = tuple(_hold(repository, line, beside, parents, followups) for line in lines)
    return Histories(index, followups, holdings)


def _hold(
    repository: Repository,
    line: Line,
    beside: Mapping[Commit, Entry],
    parents: Parents,
    followups: Followups,
) -> Holding:
    above = {commit: entry.parents for commit, entry in beside.items()}
    own = _walk([line.tip], above)
    edge = [parent for commit in own for parent in above[commit] if parent not in above]
    shared = _walk([line.tip, *edge], parents)
    holding = Holding(
        line, {commit: beside[commit] for commit in own}, frozenset(shared), Reverts(repository)
    )
    for reverted, by in followups.reverts.named.items():
        for revert in by & holding.shared:
            holding.reverts.add(revert, [reverted])
    for commit in own:
        holding.reverts.read(commit, beside[commit].message)
        for reverted in find_reverted(beside[commit].message):
            holding.reverts.add(commit, _list_brought(reverted, above))
    return holding


def _walk(tips: Collection[Commit], parents: Parents) -> list[Commit]:
    """Return the commits of a graph that are reached from some, themselves included."""
    found, waiting = dict.fromkeys(tip for tip in tips if tip in parents), list(tips)
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent in parents and parent not in found:
                found[parent] = None
                waiting.append(parent)
    return list(found)


def _list_brought(commit: Commit, parents: Parents) -> list[Commit]:
    """Return a commit, and of a merge what it brought: taking back a merge takes back all of it."""
    first, *others = parents.get(commit, ()) or (commit,)
    if not others:
        return [commit]
    below = set(_walk([first], parents))
    return [commit, *(each for each in _walk(others, parents) if each not in below)]
