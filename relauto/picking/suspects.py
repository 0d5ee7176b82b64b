"""Who may be behind a conflict: the commits that changed the same lines, on main and on the line."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from relauto.git.merge import Conflict, Stage
from relauto.git.tree import find_entry
from relauto.model.names import Commit
from relauto.picking.histories import Change, Histories, trace
from relauto.picking.hunks import Hunk, find_regions, read_hunks, trace_back
from relauto.picking.presence import find_mainline

Side = Literal["main", "line"]
Region = tuple[str, int]
"""A place in conflict: a path, and the number of its group of lines there."""


@dataclass(frozen=True)
class Suspect:
    """A commit, and the places in conflict that it had a hand in."""

    commit: Commit
    regions: frozenset[Region]


@dataclass(frozen=True)
class Suspicion:
    """All places in conflict, and who had a hand in any of them, the likeliest first."""

    regions: frozenset[Region]
    suspects: tuple[Suspect, ...]

    def without(self, known: Callable[[Commit], bool]) -> "Suspicion":
        """Return the same without some."""
        return replace(self, suspects=tuple(each for each in self.suspects if not known(each.commit)))

    def list_useful(self, most: int) -> Iterator[Commit]:
        """Yield those who, with at most `most - 1` others, had a hand in every place."""
        for suspect in self.suspects:
            left = self.regions - suspect.regions
            if not left or (most > 1 and self._is_covered(left, most - 1)):
                yield suspect.commit

    def _is_covered(self, regions: frozenset[Region], most: int) -> bool:
        if most == 1:
            return any(regions <= each.regions for each in self.suspects)
        return regions <= frozenset().union(*(each.regions for each in self.suspects))


_Places = list[tuple[Region, tuple[Commit, ...]]]


@dataclass
class Inquiry:
    """Finds who may be behind the conflicts of picks onto a line, and of taking back its own commits."""

    histories: Histories

    _own: set[Commit] = field(default_factory=set, init=False)
    _found: dict[tuple[Commit, Conflict, Side], _Places] = field(default_factory=dict, init=False)

    def is_own(self, commit: Commit) -> bool:
        """Tell whether a suspect is a commit of the line."""
        return commit in self._own

    def list_causes(self, commit: Commit, conflict: Conflict, side: Side) -> tuple[Commit, ...]:
        """Return who on one side is behind a conflict, newest first; it raises as `find` does."""
        found = {each for _, commits in self._look(commit, conflict, side) for each in commits}
        return tuple(sorted(found, key=self._date, reverse=True))

    def find(self, commit: Commit, conflicts: Sequence[Conflict], sides: Iterable[Side]) -> Suspicion:
        """Return who is behind the conflicts of a commit that was to be picked, or taken back.

        Raises:
            TimeUpError: the histories could not be read in time.
            MissingObjectError: a file's content is absent.
            GitError: git failed.
        """
        regions: set[Region] = set()
        had: dict[Commit, set[Region]] = {}
        for side in sides:
            for conflict in conflicts:
                for region, commits in self._look(commit, conflict, side):
                    regions.add(region)
                    for each in commits:
                        had.setdefault(each, set()).add(region)
        suspects = (Suspect(each, frozenset(places)) for each, places in had.items())
        return Suspicion(frozenset(regions), tuple(sorted(suspects, key=self._rank)))

    def _rank(self, suspect: Suspect) -> tuple[int, int]:
        """Put whoever had a hand in more places first, then the newest."""
        return -len(suspect.regions), -self._date(suspect.commit)

    def _date(self, commit: Commit) -> int:
        return int(self.histories.repository.commit_object(commit).committer.split(" ")[-2])

    def _look(self, commit: Commit, conflict: Conflict, side: Side) -> _Places:
        key = commit, conflict, side
        if key not in self._found:
            look = self._look_at_line if side == "line" else self._look_at_main
            self._found[key] = look(commit, conflict)
        return self._found[key]

    def _look_at_main(self, commit: Commit, conflict: Conflict) -> _Places:
        if self.is_own(commit):
            return []
        path, spans = self._find_earlier_path(commit, conflict), self._find_spans(conflict)
        history = self.histories.read_main(path, commit, lines=spans is not None)
        if spans is None:
            return [((conflict.path, 0), _list_touching(history))]
        return [
            ((conflict.path, number), trace(history, [hunk.old for hunk in hunks]))
            for number, hunks in enumerate(spans)
        ]

    def _look_at_line(self, commit: Commit, conflict: Conflict) -> _Places:
        spans = self._find_spans(conflict)
        path, moved = self._find_own_path(commit, conflict)
        history = self.histories.read_line(path, lines=spans is not None)
        if self.is_own(commit):
            history = _list_above(history, commit)
        if spans is None:
            found = [((conflict.path, 0), _list_touching(history))]
        else:
            found = [
                ((conflict.path, number), trace(history, trace_back([hunk.new for hunk in hunks], moved)[0]))
                for number, hunks in enumerate(spans)
            ]
        self._own.update(each for _, commits in found for each in commits)
        return found

    def _find_own_path(self, commit: Commit, conflict: Conflict) -> tuple[str, Sequence[Hunk]]:
        """Return what the line calls the file, and how its tip's text became the one that conflicts."""
        at_tip = self._find_entry(self.histories.tip, conflict.path)
        if at_tip is None and not self.is_own(commit):
            return self._find_earlier_path(commit, conflict), ()
        if at_tip and conflict.ours and at_tip != conflict.ours.id and conflict.kind == "content":
            return conflict.path, read_hunks(self.histories.repository, at_tip, conflict.ours.id)
        return conflict.path, ()

    def _find_spans(self, conflict: Conflict) -> list[tuple[Hunk, ...]] | None:
        """Return the line's own changes, place by place; None where there are no lines to look at."""
        if not (conflict.base and conflict.ours and conflict.theirs and conflict.kind == "content"):
            return None
        repository = self.histories.repository
        ours = read_hunks(repository, conflict.base.id, conflict.ours.id)
        regions = find_regions(ours, read_hunks(repository, conflict.base.id, conflict.theirs.id))
        return [region.ours for region in regions]

    def _find_earlier_path(self, commit: Commit, conflict: Conflict) -> str:
        """Return what the file is called below a commit: that and the line may each have renamed it."""
        base = find_mainline(self.histories.repository, commit, 1)
        if base is None or conflict.base is None or self._find_entry(base, conflict.path) == conflict.base.id:
            return conflict.path
        return self._find_changed(base, commit, conflict.base) or conflict.path

    def _find_entry(self, commit: Commit, path: str) -> str | None:
        repository = self.histories.repository
        entry = find_entry(repository.store, repository.commit_object(commit).tree, path)
        return entry.id if entry else None

    def _find_changed(self, base: Commit, commit: Commit, side: Stage) -> str | None:
        """Return the path whose content a commit took away or changed from that side's."""
        changes = self.histories.repository.changed_contents(base, commit)
        return next((path for path, (before, _) in changes.items() if before == side.id), None)


def _list_touching(history: Iterable[Change]) -> tuple[Commit, ...]:
    """Return who touched a file; of one that is new, only who made it: its coming is the cause."""
    found = []
    for change in history:
        if change.born:
            return (change.commit,)
        found.append(change.commit)
    return tuple(found)


def _list_above(history: Sequence[Change], commit: Commit) -> list[Change]:
    """Return what came after a commit, newest first."""
    for place, change in enumerate(history):
        if change.commit == commit:
            return list(history[:place])
    return list(history)
