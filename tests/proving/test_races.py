"""The matrix of races: that everybody is in it, that it passes, and that it sees code that was broken."""

from collections import Counter
from collections.abc import Sequence

import pytest

from relauto.proving.crew import play
from relauto.proving.meeting import Race
from relauto.proving.races import RaceMatrix
from tests.proving.conftest import catch, make_legs

LEGS = make_legs(10)


def test_every_kind_comes_before_any_comes_again() -> None:
    cases = RaceMatrix().list_cases(LEGS)
    assert len(set(map(str, cases))) == len(cases)
    assert [case.seed for case in cases] == sorted(case.seed for case in cases)
    first = Counter(case.kind for case in cases if case.seed == 0)
    assert first == {"advance": 9, "crew": 8, "line": 1, "lines": 1}


def choose(*wanted: str):
    return lambda cases: [case for case in cases if str(case) in wanted]


@pytest.mark.slow
def test_a_sample_ends_identical() -> None:
    wanted = ("advance.1.0", "advance.3.0", "advance.5.1", "crew.2.0", "crew.5.1", "line.0.0")
    runs = list(play(RaceMatrix(), choose(*wanted), workers=1))
    assert [run for run in runs if not run.identical] == []
    assert len(runs) == len(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("sabotage", ["no-lease", "no-nonce"])
def test_code_that_was_broken_is_seen(sabotage: str) -> None:
    def choose_advances(cases: Sequence[Race]) -> list[Race]:
        """Take where many write at once."""
        return [case for case in cases if case.kind == "advance"]

    assert catch(RaceMatrix(), choose_advances, sabotage, lambda run: not run.identical)
