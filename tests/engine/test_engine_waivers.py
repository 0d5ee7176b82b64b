"""A gate stands open only by name, for one commit, until a moment, and everybody sees it ever after."""

from datetime import timedelta

import pytest

from relauto.errors import Status
from relauto.journal.log import JournalReader
from tests.engine.agreement import agree

pytestmark = pytest.mark.path

COMMENTS = "repos/acme/qa/issues/{}/comments"


def stop_of(outcome):
    (stop,) = outcome.stops
    return stop.place.step, stop.status, stop.whom


def waive(world, gate, end="4h", by="robin-rm"):
    world.answer(f"/waive {gate} {end} the runner has no disk", by=by)


def internal_texts(world):
    with JournalReader.open_local(world.root / "ops.git", "INC-test") as reader:
        return {path: text.decode() for path, text in reader.rendered("").items()}


def test_the_reviews_of_a_pull_request_are_waived_for_its_head_alone(at):
    world = at("opened")
    world.unprotect()
    two = "pull.approvals = 2\nchecks.required = []\n"
    world.advance(two)
    assert stop_of(world.advance(two)) == ("prepare.merge", Status.WAITING, "reviewer")
    waive(world, "prepare.merge:reviews")
    assert stop_of(world.advance(two))[:2] == ("prepare.merge", Status.DECISION)
    world.product.run("branch", "work", "fix/crash")
    world.push(world.commit_on("work", "One more thing", {"more.txt": "more\n"}), "fix/crash")
    assert stop_of(world.advance(two)) == ("prepare.merge", Status.WAITING, "reviewer")


@pytest.mark.slow
def test_an_objection_is_overridden_by_a_waiver_that_was_given_when_it_was_shown(at):
    world = at("opened")
    world.unprotect()
    two = "pull.approvals = 2\nchecks.required = []\n"
    world.advance(two)
    world.advance(two)
    world.clock.moment += timedelta(minutes=1)
    waive(world, "prepare.merge:reviews")
    world.advance(two)
    world.clock.moment += timedelta(minutes=1)
    world.review(1, "REQUEST_CHANGES")
    (stop,) = agree(world, two).stops
    assert (stop.status, stop.reason) == (
        Status.DECISION,
        "pull request #1: rae-reviewer asked for changes, which nobody knew who waived the reviews",
    )
    world.clock.moment += timedelta(minutes=1)
    waive(world, "prepare.merge:reviews")
    (stop,) = agree(world, two).stops
    assert stop.reason.startswith("a person must approve: merge pull request #1")
    told = "rae-reviewer asked for changes; robin-rm overrode that: the runner has no disk"
    assert told in world.desk()[-1], "asked anew: who said yes before did not know"
    board = world.rendered("README.md")
    assert board.count(", over the objection of rae-reviewer: the runner has no disk") == 1
    world.approve("prepare.merge")
    world.advance(two, until="prepare.merge")
    assert world.pull(1)["merged"]


@pytest.mark.slow
def test_red_checks_of_a_pull_request_are_waived_by_name(at):
    world = at("opened")
    world.unprotect()
    own = 'checks.required = ["unit tests"]\n'
    world.advance(own)
    world.review(1)
    world.check(world.pull(1)["head"]["sha"], "failure")
    assert stop_of(world.advance(own))[:2] == ("prepare.merge", Status.DECISION)
    assert world.record("prepare.merge").facts["gates"] == {"checks": "failed"}
    waive(world, "prepare.merge:checks", by="dev")
    world.advance(own)
    assert world.record("prepare.merge").state == "refused", "who may not waive waives nothing"
    waive(world, "prepare.merge:checks")
    world.advance(own)
    world.approve("prepare.merge")
    world.advance(own, until="prepare.merge")
    assert world.pull(1)["merged"]


def test_a_testers_no_is_not_waived(at):
    world = at("verify")
    world.answer_qa("/qa fail v1.0.1-rc1 it still stops")
    waive(world, "qa")
    world.check(world.head("v1.0.1-rc1"))
    world.advance()
    assert [refused.tag for refused in world.incident.refused] == ["v1.0.1-rc1"]


def test_a_candidate_that_was_refused_for_its_checks_is_judged_again(at):
    world = at("verify")
    world.tick_all()
    world.answer_qa("/qa pass v1.0.1-rc1")
    world.check(world.head("v1.0.1-rc1"), "failure")
    world.advance()
    assert world.record("prepare.verify").state == "refused"
    waive(world, "prepare.verify:checks")
    stop = world.advance().stops[0]
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION), stop
    assert world.record("prepare.verify").facts["gates"]["checks"] == "waived"


def test_a_waiver_is_seen_in_every_text_inside_and_in_none_outside(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    waive(world, "qa")
    world.advance()
    world.approve("prepare.release")
    world.approve("prepare.release", by="sasha-rm")
    world.advance()
    texts = internal_texts(world)
    word = "gate waived: `prepare.verify:qa` for "
    telling = {path for path, text in texts.items() if word in text and "the runner has no disk" in text}
    told = {path.partition("-")[2] for path in telling if path.startswith("notices/")}
    assert "README.md" in telling
    assert {"prepare.verify-internal.md", "prepare.release-internal.md"} <= told
    assert not [path for path in telling if "customer" in path]
    public = [release["body"] for release in world.api("dev").pages("repos/acme/stockroom/releases")]
    assert len(public) == 2
    assert not [body for body in public if "robin-rm" in body or "disk" in body or "waived" in body]


def test_a_qa_issue_that_is_deleted_is_lost_until_qa_is_asked_again(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    first = world.qa_issue()["number"]
    world.hub.delete_issue("acme/qa", first)
    stop = world.advance().stops[0]
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    assert stop.reason.startswith("QA's word on v1.0.1-rc1 is lost: ")
    world.reopen("prepare.verify")
    assert stop_of(world.advance()) == ("prepare.verify", Status.WAITING, "QA")
    assert world.qa_issue()["number"] != first


def test_a_qa_issue_that_is_closed_without_a_verdict_is_lost(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    issue = world.qa_issue()["number"]
    world.api("quinn-qa").patch(f"repos/acme/qa/issues/{issue}", {"state": "closed"})
    stop = world.advance().stops[0]
    assert stop.reason.endswith("was closed without a verdict")
    assert stop.status is Status.DECISION
    world.reopen("prepare.verify")
    assert stop_of(world.advance()) == ("prepare.verify", Status.WAITING, "QA")
    assert (world.qa_issue()["number"], world.qa_issue()["state"]) == (issue, "open")


def test_a_qa_issue_may_be_closed_once_it_is_signed(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    world.tick_all()
    world.answer_qa("/qa pass v1.0.1-rc1")
    number = world.qa_issue()["number"]
    world.api("quinn-qa").patch(f"repos/acme/qa/issues/{number}", {"state": "closed"})
    stop = world.advance().stops[0]
    assert stop.place.step == "prepare.release"


def test_a_verdict_of_somebody_not_on_the_roster_never_counts_later(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    world.tick_all()
    world.answer_qa("/qa pass v1.0.1-rc1", by="mallory")
    world.advance()
    world.enlist('RM = ["robin-rm"]\nQA = ["quinn-qa", "mallory"]\n')
    assert stop_of(world.advance()) == ("prepare.verify", Status.WAITING, "QA")
    number = world.qa_issue()["number"]
    listed = list(world.api("quinn-qa").pages(COMMENTS.format(number)))
    told = [each["body"] for each in listed if "does not count" in each["body"]]
    assert len(told) == 1
    assert told[0].startswith("mallory: `/qa` does not count. ")
    world.answer_qa("/qa pass v1.0.1-rc1", by="mallory")
    assert world.advance().stops[0].place.step == "prepare.release"


def test_a_fix_that_is_withdrawn_opens_the_steps_that_stood_on_it(at):
    world = at("merge-door")
    world.attach("fix/series")
    world.approve("prepare.merge")
    world.advance()
    world.close_pull(2)
    stop = world.advance().stops[0]
    assert (stop.status, stop.reason) == (Status.DECISION, "pull request #2 was closed without a merge")
    world.answer("/withdraw fix/series it is another's", by="dev")
    stop = world.advance().stops[0]
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.WAITING)
    assert [str(fix) for fix in world.incident.fixes] == ["fix/crash"]
    assert "fix withdrawn: `fix/series`, by dev " in world.rendered("README.md")


def test_a_loss_is_accepted_exactly_as_it_is(at):
    world = at("release-door")
    tag = world.product.read("rev-parse", "v1.0.1-rc1")
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    stop = world.advance().stops[0]
    assert stop.place.step == "prepare.candidate"
    command = next(line for line in world.asked() if line.startswith("/accept prepare.candidate "))
    world.answer(command.replace("REASON", "the tag is in the mirror"))
    stop = world.advance().stops[0]
    assert stop.place.step == "prepare.release", stop
    assert world.record("prepare.candidate").facts["tag"] == "v1.0.1-rc1"
    world.product.run("update-ref", "refs/tags/v1.0.1-rc1", tag)
    world.advance()
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    assert world.advance().stops[0].place.step == "prepare.candidate", "one word accepts it once"


def test_the_board_names_the_gates_that_hold_a_step_up_and_who_has_to_say_yes(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    world.advance()
    turns = world.rendered("README.md").partition("## Whose turn it is")[2].partition("\n## ")[0]
    assert "prepare.verify:qa" in turns
    assert "prepare.verify:checks" not in turns
    waive(world, "qa")
    world.advance()
    world.approve("prepare.release")
    world.advance()
    board = world.rendered("README.md")
    assert "**sasha-rm, ci-runner**: `prepare.release on acme/stockroom@release-1.0`" in board
    assert "robin-rm said yes; 1 more needed" in board
