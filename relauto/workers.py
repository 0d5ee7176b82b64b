"""Processes that share long work; each ends with the one that asked for it, also where that was killed."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from relauto.errors import InputError, Status

_KILLED = "a process that shared the work was killed, as happens where memory runs out"


@contextmanager
def start_workers(
    count: int, begin: Callable[..., object] | None = None, *arguments: Any
) -> Iterator[ProcessPoolExecutor]:
    """Lend `count` processes to hand work to; each first calls `begin` with `arguments`.

    Whoever leaves by an error, or by an interruption, does not wait for what they are at.

    Raises:
        InputError: one of them was killed.
    """
    context = multiprocessing.get_context("spawn")
    watched, held = context.Pipe(duplex=False)
    with watched, held:
        begun = (watched, begin, arguments)
        pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=begun)
        try:
            yield pool
        except BaseException as error:
            held.close()
            if isinstance(error, BrokenProcessPool):
                raise InputError(_KILLED, todo="free some, then run again") from error
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(watched: Connection, begin: Callable[..., object] | None, arguments: tuple[Any, ...]) -> None:
    Thread(target=_end_with, args=(watched,), daemon=True).start()
    if begin:
        begin(*arguments)


def _end_with(watched: Connection) -> None:
    # Nothing is ever sent: it is at its end when the other end was closed, or who held that is gone.
    watched.poll(None)
    os._exit(Status.BUG)
