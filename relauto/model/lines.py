"""Release lines by their names: which branches are called as one, and which is newer than which."""

import re
from collections.abc import Iterable

from relauto.model.names import Branch

_WORDS = r"(?:release|releases|rel|stable|maint|maintenance|support|lts|hotfix|branch|version|v)"
_NUMBERS = r"\d+(?:[._]\d+)*(?:[._-]?(?:x|stable))?"
_LINE = re.compile(rf"(?:.*/)?(?:{_WORDS}[-_/.]?v?{_NUMBERS}|v?\d+[._](?:x|{_NUMBERS}))", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")


def is_line(branch: str) -> bool:
    """Tell whether a branch is called as a release line, such as `release-1.4`, `stable-2.17` or `9.1.x`."""
    return _LINE.fullmatch(branch) is not None


def sort_lines(branches: Iterable[Branch]) -> list[Branch]:
    """Return branches by the numbers in their names, the oldest version first; without numbers come first."""
    return sorted(branches, key=lambda branch: (_read_numbers(branch), branch))


def _read_numbers(branch: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(branch)))
