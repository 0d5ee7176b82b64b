"""The path, walked once for all tests that disturb it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from relauto.proving.ground import Ground
from relauto.proving.legs import Leg, walk
from relauto.proving.moves import Move

Walked = tuple[Ground, list[Leg]]


def make_legs(many: int, requests: Callable[[int], Sequence[str]] = lambda _: ()) -> list[Leg]:
    """Return legs that nobody has walked, with what each asks."""
    nothing = Move(lambda _: None, lambda _: None)
    return [Leg(at, Path(), tuple(requests(at)), expected={}, step="", move=nothing) for at in range(many)]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    with Ground(tmp_path_factory.mktemp("ground")) as ground:
        yield ground, walk(ground)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """The path by events, walked once."""
    with Ground(tmp_path_factory.mktemp("ground")) as ground:
        yield ground, walk(ground, "events")
