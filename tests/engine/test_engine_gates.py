"""Gates that a person lets stand open: by name, for one commit, with a reason and an end."""

import pytest

from relauto.errors import Status
from tests.engine.agreement import agree
from tests.engine.conftest import only_stop

pytestmark = pytest.mark.path

TAG = "v1.0.1-rc1"


def waive(world, gate, *, until="4h", by="robin-rm", more=""):
    world.answer(f"/waive {gate} {until} nobody answers tonight", by=by)
    return only_stop(agree(world, more))


def test_qa_that_stays_away(at):
    world = at("verify")
    world.check(world.head(TAG))
    stop = only_stop(world.advance())
    assert (stop.status, stop.whom) == (Status.WAITING, "QA")
    stop = waive(world, "prepare.verify:qa")
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert world.record("prepare.verify").facts["gates"]["qa"] == "waived"
    board = world.rendered("README.md")
    assert "prepare.verify:qa" in board
    assert "nobody answers tonight" in board
    world.approve("prepare.release")
    stop = only_stop(world.advance())
    assert stop.place.step == "prepare.release", "nobody of QA has signed: two others have to say yes"
    world.approve("prepare.release", by="sasha-rm")
    assert only_stop(world.advance()).place.step == "deploy.send"
    release = world.api("dev").get("repos/acme/stockroom/releases/tags/v1.0.1")
    assert "nobody answers" not in release["body"]
    assert "robin" not in release["body"]


def test_a_check_that_cannot_run(at):
    world = at("verify")
    world.check(world.head(TAG), "timed_out")
    stop = only_stop(world.advance())
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    stop = waive(world, "prepare.verify:checks")
    assert (stop.status, stop.whom) == (Status.WAITING, "QA")
    world.tick_all()
    world.answer_qa(f"/qa pass {TAG}")
    assert only_stop(world.advance()).place.step == "prepare.release"
    assert world.record("prepare.verify").facts["gates"]["checks"] == "waived"


def test_a_waiver_ends(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.advance()
    assert waive(world, "prepare.verify:qa").place.step == "prepare.release"
    world.clock.sleep(4 * 3600)
    stop = only_stop(world.advance())
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION), "the proof is gone"
    assert "no verdict yet" in stop.reason


@pytest.mark.slow
def test_strangers_by_one_word(at):
    world = at("pick")
    world.unprotect()
    world.commit_on("release-1.0", "Somebody's own", {"own.txt": "own\n"})
    world.pass_pull(2)
    stop = only_stop(world.advance())
    assert "without being part of the fix" in stop.reason
    stop = waive(world, "prepare.verify:scope")
    assert stop.status is Status.WAITING
    world.reach_release_door()
    assert world.record("prepare.verify").facts["gates"]["scope"] == "waived"


@pytest.mark.parametrize(
    ("gate", "said"),
    [("contained", "a release without its fix is none"), ("mood", "there is no gate"), ("checks", "names 3")],
)
def test_what_cannot_be_waived(at, gate, said):
    world = at("verify")
    world.answer(f"/waive {gate} 4h because")
    world.advance()
    assert any(said in line for line in [*world.said, *world.desk()])
    assert world.incident.waivers == []


def test_who_may_not(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.advance()
    world.answer("/waive prepare.verify:qa 4h nobody answers tonight", by="tam-noor")
    assert only_stop(world.advance()).whom == "QA"
    assert world.incident.waivers == []


OWN = 'checks.required = ["unit tests"]\n'


@pytest.mark.slow
def test_own_rules_of_a_pull_request_but_not_githubs(at):
    world = at("opened")
    world.unprotect()
    world.advance(OWN)
    world.decide()
    stop = only_stop(world.advance(OWN))
    assert (stop.place.step, stop.whom) == ("prepare.merge", "CI and reviewer")
    stop = waive(world, "prepare.merge:checks", more=OWN)
    assert stop.whom == "reviewer"
    stop = waive(world, "prepare.merge:reviews", more=OWN)
    assert (stop.status, stop.place.step) == (Status.DECISION, "prepare.merge")
    assert "a person must approve" in stop.reason


def test_githubs_own_rules_hold_whatever_is_waived(at):
    world = at("opened")
    world.advance()
    world.decide()
    world.answer("/waive prepare.merge:checks 4h ci is down")
    world.answer("/waive prepare.merge:reviews 4h all are asleep")
    stop = only_stop(world.advance())
    assert (stop.place.step, stop.whom) == ("prepare.merge", "CI and reviewer")
    head = world.pull(1)["head"]["sha"][:10]
    still = ", which GitHub's own rules for main ask for whatever is waived here"
    assert stop.reason == (
        f"pull request #1: unit tests has not been reported{still}; 0 of 1 approval of {head}{still}"
    )
    world.check(world.pull(1)["head"]["sha"], "failure")
    stop = only_stop(world.advance())
    assert stop.reason == f"pull request #1: unit tests is failure on {head}{still}"
    assert stop.todo.endswith("; else an administrator has to change GitHub's rules")
