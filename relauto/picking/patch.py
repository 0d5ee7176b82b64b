"""Patches of commits as values, and how like each other two of them are.

What the ids of files tell is taken from them: a file that both change from and to the same content is the
same change, and of one that is new, gone, binary or very large no content is read. (git reads whole what
is new or gone, also where it then says no more of it than that it is binary.)
"""

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from relauto.git.commit import EMPTY_TREE
from relauto.git.coprocess import Command
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.git.sizes import measure_objects
from relauto.model.names import Commit

_T = TypeVar("_T")

LARGEST = 16 << 20
"""Bytes: a file that is larger is compared by its ids alone."""
LONGEST = 64 << 20
"""Bytes: a change whose diff is longer is compared by the ids of its trees alone."""

Verdict = Literal["identical", "context", "changed"]
_RANK: tuple[Verdict, ...] = ("identical", "context", "changed")
_TREES = ("diff-tree", "--stdin", "-r", "--no-renames")
_IDS = (*_TREES, "-t", "--raw", "--no-abbrev")
_TEXTS = (
    *(*_TREES, "--diff-filter=M", "-p", "-U3", "--no-ext-diff", "--no-textconv", "--no-color"),
    *("--full-index", "--src-prefix=a/", "--dst-prefix=b/"),
)
_FILES = frozenset({"100644", "100755"})
_FOLDER = b"040000"
_FILE = b"diff --git "
# git repeats at once what names no object; no line of a diff looks like it.
_END = b"end"


@dataclass(frozen=True)
class Patch:
    """What one commit changes.

    `lines` is a digest of the whole diff without blob ids and line numbers; `changes` are the added and
    removed lines alone, each with its file, and for a file whose content was not read its ids; `unread` are
    those of them that were changed, by path (`.` stands for all of a diff that is too long).
    """

    lines: bytes
    changes: tuple[tuple[bytes, bytes], ...]
    unread: frozenset[tuple[str, bytes]] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Likeness:
    """How like each other two changes are, and the paths, sorted, that were not read and have other ids."""

    verdict: Verdict
    uncompared: tuple[str, ...] = ()


Sides = tuple[Commit | None, Commit]
"""A commit and the one that it is compared with; None stands for the empty tree."""


def compare_changes(
    repository: Repository, one: Sides, other: Sides, *, largest: int = LARGEST, longest: int = LONGEST
) -> Likeness:
    """Say how like each other two changes are; contents are read only where ids do not tell.

    Args:
        repository: where the commits are.
        one: what is changed from and to.
        other: the same of the other change.
        largest: bytes of a file that is read.
        longest: bytes of a diff that is read.

    Raises:
        MissingObjectError: a tree, or a file's content, is absent.
    """
    rows = [_list_ids(repository, sides) for sides in (one, other)]
    if rows[0] == rows[1]:
        return Likeness("identical")
    first, second = (
        _read_patch(repository, sides, ids, largest, longest)
        for sides, ids in zip((one, other), rows, strict=True)
    )
    paths = {path for path, _ in first.unread ^ second.unread}
    return Likeness(compare(first, second), tuple(sorted(paths)))


def read_patches(
    repository: Repository, pairs: Sequence[Sides], *, largest: int = LARGEST, longest: int = LONGEST
) -> list[Patch]:
    """Return the patch from the first to the second of every pair.

    Renames are a removal and an addition.

    Args:
        repository: where the commits are.
        pairs: what to compare.
        largest: bytes of a file that is read.
        longest: bytes of a diff that is read.

    Raises:
        MissingObjectError: a tree, or a file's content, is absent.
    """
    return [_read_patch(repository, sides, _list_ids(repository, sides), largest, longest) for sides in pairs]


class _TooLongError(Exception):
    """A diff is longer than what is read of one."""


class _UnreadError(Exception):
    """git has read none of two trees."""


def _read_patch(
    repository: Repository, sides: Sides, ids: Iterable[bytes], largest: int, longest: int
) -> Patch:
    texts = ("-c", f"core.bigFileThreshold={largest}", *_TEXTS)
    rows = [row for row in ids if row.partition(b"\t")[0][-1:] != b"M"]
    trees = _name_trees(repository, sides)
    try:
        return _ask(repository, texts, trees, lambda lines: parse_patch(_limit(lines, longest), rows))
    except _TooLongError:
        return Patch(trees, ((b"", trees),), frozenset({(".", trees)}))


def _list_ids(repository: Repository, sides: Sides) -> list[bytes]:
    """Return the rows of git-diff-tree(1) for what is changed: modes, ids, a letter for the way, the path."""
    return [row for row in _list_rows(repository, sides) if not _is_folder(row)]


def _list_rows(repository: Repository, sides: Sides) -> list[bytes]:
    return _ask(repository, _IDS, _name_trees(repository, sides), list)


def _is_folder(row: bytes) -> bool:
    return _FOLDER in row.partition(b"\t")[0].removeprefix(b":").split(b" ")[:2]


def measure_folders(repository: Repository, sides: Sides) -> dict[str, int]:
    """Return how many bytes the changed trees have, by path: as they were, or are where they were not.

    Raises:
        MissingObjectError: a tree is absent.
    """
    rows = [row.partition(b"\t") for row in _list_rows(repository, sides) if _is_folder(row)]
    found = {}
    for facts, _, path in rows:
        old_mode, _, old, new, _ = facts.removeprefix(b":").split(b" ")
        found[_unquote(path)] = (old if old_mode == _FOLDER else new).decode("ascii")
    sizes = measure_objects(repository, sorted(set(found.values())))
    return {path: sizes[name] for path, name in found.items()}


def list_paths(repository: Repository, sides: Sides) -> tuple[str, ...]:
    """Return the paths that differ, sorted as git does; a rename is two of them.

    Raises:
        MissingObjectError: a tree is absent.
    """
    return tuple(_unquote(row.partition(b"\t")[2]) for row in _list_ids(repository, sides))


def _name_trees(repository: Repository, sides: Sides) -> bytes:
    trees = [EMPTY_TREE if side is None else repository.commit_object(side).tree for side in sides]
    return " ".join(trees).encode()


def read_diff(
    repository: Repository, sides: Sides, options: Sequence[str], read: Callable[[Iterator[bytes]], _T]
) -> _T:
    """Return what `read` makes of the lines of a diff.

    Args:
        repository: where the commits are.
        sides: what is compared.
        options: of git-diff-tree(1).
        read: called with the lines as they come; it takes all of them.

    Raises:
        MissingObjectError: a tree, or a file's content, is absent.
        GitError: git failed.
    """
    return _ask(repository, ("diff-tree", "--stdin", *options), _name_trees(repository, sides), read)


def _ask(
    repository: Repository, command: tuple[str, ...], trees: bytes, read: Callable[[Iterator[bytes]], _T]
) -> _T:
    def take(lines: Iterator[bytes]) -> tuple[_T]:
        return (read(_take(lines, trees)),)

    try:
        answer = repository.coprocesses.ask(Command(command, b"\n"), b"%b\n%b\n" % (trees, _END), take)
        (made,) = answer or take(repository.git.stream(*command, input=b"%b\n" % trees, mark=b"\n"))
    except GitError as error:
        raise repository.explain(error.answer) from error
    except _UnreadError as error:
        raise _name_absent(repository, trees.decode("ascii").split()) from error
    return made


def _take(lines: Iterator[bytes], trees: bytes) -> Iterator[bytes]:
    """Yield the lines of a diff, which the ids of both trees precede, up to the end of the answer.

    Raises:
        _UnreadError: the ids do not come first: git says nothing of trees that it cannot read.
    """
    if next(lines, None) != trees:
        raise _UnreadError
    for line in lines:
        if line == _END:
            return
        yield line


def _name_absent(repository: Repository, trees: Sequence[str]) -> MissingObjectError:
    absent = [tree for tree in trees if repository.git.ask("cat-file", "-e", tree).status]
    return MissingObjectError(" or ".join(absent or trees), str(repository.common), kind="tree")


def _limit(lines: Iterator[bytes], longest: int) -> Iterator[bytes]:
    left = longest
    for line in lines:
        left -= len(line)
        if left < 0:
            raise _TooLongError
        yield line


def parse_patch(lines: Iterable[bytes], rows: Sequence[bytes] = ()) -> Patch:
    """Return the patch that the lines of a diff in git's format describe, and rows for what is not in it."""
    whole = hashlib.sha256(b"\n".join(rows))
    changes = [(row, b"") for row in rows]
    unread: set[tuple[str, bytes]] = set()
    file = ids = b""
    in_hunk = False
    for line in lines:
        kept = line
        if line.startswith(_FILE):
            file, in_hunk = line, False
        elif line.startswith(b"@@ "):
            kept, in_hunk = b"@@", True
        elif in_hunk:
            if line[:1] in (b"+", b"-"):
                changes.append((file, line))
        elif line.startswith(b"index "):
            ids = line
            continue
        else:
            if line.startswith(b"Binary files "):
                kept = ids
                unread.add((_name_file(file), ids))
            changes.append((file, kept))
        whole.update(kept + b"\n")
    return Patch(whole.digest(), tuple(changes), frozenset(unread))


def find_large(repository: Repository, sides: Sides, *, largest: int = LARGEST) -> tuple[str, ...]:
    """Return the paths, sorted, that change from or to a file of more bytes than that.

    Raises:
        MissingObjectError: a tree, or a file's content, is absent.
    """
    blobs = [(path, name) for row in _list_ids(repository, sides) for path, name in _list_files(row)]
    sizes = measure_objects(repository, sorted({name for _, name in blobs}))
    return tuple(sorted({_unquote(path) for path, name in blobs if sizes[name] > largest}))


def _list_files(row: bytes) -> list[tuple[bytes, str]]:
    """Return the files that a row of git-diff-tree(1) changes from and to, each with its path."""
    facts, _, path = row.partition(b"\t")
    old_mode, new_mode, old, new, _ = facts.decode("ascii").removeprefix(":").split(" ")
    return [(path, name) for mode, name in ((old_mode, old), (new_mode, new)) if mode in _FILES]


def _name_file(heading: bytes) -> str:
    """Return the path in `diff --git a/PATH b/PATH`."""
    both = heading.removeprefix(_FILE)
    return _unquote(both[: len(both) // 2]).removeprefix("a/")


def _unquote(path: bytes) -> str:
    """Return a path that git prints, which it quotes as C does where it has to."""
    plain = ast.literal_eval("b" + path.decode("ascii")) if path.startswith(b'"') else path
    return str(plain, "utf-8", "surrogateescape")


def compare(one: Patch, other: Patch) -> Verdict:
    """Say how like each other two patches are.

    `identical`: the same hunks in the same surroundings, white space included, so the patch ids
    agree; `context`: the same lines added and removed in the same files, in other surroundings;
    `changed`: anything else, also what was not read and has other ids.
    """
    if one.lines == other.lines:
        return "identical"
    return "context" if one.changes == other.changes else "changed"


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict that claims least."""
    return max(verdicts, key=_RANK.index)
