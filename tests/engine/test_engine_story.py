"""The path as it should go: every stop with its status, its sentence and whom it waits for."""

import pytest

from relauto import engine
from relauto.errors import InputError, Status


def stop_of(outcome):
    (stop,) = outcome.stops
    assert outcome.status is stop.status
    return stop.place.step, stop.status, stop.whom, stop.reason


def test_the_fix_waits_for_its_people(at):
    world = at("opened")
    step, status, whom, reason = stop_of(world.advance())
    assert (step, status, whom) == ("prepare.merge", Status.WAITING, "CI and reviewer")
    assert reason.startswith("pull request #1: ")
    assert "unit tests" in reason
    assert "0 of 1 approval" in reason
    world.check(world.pull(1)["head"]["sha"])
    step, status, whom, reason = stop_of(world.advance())
    assert (step, status, whom) == ("prepare.merge", Status.WAITING, "reviewer")
    assert "unit tests" not in reason
    assert world.pull(1)["state"] == "open"


def test_a_door_asks_once_and_says_who_may_open_it(at):
    world = at("merge-door")
    head = world.pull(1)["head"]["sha"]
    (stop,) = world.advance().stops
    assert stop.status is Status.DECISION
    assert stop.whom == "robin-rm, sasha-rm, ci-runner, relauto-bot"
    assert f"/approve prepare.merge {head}" in stop.todo
    assert world.asked().count(f"/approve prepare.merge {head}") == 1
    assert world.pull(1)["state"] == "open"


def test_the_pick_waits_for_its_people(at):
    world = at("pick")
    assert world.pull(1)["merged"]
    step, status, whom, reason = stop_of(world.advance())
    assert (step, status, whom) == ("prepare.pick", Status.WAITING, "CI and reviewer")
    assert reason.startswith("pull request #2: ")
    assert world.pull(2)["base"]["ref"] == "release-1.0"
    assert world.head("release-1.0") == world.head("v1.0.0")


def test_a_candidate_waits_for_ci_and_qa(at):
    world = at("verify")
    step, status, whom, reason = stop_of(world.advance())
    assert (step, status, whom) == ("prepare.verify", Status.WAITING, "CI and QA")
    assert "no verdict yet" in reason
    world.check(world.head("v1.0.1-rc1"))
    world.answer_qa("/qa pass v1.0.1-rc1", by="dev")
    world.answer_qa("/qa pass v1.0.1-rc2")
    assert stop_of(world.advance())[2] == "QA"
    world.answer_qa("/qa pass v1.0.1-rc1")
    step, status, whom, reason = stop_of(world.advance())
    assert (step, status, whom) == ("prepare.verify", Status.WAITING, "QA")
    assert "sign-off" in reason
    assert "is not ticked" in reason


def test_the_release_is_the_candidate(at):
    world = at("send-door")
    assert world.head("v1.0.1") == world.head("v1.0.1-rc1") == world.head("release-1.0")
    assert world.product.read("show", "v1.0.1:VERSION") == "1.0.1"
    releases = {each["tag_name"]: each for each in world.api("dev").pages("repos/acme/stockroom/releases")}
    final, candidate = releases["v1.0.1"], releases["v1.0.1-rc1"]
    assert (final["prerelease"], candidate["prerelease"], final["draft"]) == (False, True, False)
    digests = [{each["name"]: each["digest"] for each in release["assets"]} for release in (final, candidate)]
    assert digests[0] == digests[1]
    assert set(digests[0]) == {"stockroom-1.0.1.tar.gz", "SHA256SUMS"}


def test_a_kit_waits_for_the_customer(at):
    world = at("send-door")
    world.approve("deploy.send", by="tam-noor")
    step, status, whom, _ = stop_of(world.advance())
    assert (step, status, whom) == ("deploy.send", Status.WAITING, "customer")
    receipt = next(line for line in world.asked() if line.startswith("/acknowledge")).replace(
        "WORDS", "got it"
    )
    world.answer(receipt, by="quinn-qa")
    assert stop_of(world.advance())[1:3] == (Status.WAITING, "customer")
    world.answer(receipt.replace(receipt.split()[1], "0" * 64), by="tam-noor")
    assert stop_of(world.advance())[1:3] == (Status.WAITING, "customer")
    world.answer(receipt, by="tam-noor")
    assert world.advance().status is Status.REACHED


def test_a_finished_incident_is_only_read(at):
    world = at("finished")
    before = world.objects(), world.journal()
    outcome = world.advance()
    assert (outcome.status, outcome.stops) == (Status.REACHED, ())
    assert world.writes == 0
    assert world.reads > 0
    assert (world.objects(), world.journal()) == before


def test_waiting_again_is_only_read(at):
    world = at("verify")
    world.advance()
    before = world.objects(), world.journal()
    assert world.advance().status is Status.WAITING
    assert world.writes == 0
    assert (world.objects(), world.journal()) == before


def test_until_stops_after_the_step_that_is_named(at):
    world = at("opened")
    outcome = world.advance(until="investigate.pr")
    assert (outcome.status, outcome.stops) == (Status.REACHED, ())
    assert len(world.pulls()) == 1
    assert world.record("investigate.pr").state == "done"
    assert world.record("prepare.merge") is None


def test_only_does_nothing_for_the_steps_that_come_first(at):
    world = at("opened")
    step, status, _, reason = stop_of(world.advance(only="prepare.candidate"))
    assert (step, status) == ("investigate.pr", Status.DECISION)
    assert reason == "it is not done: relauto would open a pull request from fix/crash to main"
    assert world.pulls() == []
    step, status, _, _ = stop_of(world.advance(only="investigate.qa-decision"))
    assert (step, status) == ("investigate.qa-decision", Status.DECISION)


@pytest.mark.parametrize("option", ["until", "only"])
def test_a_step_of_people_cannot_be_advanced(at, option):
    world = at("opened")
    with pytest.raises(InputError, match=r"review\.packet is done by people") as caught:
        world.advance(**{option: "review.packet"})
    assert "relauto tick review.packet" in caught.value.todo
    with pytest.raises(InputError, match=r"prepare\.candidat"):
        world.advance(**{option: "prepare.candidat"})


def test_no_means_that_qa_is_not_asked(at):
    world = at("pick")
    world.answer("/tick investigate.qa-decision no: it is a typo")
    world.pass_pull(2)
    assert stop_of(world.advance())[1:3] == (Status.WAITING, "CI")
    world.check(world.head("v1.0.1-rc1"))
    assert stop_of(world.advance())[:2] == ("prepare.release", Status.DECISION)
    assert world.record("prepare.verify").facts["gates"]["qa"] == "not needed"


def test_two_runs_at_once_do_not_write_the_same_twice(at):
    world = at("opened")
    with world.session() as session, session.bench("INC-test") as bench:

        def be_overtaken(line):
            if "open a pull request" in line and not world.pulls():
                assert world.advance().status is Status.WAITING

        bench.say = be_overtaken
        outcome = engine.advance(bench)
        sent = {row.endpoint for row in session.counts.table() if row.kind == "write"}
    assert stop_of(outcome)[:2] == ("prepare.merge", Status.WAITING)
    assert len(world.pulls()) == 1
    assert "POST pulls" not in sent
