"""The ways a fix takes: merged in three manners, pushed instead of proposed, bumped before."""

import pytest

from relauto.errors import Status

pytestmark = pytest.mark.path

SLOW = pytest.mark.slow  # the longest of a kind: one of each is always tried
PUSH = 'pick.via = "push"\nchecks.required = []\n'


def until_picked(world, more, *, fix="fix/series"):
    world.unprotect()
    world.open(more, fix=fix)
    world.advance(more)
    world.decide()
    world.review(1)
    world.advance(more)
    world.approve("prepare.merge")
    return world.advance(more, until="prepare.pick")


@pytest.mark.parametrize(
    ("method", "picks"),
    [("squash", 1), pytest.param("merge", 1, marks=SLOW), pytest.param("rebase", 2, marks=SLOW)],
)
def test_a_series_is_picked_as_it_was_merged(at, method, picks):
    world = at("blank")
    outcome = until_picked(world, f'{PUSH}pull.method = "{method}"\n')
    assert outcome.status is Status.REACHED
    told = world.record("prepare.pick").facts["picks"]
    assert len(told) == picks
    line = world.product.read("log", "--format=%H", "v1.0.0..release-1.0").split()
    assert [each["commit"] for each in told] == line[:0:-1], "the picks in their order, then the bump"
    for each in told:
        trailer = f"(cherry picked from commit {each['fix']})"
        assert trailer in world.product.read("show", "--no-patch", "--format=%B", each["commit"])
        assert world.product.read("merge-base", each["fix"], "main") == each["fix"]
    assert "line nine" in world.product.read("show", "release-1.0:app.txt")
    assert world.product.read("show", "release-1.0:half.txt") == "half"
    assert world.product.read("show", "release-1.0:VERSION") == "1.0.1"
    assert len(world.pulls()) == 1, "a direct push opens no pull request"


@pytest.mark.parametrize("method", [pytest.param("merge", marks=SLOW), "rebase"])
def test_a_single_commit_is_picked_as_it_was_merged(at, method):
    world = at("blank")
    until_picked(world, f'{PUSH}pull.method = "{method}"\n', fix="fix/crash")
    (told,) = world.record("prepare.pick").facts["picks"]
    parents = world.product.read("rev-list", "--parents", "-1", told["fix"]).split()
    assert len(parents) - 1 == (2 if method == "merge" else 1)
    assert "line five" in world.product.read("show", "release-1.0:app.txt")
    assert world.product.read("log", "--format=%s", "v1.0.0..release-1.0").splitlines()[0] == (
        "Bump version to 1.0.1"
    )


@pytest.mark.slow
def test_a_number_that_was_raised_before_is_left_alone(at):
    world = at("blank")
    bump = world.commit_on("release-1.0", "Prepare 1.0.1", {"VERSION": "1.0.1\n"})
    until_picked(world, PUSH, fix="fix/crash")
    assert world.record("prepare.pick").facts["bump"] == bump
    assert len(world.product.read("log", "--format=%H", "v1.0.0..release-1.0").split()) == 2
    (stop,) = world.advance(PUSH).stops
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.verify", Status.WAITING, "QA")


def test_what_comes_with_a_number_has_to_be_accepted(at):
    world = at("blank")
    bump = world.commit_on("release-1.0", "Prepare 1.0.1", {"VERSION": "1.0.1\nand more\n"})
    until_picked(world, PUSH, fix="fix/crash")
    (stop,) = world.advance(PUSH).stops
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    assert f"{bump[:12]} Prepare 1.0.1" in stop.reason


@pytest.mark.slow
def test_nothing_built_is_said_to_be_nothing(at):
    world = at("blank")
    more = f"{PUSH}build.none = true\n"
    until_picked(world, more, fix="fix/crash")
    world.answer("/tick investigate.qa-decision no: nothing to run")
    (stop,) = world.advance(more).stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert world.record("prepare.verify").facts["gates"]["artifacts"] == "none on purpose"
    assert world.record("prepare.verify").facts["artifacts"] == []
