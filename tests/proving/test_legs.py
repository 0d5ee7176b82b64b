"""A leg that is restored and played again ends in the same world; what is missing or twice is told."""

import pytest

from relauto.proving.comparison import compare, read_facts
from relauto.proving.ground import INCIDENT
from relauto.proving.moves import call
from tests.proving.conftest import Walked

pytestmark = pytest.mark.slow  # the path is walked for them; `.ci/run` plays a sample of the matrix besides


def test_the_path_is_walked_to_its_end(walked: Walked) -> None:
    _, legs = walked
    assert [leg.step for leg in legs] == [
        "opening",
        *["prepare.merge"] * 2,
        "prepare.pick",
        *["prepare.verify"] * 2,
        "prepare.release",
        *["deploy.send"] * 2,
        "",
    ]
    tags = [line for line in legs[-1].expected["refs"]["product"] if line.startswith("refs/tags/v1.4.3 ")]
    assert len(tags) == 1
    assert sum(len(leg.requests) for leg in legs) > 200


@pytest.mark.parametrize("number", [0, 1, 5])
def test_a_leg_played_again_ends_alike(walked: Walked, number: int) -> None:
    ground, legs = walked
    ground.restore(legs[number].kept)
    with ground.serve():
        call(ground, legs[number].move.do)
    assert compare(legs[number].expected, read_facts(ground.folder.path, INCIDENT)) == []


def test_a_leg_not_played_is_lost(walked: Walked) -> None:
    ground, legs = walked
    ground.restore(legs[1].kept)
    lines = compare(legs[1].expected, read_facts(ground.folder.path, INCIDENT))
    assert any("/hub/acme/stockroom/Pull: lost" in line for line in lines)
    assert any("doubled" in line for line in compare(legs[0].expected, legs[1].expected))
