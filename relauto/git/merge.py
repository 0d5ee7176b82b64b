"""A three-way merge in the object database: `git merge-tree --write-tree` on a base of our choosing.

git 2.38 and 2.39 choose the merge base themselves (`--merge-base` came with 2.40), so the two sides
are given as commits whose only common ancestor is the wanted base.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from relauto.git.commit import EMPTY_TREE, CommitObject
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.git.tree import find_entry
from relauto.model.names import Commit

Kind = Literal[
    "content",
    "binary",
    "add/add",
    "modify/delete",
    "rename/rename",
    "rename/delete",
    "rename/add",
    "directory/file",
    "directory-rename",
    "mode",
    "submodule",
    "other",
]

# git calls these descriptions stable (git-merge-tree(1), "Informational messages").
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("CONFLICT (binary)", "binary"),
    ("CONFLICT (modify/delete)", "modify/delete"),
    ("CONFLICT (rename/rename)", "rename/rename"),
    ("CONFLICT (rename/delete)", "rename/delete"),
    ("CONFLICT (rename involved in collision)", "rename/add"),
    ("CONFLICT (file/directory)", "directory/file"),
    ("CONFLICT (directory rename", "directory-rename"),
    ("CONFLICT (implicit dir rename", "directory-rename"),
    ("CONFLICT (distinct modes)", "mode"),
    ("CONFLICT (submodule", "submodule"),
    ("CONFLICT (contents)", "content"),
)
_MERGE_ATTRIBUTE = re.compile(rb"\b(merge|binary|conflict-marker-size)\b")
# git looks for the merge base from the newest date back: an old date here makes it walk all history.
_SYNTHETIC = "relauto <relauto@localhost> 4102444800 +0000"


@dataclass(frozen=True)
class Stage:
    """One side of a conflicted path: `mode` in octal and the id of the content."""

    mode: str
    id: str


@dataclass(frozen=True)
class Conflict:
    """A path that the merge could not settle, the reason, and what each side has there."""

    path: str
    kind: Kind
    base: Stage | None = field(default=None, repr=False)
    ours: Stage | None = field(default=None, repr=False)
    theirs: Stage | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Merge:
    """How a merge ended. With conflicts, `tree` holds files with conflict markers."""

    tree: str
    conflicts: tuple[Conflict, ...]


def merge(repository: Repository, base: Commit | None, ours: str, theirs: Commit) -> Merge:
    """Merge what `theirs` changed since `base` into the tree `ours`.

    Args:
        repository: where the objects are, and the result is written.
        base: the commit to compare with; None compares with the empty tree.
        ours: the id of a tree.
        theirs: the commit whose change is wanted; `base` is one of its parents.

    Raises:
        MissingObjectError: an object that the merge needs is absent.
        GitError: git could not merge for another reason.
    """
    mine, other = _make_sides(repository, base, ours, theirs)
    with _attributes(repository, ours) as settings:
        answer = repository.git.ask(*settings, "merge-tree", "--write-tree", "-z", mine, other)
    # Some objects that cannot be read end it with status 1 and no tree, as if in conflict.
    if answer.status not in (0, 1) or not answer.output:
        raise repository.explain(answer)
    return parse_merge(answer.output)


@contextmanager
def _attributes(repository: Repository, tree: str) -> Iterator[list[str]]:
    """Yield what makes git heed the attributes at the top of `tree`, as it would in a checkout of it.

    git before 2.43 reads attributes from a worktree or from a file that is named, and from no tree.
    A partial clone may lack the file: then the merge goes on without, and is stricter for it.
    """
    entry = find_entry(repository.store, tree, ".gitattributes")
    try:
        content = repository.store.read(entry.id, "blob") if entry and not entry.is_directory else b""
    except MissingObjectError:
        content = b""
    if not _MERGE_ATTRIBUTE.search(content):
        yield []
        return
    with tempfile.NamedTemporaryFile(prefix="relauto-attributes-") as file:
        file.write(content)
        file.flush()
        yield ["-c", f"core.attributesFile={file.name}"]


def _make_sides(
    repository: Repository, base: Commit | None, ours: str, theirs: Commit
) -> tuple[Commit, Commit]:
    """Return two commits with the trees of both sides and only `base`'s tree in common.

    `theirs` stays itself where it has one parent, since conflict markers name it.
    """
    wanted = repository.commit_object(theirs)
    if base is not None and wanted.parents == (base,):
        return _write_synthetic(repository, ours, base), theirs
    below = EMPTY_TREE if base is None else repository.commit_object(base).tree
    root = _write_synthetic(repository, below)
    return _write_synthetic(repository, ours, root), _write_synthetic(repository, wanted.tree, root)


def _write_synthetic(repository: Repository, tree: str, *parents: Commit) -> Commit:
    return repository.write_object(CommitObject(tree, parents, _SYNTHETIC, _SYNTHETIC, "synthetic\n"))


def parse_merge(output: bytes) -> Merge:
    """Return what `git merge-tree --write-tree -z` printed."""
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    tree = next(fields)
    stages: dict[str, dict[str, Stage]] = {}
    for row in fields:
        if not row:
            break
        facts, _, path = row.partition("\t")
        mode, object_id, number = facts.split(" ")
        stages.setdefault(path, {})[number] = Stage(mode, object_id)
    kinds = _read_kinds(fields)
    conflicts = tuple(
        Conflict(path, _name_kind(kinds.get(path), sides), sides.get("1"), sides.get("2"), sides.get("3"))
        for path, sides in stages.items()
    )
    return Merge(tree, conflicts)


def _read_kinds(fields: Iterator[str]) -> dict[str, Kind]:
    """Return the kind that git's messages give each path; the first that says more than content wins."""
    kinds: dict[str, Kind] = {}
    for count in fields:
        # git 2.39 ends with free advice, outside the format, when submodules conflict.
        if not count.isdigit():
            break
        paths = [next(fields) for _ in range(int(count))]
        description = next(fields)
        next(fields)
        kind: Kind | None = next((kind for text, kind in _KINDS if description.startswith(text)), None)
        if description.startswith("CONFLICT"):
            for path in paths:
                if kinds.get(path, "content") == "content":
                    kinds[path] = kind or "other"
    return kinds


def _name_kind(told: Kind | None, sides: dict[str, Stage]) -> Kind:
    if told not in (None, "content"):
        return told
    if "1" not in sides and {"2", "3"} <= sides.keys():
        return "add/add"
    if "1" in sides and len(sides) == 2:
        return "modify/delete"
    return told or "other"
