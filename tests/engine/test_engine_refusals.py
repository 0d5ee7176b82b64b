"""As things stand the step must not be done: status 3, both sides shown, nothing written."""

import pytest

from relauto.errors import Status

pytestmark = pytest.mark.path


def refusal(outcome, step):
    (stop,) = outcome.stops
    assert (stop.place.step, stop.status) == (step, Status.DECISION), stop
    return stop.reason


def test_a_closed_pull_request(at):
    world = at("merge-door")
    world.close_pull(1)
    world.approve("prepare.merge")
    reason = refusal(world.advance(), "prepare.merge")
    assert reason == "pull request #1 was closed without a merge"
    assert world.head("main") == world.head("main")
    assert len(world.pulls()) == 1, "no second one is opened behind the person's back"


def test_a_review_that_asks_for_changes(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.review(1, "REQUEST_CHANGES")
    assert refusal(world.advance(), "prepare.merge") == "pull request #1: rae-reviewer asked for changes"
    assert not world.pull(1)["merged"]


def test_a_check_that_failed(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    head = world.pull(1)["head"]["sha"]
    world.check(head, "failure")
    reason = refusal(world.advance(), "prepare.merge")
    assert reason.startswith("pull request #1: ")
    assert "unit tests" in reason
    assert head[:10] in reason
    assert not world.pull(1)["merged"]


def test_strangers_ship_only_when_accepted_by_name(at):
    world = at("pick")
    stranger = world.commit_on("release-1.0", "Unrelated", {"unrelated.txt": "x\n"})
    world.pass_pull(2)
    reason = refusal(world.advance(), "prepare.verify")
    assert reason.startswith("1 commit is in the candidate without being part of the fix:")
    assert f"{stranger[:12]} Unrelated (Dana Dev)" in reason
    assert f"/accept {stranger} REASON" in world.asked()
    world.answer(f"/accept {stranger} I wrote it", by="dev")
    world.answer("/accept 0123456 another one")
    refusal(world.advance(), "prepare.verify")
    releases = list(world.api("dev").pages("repos/acme/stockroom/releases"))
    assert releases == [], "nothing is built from a candidate whose scope is open"
    assert refusal(world.advance(only="prepare.release"), "prepare.verify").startswith("1 commit is in")
    world.answer(f"/accept {stranger[:12]} it only adds a file")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.verify", Status.WAITING, "CI and QA")
    (accepted,) = world.incident.accepted
    assert (accepted.commit, accepted.actor, accepted.reason) == (stranger, "robin-rm", "it only adds a file")


def test_a_final_tag_before_there_is_a_candidate(at):
    world = at("pick")
    world.product.run("tag", "v1.0.1", "main")
    world.pass_pull(2)
    reason = refusal(world.advance(), "prepare.candidate")
    assert reason.startswith("v1.0.1 exists already")
    assert [tag for tag in world.tags() if "rc" in tag] == []


def test_a_final_tag_on_another_commit(at):
    world = at("release-door")
    world.approve("prepare.release")
    world.product.run("tag", "v1.0.1", "main")
    reason = refusal(world.advance(), "prepare.release")
    candidate, other = world.head("v1.0.1-rc1")[:10], world.head("main")[:10]
    assert reason == f"v1.0.1 exists at {other}, but the verified candidate is {candidate}"
    assert world.head("v1.0.1") == world.head("main")
    finals = [r for r in world.api("dev").pages("repos/acme/stockroom/releases") if not r["prerelease"]]
    assert finals == []


@pytest.mark.slow
def test_a_candidate_that_qa_refused_is_burned(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    world.answer_qa("/qa fail v1.0.1-rc1 it still stops")
    reason = refusal(world.advance(), "prepare.verify")
    assert reason.startswith("QA refused v1.0.1-rc1: it still stops (quinn-qa, ")
    reason = refusal(world.advance(), "prepare.candidate")
    assert reason == "v1.0.1-rc1 was refused and release-1.0 has not moved since"
    world.attach("fix/again")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.merge", Status.WAITING, "CI and reviewer")
    world.pass_pull(3)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.pass_pull(4)
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.WAITING)
    assert "v1.0.1-rc2" in stop.reason
    assert len(world.record("prepare.pick").facts["picks"]) == 2
    world.answer_qa("/qa pass v1.0.1-rc1")
    assert world.advance().status is Status.WAITING, "a verdict on the burned one says nothing of the next"


def test_a_check_that_failed_on_the_candidate_can_be_run_again(at):
    world = at("verify")
    commit = world.head("v1.0.1-rc1")
    world.check(commit, "failure")
    assert "the checks of v1.0.1-rc1" in refusal(world.advance(), "prepare.verify")
    world.check(commit)
    refusal(world.advance(), "prepare.candidate")
    world.reopen("prepare.verify")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.verify", Status.WAITING, "QA")
    assert [tag for tag in world.tags() if "rc" in tag] == ["v1.0.1-rc1"]


@pytest.mark.slow
def test_a_conflict_is_settled_by_hand(at):
    world = at("blank")
    world.open(fix="fix/conflict")
    world.reach_merge_door()
    world.approve("prepare.merge")
    reason = refusal(world.advance(), "prepare.pick")
    merged = world.record("prepare.merge").facts["merged"][0]["merge_commit"]
    assert reason.startswith(f"{merged[:10]} conflicts with release-1.0 in new.txt (")
    assert world.head("release-1.0") == world.head("v1.0.0")
    note = f"Fix what the line lacks\n\n(cherry picked from commit {merged})"
    picked = world.commit_on("release-1.0", note, {"new.txt": "newer\n"})
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.WAITING), (
        "the bump is still to be picked"
    )
    assert world.pull(3)["head"]["ref"].startswith("relauto/bump/"), "nobody goes on with the draft"
    world.reach_verify(pull=3)
    (told,) = world.record("prepare.pick").facts["picks"]
    assert (told["commit"], told["found_by"]) == (picked, "trailer")
