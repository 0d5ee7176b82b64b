"""A dry run's list is what the real run then does, up to the next wait, ids aside."""

import pytest

from relauto.errors import Status
from tests.engine import test_engine_workflow as workflow
from tests.engine.agreement import agree
from tests.engine.test_engine_files import ADOPT, COMMAND, DATA, TAG, cut_by_hand, publish

pytestmark = pytest.mark.path

SLOW = pytest.mark.slow  # the longest of a kind: one of each is always tried
PUSH = 'pick.via = "push"\n'


def walk(world, more=""):
    """Go the whole path, a plan before every run, and yield where each run stopped."""
    yield agree(world, more)
    world.decide()
    world.pass_pull(1)
    yield agree(world, more)
    world.approve("prepare.merge")
    yield agree(world, more)
    if "push" not in more:
        world.pass_pull(2)
        yield agree(world, more)
    world.check(world.head("v1.0.1-rc1"))
    yield agree(world, more)
    world.tick_all()
    world.answer_qa("/qa pass v1.0.1-rc1")
    yield agree(world, more)
    world.approve("prepare.release")
    yield agree(world, more)
    world.approve("deploy.send")
    yield agree(world, more)
    world.acknowledge()
    yield agree(world, more)
    yield agree(world, more)


PULL_STOPS = [
    ("prepare.merge", Status.WAITING),
    ("prepare.merge", Status.DECISION),
    ("prepare.pick", Status.WAITING),
    ("prepare.verify", Status.WAITING),
    ("prepare.verify", Status.WAITING),
    ("prepare.release", Status.DECISION),
    ("deploy.send", Status.DECISION),
    ("deploy.send", Status.WAITING),
    ("", Status.REACHED),
    ("", Status.REACHED),
]


@pytest.mark.parametrize(
    ("chapter", "step", "stop"),
    [
        ("merge-door", "prepare.merge", ("prepare.pick", Status.WAITING)),
        ("release-door", "prepare.release", ("deploy.send", Status.DECISION)),
        ("send-door", "deploy.send", ("deploy.send", Status.WAITING)),
    ],
)
def test_the_list_is_what_then_happens_behind_a_door(at, chapter, step, stop):
    world = at(chapter)
    world.approve(step)
    (found,) = agree(world).stops
    assert (found.place.step, found.status) == stop


@pytest.mark.slow
@pytest.mark.parametrize("more", [pytest.param("", id="pull"), pytest.param(PUSH, id="push")])
def test_the_list_is_what_then_happens_on_the_whole_path(at, more):
    world = at("blank")
    if more:
        world.hub.unprotect("acme/stockroom", "release-1.0")
        more += 'checks.required = ["unit tests"]\n'
    world.open(more)
    ends = [(each.stops[0].place.step if each.stops else "", each.status) for each in walk(world, more)]
    assert ends == [stop for stop in PULL_STOPS if not more or stop[0] != "prepare.pick"]


@pytest.mark.slow
def test_strangers_are_foreseen(at):
    world = at("blank")
    world.commit_on("release-1.0", "Something else", {"else.txt": "else\n"})
    world.open()
    agree(world)
    world.decide()
    world.pass_pull(1)
    agree(world)
    world.approve("prepare.merge")
    agree(world)
    world.pass_pull(2)
    (stop,) = agree(world).stops
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    world.answer(f"{next(line for line in world.asked() if line.startswith('/accept'))} it was there")
    (stop,) = agree(world).stops
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.WAITING)


def test_a_pick_that_will_not_apply_is_foreseen_before_the_merge(at):
    world = at("blank")
    world.open(fix="fix/conflict")
    world.advance()
    world.decide()
    world.pass_pull(1)
    world.advance()
    world.approve("prepare.merge")
    (stop,) = agree(world).stops
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.DECISION)
    assert "conflicts with release-1.0" in stop.reason


@pytest.mark.slow
def test_a_release_from_the_last_tag_is_foreseen(at):
    world = at("blank")
    world.commit_on("release-1.0", "Something else", {"else.txt": "else\n"})
    world.unprotect()
    more = 'checks.required = ["unit tests"]\n'
    world.open(more, base="tag")
    agree(world, more)
    world.decide()
    world.pass_pull(1)
    agree(world, more)
    world.approve("prepare.merge")
    agree(world, more)
    world.pass_pull(2)
    agree(world, more)
    world.pass_pull(3)
    (stop,) = agree(world, more).stops
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.WAITING)


@pytest.mark.slow
@pytest.mark.parametrize("order", ["line-first", "line-only"])
@pytest.mark.parametrize("base", ["tip", "tag"])
def test_other_orders_are_foreseen(at, order, base):
    world = at("blank")
    world.product.run("branch", "fix/line", "v1.0.0")
    world.cherry_pick(world.head("fix/crash"), "fix/line")
    world.open(fix="fix/line", order=order, base=base, reason="as told")
    agree(world)
    world.decide()
    world.pass_pull(1)
    agree(world)
    world.approve("prepare.merge")
    agree(world)
    for number in range(2, 5):
        if number <= len(world.pulls()):
            world.pass_pull(number)
            agree(world)
    assert "v1.0.1-rc1" in world.tags()
    world.check(world.head("v1.0.1-rc1"))
    outcome = agree(world)
    assert {stop.place.step for stop in outcome.stops} == {"prepare.verify"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("conclusion", "step"),
    [("success", "prepare.release"), ("failure", "prepare.verify")],
)
def test_checks_from_before_the_tag_are_foreseen(at, conclusion, step):
    """As where a merge queue has tested the very commit."""
    world = at("blank")
    world.open()
    world.advance()
    world.decide("no: nothing to try")
    world.pass_pull(1)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.pass_pull(2)
    world.merge(2, "rebase", by="robin-rm")
    world.check(world.head("release-1.0"), conclusion)
    (stop,) = agree(world).stops
    assert (stop.place.step, stop.status) == (step, Status.DECISION)


@pytest.mark.parametrize("until", ["investigate.pr", "prepare.merge", "prepare.pick", "prepare.candidate"])
def test_a_list_ends_where_it_is_told_to(at, until):
    world = at("merge-door")
    world.approve("prepare.merge")
    agree(world, until=until)


@pytest.mark.parametrize("only", ["prepare.merge", "prepare.pick", "investigate.qa-decision"])
def test_a_list_of_one_step_alone(at, only):
    world = at("opened")
    agree(world, only=only)


def test_nothing_is_left_to_do_without_a_fix(at):
    world = at("blank")
    world.open(fix=None)
    agree(world)
    agree(world)


def pass_pick(world):
    world.pass_pull(2)


def take_over(world):
    cut_by_hand(world)
    publish(world, TAG, {"app.bin": DATA})


def draft_early(world):
    """Another machine prepares the release of a tag that relauto has yet to cut."""
    pass_pick(world)
    publish(world, TAG, {"app.bin": DATA}, draft=True)


BUILDS = {
    "a command in CI": (pass_pick, f"{COMMAND}build.local = true\n"),
    "a command outside CI": (pass_pick, COMMAND),
    "nothing": (pass_pick, "build.none = true\n"),
    "attachments": (pass_pick, 'build.by = "attach"\n'),
    "files taken over": (take_over, ADOPT),
    "files of strangers": (take_over, ""),
    "a draft before the candidate is cut": (draft_early, ADOPT),
    "a draft of strangers before that": (draft_early, ""),
}


FIRST, *MORE = BUILDS


@pytest.mark.parametrize("build", [FIRST, *(pytest.param(build, marks=SLOW) for build in MORE)])
def test_a_list_holds_however_the_candidate_is_built(at, build):
    prepare, settings = BUILDS[build]
    world = at("pick")
    prepare(world)
    agree(world, settings)


@pytest.mark.slow
def test_a_build_by_a_workflow_is_foreseen(at):
    world = workflow.reach(at)
    agree(world, workflow.SETTINGS)
    world.answer(f"{next(line for line in world.asked() if line.startswith('/accept'))} it builds")
    agree(world, workflow.SETTINGS)
    (run,) = workflow.runs_of(world)
    agree(world, workflow.SETTINGS)
    publish(world, TAG, {"app.bin": DATA}, by=workflow.ACTIONS)
    workflow.report(world, run, conclusion="success")
    (stop,) = agree(world, workflow.SETTINGS).stops
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.WAITING)


@pytest.mark.slow
def test_a_workflow_is_foreseen_from_before_the_candidate(at):
    world = workflow.reach(at)
    agree(world, workflow.SETTINGS)
    accept = next(line for line in world.asked() if line.startswith("/accept"))
    world.product.run("tag", "--delete", TAG)
    world.answer(f"{accept} it builds")
    world.reopen("prepare.candidate")
    (stop,) = agree(world, workflow.SETTINGS).stops
    assert stop.status is Status.WAITING
