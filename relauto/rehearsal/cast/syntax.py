"""What can be told of a commit without running it: conflict markers and broken syntax in what it changes."""

import ast
import json
import tomllib
import warnings
from collections.abc import Callable

from relauto.rehearsal.cast.errand import ErrandError
from relauto.rehearsal.cast.reviewer import MARKERS
from relauto.rehearsal.cast.workplace import Scratch

PARSERS: dict[str, Callable[[str], object]] = {".py": ast.parse, ".json": json.loads, ".toml": tomllib.loads}


def check_changes(scratch: Scratch, commit: str) -> tuple[list[str], int]:
    """Return the faults in the files that a commit changes against its first parent, and how many were read.

    A file that could not be parsed before either (another dialect, an old Python) is no fault of it. One
    whose contents a partial clone lacks is not read.

    Raises:
        ErrandError: git could not read the commit.
    """
    listed = scratch.read(
        *("diff-tree", "-r", "-z", "--no-renames", "--diff-filter=AM", f"{commit}^1", commit, "--")
    ).decode("utf-8", "surrogateescape")
    fields = listed.split("\0")[:-1]
    faults, checked = [], 0
    for described, path in zip(fields[::2], fields[1::2], strict=True):
        mode, before, after = described.split()[1:4]
        if mode in ("100644", "100755") and scratch.holds(after) and scratch.holds(before):
            checked += 1
            fault = _fault(path, _blob(scratch, after), _blob(scratch, before))
            faults += [f"{path!r}: {fault}"] if fault else []
    return faults, checked


def _blob(scratch: Scratch, blob: str) -> bytes | None:
    return None if not blob.strip("0") else scratch.read("cat-file", "blob", blob)


def _fault(path: str, after: bytes | None, before: bytes | None) -> str:
    if after is None:
        raise ErrandError(f"{path!r} has no content to read")
    if has_markers(after) and not (before is not None and has_markers(before)):
        return "conflict markers"
    suffix = path[path.rfind(".") :]
    parse = PARSERS.get(suffix)
    if parse is None:
        return ""
    wrong = parse_fault(parse, after)
    was_valid = before is None or not parse_fault(parse, before)
    return wrong if wrong and was_valid else ""


def has_markers(content: bytes) -> bool:
    """Tell whether a file holds both ends of a conflict."""
    lines = content.split(b"\n")
    return all(any(line.startswith(marker) for line in lines) for marker in MARKERS[:2])


def parse_fault(parse: Callable[[str], object], content: bytes) -> str:
    """Return why the content cannot be parsed, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parse(content.decode("utf-8"))
    except (ValueError, SyntaxError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    return ""
