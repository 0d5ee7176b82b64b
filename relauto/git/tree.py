"""Trees: find a file in one, write a changed one, list all files, without an index or a checkout."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from relauto.errors import InputError
from relauto.git.commit import EMPTY_TREE
from relauto.git.objects import ObjectStore, name_object

FILE, _DIRECTORY, _LINK, _MODULE = "100644", "40000", "120000", "160000"
_UNSAFE = re.compile(r"(^|/)(\.{0,2}|\.git)(/|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One name in a tree; `mode` is octal as git stores it (`100644`, `40000`, …)."""

    mode: str
    id: str

    @property
    def is_directory(self) -> bool:
        """Whether it is another tree."""
        return self.mode == _DIRECTORY

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link, its target being the content."""
        return self.mode == _LINK

    @property
    def is_module(self) -> bool:
        """Whether it is a submodule, which has no object here."""
        return self.mode == _MODULE

    @property
    def is_executable(self) -> bool:
        """Whether it is a file to be run."""
        return self.mode == "100755"


def check_path(path: str) -> str:
    """Return `path` when it names a file inside a tree.

    Raises:
        InputError: it is empty or absolute, or has a part such as `..` or `.git`.
    """
    if "\0" in path or _UNSAFE.search(path):
        raise InputError(f"{path!r} is not a path inside a repository")
    return path


def print_path(path: str) -> str:
    """Return `path` for JSON and people: one with bytes that are no UTF-8 is percent-encoded."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "surrogateescape"), safe="/ !#$&'()*+,:;=?@[]~")
    return path


def parse_tree(content: bytes) -> dict[str, Entry]:
    """Return the entries of a tree object by name."""
    entries = {}
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        entries[name.decode("utf-8", "surrogateescape")] = Entry(
            mode.decode("ascii"), content[end + 1 : end + 21].hex()
        )
        at = end + 21
    return entries


def serialize_tree(entries: Mapping[str, Entry]) -> bytes:
    """Return the content of a tree object, in git's order (a directory sorts as if it ended in `/`)."""
    rows = []
    for name, entry in entries.items():
        key = name.encode("utf-8", "surrogateescape")
        row = entry.mode.encode("ascii") + b" " + key + b"\0" + bytes.fromhex(entry.id)
        rows.append((key + b"/" if entry.is_directory else key, row))
    return b"".join(row for _, row in sorted(rows))


def find_entry(store: ObjectStore, tree: str, path: str) -> Entry | None:
    """Return the entry at `path`, or None when the tree has none there.

    Raises:
        MissingObjectError: a tree on the way is absent.
    """
    entry: Entry | None = Entry(_DIRECTORY, tree)
    for name in check_path(path).split("/"):
        if entry is None or not entry.is_directory:
            return None
        entry = parse_tree(store.read(entry.id, "tree")).get(name)
    return entry


def find_entries(store: ObjectStore, tree: str, paths: Iterable[str]) -> dict[str, Entry]:
    """Return the entries at those of `paths` that the tree has; each directory is read once.

    Raises:
        MissingObjectError: a tree on the way is absent.
    """
    below: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition("/")
        below.setdefault(name, []).append(rest)
    entries, found = parse_tree(store.read(tree, "tree")), {}
    for name, rests in below.items():
        entry, inside = entries.get(name), [rest for rest in rests if rest]
        if entry and "" in rests:
            found[name] = entry
        if entry and entry.is_directory and inside:
            deeper = find_entries(store, entry.id, inside)
            found |= {f"{name}/{path}": each for path, each in deeper.items()}
    return found


def walk_files(store: ObjectStore, tree: str, prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield every path that is not a directory, in git's order.

    Raises:
        MissingObjectError: a tree is absent.
    """
    for name, entry in parse_tree(store.read(tree, "tree")).items():
        if entry.is_directory:
            yield from walk_files(store, entry.id, f"{prefix}{name}/")
        else:
            yield prefix + name, entry


def write_files(store: ObjectStore, tree: str, files: Mapping[str, bytes | Entry | None]) -> str:
    """Return the id of `tree` with `files` written into it; what None stands for is taken away.

    A file keeps its mode; what was a directory, a link or a submodule becomes a plain file. An entry
    stands for itself.

    Raises:
        InputError: a path leads out of the tree, or one path is a directory of another.
        MissingObjectError: a tree on the way is absent.
    """
    for path in files:
        check_path(path)
    return _write_level(store, tree, files) if files else tree


def _write_level(store: ObjectStore, tree: str | None, files: Mapping[str, bytes | Entry | None]) -> str:
    entries = parse_tree(store.read(tree, "tree")) if tree else {}
    below: dict[str, dict[str, bytes | Entry | None]] = {}
    for path, content in files.items():
        name, _, rest = path.partition("/")
        if rest:
            below.setdefault(name, {})[rest] = content
        elif content is None:
            entries.pop(name, None)
        elif isinstance(content, Entry):
            entries[name] = content
        else:
            entries[name] = Entry(_mode_of(entries.get(name)), store.write("blob", content))
    for name, inside in below.items():
        if name in files:
            raise InputError(f"{name!r} cannot be a file and a directory at once")
        old = entries.get(name)
        subtree = old.id if old and old.is_directory else None
        made = Entry(_DIRECTORY, _write_level(store, subtree, inside))
        if made.id != EMPTY_TREE:
            entries[name] = made
        elif subtree:
            del entries[name]
    return store.write("tree", serialize_tree(entries))


def name_blob(content: bytes) -> str:
    """Return the id that a file with this content has."""
    return name_object("blob", content)


def _mode_of(old: Entry | None) -> str:
    return old.mode if old and old.mode == "100755" else FILE
