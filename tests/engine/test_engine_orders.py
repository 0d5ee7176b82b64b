"""Where the fix goes first: to main, to the line and then to main, or to the line alone."""

import pytest

from relauto.comms import board
from relauto.errors import InputError, Status
from relauto.model.debt import list_unpaid
from relauto.model.incident import StepState
from relauto.model.playbook import load_playbook

pytestmark = pytest.mark.path

FIXED = "".join(f"line {number}\n" for number in range(1, 21)).replace("line 5\n", "line five\n")
SLOW = pytest.mark.slow
LINE_FIRST = {"fix": "fix/line", "order": "line-first"}
LINE_ONLY = {"fix": "fix/line", "order": "line-only", "reason": "main is written anew, without this code"}


def begin(world, at="release-1.0", files=None):
    """Push a fix that was begun on the line."""
    world.product.run("branch", "fix/line", at)
    world.commit_on("fix/line", "Fix the crash", files or {"app.txt": FIXED})


def merge_to_line(world):
    """Open the incident's pull request, pass its people and its door; return what advance ended with."""
    world.advance()
    world.decide("no: nothing to try")
    world.pass_pull(1)
    world.advance()
    world.approve("prepare.merge")
    return world.advance()


def merge_up(world):
    """Merge the line into main, as projects that go line-first do."""
    with world._checkout("main") as work:
        work.git.run("merge", "--quiet", "--no-edit", "release-1.0")
        world.product.run("update-ref", "refs/heads/main", work.git.read("rev-parse", "HEAD"))


def stops_of(outcome):
    return {stop.place.step: stop.status for stop in outcome.stops}


def bases(world):
    return {pull["number"]: pull["base"]["ref"] for pull in world.pulls()}


def reach_send_door(world, tag="v1.0.1-rc1"):
    """Take what stands on the release's branch to the door before the customer."""
    world.advance()
    world.check(world.head(tag))
    world.advance()
    for person in ("robin-rm", "sasha-rm"):
        world.approve("prepare.release", by=person)
    return world.advance()


def test_line_first_aims_the_fix_at_the_line_and_main_is_owed_it_at_once(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    outcome = merge_to_line(world)
    assert stops_of(outcome) == {"debt.main": Status.WAITING, "prepare.pick": Status.WAITING}
    assert bases(world) == {1: "release-1.0", 2: "main", 3: "release-1.0"}
    assert [pull["title"] for pull in world.pulls()] == [
        "[release-1.0] Bump version to 1.0.1",
        "[main] Fix the crash (#1)",
        "Fix the crash",
    ]
    merged = world.head("release-1.0")
    assert f"(cherry picked from commit {merged})" in world.product.read(
        "log", "-1", "--format=%b", "relauto/pick/main/inc-test-1"
    )


@pytest.mark.slow
def test_line_first_releases_while_main_still_waits(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    merge_to_line(world)
    world.pass_pull(3)
    stopped = reach_send_door(world)
    assert stops_of(stopped) == {"debt.main": Status.WAITING, "deploy.send": Status.DECISION}
    (pick,) = world.record("prepare.pick").facts["picks"]
    assert (pick["commit"], pick["found_by"], pick["pull"]) == (pick["fix"], "ancestor", 1)
    assert not world.record("prepare.pick").by_others
    assert "v1.0.1" in world.tags()
    assert world.product.read("show", "main:app.txt").count("line five") == 0


@pytest.mark.slow
def test_line_first_is_paid_when_main_holds_it(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    merge_to_line(world)
    (debt,) = list_unpaid(world.incident)
    assert (debt.place.step, debt.state, debt.to) == ("debt.main", StepState.WAITING, "the main branch")
    world.pass_pull(2)
    world.advance()
    assert list_unpaid(world.incident) == ()
    (held,) = world.record("debt.main").facts["held"]
    assert held["found_by"] == "trailer"
    assert "line five" in world.product.read("show", "main:app.txt")


@pytest.mark.parametrize(
    "way", ["patch-id", *(pytest.param(way, marks=SLOW) for way in ("trailer", "ancestor"))]
)
def test_main_may_get_it_by_others(at, way):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    world.advance()
    world.decide("no: nothing to try")
    world.pass_pull(1)
    merged = world.merge(1)
    if way == "ancestor":
        merge_up(world)
    else:
        world.cherry_pick(merged, "main", *(["-x"] if way == "trailer" else []))
    world.advance()
    record = world.record("debt.main")
    assert (record.state, record.by_others) == (StepState.DONE, True)
    assert record.facts["held"][0]["found_by"] == way
    assert bases(world) == {1: "release-1.0", 2: "release-1.0"}, "the fix's and the bump's, none to main"


@pytest.mark.slow
def test_a_debt_that_conflicts_with_main_stops_only_itself(at):
    world = at("blank")
    begin(world)
    world.commit_on("main", "Write it anew", {"app.txt": "nothing alike\n"})
    world.open(**LINE_FIRST)
    outcome = merge_to_line(world)
    assert stops_of(outcome) == {"debt.main": Status.DECISION, "prepare.pick": Status.WAITING}
    stop = next(stop for stop in outcome.stops if stop.place.step == "debt.main")
    assert "conflicts with main in app.txt" in stop.reason


@pytest.mark.slow
def test_what_main_was_given_can_be_lost_again(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    merge_to_line(world)
    world.pass_pull(2)
    world.advance()
    with world._checkout("main") as work:
        work.git.run("revert", "--no-edit", "HEAD")
        world.product.run("update-ref", "refs/heads/main", work.git.read("rev-parse", "HEAD"))
    assert stops_of(world.advance())["debt.main"] is Status.DECISION
    assert world.record("debt.main").state is StepState.LOST
    assert len(list_unpaid(world.incident)) == 1


@pytest.mark.slow
def test_line_only_owes_main_nothing(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_ONLY)
    merge_to_line(world)
    world.pass_pull(2)
    assert stops_of(reach_send_door(world)) == {"deploy.send": Status.DECISION}
    assert bases(world) == {1: "release-1.0", 2: "release-1.0"}
    assert list_unpaid(world.incident) == ()


def test_line_only_needs_a_reason(at):
    world = at("blank")
    begin(world)
    with pytest.raises(InputError, match="needs a reason"):
        world.open(**(LINE_ONLY | {"reason": None}))


@pytest.mark.slow
def test_a_merge_commit_brings_the_fixs_commits_along(at):
    world = at("blank")
    begin(world)
    world.commit_on("fix/line", "Fix the other half", {"half.txt": "half\n"})
    world.open('pull.method = "merge"\n', **LINE_FIRST)
    for _ in range(2):
        world.advance('pull.method = "merge"\n')
        world.decide("no: nothing to try")
        world.pass_pull(1)
    world.approve("prepare.merge")
    world.advance('pull.method = "merge"\n')
    world.pass_pull(3)
    world.advance()
    picked = world.record("prepare.pick").facts
    assert [world.product.read("log", "-1", "--format=%s", each) for each in picked["carried"]] == [
        "Fix the crash",
        "Fix the other half",
    ]
    world.check(world.head("v1.0.1-rc1"))
    assert stops_of(world.advance())["prepare.release"] is Status.DECISION, "nothing has to be accepted"


@pytest.mark.parametrize("begun", ["main", "release-1.0"])
def test_a_fix_begun_on_the_wrong_branch_is_refused_at_the_opening(at, begun):
    world = at("blank")
    world.commit_on("release-1.0", "Unreleased", {"more.txt": "more\n"})
    begin(world, at=begun)
    base = "tag" if begun == "release-1.0" else "tip"
    with pytest.raises(InputError, match=f"the fix grows from {begun}: it would bring"):
        world.open(**LINE_FIRST, base=base)


def test_a_pull_request_begun_on_main_is_not_merged_to_the_line(at):
    world = at("blank")
    number = world.open_pull("fix/crash", base="release-1.0")
    world.open(fix=None, pull=number, order="line-first")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("investigate.pr", Status.DECISION)
    assert "the fix grows from main" in stop.reason


def test_a_pull_request_to_main_is_refused_when_the_line_comes_first(at):
    world = at("blank")
    number = world.open_pull("fix/crash")
    with pytest.raises(InputError, match=r"is aimed at main, not at release-1\.0"):
        world.open(fix=None, pull=number, order="line-first")


@pytest.mark.slow
def test_from_the_last_tag_the_emergency_branch_comes_first(at):
    world = at("blank")
    world.commit_on("release-1.0", "Unreleased", {"more.txt": "more\n"})
    begin(world, at="v1.0.0")
    world.open(**LINE_FIRST, base="tag")
    world.advance()
    assert world.head("relauto/emergency/1.0.1") == world.head("v1.0.0")
    outcome = merge_to_line(world)
    assert stops_of(outcome) == {"debt.main": Status.WAITING, "prepare.pick": Status.WAITING}
    world.pass_pull(3)
    world.advance()
    assert bases(world) == {
        1: "relauto/emergency/1.0.1",
        2: "main",
        3: "relauto/emergency/1.0.1",
        4: "release-1.0",
    }
    world.pass_pull(4)
    assert stops_of(reach_send_door(world)) == {"debt.main": Status.WAITING, "deploy.send": Status.DECISION}
    assert "more.txt" not in world.product.read("ls-tree", "--name-only", "v1.0.1")


def render_board_of(world):
    return board.render_board(world.incident, load_playbook()[0])


def test_a_debt_keeps_the_incident_open_until_it_is_paid_or_forgiven(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    merge_to_line(world)
    world.answer("/tick resolve.confirm they said so")
    world.answer("/tick resolve.reply said")
    world.answer("/skip retro.reply nothing to say")
    world.advance()
    assert world.incident.state("resolve.confirm") is StepState.DONE, "what happened, happened"
    assert world.incident.state("resolve.reply") is StepState.OPEN
    assert world.incident.state("retro.reply") is StepState.OPEN
    assert any("the main branch is owed the fix" in said for said in world.said)
    world.answer("/skip debt.main main has other code there by now")
    world.advance()
    world.answer("/tick resolve.reply said")
    world.advance()
    assert world.incident.state("resolve.reply") is StepState.DONE
    assert "no longer owed the fix (skipped): main has other code there by now" in render_board_of(world)


@pytest.mark.slow
def test_the_board_shows_the_debt_and_whose_turn_it_is(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_FIRST)
    merge_to_line(world)
    shown = render_board_of(world)
    assert "**The fix goes to the line first, and the main branch is owed it.**\n" in shown
    assert "- **CI and reviewer**: `debt.main` Bring the fix to the main branch (waiting): " in shown
    assert "- `debt.main`: the main branch is still owed the fix (waiting): " in shown


@pytest.mark.slow
def test_the_reason_for_line_only_is_shown_inside_and_never_outside(at):
    world = at("blank")
    begin(world)
    world.open(**LINE_ONLY)
    merge_to_line(world)
    said = "main branch never gets it.** main is written anew, without this code"
    assert said in render_board_of(world)
    desk = world.api("robin-rm").get(f"repos/acme/ops/issues/{world.incident.desk.number}")["body"]
    assert said in desk
    body = world.pull(1)["body"]
    assert "it does not go to the main branch.\n\nWhoever reviews" in body
    assert "written anew" not in body


@pytest.mark.parametrize("order", ["line-first", "line-only"])
def test_the_pull_request_says_which_way_it_goes(at, order):
    world = at("blank")
    begin(world)
    world.open(**(LINE_ONLY | {"order": order}))
    world.advance()
    body = world.pull(1)["body"]
    assert "Brings `fix/line` to `release-1.0`;" in body
    assert ("brought to the main branch by a pull request of its own" in body) == (order == "line-first")
