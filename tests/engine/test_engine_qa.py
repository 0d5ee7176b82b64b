"""QA's issue: whose word counts for a candidate, and that nothing about it is passed over in silence."""

import re
from datetime import timedelta

import pytest

from relauto.comms.qa_items import read_items
from relauto.errors import Status
from tests.engine.agreement import agree
from tests.engine.conftest import BOT, QA, only_stop

TAG = "v1.0.1-rc1"
PASS = f"/qa pass {TAG}"
MARKER = re.compile(r"\n\n<!-- relauto:\S+ -->\n")


def read_replies(world):
    """Return what relauto wrote in QA's issue, beside the page."""
    number = world.qa_issue()["number"]
    listed = world.api(BOT).pages(f"repos/{QA}/issues/{number}/comments")
    return [MARKER.sub("", each["body"]) for each in listed if each["user"]["login"] == BOT]


def edit_last(world, new, by="quinn-qa", who="quinn-qa"):
    """Let somebody edit, a minute later, what `who` wrote last in QA's issue."""
    number = world.qa_issue()["number"]
    listed = list(world.api(by).pages(f"repos/{QA}/issues/{number}/comments"))
    last = [each for each in listed if each["user"]["login"] == who][-1]
    world.clock.moment += timedelta(minutes=1)
    world.api(by).patch(f"repos/{QA}/issues/comments/{last['id']}", {"body": new})
    return last


def refuse(reason, line=PASS):
    settled = "It is settled: it will not count later either. Answer in a new comment once it would."
    return (
        f"quinn-qa: `{line}` does not count. {reason}\n\nWrite instead, on a line of its own:\n\n"
        f"```\n{PASS}\n```\n\n{settled}"
    )


EDITED = "it was edited, by whom is not known; answer in a new comment"
REVOKED = "it was edited after it had counted, so that it counts no longer; answer in a new comment"


def test_a_verdict_that_was_edited_before_it_was_read_is_told_and_asked_anew(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa("looks good")
    edit_last(world, PASS, by="mallory")
    stop = only_stop(agree(world))
    assert (stop.whom, stop.reason) == ("QA", f"{TAG}: no verdict yet in {world.qa_issue()['html_url']}")
    assert read_replies(world) == [refuse(EDITED)]
    world.advance()
    assert (len(read_replies(world)), world.writes) == (1, 0), "once"
    world.answer_qa(PASS)
    assert only_stop(agree(world)).place.step == "prepare.release"


@pytest.mark.parametrize("new", ["I am no longer sure.", f"/qa fail {TAG} it stops", f"{PASS} still"])
def test_a_verdict_that_was_edited_after_it_had_counted_counts_no_longer_and_is_told(at, new):
    world = at("release-door")
    edit_last(world, new)
    stop = only_stop(agree(world))
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    assert "the verdict of quinn-qa was edited and counts no longer" in stop.reason
    assert read_replies(world) == [refuse(REVOKED)]
    assert TAG not in world.incident.qa_answers
    told = world.incident.sequence
    world.advance()
    assert (world.incident.sequence, len(read_replies(world))) == (told, 1), "once"
    world.answer_qa(PASS)
    stop = only_stop(agree(world))
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert world.incident.qa_answers[TAG][1] == "quinn-qa"


def test_an_earlier_verdict_does_not_count_again_when_a_later_one_is_edited(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa(PASS)
    world.answer_qa(f"/qa fail {TAG} it stops after an hour")
    edit_last(world, f"/qa fail {TAG} it stops")
    assert only_stop(agree(world)).whom == "QA"
    assert TAG not in world.incident.qa_answers


def test_evidence_may_be_edited(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa("exit status 0")
    edit_last(world, "exit status 0, and the output")
    world.answer_qa(PASS)
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert read_replies(world) == []


def test_a_no_that_was_edited_stands_and_is_told(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.answer_qa(f"/qa fail {TAG} it stops")
    assert only_stop(agree(world)).status is Status.DECISION
    edited = edit_last(world, "never mind")
    assert only_stop(agree(world)).status is Status.DECISION
    assert [each.tag for each in world.incident.refused] == [TAG]
    (reply,) = read_replies(world)
    assert reply == (
        f"quinn-qa: [your comment]({edited['html_url']}) was edited after relauto had read it. "
        "It was settled as it stood then, and the edit changes nothing.\n\nSay it in a new comment."
    )
    world.advance()
    assert (len(read_replies(world)), world.writes) == (1, 0), "once"


def tick(world, *items, by="quinn-qa", mark="x"):
    """Let somebody tick items in the browser."""
    issue = world.qa_issue()
    lines = [
        f"- [{mark}]{line[5:]}" if any(f"relauto:qa:{item} " in line for item in items) else line
        for line in issue["body"].split("\n")
    ]
    world.api(by).patch(f"repos/{QA}/issues/{issue['number']}", {"body": "\n".join(lines)})


def checked(world):
    return {each.item: str(each.by) for each in world.incident.qa_checks[TAG].items}


def test_who_ticked_what_is_read_from_the_history_and_goes_on_record(at):
    world = at("release-door")
    assert set(checked(world).values()) == {"quinn-qa"}
    assert list(checked(world)) == list(read_items(world.qa_issue()["body"]))


def test_a_tick_of_somebody_else_does_not_count_and_is_asked_for_once(at):
    world = at("verify")
    world.check(world.head(TAG))
    tick(world, "new.pick-1-commit", by="mallory")
    world.tick_all()
    world.answer_qa(PASS)
    stop = only_stop(agree(world))
    lack = "new.pick-1-commit was ticked by mallory, who is not on the roster for it"
    url = world.qa_issue()["html_url"]
    assert (stop.whom, stop.reason) == ("QA", f"{TAG} is signed, but {lack} in {url}")
    (asked,) = read_replies(world)
    assert asked == (
        f"quinn-qa signed `{TAG}`, but this page is not complete:\n\n- {lack}\n\n"
        "Each item has to be ticked by somebody of QA who saw it hold. "
        "Once it is, the sign-off counts and need not be given again."
    )
    agree(world)
    assert len(read_replies(world)) == 1, "once"
    for mark in " x":
        tick(world, "new.pick-1-commit", mark=mark)
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert checked(world)["new.pick-1-commit"] == "quinn-qa"


def test_a_tick_whose_version_was_deleted_is_of_all_who_may_have_made_it(at):
    world = at("verify")
    world.check(world.head(TAG))
    tick(world, "new.pick-1-commit", by="mallory")
    world.tick_all()
    world.hub.delete_revision(QA, world.qa_issue()["number"], 1, by="mallory")
    world.answer_qa(PASS)
    stop = only_stop(world.advance())
    assert "new.pick-1-commit was ticked by mallory, quinn-qa, who is not on the roster for it" in stop.reason


def test_what_is_open_on_a_signed_page_is_asked_for_and_the_sign_off_counts_afterwards(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.answer_qa(PASS)
    assert only_stop(agree(world)).whom == "QA"
    (asked,) = read_replies(world)
    assert "- new.pick-1-commit is not ticked\n" in asked
    tick(world, "new.pick-1-commit")
    agree(world)
    assert len(read_replies(world)) == 1, "once for a sign-off"
    world.tick_all()
    assert only_stop(agree(world)).place.step == "prepare.release"


def test_an_item_that_is_taken_off_the_page_stays_asked_for(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.tick_all()
    issue = world.qa_issue()
    left = [line for line in issue["body"].split("\n") if "qa:new.pick-1-commit " not in line]
    world.api("quinn-qa").patch(f"repos/{QA}/issues/{issue['number']}", {"body": "\n".join(left)})
    world.answer_qa(PASS)
    assert "new.pick-1-commit is not ticked" in only_stop(world.advance()).reason


def test_ticks_count_by_the_roster_of_the_moment_when_they_were_read(at):
    world = at("release-door")
    world.enlist('RM = ["robin-rm", "sasha-rm"]\nQA = ["tam-noor"]\n')
    stop = only_stop(world.advance())
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)


BUILD = """
build.command = "head -c 8 /dev/urandom > stockroom.bin"
build.artifacts = ["stockroom.bin"]
build.local = true
"""


def test_a_sign_off_does_not_count_for_other_files_under_the_same_tag(at):
    world = at("pick")
    world.pass_pull(2)
    world.advance(BUILD)
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa(PASS)
    assert only_stop(world.advance(BUILD)).place.step == "prepare.release"
    first = world.qa_issue()
    release = world.api("dev").get(f"repos/acme/stockroom/releases/tags/{TAG}")
    world.api("robin-rm")._send(
        "DELETE", f"{world.hub.api}/repos/acme/stockroom/releases/{release['id']}", None
    )
    assert only_stop(world.advance(BUILD)).status is Status.DECISION
    world.reopen("prepare.verify")
    stop = only_stop(agree(world, BUILD))
    assert (stop.place.step, stop.whom) == ("prepare.verify", "QA")
    assert world.qa_issue()["number"] != first["number"]
    assert TAG in world.qa_issue()["title"]
    world.tick_all()
    world.answer_qa(PASS)
    assert only_stop(agree(world, BUILD)).place.step == "prepare.release"
