"""Several runs at once: one of them does what all mean to do, and the others know it again."""

from datetime import timedelta

import pytest

from relauto import engine, recording
from relauto.errors import Status
from relauto.model.event import StepIntended

from .conftest import BOT, TARGET, only_stop

pytestmark = pytest.mark.path

ONE, TWO = "a" * 40, "b" * 40


def test_of_two_runs_that_mean_the_same_one_does_it(at):
    world = at("pick")
    with world.bench() as one, world.bench() as two:
        one.read_journal()
        two.read_journal()
        place = one.place("prepare.pick", TARGET)
        key = (place, "open-pick:some")
        assert recording.intend(one, StepIntended(*key, {"head": ONE}))
        assert not recording.intend(two, StepIntended(*key, {"head": TWO}))
        assert two.incident.intents[key].facts == {"head": ONE}
        assert recording.intend(two, StepIntended(*key, {"head": TWO})), "once it knows of the other"


def test_of_two_runs_that_mean_it_in_the_same_words_one_does_it(at):
    world = at("pick")
    with world.bench() as one, world.bench() as two:
        one.read_journal()
        two.read_journal()
        intent = StepIntended(one.place("prepare.pick", TARGET), "open-pick:some", {"head": ONE})
        assert recording.intend(one, intent)
        assert not recording.intend(two, intent)


def test_the_pick_that_either_run_has_made_is_the_pick(at):
    world = at("pick")
    with world.bench() as bench:
        bench.read_journal()
        place = bench.place("prepare.pick", TARGET)
        (made,) = [
            intent
            for (at_, action), intent in bench.incident.intents.items()
            if at_ == place and action.startswith("open-pick:")
        ]
        other = StepIntended(place, made.action, {**made.facts, "head": TWO})
        assert recording.intend(bench, other)
    stop = only_stop(world.advance())
    assert (stop.status, stop.whom) == (Status.WAITING, "CI and reviewer")


def mean_to_merge(world):
    """Approve the merge, and let a run end between its word and its deed."""
    world.approve("prepare.merge")
    with world.bench() as bench:
        engine.refresh(bench)
        assert recording.intend(bench, StepIntended(bench.place("prepare.merge"), "merge:1", {"head": ONE}))


def test_what_another_run_may_be_at_is_waited_for_once(at):
    world = at("merge-door")
    mean_to_merge(world)
    began = world.clock.now()
    world.advance(until="prepare.merge")
    (waited,) = [line for line in world.said if "waiting up to" in line]
    assert waited.startswith("prepare.merge: another run, which may be at it still, was about to merge pull ")
    assert world.clock.now() - began == timedelta(seconds=30)
    assert world.pull(1)["merged"]


def test_what_another_run_does_meanwhile_is_not_done_again(at, monkeypatch):
    world = at("merge-door")
    mean_to_merge(world)
    wait = world.clock.sleep

    def merge_meanwhile(seconds):
        wait(seconds)
        if not world.pull(1)["merged"]:
            world.merge(1, by=BOT)

    monkeypatch.setattr(world.clock, "sleep", merge_meanwhile)
    began = world.clock.now()
    world.advance(until="prepare.merge")
    assert world.clock.now() - began == timedelta(seconds=1)
    assert world.record("prepare.merge").state == "done"


def test_what_was_meant_long_ago_is_not_waited_for(at):
    world = at("merge-door")
    mean_to_merge(world)
    world.clock.sleep(31)
    world.advance(until="prepare.merge")
    assert not any("waiting up to" in line for line in world.said)
    assert world.pull(1)["merged"]
