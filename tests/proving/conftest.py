"""The path, walked once for all tests that disturb it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from relauto.proving.crew import Matrix, play
from relauto.proving.ground import Ground
from relauto.proving.legs import Leg, walk
from relauto.proving.moves import Move
from relauto.proving.tally import Run

Walked = tuple[Ground, list[Leg]]


def make_legs(many: int, requests: Callable[[int], Sequence[str]] = lambda _: ()) -> list[Leg]:
    """Return legs that nobody has walked, with what each asks."""
    nothing = Move(lambda _: None, lambda _: None)
    return [Leg(at, Path(), tuple(requests(at)), expected={}, step="", move=nothing) for at in range(many)]


def catch(
    matrix: Matrix[Any],
    choose: Callable[[Sequence[Any]], Sequence[Any]],
    sabotage: str,
    seen: Callable[[Run], bool],
) -> Run | None:
    """Play cases over broken code until one shows it; return that one.

    Whether processes meet in a case depends on how busy the machine is, so that no few cases are sure to.
    """
    with closing(play(matrix, choose, workers=1, sabotage=sabotage)) as runs:
        return next(filter(seen, runs), None)


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    with Ground(tmp_path_factory.mktemp("ground")) as ground:
        yield ground, walk(ground)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """The path by events, walked once."""
    with Ground(tmp_path_factory.mktemp("ground")) as ground:
        yield ground, walk(ground, "events")
