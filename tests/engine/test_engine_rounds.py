"""A release that does not help is followed by another: its own plan, fix, candidate, release and notices."""

import pytest

from relauto.comms.story import tell_rounds
from relauto.errors import InputError, Status
from relauto.model.rounds import FAILING
from relauto.model.target import Place
from relauto.opening import open_incident
from relauto.stages import rounds

from .agreement import agree
from .conftest import SOURCE, TARGET

pytestmark = pytest.mark.path

FAIL = "/fail deploy.verify-production it hangs again under load"


def failed(at):
    world = at("finished")
    world.answer(FAIL, by="tam-noor")
    world.advance()
    return world


def notices(world, round_):
    return [
        (notice.place.step, notice.audience)
        for notice in world.incident.notices
        if notice.place.round == round_
    ]


def test_a_failed_production_begins_the_next_round(at):
    world = failed(at)
    incident = world.incident
    assert incident.round == 2
    (failure,) = incident.rounds.failures
    assert (failure.place, failure.actor) == (Place("deploy.verify-production", TARGET), "tam-noor")
    assert failure.reason == "it hangs again under load"
    plan = incident.rounds.plan(TARGET)
    assert (plan.base_tag, plan.base_commit, plan.version) == ("v1.0.1", world.head("v1.0.1"), "1.0.2")
    assert incident.steps[Place("prepare.release", TARGET)].state == "done", "what was released stays so"
    for step in ("investigate.cause", "investigate.pr", "prepare.merge", "prepare.release", "deploy.send"):
        assert incident.state(step) == ("refused" if step == "investigate.pr" else "open")
    assert incident.state("escalate.channel") == "done"
    assert incident.notes[-1].kind == "regression"


def test_the_number_of_the_round_is_claimed(at):
    world = failed(at)
    with world.session() as session, session.releases() as releases:
        assert [each.version for each in releases.read_all(SOURCE)] == ["1.0.1", "1.0.2"]


def test_a_round_needs_a_further_fix(at):
    world = failed(at)
    (stop,) = world.advance().stops
    assert (str(stop.place), stop.status) == ("investigate.pr (round 2)", Status.DECISION)
    assert stop.reason == "no fix is attached yet in round 2"


@pytest.mark.slow
def test_the_second_round_reaches_the_customer(at):
    world = failed(at)
    world.attach("fix/again")
    world.advance()
    assert world.pull(3)["head"]["ref"] == "fix/again"
    world.decide()
    world.pass_pull(3)
    (stop,) = world.advance().stops
    assert (stop.place, stop.status) == (Place("prepare.merge", None, 2), Status.DECISION)
    world.approve("prepare.merge")
    world.advance()
    world.reach_verify(pull=4)
    (pick,) = world.record("prepare.pick").facts["picks"]
    assert pick["pull"] == 4, "what the line has from round 1 is not picked again"
    world.reach_release_door("v1.0.2-rc1")
    world.reach_send_door()
    assert world.head("v1.0.2") == world.head("v1.0.2-rc1")
    assert "line five" in world.product.read("show", "v1.0.2:app.txt")
    assert "line fifteen" in world.product.read("show", "v1.0.2:app.txt")
    assert world.product.read("show", "v1.0.2:VERSION") == "1.0.2"
    world.approve("deploy.send")
    world.advance()
    world.acknowledge()
    assert world.advance().status is Status.REACHED
    assert world.incident.state("deploy.send") == world.incident.state("prepare.release") == "done"
    assert notices(world, 2).count(("prepare.reply", "customer")) == 1
    assert ("resolve.reply", "customer") in notices(world, 2)
    board = world.rendered("README.md")
    kits = [each.sent[:10] for each in tell_rounds(world.incident)]
    assert len({*kits}) == 2
    first, second = (f"SHA256SUMS `{digest}`" for digest in kits)
    assert f"| 1 | `acme/stockroom@release-1.0` | v1.0.0 | 1.0.1 | v1.0.1 | {first} | failed at" in board
    assert f"| 2 | `acme/stockroom@release-1.0` | v1.0.1 | 1.0.2 | v1.0.2 | {second} | under way |" in board
    assert "| ● done | `prepare.release` |" in board
    assert "| round 1, [v1.0.1](" in board


def test_the_customer_is_told_that_the_release_did_not_help(at):
    world = failed(at)
    told = [pair for pair in notices(world, 2) if pair[0] == "release.failed"]
    assert told == [("release.failed", "internal"), ("release.failed", "customer")]
    path = next(each.path for each in world.incident.notices if "release.failed-customer" in each.path)
    text = world.rendered(path)
    assert "Version 1.0.1 did not solve the problem" in text
    assert "hangs" not in text, "what people say among themselves stays inside"
    world.advance()
    assert len([pair for pair in notices(world, 2) if pair[0] == "release.failed"]) == 2


def test_who_says_it_twice_starts_one_round(at):
    world = at("finished")
    world.answer(FAIL, by="tam-noor")
    world.answer(FAIL, by="robin-rm")
    world.advance()
    assert (world.incident.round, len(world.incident.rounds.failures)) == (2, 1)


def test_what_follows_a_failure_in_one_look_is_about_the_next_round(at):
    world = at("finished")
    world.answer(FAIL, by="tam-noor")
    world.answer("/tick investigate.qa-decision no: it is urgent")
    world.advance()
    record = world.incident.steps[Place("investigate.qa-decision", None, 2)]
    assert record.reason == "no: it is urgent"


@pytest.mark.parametrize("step", ["prepare.release", "deploy.send", "escalate.call"])
def test_a_release_fails_where_it_is_used(at, step):
    world = at("finished")
    with world.bench() as bench, pytest.raises(InputError, match=f"a release does not fail at {step}"):
        rounds.begin(bench, bench.place(step), "no")


def test_what_is_not_released_cannot_fail(at):
    world = at("opened")
    with world.bench() as bench:
        for step in FAILING:
            with pytest.raises(InputError, match="nothing is released"):
                rounds.begin(bench, bench.place(step, TARGET), "no")
    world.advance()
    world.answer(FAIL, by="tam-noor")
    world.advance()
    assert world.incident.round == 1
    assert any("nothing is released" in said for said in world.said)


def test_a_tick_does_not_say_that_something_failed(at):
    with pytest.raises(InputError, match="is not done when it failed") as caught:
        rounds.refuse_failed_tick("deploy.verify-production", "Failed: it hangs")
    assert "relauto fail deploy.verify-production" in caught.value.todo


def test_a_fix_comes_too_late_for_a_release_that_is_out(at):
    world = at("finished")
    with pytest.raises(InputError, match=r"v1\.0\.1 is out"):
        rounds.refuse_late_fix(world.incident)
    rounds.refuse_late_fix(failed_incident(world))


def failed_incident(world):
    world.answer(FAIL, by="tam-noor")
    world.advance()
    return world.incident


def test_a_round_waits_for_a_line_that_another_incident_took(at):
    world = at("finished")
    with world.session() as session:
        open_incident(session, world.request(fix="fix/again", incident="INC-two"))
    world.answer(FAIL, by="tam-noor")
    world.advance()
    claim = world.incident.rounds.claim(TARGET)
    assert (claim.state, claim.holder) == ("awaited", "INC-two")
    with world.session() as session, session.releases() as releases:
        releases.free(SOURCE, "1.0.2", "INC-two")
    world.advance()
    claim = world.incident.rounds.claim(TARGET)
    assert (claim.state, claim.plan.version) == ("held", "1.0.2")


@pytest.mark.parametrize("attached", [False, True])
def test_the_list_of_the_second_round_is_what_then_happens(at, attached):
    world = at("finished")
    world.answer(FAIL, by="tam-noor")
    if attached:
        world.advance()
        world.attach("fix/again")
    agree(world)
    assert any(said.startswith("claim 1.0.2 of release-1.0") for said in world.said) is not attached
    agree(world)
