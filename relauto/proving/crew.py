"""A matrix played by several processes, each on a ground of its own."""

import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Protocol, TypeVar

from relauto.errors import InputError
from relauto.proving.ground import Ground
from relauto.proving.legs import Leg, walk
from relauto.proving.moves import By
from relauto.proving.sabotage import break_code
from relauto.proving.tally import Run
from relauto.workers import start_workers

C = TypeVar("C")


class Matrix(Protocol[C]):
    """Cases over the legs of the path; sent to other processes, so that it holds values alone."""

    @property
    def by(self) -> By:
        """Who calls relauto on the path."""
        ...

    def list_cases(self, legs: Sequence[Leg]) -> Sequence[C]:
        """Return every case, in the same order whoever asks."""
        ...

    def run(self, ground: Ground, legs: Sequence[Leg], case: C) -> Run:
        """Play one case."""
        ...


def play(
    matrix: Matrix[C],
    choose: Callable[[Sequence[C]], Sequence[C]],
    *,
    workers: int = 2,
    sabotage: str = "",
) -> Iterator[Run]:
    """Yield the runs of the cases that `choose` leaves of all, in their order.

    Args:
        matrix: what is played.
        choose: returns those that are.
        workers: processes, each of which walks the undisturbed path first.
        sabotage: how the code is broken in them (`relauto.proving.sabotage`), empty for not at all.

    Raises:
        InputError: there is no worker, or one was killed.
        RelautoError: the undisturbed path could not be walked.
    """
    if workers < 1:
        raise InputError(f"{workers} workers play nothing", todo="give one or more")
    with (
        tempfile.TemporaryDirectory(prefix="relauto-prove-", ignore_cleanup_errors=True) as root,
        start_workers(workers, break_code, sabotage) as pool,
    ):
        cases = choose(pool.submit(_list_cases, matrix, root).result())
        yield from pool.map(partial(_run, matrix, root), cases)


def choose(cases: Sequence[C], *, case: str = "", size: int = 0) -> list[C]:
    """Return the one case that is named, a sample of `size`, or else all.

    Raises:
        InputError: there is no such case.
    """
    if not case:
        return sample(cases, size) if size else list(cases)
    named = [each for each in cases if str(each) == case]
    if not named:
        raise InputError(f"there is no case {case!r}", todo=f"there are {len(cases)}, as {cases[0]}")
    return named


def sample(cases: Sequence[C], size: int, *, seed: int = 0) -> list[C]:
    """Return as many of the cases, spread at random but always alike, in their order.

    Raises:
        InputError: that is none.
    """
    if size < 1:
        raise InputError(f"a sample of {size} proves nothing", todo="give one or more")
    chance = random.Random(seed)  # noqa: S311  # nosec B311 - to be alike is what it is for
    chosen = chance.sample(range(len(cases)), min(size, len(cases)))
    return [cases[at] for at in sorted(chosen)]


@cache
def _walk(root: str, by: By) -> tuple[Ground, list[Leg]]:
    """Walk the path on the ground of this process, once."""
    ground = Ground(Path(root) / str(os.getpid()))
    return ground, walk(ground, by)


def _list_cases(matrix: Matrix[C], root: str) -> Sequence[C]:
    return matrix.list_cases(_walk(root, matrix.by)[1])


def _run(matrix: Matrix[C], root: str, case: C) -> Run:
    ground, legs = _walk(root, matrix.by)
    return matrix.run(ground, legs, case)
