"""Commit messages: which commit one was picked from, what it reverts, which pull request it came by.

The rules for where a line is appended are those of git's own `cherry-pick -x` (sequencer.c and
trailer.c): into the block of trailers at the end if there is one, else after an empty line.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import dropwhile, groupby

from relauto.model.names import Commit

_ORIGIN = re.compile(r"^\(cherry picked from commit ([0-9a-f]{40})\)[ \t\r]*$", re.MULTILINE)
_REVERTED = re.compile(r"^This reverts commit ([0-9a-f]{40})\b", re.MULTILINE)
_TRAILER = re.compile(r"[A-Za-z0-9-]+[ \t]*:")
_BY_GIT = ("Signed-off-by: ", "(cherry picked from commit ")
_SPACE = " \t\r\f\v"
_SQUASHED = re.compile(r"\(#(\d+)\)\s*$")
_MERGED = re.compile(r"^Merge pull request #(\d+) ")


def find_origins(message: str) -> tuple[Commit, ...]:
    """Return the commits that `message` says it was picked from, oldest first.

    Only a full id on a line of its own below the subject counts. A message that reverts something
    has no origin, whatever it quotes.
    """
    return () if find_reverted(message) else find_claimed(message)


def find_claimed(message: str) -> tuple[Commit, ...]:
    """Return the commits that such lines of `message` name, oldest first, also where it reverts something.

    There they tell which revert was picked, or are quoted from what is reverted.
    """
    _, _, body = message.partition("\n")
    return tuple(Commit(found[1]) for found in _ORIGIN.finditer(body))


def find_reverted(message: str) -> tuple[Commit, ...]:
    """Return the commits that `message` says it reverts (the line that `git revert` writes)."""
    return tuple(Commit(found[1]) for found in _REVERTED.finditer(message))


def find_pull(subject: str) -> int | None:
    """Return the number of the pull request in a subject that GitHub wrote.

    `… (#12)` comes from a squash, `Merge pull request #12 from …` from a merge commit. Of several
    the last counts: a pick's own pull request stands behind the one it was picked from.
    """
    found = _MERGED.match(subject) or _SQUASHED.search(subject)
    return int(found[1]) if found else None


def append_origin(message: str, origin: Commit) -> str:
    """Return `message` with the line `(cherry picked from commit …)` where `git cherry-pick -x` puts it.

    White space is stripped as it does too (git-stripspace(1)); comment lines stay, and it looks above those
    at the end for trailers.
    """
    lines = list(dropwhile(_is_blank, message.removesuffix("\n").split("\n")))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip(_SPACE) for line in lines)).strip("\n")
    appended = f"(cherry picked from commit {origin})\n"
    if not text:
        return appended
    is_joined = not _is_blank(lines[-1]) and _ends_with_trailers(lines)
    return f"{text}\n{appended}" if is_joined else f"{text}\n\n{appended}"


def _is_blank(line: str) -> bool:
    return not line.strip(_SPACE)


def _ends_with_trailers(lines: Sequence[str]) -> bool:
    """Tell whether the last paragraph is a block of trailers; the first paragraph never is."""
    paragraphs = [list(group) for blank, group in groupby(_drop_notes(lines), _is_blank) if not blank]
    return len(paragraphs) > 1 and _are_trailers(paragraphs[-1])


def _drop_notes(lines: Sequence[str]) -> Sequence[str]:
    """Return a message without what stands below it: comments, and the files that were in conflict."""
    end, in_conflicts = 0, False
    for number, line in enumerate(lines, 1):
        if line == "Conflicts:":
            in_conflicts = True
        elif line and not line.startswith("#") and not (in_conflicts and line.startswith("\t")):
            end, in_conflicts = number, False
    return lines[:end]


def _are_trailers(paragraph: Iterable[str]) -> bool:
    trailers = others = 0
    by_git = below_trailer = False
    for line in paragraph:
        if line.startswith("#"):
            below_trailer = False
        elif line[:1].isspace():
            others += not below_trailer
        else:
            below_trailer = line.startswith(_BY_GIT) or bool(_TRAILER.match(line))
            by_git = by_git or line.startswith(_BY_GIT)
            trailers += below_trailer
            others += not below_trailer
    return (trailers > 0 and not others) or (by_git and trailers * 3 >= others)
