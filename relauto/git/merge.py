"""A three-way merge in the object database: `git merge-tree --write-tree` on a base of our choosing.

git 2.38 and 2.39 choose the merge base themselves (`--merge-base` came with 2.40), so the two sides
are given as commits whose only common ancestor is the wanted base.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

from relauto.git.attributes import heed, read_merge_attributes
from relauto.git.commit import EMPTY_TREE, CommitObject
from relauto.git.coprocess import Command, LateError
from relauto.git.repository import Repository
from relauto.git.runner import TIMED_OUT, GitError
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
    ("CONFLICT (file in way of directory rename)", "directory-rename"),
    ("CONFLICT(directory rename", "directory-rename"),
    ("CONFLICT (distinct modes)", "mode"),
    ("CONFLICT (submodule", "submodule"),
    ("CONFLICT (contents)", "content"),
)
_Told = tuple[list[str], Kind]
_MERGE_TREE = ("merge-tree", "--write-tree", "-z")
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


def merge(
    repository: Repository, base: Commit | None, ours: str, theirs: Commit, *, until: float | None = None
) -> Merge:
    """Merge what `theirs` changed since `base` into the tree `ours`.

    Args:
        repository: where the objects are, and the result is written.
        base: the commit to compare with; None compares with the empty tree.
        ours: the id of a tree.
        theirs: the commit whose change is wanted; `base` is one of its parents.
        until: the moment of `perf_counter` at which it is given up; None for never.

    Raises:
        LateError: it had not ended by then.
        MissingObjectError: an object that the merge needs is absent.
        GitError: git could not merge for another reason.
    """
    mine, other = make_sides(repository, base, ours, theirs)
    attributes = read_merge_attributes(repository.store, ours)
    command = Command((*_MERGE_TREE, "--stdin"), b"\0", keeps=True, attributes=attributes)
    made = repository.coprocesses.ask(command, f"{mine} {other}\n".encode(), read_answer, until=until)
    return made or _merge_alone(repository, mine, other, attributes, until)


def _merge_alone(
    repository: Repository, mine: Commit, other: Commit, attributes: bytes, until: float | None
) -> Merge:
    left = None if until is None else max(0.0, until - perf_counter())
    with heed(attributes) as settings:
        try:
            answer = repository.git.ask(*settings, *_MERGE_TREE, mine, other, timeout=left)
        except GitError as error:
            if error.answer.status == TIMED_OUT:
                raise LateError from error
            raise
    # Some objects that cannot be read end it with status 1 and no tree, as if in conflict.
    if answer.status not in (0, 1) or not answer.output:
        raise repository.explain(answer)
    made = parse_merge(answer.output)
    if answer.status and not made.conflicts:
        raise repository.explain(answer)
    return made


def make_sides(
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


def read_answer(parts: Iterator[bytes]) -> Merge | None:
    """Return one answer of `git merge-tree --stdin`: a status, then what it prints without; an end.

    None: git could not merge it cleanly, and says of no path why.
    """
    clean = next(parts) == b"1"
    tree, stages = _read_stages(map(_decode, parts))
    if clean:
        return Merge(tree, ())
    conflicts = _name_conflicts(stages, _read_messages(map(_decode, parts)))
    return Merge(tree, conflicts) if conflicts else None


def parse_merge(output: bytes) -> Merge:
    """Return what `git merge-tree --write-tree -z` printed."""
    fields = map(_decode, iter(output.split(b"\0")))
    tree, stages = _read_stages(fields)
    return Merge(tree, _name_conflicts(stages, _read_messages(fields)))


def _decode(part: bytes) -> str:
    return part.decode("utf-8", "surrogateescape")


def _read_stages(fields: Iterator[str]) -> tuple[str, dict[str, dict[str, Stage]]]:
    """Return the tree, and of each path in conflict what each side has, up to the empty field behind them."""
    tree = next(fields)
    stages: dict[str, dict[str, Stage]] = {}
    for row in fields:
        if not row:
            break
        facts, _, path = row.partition("\t")
        mode, object_id, number = facts.split(" ")
        stages.setdefault(path, {})[number] = Stage(mode, object_id)
    return tree, stages


def _name_conflicts(stages: dict[str, dict[str, Stage]], told: list[_Told]) -> tuple[Conflict, ...]:
    """Return the paths that are unmerged, and those of what git stops for without leaving a path unmerged."""
    kinds: dict[str, Kind] = {}
    for paths, kind in told:
        for path in paths:
            # The first that says more than content wins.
            if kinds.get(path, "content") == "content":
                kinds[path] = kind
    settled = [path for paths, _ in told if stages.keys().isdisjoint(paths) for path in paths]
    return tuple(
        Conflict(path, _name_kind(kinds.get(path), sides), sides.get("1"), sides.get("2"), sides.get("3"))
        for path, sides in {**stages, **{path: {} for path in settled}}.items()
    )


def _read_messages(fields: Iterator[str]) -> list[_Told]:
    """Return git's messages of conflicts. The field behind the last message is taken too."""
    told: list[_Told] = []
    for count in fields:
        # git 2.39 ends with free advice, outside the format, when submodules conflict.
        if not count.isdigit():
            break
        paths = [next(fields) for _ in range(int(count))]
        description = next(fields)
        next(fields)
        kind: Kind | None = next((kind for text, kind in _KINDS if description.startswith(text)), None)
        if description.startswith("CONFLICT"):
            told.append((paths, kind or "other"))
    return told


def _name_kind(told: Kind | None, sides: dict[str, Stage]) -> Kind:
    if told not in (None, "content"):
        return told
    if "1" not in sides and {"2", "3"} <= sides.keys():
        return "add/add"
    if "1" in sides and len(sides) == 2:
        return "modify/delete"
    return told or "other"
