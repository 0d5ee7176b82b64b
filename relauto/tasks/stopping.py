"""Signals that ask this process to end: it ends as by Ctrl-C, and leaves nothing behind.

A workflow that is cancelled is sent SIGINT, SIGTERM 7.5 seconds later, and is killed 2.5 seconds after that
(https://docs.github.com/en/actions/reference/workflow-cancellation-reference). So the first of them counts,
and what it set off is not broken off by the next.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from relauto.errors import Status

_STATUSES = {
    signal.SIGINT: Status.INTERRUPTED,
    signal.SIGTERM: Status.TERMINATED,
    signal.SIGHUP: Status.HUNG_UP,
}
_USUAL = (signal.SIG_DFL, signal.default_int_handler)


class Stopped(SystemExit):
    """This process was asked to end by `signal`, and ends with `status`."""

    def __init__(self, asked: signal.Signals) -> None:
        self.signal, self.status = asked, _STATUSES[asked]
        super().__init__(int(self.status))


@contextmanager
def heed_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise `Stopped` where the block is, as Ctrl-C raises KeyboardInterrupt.

    What was ignored when this process began stays so, as under `nohup`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    begun = False

    def end(number: int, _: FrameType | None) -> None:
        nonlocal begun
        if number == signal.SIGINT:
            begun = True
            raise KeyboardInterrupt
        if not begun:
            begun = True
            raise Stopped(signal.Signals(number))

    before = {each: known for each in _STATUSES if (known := signal.getsignal(each)) in _USUAL}
    for each in before:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each, known in before.items():
            signal.signal(each, known)
