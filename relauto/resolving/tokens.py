"""Edits of both sides within the same lines, in words that do not meet: both are made."""

import re
from difflib import SequenceMatcher
from itertools import product

from relauto.model.resolution import Lines
from relauto.picking.hunks import Span
from relauto.resolving.regions import Edit, Region, apply, split_lines

# A number with dots is one word, since half a version is none; so is any run of white space.
_TOKEN = re.compile(rb"\w*\d(?:\.\d+)+|[\w\x80-\xff]+|[ \t]+|\r?\n|.", re.DOTALL)
_APART = 3
"""So many tokens, white space aside, must lie between what both sides changed."""
_LONGEST = 1000
"""Tokens: a longer region is not compared, since that takes time with the square of it."""


def resolve_tokens(region: Region) -> Lines | None:
    """Return the region with the changes of both sides, where they are in words well apart.

    Refused: changes of white space alone, whose meaning nobody knows here, and lines that come or go.
    """
    base, target, fix = (
        split_tokens(b"".join(lines)) for lines in (region.base, region.target_lines, region.fix_lines)
    )
    if max(map(len, (base, target, fix))) > _LONGEST:
        return None
    ours, theirs = find_edits(base, target), find_edits(base, fix)
    if not ours or not theirs or any(_is_doubtful(edit) for edit in (*ours, *theirs)):
        return None
    if not all(_are_apart(base, one, other) for one, other in product(ours, theirs)):
        return None
    return split_lines(b"".join(apply(base, (*ours, *theirs))))


def split_tokens(text: bytes) -> Lines:
    """Return the words, numbers, signs and white space of a text; joined, they are the text."""
    return tuple(_TOKEN.findall(text))


def find_edits(old: Lines, new: Lines) -> tuple[Edit, ...]:
    """Return what changed from one run of tokens to another."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        Edit(Span(start, end), old[start:end], new[first:last])
        for tag, start, end, first, last in blocks
        if tag != "equal"
    )


def _are_apart(base: Lines, one: Edit, other: Edit) -> bool:
    first, second = sorted((one.span, other.span))
    between = base[first.end : second.start]
    return sum(1 for token in between if token.strip()) >= _APART


def _is_doubtful(edit: Edit) -> bool:
    tokens = edit.old + edit.new
    return not any(token.strip() for token in tokens) or any(token.endswith(b"\n") for token in tokens)
