"""git's commit-graph: an index of a history, with which git walks that several times as fast.

Mirrors get one, and a clone of somebody's has what git wrote there. It is written without Bloom filters of
paths (`--changed-paths`), which take eight times as long to write.
"""

from collections.abc import Iterable
from pathlib import Path

WRITE = ("commit-graph", "write", "--reachable", "--split", "--no-progress")
"""Writes what the refs lead to and is not in it yet; git itself leaves it out in a shallow clone."""

_PAYS = 1 << 20
"""Bytes of pack indexes, some 35,000 objects: a history of fewer is walked within hundredths of a second."""


def pays(directories: Iterable[Path]) -> bool:
    """Tell whether the objects of some object directories are so many that the index is worth its while."""
    indexes = (file for each in directories for file in (each / "pack").glob("*.idx"))
    return sum(file.stat().st_size for file in indexes) >= _PAYS


def has_graph(directories: Iterable[Path]) -> bool:
    """Tell whether one of some object directories holds the index, whole or in parts."""
    names = ("commit-graph", "commit-graphs/commit-graph-chain")
    return any((each / "info" / name).is_file() for each in directories for name in names)
