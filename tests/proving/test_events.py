"""The matrices by events: what is told of on the path, which cases there are, and that a sample passes."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from relauto.errors import InputError
from relauto.proving.comparison import compare
from relauto.proving.crashes import CrashMatrix
from relauto.proving.crew import sample
from relauto.proving.faults import Case, FaultMatrix
from relauto.proving.legs import is_read
from relauto.proving.meeting import Race
from relauto.proving.moves import find_by
from relauto.proving.races import RaceMatrix
from tests.proving.conftest import Walked, catch, make_legs


@pytest.mark.parametrize(
    ("by", "case", "found"),
    [
        ("", "", "hand"),
        ("events", "", "events"),
        ("", "3.17.401", "hand"),
        ("", "events-3.17.401", "events"),
        ("events", "events-3.17.401", "events"),
    ],
)
def test_a_cases_name_says_who_calls(by: str, case: str, found: str) -> None:
    assert find_by(by, case) == found


@pytest.mark.parametrize(
    ("by", "case", "why"),
    [
        ("magic", "", "nothing goes by magic"),
        ("events", "3.17.401", "the case 3.17.401 is not played by events"),
        ("hand", "events-3.17.401", "the case events-3.17.401 is not played by hand"),
    ],
)
def test_who_calls_nobody_is_refused(by: str, case: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        find_by(by, case)


def test_every_write_meets_every_fault_and_reads_that_are_alike_some() -> None:
    legs = make_legs(20, lambda at: (f"GET /issues/{at}/comments", f"POST /issues/{at}/comments"))
    spread, every = (FaultMatrix(all_, "events").list_cases(legs) for all_ in (False, True))
    by_hand = FaultMatrix().list_cases(legs)
    assert len(set(spread)) == len(spread) < len(every)
    assert set(spread) < set(every)
    writes = [[str(case) for case in cases if not is_read(case.request)] for cases in (by_hand, spread)]
    assert writes[1] == [f"events-{name}" for name in writes[0]]
    for read in (True, False):
        met, all_ = (
            {_name(case) for case in cases if is_read(case.request) == read} for cases in (spread, every)
        )
        assert met == all_


def _name(case: Case) -> str:
    return re.sub("^50[023]", "50x", case.fault)


def test_every_place_where_people_acted_meets_every_kind_of_race() -> None:
    legs = [
        replace(leg, move=replace(leg.move, fresh=leg.number in (1, 4, 7)), by="events")
        for leg in make_legs(9)
    ]
    cases = RaceMatrix("events").list_cases(legs)
    assert len(set(map(str, cases))) == len(cases)
    assert [case.seed for case in cases] == sorted(case.seed for case in cases)
    first = Counter((case.kind, case.leg) for case in cases if case.seed == 0)
    assert first == {(kind, leg): 1 for kind in ("same", "beside", "lossy") for leg in (1, 4, 7)}


def _aside_answers(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts without the comments in which people were answered: by hand nobody answers them."""
    hub = {
        name: {**kinds, "Comment": [one for one in kinds["Comment"] if "<!-- relauto:asked:" not in one]}
        for name, kinds in facts["hub"].items()
    }
    return {**facts, "hub": hub}


@pytest.mark.slow
def test_by_events_an_incident_ends_as_by_hand_and_people_are_answered(walked: Walked, told: Walked) -> None:
    (_, by_hand), (_, by_events) = walked, told
    ends = [legs[-1].expected for legs in (by_hand, by_events)]
    assert compare(*map(_aside_answers, ends)) == []
    answered = [line for line in compare(*ends) if "relauto:asked:" in line]
    assert len(answered) > 5
    assert all(": doubled " in line for line in answered), "by hand nobody is answered"
    assert sum(leg.move.fresh for leg in by_events) == len(by_hand) - 1


def _play(matrix: Any, told: Walked, cases: Sequence[Any]) -> list[Any]:
    ground, legs = told
    return [run for run in (matrix.run(ground, legs, case) for case in cases) if not run.identical]


@pytest.mark.slow
def test_a_sample_of_faults_and_kills_ends_identical(told: Walked) -> None:
    for matrix, size in ((FaultMatrix(by="events"), 16), (CrashMatrix("events"), 10)):
        cases: Sequence[Any] = matrix.list_cases(told[1])
        assert _play(matrix, told, sample(cases, size)) == []


@pytest.mark.slow
def test_what_is_told_of_twice_late_or_never_ends_identical(told: Walked) -> None:
    matrix = RaceMatrix("events")
    listed = matrix.list_cases(told[1])
    cases = [next(case for case in sample(listed, 60) if case.kind == kind) for kind in ("same", "beside")]
    cases += [case for case in sample(listed, 60) if case.kind == "lossy"][:3]
    assert _play(matrix, told, cases) == []


@pytest.mark.slow
def test_looking_never_is_seen_by_events_too() -> None:
    def choose(cases: Sequence[Case]) -> list[Case]:
        made = [each for each in cases if each.request.endswith(("/issues", "/releases"))]
        return [each for each in made if re.fullmatch(r"50\d-after|reset-after", each.fault)][:4]

    assert catch(FaultMatrix(by="events"), choose, "no-look", lambda run: run.doubled)


@pytest.mark.slow
def test_pushing_over_others_is_seen_by_events_too() -> None:
    """Where many write at once: in five of eight cases they meet."""

    def choose(cases: Sequence[Race]) -> list[Race]:
        return [case for case in cases if case.kind in ("same", "beside")]

    assert catch(RaceMatrix("events"), choose, "no-lease", lambda run: not run.identical)
