"""git processes that answer question after question, so that small answers cost no process each.

Some commands answer each question at once, others keep what they print until there is a block of it, or
until they end: `merge-tree --stdin` before git 2.50, except under stdbuf(1). Whatever goes wrong here is no
answer; the caller then asks a process of its own, whose failure is explained as any other.
"""

import select
import subprocess  # nosec B404 - processes are started by `Git.start`; these are talked to
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import BufferedReader
from math import inf
from time import perf_counter
from typing import IO, TypeVar, cast

from relauto.git.attributes import heed
from relauto.git.runner import Git

_T = TypeVar("_T")
_BLOCK = 1 << 20
_PATIENCE = 10.0
"""Seconds: a process that has never answered is told after these that there are no more questions."""
_MOST = 6
"""Processes of one repository at a time; the one that was asked longest ago makes room."""


@dataclass(frozen=True)
class Command:
    """A command that answers questions.

    Attributes:
        arguments: the subcommand and its arguments.
        mark: what ends each part of an answer.
        keeps: whether it keeps what it prints, so that it has to be started unbuffered.
        attributes: the merge attributes that it heeds.
    """

    arguments: tuple[str, ...]
    mark: bytes
    keeps: bool = False
    attributes: bytes = b""


class LateError(Exception):
    """An answer did not come in time."""


class Coprocesses:
    """The processes that answer about one repository. Not for several threads at once; close it after use."""

    def __init__(self, git: Git, patience: float = _PATIENCE) -> None:
        self._git = git
        self._patience = patience
        self._running: dict[Command, _Coprocess] = {}
        self._mute: set[tuple[str, ...]] = set()

    def ask(
        self,
        command: Command,
        question: bytes,
        read: Callable[[Iterator[bytes]], _T],
        *,
        until: float | None = None,
    ) -> _T | None:
        """Return what `read` makes of the parts of an answer; it takes all of them and no more.

        None: the process failed, or none of this kind answers before it ends.

        Args:
            command: who is asked.
            question: one or more lines, few enough to fit into a pipe.
            read: called with the parts as they come.
            until: the moment of `perf_counter` at which waiting, and the process, end, and from which on
                nothing is asked; None for never.

        Raises:
            LateError: no whole answer had come by then.
            InputError: there is no git on PATH, or the directory is gone.
        """
        if until is not None and perf_counter() >= until:
            raise LateError
        process = self._find(command)
        if process is None:
            return None
        try:
            answer = read(process.ask(question, until))
        except _EndedError:
            self._end(command)
            return None
        except BaseException:
            # What is left of this answer would be taken for the next one.
            self._end(command)
            raise
        if process.is_mute:
            self._mute.add(command.arguments)
            self._end(command)
        return answer

    def close(self) -> None:
        """End all processes; asking again starts others."""
        for command in list(self._running):
            self._end(command)

    def _find(self, command: Command) -> "_Coprocess | None":
        if command.arguments in self._mute:
            return None
        process = self._running.pop(command, None) or self._start(command)
        if process is None:
            self._mute.add(command.arguments)
            return None
        self._running[command] = process
        if len(self._running) > _MOST:
            self._end(next(iter(self._running)))
        return process

    def _start(self, command: Command) -> "_Coprocess | None":
        with ExitStack() as held:
            settings = held.enter_context(heed(command.attributes))
            process = self._git.start(*settings, *command.arguments, unbuffered=command.keeps)
            if process is None:
                return None
            held.callback(_stop, process)
            return _Coprocess(process, command.mark, self._patience, held.pop_all())

    def _end(self, command: Command) -> None:
        process = self._running.pop(command, None)
        if process:
            process.end()


class _EndedError(Exception):
    """A process ended before its answer did."""


class _Coprocess:
    """One process: what is `held` for it is let go when it is ended, or when nobody refers to this any more.

    Attributes:
        is_mute: whether it gave its first answer only when it was told that there are no more questions.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", mark: bytes, patience: float, held: ExitStack
    ) -> None:
        self._questions = cast("IO[bytes]", process.stdin)
        self._answers = cast("BufferedReader", process.stdout)
        self._mark = mark
        self._patience = patience
        self._parts: deque[bytes] = deque()
        self._rest = b""
        self._trusted = False
        self.is_mute = False
        self.end = weakref.finalize(self, held.close)

    def ask(self, question: bytes, until: float | None) -> Iterator[bytes]:
        """Put a question, and yield the parts of all that comes.

        Raises:
            _EndedError: nothing more comes.
            LateError: nor did it by the moment `until`.
        """
        try:
            self._questions.write(question)
            self._questions.flush()
        except OSError as error:
            raise _EndedError from error
        while True:
            while not self._parts:
                self._fill(until)
            yield self._parts.popleft()

    def _fill(self, until: float | None) -> None:
        if not self._trusted or until is not None:
            self._wait(until)
        block = self._answers.read1(_BLOCK)
        if not block:
            raise _EndedError
        *parts, self._rest = (self._rest + block).split(self._mark)
        self._parts.extend(parts)

    def _wait(self, until: float | None) -> None:
        """Wait for an answer; a process that keeps its first one gives it when no more questions come."""
        left = inf if until is None else max(0.0, until - perf_counter())
        patience = inf if self._trusted else self._patience
        limit = min(left, patience)
        ready, _, _ = select.select([self._answers], [], [], None if limit == inf else limit)
        if not ready and left <= patience:
            raise LateError
        self._trusted = True
        if not ready:
            self.is_mute = True
            self._questions.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            # What was not taken any more is of no use to anybody.
            with suppress(OSError):
                pipe.close()
    process.wait()
