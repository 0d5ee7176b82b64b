"""The merge attributes at the top of a tree, and git told to heed them.

git before 2.43 reads attributes from a worktree or from a file that is named, and from no tree.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from relauto.git.errors import MissingObjectError
from relauto.git.objects import ObjectStore
from relauto.git.tree import find_entry

_MERGE_ATTRIBUTE = re.compile(rb"\b(merge|binary|conflict-marker-size)\b")
# What is not built into git is a program that this machine's settings name.
_PROGRAM = re.compile(rb"\bmerge=(?!(?:union|binary|text)(?:\s|$))\S+")


def read_merge_attributes(store: ObjectStore, tree: str) -> bytes:
    """Return the .gitattributes at the top of a tree where it says something about merges, else b"".

    A driver that is not git's own is left out: it would run a program, and not everywhere the same.
    A partial clone may lack the file: then a merge goes on without, and is stricter for it.

    Raises:
        MissingObjectError: the tree is absent.
    """
    entry = find_entry(store, tree, ".gitattributes")
    try:
        content = store.read(entry.id, "blob") if entry and not entry.is_directory else b""
    except MissingObjectError:
        content = b""
    content = _PROGRAM.sub(b"", content)
    return content if _MERGE_ATTRIBUTE.search(content) else b""


@contextmanager
def heed(attributes: bytes) -> Iterator[list[str]]:
    """Yield the options that make git heed attributes as it would in a checkout that has them."""
    if not attributes:
        yield []
        return
    with tempfile.NamedTemporaryFile(prefix="relauto-attributes-") as file:
        file.write(attributes)
        file.flush()
        yield ["-c", f"core.attributesFile={file.name}"]
