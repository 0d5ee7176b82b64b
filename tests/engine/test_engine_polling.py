"""While others are waited for, polls cost nothing while nothing happens, and see whatever does."""

import pytest

from relauto import engine
from relauto.errors import Status
from relauto.stages import polling
from tests.engine import test_engine_workflow as workflow
from tests.engine.test_engine_files import DATA, TAG, publish

pytestmark = pytest.mark.path


def review(world):
    world.review(1)


def check(world):
    world.check(world.pull(1)["head"]["sha"])


def say(world):
    world.answer("I am on it")


def ask_for_changes(world):
    world.review(1, "REQUEST_CHANGES")


def close(world):
    world.close_pull(1)


def move_line(world):
    world.commit_on("release-1.0", "Else", {"else.txt": "else\n"})


def attach(world):
    world.attach("fix/again")


def tick(world):
    world.tick_all()


def sign(world):
    world.answer_qa("/qa pass v1.0.1-rc1")


def check_candidate(world):
    world.check(world.head("v1.0.1-rc1"))


DEEDS = (review, check, say, ask_for_changes, close, move_line, attach)


@pytest.fixture
def waiting(at):
    """A run that waits for CI and the reviewer, and has polled since."""
    world = at("opened")
    with world.bench() as bench:
        assert engine.advance(bench).status is Status.WAITING
        assert polling.has_changed(bench), "nothing was polled before: nothing is known"
        engine.advance(bench)
        world.incident = bench.incident
        yield world, bench


def test_polls_of_what_stays_are_free(waiting):
    _, bench = waiting
    before = bench.source.counts.by_kind()["waiting"]
    assert [polling.has_changed(bench) for _ in range(3)] == [False] * 3
    after = bench.source.counts.by_kind()["waiting"]
    assert after.read - before.read == after.unchanged - before.unchanged == 3 * len(bench.watched())
    assert len(bench.watched()) == 5


@pytest.mark.parametrize("deed", DEEDS)
def test_a_poll_sees_what_people_do(waiting, deed):
    world, bench = waiting
    deed(world)
    assert polling.has_changed(bench)


def test_a_poll_sees_qas_answer_and_the_checks_of_a_candidate(at):
    world = at("verify")
    with world.bench() as bench:
        engine.advance(bench)
        for deed in (tick, sign, check_candidate):
            polling.has_changed(bench)
            assert not polling.has_changed(bench)
            deed(world)
            assert polling.has_changed(bench)


def test_what_was_polled_by_the_run_before_counts(at):
    world = at("opened")
    with world.bench() as bench:
        engine.advance(bench)
        polling.has_changed(bench)
    with world.bench() as bench:
        engine.advance(bench)
        assert not polling.has_changed(bench)


@pytest.mark.slow
def test_waiting_looks_again_only_when_there_is_something_to_see(at):
    world = at("opened")
    world.said.clear()
    with world.bench() as bench:
        start = world.clock.now()
        outcome = engine.follow(bench, patience=60 * 30)
        spent = (world.clock.now() - start).total_seconds()
        sums = bench.source.counts.by_kind()["waiting"]
    assert outcome.status is Status.WAITING
    assert spent == 60 * 30
    assert sums.unchanged / sums.read > 0.85
    assert sum("looking again in" in line for line in world.said) < 12


def test_a_poll_sees_the_end_of_a_workflows_run(at):
    world = workflow.reach(at)
    workflow.advance(world)
    (run,) = workflow.runs_of(world)
    with world.bench(workflow.SETTINGS) as bench:
        engine.advance(bench)
        polling.has_changed(bench)
        assert not polling.has_changed(bench)
        workflow.report(world, run, conclusion="success")
        assert polling.has_changed(bench)


def test_a_poll_sees_the_files_that_others_publish(at):
    world = at("pick")
    world.pass_pull(2)
    with world.bench('build.by = "attach"\n') as bench:
        assert engine.advance(bench).status is Status.WAITING
        polling.has_changed(bench)
        assert not polling.has_changed(bench)
        publish(world, TAG, {"app.bin": DATA})
        assert polling.has_changed(bench)
