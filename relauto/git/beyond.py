"""What a line has beyond a commit, read in one walk of history: each walk costs more than a merge does."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from relauto.git.runner import Git, GitError
from relauto.model.names import Commit

_LOG = ("log", "-z", "--topo-order", "--no-show-signature", "--no-color", "--encoding=UTF-8")
_FORM = "--format=%x00%H %P%n%B"
# All commits, also those that do not touch the path, each with no other file than that.
_TOUCHED = ("--full-history", "--sparse", "--name-only", "--no-renames", "--diff-merges=off")
_FEW = 2000
"""Commits whose files are looked at; a line that is further ahead mostly holds the commit itself."""


@dataclass(frozen=True)
class Beyond:
    """What is in the history of a line and not in that of a commit: the line's own.

    Attributes:
        holds: whether the commit itself is in the line's history.
        forks: the commits that both have and the line's own were made on; their ancestors are all that both
            have.
        telling: the line's own commits whose messages seem to name the commit as picked, or to revert
            anything, newest first.
        touching: those of them that touch a path, merges aside, newest first; None where that was not looked
            at.
    """

    holds: bool
    forks: tuple[Commit, ...]
    telling: tuple[Commit, ...]
    touching: tuple[Commit, ...] | None = None


def look_beyond(git: Git, commit: Commit, line: Commit, path: str) -> Beyond:
    """Return what `line` has beyond `commit`.

    Where trees are absent, or it has very much, the path is not looked for.

    Raises:
        GitError: git could not walk the history, as where one of the two is absent.
    """
    span = f"{commit}..{line}"
    with suppress(GitError, _TooManyError):
        if path:
            fields = git.stream("--literal-pathspecs", *_LOG, _FORM, *_TOUCHED, span, "--", path)
            return _read(fields, commit, line, _FEW)
    return _read(git.stream(*_LOG, _FORM, span), commit, line)


class _TooManyError(Exception):
    """There are more commits than are looked at."""


def _read(fields: Iterator[bytes], commit: Commit, line: Commit, most: int | None = None) -> Beyond:
    """Make it of a log; the files of at most so many commits are taken, where any are."""
    names = f"(cherry picked from commit {commit})"
    own, below = set[str](), dict[str, None]()
    telling, touching = list[Commit](), list[Commit]()
    for heading, files in split_log(fields):
        ids, _, message = heading.partition("\n")
        made, *parents = ids.split()
        own.add(made)
        if most and len(own) > most:
            raise _TooManyError
        below.update(dict.fromkeys(parents))
        if "This reverts commit " in message or names in message:
            telling.append(Commit(made))
        if files:
            touching.append(Commit(made))
    forks = tuple(Commit(each) for each in below if each not in own)
    holds = commit == line or commit in forks
    return Beyond(holds, forks, tuple(telling), tuple(touching) if most else None)


def split_log(fields: Iterable[bytes]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what a log says of each commit, and its files.

    Args:
        fields: the parts that a NUL ends of what `log -z` prints, with `--name-only` or without, in a
            `--format` that begins with `%x00`.
    """
    said, files, heading = "", set[str](), False
    for part in fields:
        text = part.decode("utf-8", "surrogateescape").removeprefix("\n")
        if heading:
            said, files = text, set()
        elif text:
            files.add(text)
        elif said:
            yield said, frozenset(files)
            said = ""
        heading = not text
    if said:
        yield said, frozenset(files)
