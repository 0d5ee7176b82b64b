"""When proof goes away relauto stops with before and after, and does nothing before a person speaks."""

import pytest

from relauto.errors import Status

pytestmark = pytest.mark.path


def lost(outcome, step):
    (stop,) = outcome.stops
    assert (stop.place.step, stop.status) == (step, Status.DECISION), stop
    assert stop.reason.startswith("the proof is gone: ")
    assert f"relauto reopen {step}" in stop.todo
    return stop.reason


def test_a_deleted_tag(at):
    world = at("release-door")
    commit = world.head("v1.0.1-rc1")
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    world.approve("prepare.release")
    before = world.objects()
    reason = lost(world.advance(), "prepare.candidate")
    assert commit in reason
    assert "relauto would have to tag release-1.0" in reason
    assert world.record("prepare.candidate").state == "lost"
    assert lost(world.advance(), "prepare.candidate") == reason
    assert world.writes == 0
    world.answer("/reopen prepare.candidate please", by="dev")
    lost(world.advance(), "prepare.candidate")
    assert world.objects() == before
    world.reopen("prepare.candidate")
    world.advance(until="prepare.candidate")
    assert world.head("v1.0.1-rc2") == commit, "a number is given once"
    world.product.run("tag", "--delete", "v1.0.1-rc2")
    lost(world.advance(), "prepare.candidate")
    lost(world.advance(), "prepare.candidate")
    assert set(world.tags()) == {"v1.0.0"}, "one word opens it once"


def test_a_pick_that_was_reverted_on_the_line(at):
    world = at("verify")
    picked = world.record("prepare.pick").facts["picks"][0]["commit"]
    text = world.product.read("show", f"{picked}~1:app.txt") + "\n"
    note = f'Revert "Fix the crash"\n\nThis reverts commit {picked}.'
    world.commit_on("release-1.0", note, {"app.txt": text})
    before = world.objects()
    lost(world.advance(), "prepare.pick")
    lost(world.advance(), "prepare.pick")
    assert world.objects() == before
    assert world.writes == 0


def test_a_proof_that_comes_back_needs_nobody(at):
    world = at("release-door")
    tag = world.product.read("rev-parse", "v1.0.1-rc1")
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    lost(world.advance(), "prepare.candidate")
    world.product.run("update-ref", "refs/tags/v1.0.1-rc1", tag)
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert world.record("prepare.candidate").state == "done"


def test_a_moved_tag(at):
    world = at("release-door")
    world.approve("prepare.release")
    world.product.run("tag", "--force", "v1.0.1-rc1", "main")
    lost(world.advance(), "prepare.candidate")
    assert "v1.0.1" not in world.tags()


def test_before_and_after_are_shown_of_a_proof_with_several_entries(at):
    world = at("pick")
    merged = world.record("prepare.merge").facts["merged"][0]["merge_commit"]
    text = world.product.read("show", f"{merged}~1:app.txt") + "\n"
    world.commit_on("main", f'Revert "Fix the crash"\n\nThis reverts commit {merged}.', {"app.txt": text})
    reason = lost(world.advance(), "prepare.merge")
    assert f"it was proved (merged 1 {world.pull(1)['head']['sha']} {merged})" in reason
    assert "now: pull request #1 is merged, but main does not hold" in reason


def test_a_line_rewound_behind_the_candidate(at):
    """The pick stands on the line again under another id; the candidate is of a history that is gone."""
    world = at("release-door")
    world.approve("prepare.release")
    world.commit_on("release-1.0", "Go on", {"other.txt": "other\n"})
    held = world.head("v1.0.1-rc1")
    tree = world.product.read("rev-parse", f"{held}^{{tree}}")
    picked = world.product.read("log", "-1", "--format=%B", held)
    parent = world.product.read("rev-parse", f"{held}~1")
    again = world.product.read("commit-tree", tree, "-p", parent, "-m", picked + "\nAgain.")
    world.product.run("update-ref", "refs/heads/release-1.0", again)
    reason = lost(world.advance(), "prepare.candidate")
    assert "v1.0.1" not in world.tags()
    assert held in reason


def test_a_red_check_after_green(at):
    world = at("release-door")
    world.approve("prepare.release")
    world.check(world.head("v1.0.1-rc1"), "failure")
    reason = lost(world.advance(), "prepare.verify")
    assert "unit tests is failure" in reason
    assert "v1.0.1" not in world.tags()
    world.check(world.head("v1.0.1-rc1"))
    (stop,) = world.advance().stops
    assert stop.place.step != "prepare.verify", "a check that is green again needs nobody"


def test_a_check_that_runs_again_is_waited_for(at):
    world = at("release-door")
    run = {"name": "unit tests", "head_sha": world.head("v1.0.1-rc1"), "status": "in_progress"}
    world.api("ci-runner").post("repos/acme/stockroom/check-runs", run)
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.verify", Status.WAITING, "CI")
    assert world.record("prepare.verify").state == "done"


def test_a_verdict_of_qa_that_was_deleted(at):
    world = at("release-door")
    world.approve("prepare.release")
    number = world.qa_issue()["number"]
    (comment,) = world.api("quinn-qa").get(f"repos/acme/qa/issues/{number}/comments")
    world.api("quinn-qa")._send("DELETE", f"{world.hub.api}/repos/acme/qa/issues/comments/{comment['id']}")
    reason = lost(world.advance(), "prepare.verify")
    assert "no verdict yet" in reason


def test_a_verdict_of_qa_that_turned(at):
    world = at("release-door")
    world.approve("prepare.release")
    world.answer_qa("/qa fail v1.0.1-rc1 it crashes again")
    reason = lost(world.advance(), "prepare.verify")
    assert "it crashes again" in reason
    assert "v1.0.1" not in world.tags()


def test_an_asset_of_the_release_that_was_replaced(at):
    world = at("send-door")
    world.approve("deploy.send")
    dev = world.api("dev")
    release = dev.get("repos/acme/stockroom/releases/tags/v1.0.1")
    asset = release["assets"][0]
    dev._send("DELETE", f"{world.hub.api}/repos/acme/stockroom/releases/assets/{asset['id']}")
    reason = lost(world.advance(), "prepare.release")
    assert "v1.0.1" in reason


def test_a_release_that_was_taken_back_to_a_draft(at):
    world = at("send-door")
    world.approve("deploy.send")
    dev = world.api("dev")
    release = dev.get("repos/acme/stockroom/releases/tags/v1.0.1")
    dev.patch(f"repos/acme/stockroom/releases/{release['id']}", {"draft": True})
    lost(world.advance(), "prepare.release")


def test_a_release_that_was_made_a_prerelease(at):
    world = at("send-door")
    world.approve("deploy.send")
    dev = world.api("dev")
    release = dev.get("repos/acme/stockroom/releases/tags/v1.0.1")
    dev.patch(f"repos/acme/stockroom/releases/{release['id']}", {"prerelease": True})
    lost(world.advance(), "prepare.release")
