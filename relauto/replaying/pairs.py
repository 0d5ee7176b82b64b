"""Backports as pairs: a commit of main, and what people made of it on a line; and a file that lists them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec

from relauto.errors import FaultsError, InputError
from relauto.model.names import Commit

Evidence = Literal["trailer", "pull", "subject", "patch-id", "file"]
_SHOWN = 20
_TODO = 'a line is {"fix": …, "onto": …, "expected": …}'


@dataclass(frozen=True)
class Pair:
    """One backport.

    Attributes:
        fix: the commit that was to be picked; a merge stands for its change against its first parent.
        onto: the commit it was picked onto.
        expected: the commit that people made of it; only its tree is read.
        by: what shows that the two belong together; `file`: somebody says so.
    """

    fix: Commit
    onto: Commit
    expected: Commit
    by: Evidence = "file"


class _Row(msgspec.Struct):
    fix: str
    onto: str
    expected: str


def read_pairs(path: Path) -> Iterator[Pair]:
    """Return the pairs of a file of JSON lines, `{"fix", "onto", "expected"}`, ids in full.

    Further keys and empty lines are passed over. The whole file is checked before the first is returned.

    Raises:
        InputError: the file cannot be read, holds no pair, or has faults, each told with its line.
    """
    faults, count = _check(path)
    if faults:
        more = [f"and {count - len(faults)} more"] if count > len(faults) else []
        raise FaultsError(str(path), [*faults, *more], todo=_TODO)
    if next(_read_rows(path), None) is None:
        raise InputError(f"{path} holds no pair", todo=_TODO)
    return (_parse(row) for _, row in _read_rows(path))


def _check(path: Path) -> tuple[list[str], int]:
    """Return the first faults, and how many there are."""
    faults = _find_faults(path)
    shown = list(islice(faults, _SHOWN))
    return shown, len(shown) + sum(1 for _ in faults)


def _find_faults(path: Path) -> Iterator[str]:
    for number, row in _read_rows(path):
        try:
            _parse(row)
        except InputError as error:
            yield f"line {number}: {error.what}"


def _read_rows(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            yield from ((number, row) for number, row in enumerate(file, 1) if row.strip())
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", todo="name another file with --pairs"
        ) from error


def _parse(row: bytes) -> Pair:
    try:
        read = msgspec.json.decode(row, type=_Row)
    except msgspec.DecodeError as error:
        raise InputError(str(error)) from error
    return Pair(Commit(read.fix), Commit(read.onto), Commit(read.expected))
