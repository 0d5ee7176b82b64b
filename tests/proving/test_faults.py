"""The matrix of faults: what it is made of, that it passes, and that it sees code that was broken."""

import re

import pytest

from relauto.errors import InputError
from relauto.hub.script import FAULTS
from relauto.proving.crew import play, sample
from relauto.proving.faults import Case, FaultMatrix, choose_cases, list_faults
from relauto.proving.sabotage import check_sabotage
from tests.proving.conftest import Walked, catch, make_legs

CASES = [Case(leg, at, "503-before", "GET /user") for leg in range(10) for at in range(1, 21)]


def test_every_fault_befalls_some_request() -> None:
    requests = (
        "GET /acme/ops.git/info/refs?service=git-upload-pack",
        "POST /acme/ops.git/git-upload-pack",
        "POST /acme/ops.git/git-receive-pack",
        "POST /api/graphql",
        "GET /api/v3/user",
        "POST /api/uploads/repos/acme/stockroom/releases/1/assets?name=a",
        "PUT /api/v3/repos/acme/stockroom/pulls/1/merge",
    )
    listed = {fault for request in requests for at in range(3) for fault in list_faults(request, at)}
    assert {part for fault in listed for part in fault.split("+")} == set(FAULTS)


def test_faults_are_spread_over_requests_that_are_alike_and_none_is_left_out() -> None:
    fetch = ("GET /a.git/info/refs?service=git-upload-pack", "POST /a.git/git-upload-pack")
    requests = ("GET /user", *fetch, "GET /repos/a", *fetch, "POST /graphql", *fetch)
    legs = make_legs(4, lambda number: (*requests, f"GET /{number}"))
    spread, every = (FaultMatrix(all_).list_cases(legs) for all_ in (False, True))
    assert every == [
        Case(leg.number, at, fault, request)
        for leg in legs
        for at, request in enumerate(leg.requests, 1)
        for fault in list_faults(request, at)
    ]
    assert len(set(spread)) == len(spread) < len(every)
    assert set(spread) < set(every)
    for request in fetch:
        met = {case.fault for case in spread if case.request == request}
        assert met == {case.fault for case in every if case.request == request}


def test_a_sample_is_spread_and_always_alike() -> None:
    chosen = choose_cases(CASES, size=50)
    assert [str(case) for case in chosen] == [str(case) for case in choose_cases(CASES, size=50)]
    assert (len(chosen), len({case.leg for case in chosen})) == (50, 10)
    assert sum(case.whole for case in chosen) == 1
    assert sample(CASES, 1000) == CASES
    assert all(case.whole for case in choose_cases(CASES, size=5, whole=True))


def test_one_case_is_named_and_played_whole() -> None:
    assert [(case.leg, case.at, case.whole) for case in choose_cases(CASES, case="3.17.503-before")] == [
        (3, 17, True)
    ]
    with pytest.raises(InputError, match=r"there is no case '3.99.401'"):
        choose_cases(CASES, case="3.99.401")


def test_unknown_sabotage_is_refused() -> None:
    with pytest.raises(InputError, match="there is no sabotage 'all'"):
        check_sabotage("all")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "request_"),
    [
        # git's refs lag behind what the API says of a merge: that refuses nothing.
        ("stale", r"4 POST .*stockroom.git/git-upload-pack"),
        # QA's page is read back from before QA ticked it, and CI's tick is put there.
        ("stale", r"6 GET .*/acme/qa/issues/1$"),
        # The answer to an upload that arrived cannot be read.
        ("cut", r"POST /api/uploads/"),
        # The answer is lost, and the next look does not show yet what was made.
        (r"50\d-after\+stale", r"POST .*/(issues|comments|releases)$"),
    ],
)
def test_what_was_found_once_is_not_found_again(walked: Walked, fault: str, request_: str) -> None:
    ground, legs = walked
    cases = [
        case
        for case in FaultMatrix().list_cases(legs)
        if re.fullmatch(fault, case.fault) and re.search(request_, f"{case.leg} {case.request}")
    ]
    assert cases
    runs = [FaultMatrix().run(ground, legs, case) for case in cases]
    assert [run for run in runs if not run.identical] == []


@pytest.mark.slow
@pytest.mark.parametrize("sabotage", ["blind-retry", "no-look"])
def test_code_that_was_broken_is_seen(sabotage: str) -> None:
    def choose(cases):
        """Take what such code gets wrong: things that may be made twice, made and not answered.

        Of comments that are there twice one is taken back, whoever made them.
        """
        made = [each for each in cases if each.request.endswith(("/issues", "/releases"))]
        return [each for each in made if re.fullmatch(r"50\d-after|reset-after", each.fault)][:6]

    assert catch(FaultMatrix(), choose, sabotage, lambda run: run.doubled)


def test_what_plays_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="a sample of -1 proves nothing"):
        sample([1, 2], -1)
    with pytest.raises(InputError, match="0 workers play nothing"):
        next(play(FaultMatrix(), list, workers=0))
