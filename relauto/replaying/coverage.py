"""Which fixes are on which release lines, and where one is missed: a table of fixes by lines.

What is told of a line is what its history shows: by ancestry, by what messages name, by the same patch, by a
pick that would change nothing. `missing` says that none of these shows it; what could not be looked at is
`unknown`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from relauto.counting import name_count
from relauto.git.errors import MissingObjectError
from relauto.git.merge import merge
from relauto.git.message import find_origins, find_pull
from relauto.git.repository import Repository
from relauto.model.names import Branch, Commit
from relauto.picking.fanout import Line
from relauto.picking.presence import find_mainline, find_presence, is_of_earlier
from relauto.replaying.finding import keep_alike
from relauto.replaying.followups import Followup
from relauto.replaying.history import Main
from relauto.replaying.holdings import Histories, Holding, read_histories
from relauto.replaying.matching import match
from relauto.replaying.pairs import Evidence, Pair
from relauto.replaying.patches import find_alike

State = Literal["in", "missing", "reverted", "unknown"]
By = Evidence | Literal["ancestor", "tree"]


@dataclass(frozen=True)
class Cell:
    """How a fix stands on a line.

    Attributes:
        state: `in`; `reverted`: it was there, and was taken back there; `missing`: nothing shows it;
            `unknown`: what would show it cannot be read.
        by: what shows that it is, or was, there.
        commit: the commit that brought it, None where that is not known; of `reverted` the one that took it
            back.
    """

    state: State
    by: By | None = None
    commit: Commit | None = None


MISSING, UNKNOWN = Cell("missing"), Cell("unknown")


@dataclass(frozen=True)
class Row:
    """One fix on every line, the oldest line first.

    Attributes:
        fix: the commit of main; one that main has not stands for itself.
        subject: the first line of its message.
        pull: the number of the pull request that it came by, if that is known.
        cells: how it stands on each line.
        later: what main says of it later, and the lines that hold the fix without that.
    """

    fix: Commit
    subject: str
    pull: int | None
    cells: Mapping[Branch, Cell]
    later: tuple[tuple[Followup, tuple[Branch, ...]], ...] = ()

    @property
    def gaps(self) -> tuple[tuple[Branch, Branch], ...]:
        """The lines that miss it while an older one holds it, each with the newest of those."""
        gaps, holder = [], None
        for branch, cell in self.cells.items():
            if cell.state == "in":
                holder = branch
            elif cell.state == "missing" and holder:
                gaps.append((holder, branch))
        return tuple(gaps)

    @property
    def is_fine(self) -> bool:
        """Whether nothing about it has to be looked at."""
        unsettled = any(lines for _, lines in self.later)
        return not (self.gaps or unsettled or any(cell.state == "unknown" for cell in self.cells.values()))


@dataclass
class _Survey:
    """A look at all lines: who brought what where."""

    repository: Repository
    histories: Histories
    brought: dict[Branch, dict[Commit, list[Pair]]] = field(default_factory=dict)

    def read(self) -> None:
        """Pair the lines' own commits with those of main, by what their messages say."""
        entries = {commit: each for held in self.histories.holdings for commit, each in held.own.items()}
        pairs = [pair for pair in (match(self.histories.main, each) for each in entries.values()) if pair]
        known = {pair.expected: pair for pair in keep_alike(self.repository, pairs)}
        for commit, entry in entries.items():
            # A pick of a pick names the one that it was made from alone.
            origin = next((known[each] for each in find_origins(entry.message) if each in known), None)
            if commit not in known and origin and len(entry.parents) == 1:
                known[commit] = Pair(origin.fix, entry.parents[0], commit, "trailer")
        for held in self.histories.holdings:
            found = self.brought.setdefault(held.line.branch, {})
            for commit in held.own:
                if commit in known and known[commit].fix not in held.shared:
                    found.setdefault(known[commit].fix, []).append(known[commit])

    def list_fixes(self, since: int) -> list[Commit]:
        """Return the fixes that were brought to a line since a moment, the latest first."""
        latest: dict[Commit, int] = {}
        for held in self.histories.holdings:
            for fix, pairs in self.brought[held.line.branch].items():
                when = max(held.own[pair.expected].seconds for pair in pairs)
                latest[fix] = max(when, latest.get(fix, 0))
        return sorted((fix for fix, when in latest.items() if when >= since), key=lambda fix: -latest[fix])

    def tell(self, held: Holding, fix: Commit) -> Cell:
        """Return what ancestry and messages show."""
        there: list[tuple[Commit, By]] = [(fix, "ancestor")] if fix in held.shared else []
        there += [(pair.expected, pair.by) for pair in self.brought[held.line.branch].get(fix, ())]
        for commit, by in there:
            if held.reverts.stands(commit):
                return Cell("in", by, commit)
        return Cell("reverted", there[0][1], held.reverts.find(there[0][0])[0]) if there else MISSING

    def compare(self, rows: dict[Commit, dict[Branch, Cell]]) -> None:
        """Look for the same patch wherever a fix is missing."""
        for held in self.histories.holdings:
            branch = held.line.branch
            sought = [fix for fix, cells in rows.items() if cells[branch] == MISSING]
            single = [each.id for each in held.own.values() if len(each.parents) == 1]
            try:
                alike = find_alike(self.repository, sought, single)
            except MissingObjectError:
                for fix in sought:
                    rows[fix][branch] = UNKNOWN
                continue
            for fix, commit in alike.items():
                if is_of_earlier(self.repository, commit, fix):
                    continue
                held.reverts.read_same(commit, fix)
                if held.reverts.stands(commit):
                    rows[fix][branch] = Cell("in", "patch-id", commit)
                else:
                    rows[fix][branch] = Cell("reverted", "patch-id", held.reverts.find(commit)[0])


def cover(
    repository: Repository,
    main: Line,
    lines: Sequence[Line],
    *,
    fixes: Sequence[Commit] = (),
    since: int = 0,
    say: Callable[[str], None],
) -> list[Row]:
    """Return how fixes stand on lines.

    Args:
        repository: where all of it is; it is only read, but for loose objects.
        main: the main branch.
        lines: the lines, the oldest version first.
        fixes: which fixes; none: those that were brought to one of the lines since a moment.
        since: that moment, in seconds since 1970.
        say: told what is at hand.

    Raises:
        GitError: git failed.
    """
    say(f"reading {main.branch} and {name_count(len(lines), 'line')} beside it")
    histories = read_histories(repository, main, lines)
    survey = _Survey(repository, histories)
    survey.read()
    origins = [_find_origin(repository, histories.main, fix) for fix in fixes]
    wanted = list(dict.fromkeys(origins)) or survey.list_fixes(since)
    on_main = [fix for fix in wanted if bytes.fromhex(fix) in histories.main.seconds]
    later = {fix: histories.followups.find(fix, repository.commit(fix).subject) for fix in on_main}
    sought = dict.fromkeys([*on_main, *(each.commit for told in later.values() for each in told)])
    rows = {fix: {held.line.branch: survey.tell(held, fix) for held in histories.holdings} for fix in sought}
    say("comparing patches")
    survey.compare(rows)
    by_branch = {line.branch: line for line in lines}
    made = []
    for fix in wanted:
        if fix in later:
            row = _make_row(repository, fix, rows, later[fix])
            doubted = row.cells if fixes else [branch for _, branch in row.gaps]
            made.append(_try_missing(repository, row, [by_branch[branch] for branch in doubted]))
        else:
            made.append(_look_alone(repository, fix, [*lines, main]))
    return made


def _find_origin(repository: Repository, main: Main, fix: Commit) -> Commit:
    """Return the commit of main that a commit says it was picked from, else the commit itself."""
    if bytes.fromhex(fix) in main.seconds:
        return fix
    found = find_origins(repository.commit_object(fix).message)
    return next((each for each in found if bytes.fromhex(each) in main.seconds), fix)


def _make_row(
    repository: Repository,
    fix: Commit,
    rows: Mapping[Commit, Mapping[Branch, Cell]],
    later: Iterable[Followup],
) -> Row:
    cells = rows[fix]
    without = tuple(
        (
            each,
            tuple(
                branch
                for branch, cell in cells.items()
                if cell.state == "in" and rows[each.commit][branch].state not in ("in", "unknown")
            ),
        )
        for each in later
    )
    subject = repository.commit(fix).subject
    return Row(fix, subject, find_pull(subject), cells, without)


def _look_alone(repository: Repository, fix: Commit, lines: Iterable[Line]) -> Row:
    """Look for a commit that main has not on every line and on main, which is where it may be missed."""
    cells = {}
    for line in lines:
        try:
            known = find_presence(repository, fix, line.tip)
            cells[line.branch] = Cell("in", known.by, known.commit) if known else MISSING
        except MissingObjectError:
            cells[line.branch] = UNKNOWN
    subject = repository.commit(fix).subject
    return Row(fix, subject, find_pull(subject), cells)


def _try_missing(repository: Repository, row: Row, lines: Iterable[Line]) -> Row:
    """Tell what is missing from what a line has in another shape: then picking it changes nothing."""
    missing = [line for line in lines if row.cells[line.branch] == MISSING]
    tried = {line.branch: _try(repository, row.fix, line.tip) for line in missing}
    return replace(row, cells={**row.cells, **tried})


def _try(repository: Repository, fix: Commit, tip: Commit) -> Cell:
    ours = repository.commit_object(tip).tree
    try:
        settled = merge(repository, find_mainline(repository, fix, 1), ours, fix)
    except MissingObjectError:
        return UNKNOWN
    return Cell("in", "tree") if settled.tree == ours and not settled.conflicts else MISSING
