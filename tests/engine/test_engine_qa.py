"""QA's issue: whose word counts for a candidate, and that nothing about it is passed over in silence."""

import re
from datetime import timedelta

import pytest

from relauto import recording
from relauto.comms.qa_items import read_items
from relauto.comms.qa_results import render_results
from relauto.errors import InputError, RemoteError, Status
from relauto.freeing import free_release
from relauto.github import issues
from relauto.hub.script import Rule, switch_script
from relauto.model.event import Said
from relauto.model.facts import digest_facts
from relauto.model.words import Person
from relauto.stages.qa import sign_off
from tests.engine.agreement import agree
from tests.engine.conftest import BOT, EVIDENCE, QA, only_stop

pytestmark = pytest.mark.path

TAG = "v1.0.1-rc1"
PASS = f"/qa pass {TAG}"
MARKER = re.compile(r"\n\n<!-- relauto:\S+ -->\n")


def read_replies(world):
    """Return what relauto wrote in QA's issue, beside the page."""
    number = world.qa_issue()["number"]
    listed = world.api(BOT).pages(f"repos/{QA}/issues/{number}/comments")
    return [MARKER.sub("", each["body"]) for each in listed if each["user"]["login"] == BOT]


def read_issue(world, number):
    return world.api(BOT).get(f"repos/{QA}/issues/{number}")


def read_last(world, number):
    return list(world.api(BOT).pages(f"repos/{QA}/issues/{number}/comments"))[-1]


def fail_at(world, *lines):
    """Let these requests fail from now on, and no others."""
    switch_script(world.root / "hub", lines)


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


def attach(world):
    """Let QA put a link at every item that asks for evidence."""
    issue = world.qa_issue()
    linked = issue["body"].replace(")** <!--", f")** {EVIDENCE} <!--")
    world.api("quinn-qa").patch(f"repos/{QA}/issues/{issue['number']}", {"body": linked})


def checked(world):
    return {each.item: str(each.by) for each in world.incident.qa_checks[TAG].items}


def test_who_ticked_what_is_read_from_the_history_and_goes_on_record(at):
    world = at("release-door")
    assert set(checked(world).values()) == {"quinn-qa"}
    asked = [item for item in read_items(world.qa_issue()["body"]) if not item.startswith("machine.")]
    assert list(checked(world)) == asked


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


def test_what_asks_for_evidence_is_done_only_with_it_and_is_asked_for_by_name(at):
    world = at("verify")
    world.check(world.head(TAG))
    url, number = world.qa_issue()["html_url"], world.qa_issue()["number"]
    world.tick_all(evidence="")
    stop = only_stop(agree(world))
    assert stop.reason == f"{TAG}: no verdict yet in {url}; evidence.1 is ticked without its evidence"
    turn = next(line for line in world.rendered("README.md").split("\n") if "prepare.verify" in line)
    assert turn.startswith("- **QA**: ")
    assert "; evidence.1 is ticked without its evidence" in turn
    world.answer_qa("evidence.1: https://ci.acme.example/logs/8", by="mallory")
    world.answer_qa("evidence.1 holds")
    world.answer_qa(PASS)
    stop = only_stop(agree(world))
    assert stop.reason == f"{TAG} is signed, but evidence.1 is ticked without its evidence in {url}"
    (asked,) = read_replies(world)
    assert "but this page is not complete:\n\n- evidence.1 is ticked without its evidence\n" in asked
    world.answer_qa("evidence.1:\n\n```\nexit status 0\n```")
    edit_last(world, "evidence.1:\n\n```\nexit status 1\n```")
    assert "evidence.1 is ticked without its evidence" in only_stop(agree(world)).reason, "by whom, now?"
    world.answer_qa("evidence.1:\n\n```\nexit status 0\n```")
    assert only_stop(agree(world)).place.step == "prepare.release"
    last = list(world.api(BOT).pages(f"repos/{QA}/issues/{number}/comments"))[-1]
    assert read_evidence(world) == {"evidence.1": last["html_url"]}
    assert len(read_replies(world)) == 1, "once"


def test_a_link_that_somebody_else_put_at_an_item_is_no_evidence(at):
    world = at("verify")
    world.check(world.head(TAG))
    issue = world.qa_issue()
    linked = issue["body"].replace(")** <!--", ")** https://ci.acme.example/logs/8 <!--")
    world.api("mallory").patch(f"repos/{QA}/issues/{issue['number']}", {"body": linked})
    world.tick_all(evidence="")
    world.answer_qa(PASS)
    assert "but evidence.1 is ticked without its evidence" in only_stop(agree(world)).reason


OTHER = "https://ci.acme.example/logs/8"


def replace_in_page(world, old, new, by):
    """Let somebody replace a text of QA's page, in one edit."""
    issue = world.qa_issue()
    assert old in issue["body"]
    world.api(by).patch(f"repos/{QA}/issues/{issue['number']}", {"body": issue["body"].replace(old, new)})


def read_evidence(world):
    return {each.item: each.evidence for each in world.incident.qa_checks[TAG].items if each.evidence}


def anchor(world, link):
    """Return what the journal tells of a link on QA's page."""
    return f"{world.qa_issue()['html_url']}#evidence-{digest_facts({'link': link})}"


def test_evidence_that_somebody_else_replaces_counts_no_longer(at):
    world = at("verify")
    world.check(world.head(TAG))
    world.tick_all()
    replace_in_page(world, EVIDENCE, OTHER, by="mallory")
    world.answer_qa(PASS)
    assert "but evidence.1 is ticked without its evidence" in only_stop(agree(world)).reason
    replace_in_page(world, OTHER, EVIDENCE, by="quinn-qa")
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert read_evidence(world) == {"evidence.1": anchor(world, EVIDENCE)}


def test_evidence_on_record_is_that_link_and_no_other_by_whoever_is_not_on_the_roster(at):
    world = at("release-door")
    assert read_evidence(world) == {"evidence.1": anchor(world, EVIDENCE)}
    world.enlist('RM = ["robin-rm", "sasha-rm"]\nQA = ["tam-noor"]\n')
    assert only_stop(world.advance()).place.step == "prepare.release", "quinn-qa was on the roster then"
    replace_in_page(world, EVIDENCE, OTHER, by="quinn-qa")
    assert "evidence.1 is ticked without its evidence" in only_stop(agree(world)).reason


def test_a_link_of_qa_counts_beside_that_of_somebody_else(at):
    world = at("verify")
    world.check(world.head(TAG))
    replace_in_page(world, ")** <!--", f")** {OTHER} <!--", by="mallory")
    world.tick_all(evidence="")
    world.answer_qa(PASS)
    assert "but evidence.1 is ticked without its evidence" in only_stop(agree(world)).reason
    replace_in_page(world, OTHER, f"{OTHER} {EVIDENCE}", by="quinn-qa")
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert read_evidence(world) == {"evidence.1": anchor(world, EVIDENCE)}


def test_evidence_of_a_step_is_carried_over_with_what_still_stands(at):
    world = at("blank")
    refuse_first(world)
    page, number = world.qa_issue()["body"], world.qa_issue()["number"] - 1
    first = f"{world.hub.address}/{QA}/issues/{number}#evidence-{digest_facts({'link': EVIDENCE})}"
    line = f"- `new.half`, by quinn-qa, [evidence]({first})\n"
    assert line in page
    world.check(world.head("v1.0.1-rc2"))
    world.tick_all(evidence="")
    world.answer_qa("/qa pass v1.0.1-rc2\n\nevidence.1: https://ci.acme.example/logs/9")
    assert only_stop(agree(world)).place.step == "prepare.release"


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
    again = world.qa_issue()
    assert again["number"] != first["number"]
    agree(world, BUILD)
    assert read_issue(world, first["number"])["state"] == "closed"
    assert MARKER.sub("", read_last(world, first["number"])["body"]) == (
        f"The files of `{TAG}` are others by now; QA goes on with [Verify {TAG}]({again['html_url']}). "
        "Nothing that is said here counts for them."
    )
    assert TAG in world.qa_issue()["title"]
    world.tick_all()
    world.answer_qa(PASS)
    assert only_stop(agree(world, BUILD)).place.step == "prepare.release"


def read_ticked(world):
    return [item for item, is_ticked in read_items(world.qa_issue()["body"]).items() if is_ticked]


MACHINES = ["machine.contained", "machine.scope", "machine.checks"]


def test_machines_tick_their_own_items_and_nobody_has_to(at):
    world = at("verify")
    assert read_ticked(world) == MACHINES[:2]
    world.check(world.head(TAG))
    tick(world, "build.commit")
    agree(world)
    assert read_ticked(world) == [*MACHINES, "build.commit"], "what people ticked stays"
    agree(world)
    assert world.writes == 0, "once"
    tick(world, *MACHINES, by="mallory", mark=" ")
    agree(world)
    assert "machine.checks" in read_ticked(world)
    world.check(world.head(TAG), conclusion="failure")
    agree(world)
    assert "machine.checks" not in read_ticked(world), "what no longer holds is taken back"


def test_what_people_tick_of_machines_decides_nothing(at):
    world = at("verify")
    world.tick_all()
    world.answer_qa(PASS)
    stop = only_stop(agree(world))
    assert (stop.place.step, stop.whom) == ("prepare.verify", "CI")
    assert "machine.checks" not in read_ticked(world)


@pytest.mark.parametrize("before", ["PATCH", "GET"])
def test_what_somebody_ticks_while_relauto_writes_the_page_is_put_back(at, before):
    world = at("verify")
    world.check(world.head(TAG))
    tick(world, "build.commit")
    world.hub.let_happen(rf"^{before} .*/{QA}/issues/1$", lambda: tick(world, "new.pick-1-commit"))
    world.advance()
    assert read_ticked(world) == [*MACHINES, "build.commit", "new.pick-1-commit"]
    mended = [f"put back on QA's page about {TAG} what was ticked while relauto wrote it"]
    assert [line for line in world.said if "put back" in line] == (mended if before == "PATCH" else [])
    agree(world)
    assert world.writes == 0, "once"
    world.tick_all()
    world.answer_qa(PASS)
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert checked(world)["new.pick-1-commit"] == "quinn-qa", "relauto ticks for nobody"


def test_what_is_ticked_meanwhile_is_put_back_where_qa_has_a_token_of_another_login(at):
    world = at("verify")
    world.tokens["qa"] = "token-of-sasha-rm"
    world.check(world.head(TAG))
    world.hub.let_happen(rf"^PATCH .*/{QA}/issues/1$", lambda: tick(world, "new.pick-1-commit"))
    world.advance()
    assert read_ticked(world) == [*MACHINES, "new.pick-1-commit"]
    world.tick_all()
    world.answer_qa(PASS)
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert checked(world)["new.pick-1-commit"] == "quinn-qa", "relauto ticks for nobody"
    assert read_evidence(world) == {"evidence.1": anchor(world, EVIDENCE)}


def test_what_was_overwritten_by_a_run_that_was_killed_is_put_back_by_the_next(at):
    world = at("verify")
    world.check(world.head(TAG))
    away = Rule(fault="502-before", request="graphql", times=None)

    def tick_and_cut():
        tick(world, "new.pick-1-commit")
        world.hub.set_faults(away)

    world.hub.let_happen(rf"^PATCH .*/{QA}/issues/1$", tick_and_cut)
    with pytest.raises(RemoteError):
        world.advance()
    assert read_ticked(world) == MACHINES
    world.hub.set_faults()
    agree(world)
    assert read_ticked(world) == [*MACHINES, "new.pick-1-commit"]


def test_relauto_does_not_write_without_end_while_somebody_always_ticks_meanwhile(at):
    world = at("verify")
    world.check(world.head(TAG))

    people = iter(["build.commit", "new.pick-1-commit", "new.pick-1-content", "sign-off"])

    def tick_again():
        tick(world, next(people))
        world.hub.let_happen(rf"^PATCH .*/{QA}/issues/1$", tick_again)

    world.hub.let_happen(rf"^PATCH .*/{QA}/issues/1$", tick_again)
    world.advance()
    assert len([line for line in world.said if "on QA's page" in line]) == 3


def test_who_ticked_is_found_behind_a_hundred_later_edits(at, monkeypatch):
    world = at("verify")
    world.check(world.head(TAG))
    tick(world, "new.pick-1-commit", by="mallory")
    for number in range(105):
        tick(world, "build.commit", mark="x "[number % 2])
    world.tick_all()
    world.answer_qa(PASS)
    assert "new.pick-1-commit was ticked by mallory, who is" in only_stop(agree(world)).reason
    monkeypatch.setattr(issues, "_MOST_PAGES", 1)
    lack = "new.pick-1-commit is ticked, by whom is not known: untick it and tick it again"
    agree(world)
    assert lack in only_stop(agree(world)).reason
    assert f"- {lack}\n" in read_replies(world)[-1]
    with world.bench() as bench:
        bench.read_journal()
        told = render_results(sign_off.read_results(bench, TAG)[0])
    assert "| `new.pick-1-commit` | open: ticked, by whom is not known |\n" in told
    for mark in " x":
        tick(world, "new.pick-1-commit", mark=mark)
    assert only_stop(agree(world)).place.step == "prepare.release"


def test_a_page_whose_history_is_not_told_counts_no_tick_and_says_what_may_be_lost(at, monkeypatch):
    world = at("verify")
    monkeypatch.setattr(issues, "_read_edits", lambda *_: ())
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa(PASS)
    agree(world)
    assert "build.commit is ticked, by whom is not known" in only_stop(agree(world)).reason
    tick(world, "machine.checks", mark=" ")
    world.advance()
    assert (
        f"{world.qa_issue()['html_url']}: its history is not told, so that what somebody ticked there in the "
        "moment in which relauto wrote is lost unseen; look whether your ticks are there"
    ) in world.said


STEPS = """\
summary: The crash is gone
steps:
  - {id: start, do: Start it, run: "git show {tag}:app.txt", before: {}, expect: {}, paths: [app.txt]}
  - {id: half, do: Look at it, run: "git show {tag}:half.txt", expect: {}, paths: ["half*"], evidence: true}
  - {id: all, do: Look at all, run: "git show {tag}", expect: {}}
regression:
  - {id: new, do: See the news, run: "git show {tag}:new.txt", expect: {}, paths: [new.txt, docs/*]}
evidence: [what came]
"""


def refuse_first(world):
    """Let QA refuse the first candidate, which an instruction came with, and have the next one cut."""
    world.open(instruction=STEPS)
    world.reach_merge_door()
    world.pass_merge_door()
    world.reach_verify()
    world.check(world.head(TAG))
    done = ("old.start", "new.start", "new.half", "new.all", "regression.new", "evidence.1")
    tick(world, "build.commit", *done)
    attach(world)
    world.answer_qa(f"/qa fail {TAG} it stops after an hour")
    world.advance()
    world.attach("fix/again")
    world.advance()
    world.pass_pull(3)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.reach_verify(pull=4)


def test_the_next_candidate_carries_over_what_rests_on_nothing_that_changed(at):
    world = at("blank")
    refuse_first(world)
    page = world.qa_issue()["body"]
    assert page.startswith("# Verify v1.0.1-rc2\n")
    still = ["old.start", "new.half", "regression.new"]
    assert [item for item in read_ticked(world) if not item.startswith("machine.")] == still
    assert "## Carried over from v1.0.1-rc1" in page
    assert all(f"- `{item}`, by quinn-qa" in page for item in still)
    assert "- `app.txt`\n" in page
    world.check(world.head("v1.0.1-rc2"))
    world.tick_all()
    world.answer_qa("/qa pass v1.0.1-rc2")
    assert only_stop(agree(world)).place.step == "prepare.release"
    known = {each.item: each.by for each in world.incident.qa_checks["v1.0.1-rc2"].items}
    assert {known[item] for item in still} == {"quinn-qa"}


def test_the_issue_of_a_burned_candidate_leads_to_the_next_and_is_closed_once(at):
    world = at("blank")
    refuse_first(world)
    new = world.qa_issue()
    old = read_issue(world, new["number"] - 1)
    assert f"| follows | [v1.0.1-rc1]({old['html_url']}) |\n" in new["body"]
    assert old["state"] == "open"
    fail_at(
        world,
        "502-after PATCH .*/issues/1$",
        *(f"reset-before@{n} POST .*/issues/1/comments$" for n in (1, 2)),
    )
    with pytest.raises(RemoteError):
        world.advance()
    assert (read_issue(world, 1)["state"], read_last(world, 1)["user"]["login"]) == ("closed", "quinn-qa")
    fail_at(world)
    agree(world)
    assert "close QA's issue about v1.0.1-rc1: v1.0.1-rc2 is verified instead" in world.said
    old, word = read_issue(world, 1), read_last(world, 1)
    assert (old["state"], old["state_reason"]) == ("closed", "not_planned")
    assert MARKER.sub("", word["body"]) == (
        f"`v1.0.1-rc1` is no candidate any more; QA goes on with [Verify v1.0.1-rc2]({new['html_url']}), "
        "where what still stands is ticked already. Nothing that is said here counts for it."
    )
    world.api("quinn-qa").patch(f"repos/{QA}/issues/1", {"state": "open"})
    agree(world)
    assert (read_issue(world, 1)["state"], read_last(world, 1)["id"]) == ("open", word["id"]), "once"


def test_the_issue_of_a_release_that_is_given_up_says_that_it_was_withdrawn(at):
    world = at("verify")
    with world.session() as session:
        free_release(session, "1.0.1", "the customer took the workaround")
    agree(world)
    old = read_issue(world, 1)
    assert (old["state"], old["state_reason"]) == ("closed", "not_planned")
    assert MARKER.sub("", read_last(world, 1)["body"]) == (
        f"`{TAG}` was withdrawn: no release is made of it, and nothing is to be verified."
    )


def test_what_is_carried_over_can_be_asked_for_again(at):
    world = at("blank")
    refuse_first(world)
    world.check(world.head("v1.0.1-rc2"))
    world.tick_all()
    tick(world, "new.half", mark=" ")
    world.answer_qa("/qa pass v1.0.1-rc2")
    assert "new.half is not ticked" in only_stop(world.advance()).reason


ENVIRONMENTS = 'testing.environments = ["MySQL", "Cluster of 3"]\n'


def test_every_environment_has_to_be_verified(at):
    world = at("pick")
    world.pass_pull(2)
    world.advance(ENVIRONMENTS)
    world.check(world.head(TAG))
    world.tick_all()
    tick(world, "new.pick-1-commit.cluster-of-3", mark=" ")
    world.answer_qa(PASS)
    agree(world, ENVIRONMENTS)
    reason = only_stop(world.advance(ENVIRONMENTS)).reason
    assert f"{TAG} is signed, but new.pick-1-commit.cluster-of-3 is not ticked" in reason
    tick(world, "new.pick-1-commit.cluster-of-3")
    assert only_stop(agree(world, ENVIRONMENTS)).place.step == "prepare.release"


def sign(world, word, reason=""):
    """Let QA's tester answer by a token of their own."""
    with world.bench() as bench:
        digest = sign_off.find_requested(bench)[0].digest
        recording.record(bench, Said(Person("quinn-qa"), sign_off.sign(bench, TAG, word, digest, reason)))


def test_a_sign_off_by_a_token_counts_as_one_in_the_issue_does(at):
    world = at("verify")
    world.check(world.head(TAG))
    sign(world, "pass")
    assert only_stop(agree(world)).whom == "QA"
    assert "quinn-qa signed" in read_replies(world)[0]
    world.tick_all()
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert world.incident.qa_answers[TAG][1] == "quinn-qa"


def test_a_refusal_by_a_token_burns_the_candidate(at):
    world = at("verify")
    world.check(world.head(TAG))
    sign(world, "fail", "it stops")
    stop = only_stop(agree(world))
    assert (stop.status, stop.reason) == (Status.DECISION, f"QA refused {TAG}: it stops (quinn-qa)")
    assert [each.tag for each in world.incident.refused] == [TAG]
    with world.bench() as bench, pytest.raises(InputError, match="QA is not asked about"):
        sign_off.sign(bench, TAG, "pass", "0" * 64, "")


def test_what_was_read_in_the_issue_counts_up_to_a_sign_off_by_a_token_and_what_comes_later_after_it(at):
    world = at("verify")
    world.tick_all()
    world.answer_qa(PASS)
    world.advance()
    sign(world, "pass", "again")
    world.check(world.head(TAG))
    assert only_stop(agree(world)).place.step == "prepare.release"
    assert world.incident.qa_answers[TAG][0].source == ""
    world.answer_qa(f"/qa fail {TAG} it stops after an hour")
    stop = only_stop(agree(world))
    assert stop.status is Status.DECISION
    assert "it stops after an hour" in stop.reason
