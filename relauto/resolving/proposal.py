"""From a pick that conflicts to a merge that a person confirms: all of its conflicts, or nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from relauto.git.merge import Conflict, Merge, Stage
from relauto.git.repository import Repository
from relauto.git.tree import Entry, find_entry
from relauto.model.names import Commit
from relauto.model.resolution import MOVED, Confidence, Proposal, ResolvedFile, ResolvedHunk, find_least
from relauto.picking.presence import find_mainline
from relauto.resolving.merging import are_short, compare_blobs, has_markers, merge_file
from relauto.resolving.moves import Move, find_moved, has_surroundings
from relauto.resolving.names import DELETION, POLICY
from relauto.resolving.policies import find_policy
from relauto.resolving.regions import Comparison, split_lines
from relauto.settings.changes import PathPolicy

_PLAIN = ("100644", "100755")


def propose(
    repository: Repository,
    fix: Commit,
    tip: Commit,
    merged: Merge,
    resolvers: Collection[str],
    policies: Sequence[PathPolicy] = (),
) -> Proposal | None:
    """Return a merge in which every conflict of a pick is resolved.

    None where one of them stays, or nothing is left to pick.

    The same arguments give the same proposal. Only loose objects are written, and no ref.

    Args:
        repository: where the objects are.
        fix: the commit that does not apply; a merge stands for its change against its first parent.
        tip: the commit that it was picked onto.
        merged: how `relauto.git.merge.merge` ended for the two.
        resolvers: the names of those that are on (`relauto.resolving.names.parse_resolvers`).
        policies: what the project's settings say; they count where `policy` is on.

    Raises:
        MissingObjectError: an object that is needed is absent.
        GitError: git failed.
    """
    base = find_mainline(repository, fix, 1)
    if base is None or not merged.conflicts:
        return None
    case = _Case(repository, base, tip, merged, frozenset(resolvers), policies)
    files = []
    for conflict in merged.conflicts:
        file = case.resolve(conflict)
        if file is None:
            return None
        files.append(file)
    return case.conclude(files)


@dataclass(frozen=True)
class _Case:
    """One pick that conflicts."""

    repository: Repository
    base: Commit
    tip: Commit
    merged: Merge
    resolvers: frozenset[str]
    policies: Sequence[PathPolicy]

    def resolve(self, conflict: Conflict) -> ResolvedFile | None:
        """Return a path in conflict as it was resolved, or None."""
        if not all(side.mode in _PLAIN for side in (conflict.base, conflict.ours, conflict.theirs) if side):
            return None
        policy = find_policy(self.policies, conflict.path) if POLICY in self.resolvers else None
        if policy:
            return self._obey(conflict, policy)
        if conflict.base is None:
            return None
        if conflict.kind == "content" and conflict.ours and conflict.theirs:
            return self._merge(conflict.path, conflict.base, conflict.ours, conflict.theirs)
        if conflict.kind == "modify/delete" and conflict.ours and DELETION in self.resolvers:
            return self._take(conflict, None, DELETION, "high")
        if conflict.kind == "modify/delete" and conflict.theirs and MOVED in self.resolvers:
            return self._follow(conflict, conflict.base, conflict.theirs)
        return None

    def conclude(self, files: Sequence[ResolvedFile]) -> Proposal | None:
        """Return the whole merge; None where two files would be one, or the line would stay as it is."""
        changes: dict[str, bytes | None] = {file.conflict: None for file in files if file.conflict}
        changes |= {file.path: file.content for file in files}
        if len({file.path for file in files}) < len(files):
            return None
        tree = self.repository.write_files(self.merged.tree, changes)
        return None if tree == self._tree else Proposal(tree, tuple(files))

    @cached_property
    def _tree(self) -> str:
        return self.repository.commit_object(self.tip).tree

    def _merge(self, path: str, base: Stage, ours: Stage, theirs: Stage) -> ResolvedFile | None:
        found = compare_blobs(self.repository, base.id, ours.id, theirs.id)
        made = merge_file(found, self.resolvers) if found else None
        # Where git saw a conflict and there seems to be none, one of the two is mistaken.
        return ResolvedFile(path, *made) if made and made[1] else None

    def _obey(self, conflict: Conflict, policy: PathPolicy) -> ResolvedFile | None:
        if conflict.kind not in ("content", "binary", "add/add", "modify/delete"):
            return None
        side = conflict.theirs if policy.take == "fix" else conflict.ours
        file = self._take(conflict, side, POLICY, "high")
        return replace(file, command=policy.command) if file else None

    def _take(
        self, conflict: Conflict, side: Stage | None, resolver: str, confidence: Confidence
    ) -> ResolvedFile | None:
        """Return a file as one side has it, or gone."""
        sides = (conflict.base, conflict.ours, conflict.theirs, side)
        if not are_short(self.repository, [each.id for each in sides if each]):
            return None
        contents = [self._read(each) for each in sides]
        if has_markers(contents[-1]):
            return None
        hunk = ResolvedHunk(resolver, confidence, 1, *map(split_lines, contents))
        return ResolvedFile(conflict.path, contents[-1] if side else None, (hunk,))

    def _read(self, side: Stage | None) -> bytes:
        return self.repository.store.read(side.id, "blob") if side else b""

    def _follow(self, conflict: Conflict, base: Stage, theirs: Stage) -> ResolvedFile | None:
        """Return the file that a lost one became, with the fix in it."""
        move = self._moved.get(conflict.path)
        # No hunk would tell of a mode, and what the merge changed there as well is not what is known of it.
        if base.mode != theirs.mode or move is None or self._find_merged(move.path) != move.entry:
            return None
        found = compare_blobs(self.repository, base.id, move.entry.id, theirs.id)
        if not found or (move.by_name and not has_surroundings(found)):
            return None
        made = merge_file(found, self.resolvers)
        return _carry(conflict.path, move, found, *made) if made else None

    def _find_merged(self, path: str) -> Entry | None:
        return find_entry(self.repository.store, self.merged.tree, path)

    @cached_property
    def _moved(self) -> dict[str, Move]:
        lost = [
            (conflict.path, Entry(conflict.base.mode, conflict.base.id))
            for conflict in self.merged.conflicts
            if conflict.kind == "modify/delete" and conflict.base and not conflict.ours
        ]
        below = self.repository.commit_object(self.base).tree
        return find_moved(self.repository, below, self._tree, lost)


def _carry(
    conflict: str, move: Move, found: Comparison, content: bytes, hunks: Iterable[ResolvedHunk]
) -> ResolvedFile:
    """Return the fix as it was made in the file that a lost one became, with what was resolved in it."""
    worth: Confidence = "low" if move.by_name else "medium"
    carried = [
        ResolvedHunk(MOVED, worth, edit.span.start + 1, edit.old, edit.old, edit.new, edit.new)
        for edit in found.fix
    ]
    doubted = [replace(hunk, confidence=find_least((hunk.confidence, worth))) for hunk in hunks]
    ordered = sorted((*carried, *doubted), key=lambda hunk: hunk.start)
    return ResolvedFile(move.path, content, tuple(ordered), conflict=conflict, by_name=move.by_name)
