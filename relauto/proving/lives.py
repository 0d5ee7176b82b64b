"""Calls of relauto in processes of their own, which start on a sign and can be killed.

A life is forked from a process that has everything imported, before a hub is served there: no thread runs
in it but its own.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import cast

from relauto.engine import Outcome
from relauto.errors import RelautoError, Status

_FORK = multiprocessing.get_context("fork")
_TIMEOUT = 120.0

Deed = Callable[[], Outcome | None]


class Life:
    """One process that does one deed once it is told to, and how it ended.

    Attributes:
        status: what a command would end with; -9 where it was killed.
        said: the error it ended with, empty where there was none.
    """

    def __init__(self, deed: Deed, sign: Event | None = None) -> None:
        self.status, self.said = 0, ""
        self._sign = sign or _FORK.Event()
        self._heard, telling = _FORK.Pipe(duplex=False)
        self._process = _FORK.Process(target=_live, args=(deed, self._sign, telling))
        self._process.start()
        telling.close()

    def start(self) -> None:
        """Let it begin, and all that wait for the same sign."""
        self._sign.set()

    def kill(self) -> None:
        """Kill it with all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(cast(int, self._process.pid), signal.SIGKILL)

    def wait(self) -> "Life":
        """Return it when it has ended; one that does not end is killed."""
        if self._heard.poll(_TIMEOUT):
            with suppress(EOFError):
                self.status, self.said = self._heard.recv()
        else:
            self.said = f"it did not end within {_TIMEOUT:g} seconds"
            self.kill()
        self._process.join()
        self.status = self._process.exitcode or self.status
        return self

    def close(self) -> None:
        """End it, wherever it is."""
        self.kill()
        self._process.join()
        self._process.close()
        self._heard.close()


@contextmanager
def begin(deeds: Sequence[Deed], *, together: bool = False) -> Iterator[list[Life]]:
    """Lend a life for each deed, waiting to be started, each alone or all `together`."""
    sign = _FORK.Event() if together else None
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Life(deed, sign))) for deed in deeds]


def _live(deed: Deed, sign: Event, telling: Connection) -> None:
    os.setpgrp()
    sign.wait()
    telling.send(_do(deed))


def _do(deed: Deed) -> tuple[int, str]:
    try:
        outcome = deed()
    except RelautoError as error:
        return int(error.status), str(error)
    except BaseException:  # noqa: BLE001 - whatever it is, it is told
        return int(Status.BUG), traceback.format_exc()
    return int(outcome.status if outcome else Status.REACHED), ""
