"""Several runs at once: one of them does what all mean to do, and the others know it again."""

from relauto import recording
from relauto.errors import Status
from relauto.model.event import StepIntended

from .conftest import TARGET, only_stop

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
