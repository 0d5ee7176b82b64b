"""What a rehearsal asks of GitHub stays within the budgets, by what it is for, and is shown."""

import json

import pytest

from relauto.github.counts import BUDGETS, FLOOR
from tests.rehearsal.playing import Life, Plays, live

pytestmark = pytest.mark.slow
PLAYED = {"push": "direct-push", "pull": "happy"}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("budgets")


@pytest.fixture(scope="module")
def plays(root):
    with Plays() as plays:
        for via, scenario in PLAYED.items():
            plays.add(via, live, root / via, "--scenario", scenario)
        yield plays


@pytest.fixture(params=PLAYED)
def played(request, plays, root):
    life: Life = plays[request.param]
    assert life.status == 0, life.said
    summary = json.loads((root / request.param / "summary.json").read_bytes())
    return request.param, life.said, summary["requests"]


def test_the_path_stays_within_its_budget(played):
    via, _, requests = played
    path = requests["by_kind"]["path"]
    assert FLOOR[via] < path["read"] + path["write"] <= BUDGETS[via]


def test_every_request_is_of_one_kind(played):
    _, _, requests = played
    for verb in ("read", "write"):
        assert requests[verb] == sum(sums[verb] for sums in requests["by_kind"].values())
    assert set(requests["by_kind"]) == {"path", "waiting", "assets", "notices", "rehearsal"}
    assert requests["by_kind"]["waiting"]["write"] == 0


def test_most_of_what_is_polled_before_anything_happens_is_not_modified(played):
    _, _, requests = played
    waiting = requests["by_kind"]["waiting"]
    assert waiting["unchanged"] >= waiting["read"] / 2


def test_every_poll_after_somebody_acted_saw_it(played):
    _, said, _ = played
    assert "polling saw nothing" not in said


def test_the_call_shows_the_same_figures_as_the_summary(plays, played):
    via, _, requests = played
    assert plays[via].document["requests"] == requests
