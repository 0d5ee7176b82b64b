"""The path, walked once for all tests that disturb it."""

from collections.abc import Iterator

import pytest

from relauto.proving.ground import Ground
from relauto.proving.legs import Leg, walk

Walked = tuple[Ground, list[Leg]]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    with Ground(tmp_path_factory.mktemp("ground")) as ground:
        yield ground, walk(ground)
