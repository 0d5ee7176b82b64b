"""Processes that share long work; each ends with the one that asked for it, also where that was killed."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from relauto.errors import Status

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess as ParentProcess


def start_workers(
    count: int, begin: Callable[..., object] | None = None, *arguments: Any
) -> ProcessPoolExecutor:
    """Return `count` processes to hand work to; each first calls `begin` with `arguments`."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(begin, arguments))


def count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(begin: Callable[..., object] | None, arguments: tuple[Any, ...]) -> None:
    parent = cast("ParentProcess", multiprocessing.parent_process())
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    if begin:
        begin(*arguments)


def _end_with(parent: "ParentProcess") -> None:
    parent.join()
    os._exit(Status.BUG)
