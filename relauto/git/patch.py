"""Patches of commits as values, and how like each other two of them are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.git.commit import EMPTY_TREE
from relauto.git.repository import Repository
from relauto.model.names import Commit

Verdict = Literal["identical", "context", "changed"]
_RANK: tuple[Verdict, ...] = ("identical", "context", "changed")
_OPTIONS = ("--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index", "--binary", "-U3")
# Stands before the diff of each pair, an empty one too; no line of a diff looks like it.
_HEADING = re.compile(rb"^[0-9a-f]{40} [0-9a-f]{40}\n", re.MULTILINE)


@dataclass(frozen=True)
class Patch:
    """What one commit changes.

    `lines` is the whole diff without blob ids and line numbers; `changes` are the added and removed
    lines alone, each with its file.
    """

    lines: tuple[bytes, ...]
    changes: tuple[tuple[bytes, bytes], ...]


def read_patches(repository: Repository, pairs: Sequence[tuple[Commit | None, Commit]]) -> list[Patch]:
    """Return the patch from the first to the second of every pair, in one process.

    None stands for the empty tree. Renames are a removal and an addition.

    Raises:
        MissingObjectError: a file's content is absent.
    """
    trees = (
        [EMPTY_TREE if side is None else repository.commit_object(side).tree for side in pair]
        for pair in pairs
    )
    rows = "".join(f"{old} {new}\n" for old, new in trees)
    answer = repository.git.ask("diff-tree", "--stdin", "-r", "-p", *_OPTIONS, input=rows.encode())
    if answer.status:
        raise repository.explain(answer)
    return [parse_patch(diff) for diff in _HEADING.split(answer.output)[1:]]


def parse_patch(diff: bytes) -> Patch:
    """Return the patch that a diff in git's format describes."""
    lines: list[bytes] = []
    changes: list[tuple[bytes, bytes]] = []
    file = b""
    in_hunk = False
    for line in diff.removesuffix(b"\n").split(b"\n") if diff else ():
        if line.startswith(b"diff --git "):
            file, in_hunk = line, False
        elif line.startswith(b"@@ "):
            in_hunk = True
            lines.append(b"@@")
            continue
        elif line.startswith(b"index ") and not in_hunk:
            continue
        elif not in_hunk or line[:1] in (b"+", b"-"):
            changes.append((file, line))
        lines.append(line)
    return Patch(tuple(lines), tuple(changes))


def compare(one: Patch, other: Patch) -> Verdict:
    """Say how like each other two patches are.

    `identical`: the same hunks in the same surroundings, white space included, so the patch ids
    agree; `context`: the same lines added and removed in the same files, in other surroundings;
    `changed`: anything else.
    """
    if one.lines == other.lines:
        return "identical"
    return "context" if one.changes == other.changes else "changed"


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict that claims least."""
    return max(verdicts, key=_RANK.index)
