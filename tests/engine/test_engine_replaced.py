"""A draft with a conflict that is none any more, once what the fix needs first is attached."""

import pytest

from relauto import foresight
from relauto.errors import Status
from tests.engine import test_engine_drafts as drafts
from tests.engine.agreement import agree
from tests.engine.conftest import BOT, SOURCE
from tests.engine.test_engine_drafts import BRANCH, only

pytestmark = pytest.mark.path


def reach_draft(world, more=""):
    """Until the draft, #3, stands, whose fix needs what #1 brought to main."""
    world.product.run("branch", "fix/early", "main")
    world.commit_on("fix/early", "Prepare", {"app.txt": early(world)})
    world.pass_pull(world.open_pull("fix/early"))
    world.merge(1)
    world.product.run("branch", "fix/late", "main")
    world.commit_on(
        "fix/late", "Fix what was prepared", {"app.txt": early(world).replace("prepared", "fixed")}
    )
    world.open(more, fix="fix/late")
    world.advance(more)
    world.decide()
    world.pass_pull(2)
    world.advance(more)
    world.approve("prepare.merge")
    return only(agree(world, more))


def early(world):
    return world.product.read("show", "release-1.0:app.txt").replace("line 9\n", "prepared\n") + "\n"


def words(world, number):
    """Return what is said at a pull request about what takes its place."""
    comments = world.api(BOT).pages(f"repos/{SOURCE}/issues/{number}/comments")
    return [each["body"].split("\n")[0] for each in comments if ":replaced -->" in each["body"]]


def told(world, new):
    """Return the word at a draft whose place another pull request has taken."""
    return (
        f"[PR {new}]({world.hub.address}/{SOURCE}/pull/{new}) takes the place of this draft: `INC-test` "
        "brings other fixes by now, and their picks were made anew there. Nobody had pushed here, so this "
        "one is closed."
    )


def closings(world):
    return [line for line in world.said if ": close draft " in line]


def test_a_draft_is_closed_once_what_was_attached_makes_the_pick_clean(at):
    world = at("blank")
    reach_draft(world)
    world.attach(pull=1)
    stop = only(agree(world), status=Status.WAITING)
    assert stop.reason.startswith("pull request #4: ")
    (closing,) = closings(world)
    assert closing == (
        "prepare.pick on acme/stockroom@release-1.0: close draft pull request #3: its fixes are others now, "
        "and another takes its place"
    )
    assert [world.pull(number)["state"] for number in (3, 4)] == ["closed", "open"]
    assert (world.pull(4)["draft"], words(world, 3)) == (False, [told(world, 4)])
    assert world.head(BRANCH) == world.pull(3)["head"]["sha"], "the branch stays"
    only(agree(world), status=Status.WAITING)
    assert world.writes == 0
    world.api("dev").patch(f"repos/{SOURCE}/pulls/3", {"state": "open"})
    only(agree(world), status=Status.WAITING)
    assert world.pull(3)["state"] == "open", "who opens it again has a reason"
    world.pass_pull(4)
    only(agree(world), "prepare.verify", Status.WAITING)


def test_a_draft_that_a_person_pushed_to_stays_open(at):
    world = at("blank")
    reach_draft(world)
    world.commit_on(BRANCH, "Begin to settle it", {"app.txt": early(world)})
    assert world.pull(3)["head"]["sha"] == world.head(BRANCH)
    world.attach(pull=1)
    only(agree(world), status=Status.WAITING)
    assert (world.pull(3)["state"], words(world, 3), closings(world)) == ("open", [], [])


def test_a_draft_gives_way_to_another_where_the_conflict_stays(at):
    world = at("blank")
    drafts.reach_draft(world)
    world.attach("fix/crash")
    only(world.advance(), "prepare.merge", Status.WAITING)
    world.pass_pull(3)
    only(world.advance(), "prepare.merge")
    assert world.pull(2)["state"] == "open", "nothing has taken its place yet"
    world.approve("prepare.merge")
    only(agree(world))
    assert [(world.pull(number)["state"], world.pull(number)["draft"]) for number in (2, 4)] == [
        ("closed", True),
        ("open", True),
    ]
    assert words(world, 2) == [told(world, 4)]


def test_a_run_that_died_behind_the_closing_is_made_good(at):
    world = at("blank")
    reach_draft(world)
    world.attach(pull=1)
    only(agree(world), status=Status.WAITING)
    (comment,) = [
        each
        for each in world.api(BOT).pages(f"repos/{SOURCE}/issues/3/comments")
        if ":replaced -->" in each["body"]
    ]
    world.api(BOT).patch(f"repos/{SOURCE}/issues/comments/{comment['id']}", {"body": "not posted"})
    with world.bench() as bench:
        foreseen = foresight.foresee(bench)
    stop = only(world.advance(), status=Status.WAITING)
    assert words(world, 3) == [told(world, 4)]
    assert foreseen.writes == closings(world)[-1:]
    assert foreseen.stop == f"{stop.place}: {stop.reason}"


def test_a_draft_that_a_person_closed_is_left_as_it_is(at):
    world = at("blank")
    reach_draft(world)
    world.attach(pull=1)
    world.close_pull(3)
    only(agree(world), status=Status.WAITING)
    assert (words(world, 3), closings(world)) == ([], [])
