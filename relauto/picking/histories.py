"""What the commits of a line and of main did to a file, each history read once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from relauto.git.repository import Repository
from relauto.git.runner import TIMED_OUT, GitError
from relauto.model.names import Commit
from relauto.picking.hunks import OPTIONS, Hunk, Span, parse_hunk, trace_back
from relauto.picking.prefetching import prefetch_history
from relauto.picking.presence import find_mainline

_ADDED = re.compile(rb":000000 .* A\t")
# Where a file is new, git-log(1) looks for what it was copied from in the whole tree, unless that holds more
# files than the square of this: then among those that the same commit changed, where a rename's are, too. A
# history in ansible, with up to 18,700 files, took 0.7 s so instead of 2.1 s.
_FOLLOWED = ("-c", "diff.renameLimit=50")


class TimeUpError(Exception):
    """There is no time left to look further."""


@dataclass(frozen=True)
class Change:
    """What a commit did to a file; `older`: what it was called before; `born`: the commit made it."""

    commit: Commit
    older: str
    hunks: tuple[Hunk, ...] = ()
    born: bool = False


@dataclass
class Histories:
    """The histories of files on two sides that have parted.

    Attributes:
        repository: where both are.
        main: the commit that the fix is on.
        tip: the tip of the line.
        until: the moment of `perf_counter` at which reading ends; None for never.
    """

    repository: Repository
    main: Commit
    tip: Commit
    until: float | None = None
    _known: dict[tuple[Commit, str, bool], list[Change]] = field(default_factory=dict, init=False)

    def read_main(self, path: str, above: Commit, *, lines: bool) -> list[Change]:
        """Return what the commits of main that the line has not did to a file before `above`, newest first.

        `path` is what the file is called below `above`. Without `lines` only who touched that path is told.

        Raises:
            TimeUpError: it could not be read in time.
            GitError: git failed.
        """
        for (_, _, told), history in self._known.items():
            for place, change in enumerate(history if told == lines else ()):
                if change.commit == above and change.older == path:
                    return history[place + 1 :]
        base = find_mainline(self.repository, above, 1)
        return self._read(path, base, self.tip, lines=lines) if base else []

    def read_line(self, path: str, *, lines: bool) -> list[Change]:
        """Return what the commits of the line that main has not did to a file, newest first.

        Raises:
            TimeUpError: it could not be read in time.
            GitError: git failed.
        """
        return self._read(path, self.tip, self.main, lines=lines)

    def _read(self, path: str, tip: Commit, without: Commit, *, lines: bool) -> list[Change]:
        key = tip, path, lines
        if key not in self._known:
            if lines:
                self._prefetch(path, f"{without}..{tip}")
            form = ("--follow", "-p", *OPTIONS) if lines else ("--no-renames", "--raw", "--abbrev")
            output = self._ask(path, *form, f"{without}..{tip}")
            self._known[key] = list(_parse(output, path))
        return self._known[key]

    def _prefetch(self, path: str, span: str) -> None:
        """Bring all that a file was in a history, where that is at a remote: git would ask for each."""
        if self.repository.may_fetch:
            output = self._ask(path, "--follow", "--raw", "--no-abbrev", span)
            prefetch_history(self.repository, output)

    def _ask(self, path: str, *arguments: str) -> bytes:
        left = None if self.until is None else self.until - perf_counter()
        if left is not None and left <= 0:
            raise TimeUpError
        words = ("log", "--first-parent", "-m", "--format=%x00%H", *arguments, "--", path)
        try:
            answer = self.repository.git.ask(*_FOLLOWED, "--literal-pathspecs", *words, timeout=left)
        except GitError as error:
            if error.answer.status == TIMED_OUT:
                raise TimeUpError from error
            raise
        if answer.status:
            raise self.repository.explain(answer)
        return answer.output


def _parse(output: bytes, path: str) -> Iterator[Change]:
    """Yield the changes that a log of one file tells, newest first."""
    commit: Commit | None = None
    hunks: list[Hunk] = []
    born = False
    for line in [*output.split(b"\n"), b"\0"]:
        if line.startswith(b"\0"):
            if commit:
                yield Change(commit, path, tuple(hunks), born)
            commit = Commit(line[1:].decode("ascii")) if len(line) > 1 else None
            hunks, born = [], False
        elif line.startswith(b"rename from "):
            path = line.removeprefix(b"rename from ").decode("utf-8", "surrogateescape")
        elif line.startswith(b"new file mode ") or _ADDED.match(line):
            born = True
        else:
            hunk = parse_hunk(line)
            hunks += [hunk] if hunk else []


def trace(history: Sequence[Change], spans: Sequence[Span]) -> tuple[Commit, ...]:
    """Return the commits of a file's history that changed some lines; `spans` are of its last state."""
    found = []
    for change in history if spans else ():
        spans, met = trace_back(spans, change.hunks)
        if met:
            found.append(change.commit)
        if change.born:
            break
    return tuple(found)
