"""What others do behind relauto's back: whatever it is, nothing ships that nobody verified."""

import pytest

from relauto.errors import DecisionError, InputError, Status
from relauto.stages.prepare.release import CutRelease

pytestmark = pytest.mark.path


def stop_of(outcome):
    (stop,) = outcome.stops
    return stop.place.step, stop.status


def recut_elsewhere(world):
    """A second fix lands after the candidate that QA passed lost its tag."""
    world.attach("fix/again")
    world.advance()
    world.pass_pull(3)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.pass_pull(4)
    return world.advance()


@pytest.mark.slow
def test_a_pull_request_for_another_branch_is_not_merged(at):
    world = at("blank")
    number = world.open_pull("fix/crash")
    world.open(fix=None, pull=number)
    world.advance()
    world.api("dev").patch(f"repos/acme/stockroom/pulls/{number}", {"base": "release-1.0"})
    world.decide()
    world.pass_pull(number)
    before = world.head("release-1.0")
    (stop,) = world.advance().stops
    assert stop.status is Status.DECISION
    assert "release-1.0" in stop.reason
    assert "not at main" in stop.reason
    if any(line.startswith("/approve prepare.merge") for line in world.asked()):
        world.approve("prepare.merge")
        world.advance()
    assert world.head("release-1.0") == before


def test_a_head_branch_that_was_deleted_after_the_merge(at):
    world = at("merge-door")
    world.merge(1)
    world.product.run("update-ref", "-d", "refs/heads/fix/crash")
    assert stop_of(world.advance()) == ("prepare.pick", Status.WAITING)


def test_an_older_merged_pull_request_of_the_same_branch_is_not_the_fix(at):
    world = at("blank")
    number = world.open_pull("fix/crash")
    world.pass_pull(number)
    world.merge(number)
    world.product.run("branch", "work", "fix/crash")
    commit = world.commit_on("work", "Fix what was left", {"left.txt": "left\n"})
    world.push(commit, "fix/crash")
    world.open()
    outcome = world.advance()
    facts = world.record("investigate.pr").facts if world.record("investigate.pr") else {}
    assert all(pull["head"] == commit for pull in facts.get("pulls", ())), (facts, outcome)
    assert stop_of(outcome)[0] in ("investigate.pr", "prepare.merge")


def test_a_page_without_its_items_is_not_signed(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    issue = world.qa_issue()
    world.api("quinn-qa").patch(f"repos/acme/qa/issues/{issue['number']}", {"body": "all fine"})
    world.answer_qa("/qa pass v1.0.1-rc1")
    assert stop_of(world.advance()) == ("prepare.verify", Status.WAITING)


def test_what_was_pushed_to_the_pick_is_no_part_of_it(at):
    world = at("pick")
    head = world.pull(2)["head"]
    world.product.run("branch", "work", head["sha"])
    extra = world.commit_on("work", "One more thing", {"more.txt": "more\n"})
    world.push(extra, head["ref"])
    world.pass_pull(2)
    line = world.head("release-1.0")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.DECISION)
    assert extra[:10] in stop.reason
    assert world.head("release-1.0") == line
    world.merge(2, "rebase", by="robin-rm")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    assert "One more thing" in stop.reason


def test_a_fix_that_was_reverted_on_main_is_lost(at):
    world = at("merge-door")
    merged = world.merge(1)
    text = world.product.read("show", "main~1:app.txt") + "\n"
    world.commit_on("main", f'Revert "Fix"\n\nThis reverts commit {merged}.', {"app.txt": text})
    outcome = world.advance()
    assert stop_of(outcome) == ("prepare.merge", Status.DECISION)
    assert len(world.pulls()) == 1


def test_a_fix_that_is_reverted_after_its_merge_was_proved_is_lost(at):
    world = at("pick")
    merged = world.head("main")
    text = world.product.read("show", "main~1:app.txt") + "\n"
    world.commit_on("main", f'Revert "Fix"\n\nThis reverts commit {merged}.', {"app.txt": text})
    world.pass_pull(2)
    outcome = world.advance()
    assert stop_of(outcome) == ("prepare.merge", Status.DECISION)
    assert "the proof is gone" in outcome.stops[0].reason


@pytest.mark.slow
def test_a_series_pushed_to_main_is_not_halved(at):
    world = at("blank")
    world.unprotect()
    world.open(fix="fix/series")
    world.advance()
    world.push(world.head("fix/series"), "main")
    pull = world.pull(1)
    assert (pull["merged"], pull["merge_commit_sha"]) == (True, world.head("fix/series"))
    outcome = world.advance()
    assert stop_of(outcome)[0] == "prepare.pick"
    if outcome.status is not Status.DECISION:
        made = world.product.read("log", "--format=%s", f"release-1.0..{world.pull(2)['head']['sha']}")
        assert "Fix one half" in made
        assert "Fix the other half" in made


@pytest.mark.parametrize("chapter", ["send-door", "finished"])
def test_the_line_goes_on_to_its_next_number(at, chapter):
    world = at(chapter)
    world.commit_on("release-1.0", "Go on", {"VERSION": "1.0.2.dev0\n"})
    outcome = world.advance()
    if chapter == "finished":
        assert outcome.status is Status.REACHED, outcome
    else:
        assert stop_of(outcome) == ("deploy.send", Status.DECISION), outcome


@pytest.mark.slow
def test_a_tag_cut_again_elsewhere_has_no_verdict(at):
    world = at("release-door")
    tested = world.head("v1.0.1-rc1")
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    outcome = recut_elsewhere(world)
    cut = {tag: world.head(tag) for tag in world.tags() if "rc" in tag}
    assert cut.get("v1.0.1-rc1") in (None, tested)
    for tag in cut:
        world.check(world.head(tag))
    outcome = world.advance()
    assert stop_of(outcome) == ("prepare.verify", Status.WAITING), outcome


def test_a_tag_that_was_moved_to_another_commit_has_no_verdict(at):
    world = at("release-door")
    moved = world.commit_on("release-1.0", "Slip in", {"slip.txt": "x\n"})
    world.product.run("tag", "--force", "v1.0.1-rc1", moved)
    world.check(moved)
    assert stop_of(world.advance()) == ("prepare.candidate", Status.DECISION)
    world.reopen("prepare.candidate")
    world.advance()
    assert world.record("prepare.candidate").facts["tag"] == "v1.0.1-rc2"
    world.reopen("prepare.verify")
    world.advance()
    world.answer(f"/accept {moved} fine")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.verify", Status.WAITING, "QA")
    assert "v1.0.1-rc2" in stop.reason


def test_a_pull_request_that_cannot_carry_a_fix_is_not_attached(at):
    world = at("blank")
    closed = world.open_pull("fix/crash")
    world.close_pull(closed)
    other = world.open_pull("fix/again", base="release-1.0")
    for number, why in ((999, "has no"), (closed, "was closed"), (other, "is aimed at release-1.0")):
        with pytest.raises(InputError, match=why):
            world.open(fix=None, pull=number)
    assert "incidents" not in world.journal()


@pytest.mark.slow
def test_each_pick_names_its_own_pull_request(at):
    world = at("verify")
    world.answer_qa("/qa fail v1.0.1-rc1 it still stops")
    world.advance()
    recut_elsewhere(world)
    assert [each["pull"] for each in world.record("prepare.pick").facts["picks"]] == [2, 4]


def test_a_lost_step_that_waits_stays_lost(at):
    world = at("release-door")
    commit = world.head("v1.0.1-rc1")
    world.check(commit, "failure")
    world.advance()
    assert world.record("prepare.verify").state == "lost"
    run = {"name": "unit tests", "head_sha": commit, "status": "in_progress"}
    world.api("ci-runner").post("repos/acme/stockroom/check-runs", run)
    world.advance()
    assert world.record("prepare.verify").state == "lost"


def remove_asset(world, release):
    world.api("dev")._send("DELETE", release["assets"][0]["url"], None)


def remove_release(world, release):
    world.api("dev")._send("DELETE", release["url"], None)


@pytest.mark.parametrize("remove", [remove_asset, remove_release])
def test_a_candidate_that_vanishes_behind_the_door_is_not_published_without_its_files(
    at, monkeypatch, remove
):
    world = at("release-door")
    world.approve("prepare.release")
    (release,) = world.api("dev").pages("repos/acme/stockroom/releases")
    told = CutRelease.observe

    def observe(self, bench, place):
        seen = told(self, bench, place)
        if "v1.0.1" not in world.tags():
            remove(world, release)
            bench.look("releases")
        return seen

    monkeypatch.setattr(CutRelease, "observe", observe)
    with pytest.raises(DecisionError, match="no longer holds"):
        world.advance()
    assert "v1.0.1" not in world.tags()
    listed = world.api("dev").pages("repos/acme/stockroom/releases")
    assert [each for each in listed if each["tag_name"] == "v1.0.1"] == []


@pytest.mark.slow
def test_a_fix_in_two_pull_requests_of_one_branch_is_not_halved(at):
    world = at("blank")
    number = world.open_pull("fix/crash")
    world.pass_pull(number)
    world.merge(number)
    world.product.run("branch", "work", "main")
    text = world.product.read("show", "work:app.txt").replace("line five\n", "line 5, at last\n") + "\n"
    commit = world.commit_on("work", "Fix the rest", {"app.txt": text})
    world.push(commit, "fix/crash")
    world.open()
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("investigate.pr", Status.DECISION)
    assert "was merged as pull request #1 and has gone on since" in stop.reason
    world.attach(pull=number)
    world.advance()
    world.decide()
    world.pass_pull(2)
    world.advance()
    world.approve("prepare.merge")
    (stop,) = world.advance().stops
    assert stop.place.step == "prepare.pick", stop
    made = world.product.read("log", "--format=%s", "release-1.0..refs/heads/" + world.pull(3)["head"]["ref"])
    assert [line.partition(" (#")[0] for line in made.splitlines()] == [
        "Bump version to 1.0.1",
        "Fix the rest",
        "Fix the crash",
    ], "in the order of their merges"
