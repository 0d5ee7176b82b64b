"""Every answer at the desk is settled once, by the roster of that moment, and who gave it is told."""

import re
from datetime import timedelta

import pytest

from relauto import engine, recording
from relauto.errors import DecisionError, Status
from relauto.model.event import DeskIntended, locate
from relauto.model.incident import SETTLED, StepState
from relauto.model.playbook import load_playbook
from relauto.stages.people import desk
from tests.engine.agreement import agree
from tests.engine.conftest import BOT, CI

pytestmark = pytest.mark.path

MARKER = re.compile(r"\n\n<!-- relauto:\S+ -->\n")


def replies(world):
    return [comment for comment in world.desk() if "does not count" in comment]


def replies_to(world, *said):
    """Return what relauto replies to lines at the desk, having foreseen it, and that it does so once."""
    before = len(world.desk())
    for line, by in said:
        world.answer(line, by=by)
    agree(world)
    found = [MARKER.sub("", reply) for reply in world.desk()[before:]]
    world.advance()
    assert (len(world.desk()) - before, world.writes) == (len(found), 0), "once"
    return found


def tell(author, line, reason, instead=""):
    offered = f"\n\nWrite instead, on a line of its own:\n\n```\n{instead}\n```" if instead else ""
    settled = "It is settled: it will not count later either. Answer in a new comment once it would."
    return f"{author}: `{line}` does not count. {reason}{offered}\n\n{settled}"


def test_who_is_told_why_an_answer_does_not_count(at):
    world = at("merge-door")
    world.approve("prepare.merge", by="mallory")
    world.advance()
    (reply,) = replies(world)
    assert reply.startswith(
        "mallory: `/approve prepare.merge` does not count. mallory may not approve prepare.merge"
    )
    told = len(world.desk())
    world.advance()
    assert (len(world.desk()), world.writes) == (told, 0), "once"


def test_a_step_that_has_its_time_is_not_ticked_before(at):
    world, line = at("merge-door"), "/tick resolve.monitor nobody saw it again"
    early = "resolve.monitor cannot be done before {}"
    said = early.format("deploy.upgrade-production is")
    assert replies_to(world, (line, "robin-rm")) == [tell("robin-rm", "/tick resolve.monitor", said)]
    world.answer("/tick deploy.upgrade-production it says 1.0.1")
    agree(world)
    over = world.record("deploy.upgrade-production").at + timedelta(hours=24)
    said = early.format(f"{over:%Y-%m-%dT%H:%MZ}, counted from deploy.upgrade-production")
    assert replies_to(world, (line, "robin-rm")) == [tell("robin-rm", "/tick resolve.monitor", said)]
    assert (
        "- **CRE, TAM**: `resolve.monitor` Watch the fix in production for 24 hours (waiting): not before "
        f"{over:%Y-%m-%d %H:%M} UTC. A further change of production, or the problem coming back, starts the "
        "24 hours again.\n"
    ) in world.rendered("README.md")
    world.clock.sleep((over - world.clock.now()).total_seconds())
    world.answer(line)
    agree(world)
    assert world.record("resolve.monitor").state is StepState.DONE


def test_an_answer_of_somebody_not_entitled_never_counts_later(at):
    world = at("merge-door")
    world.approve("prepare.merge", by="mallory")
    world.advance()
    world.enlist('RM = ["mallory"]\nQA = ["quinn-qa"]\n')
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.DECISION)
    assert not world.pull(1)["merged"]
    world.approve("prepare.merge", by="mallory")
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"], "a new answer counts"


def test_an_answer_counts_by_the_roster_of_the_moment_it_is_read(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.advance(only="investigate.qa-decision")
    world.enlist('RM = ["sasha-rm"]\n')
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"]


def test_a_reply_that_was_cut_off_is_given_by_the_next_run(at):
    world = at("merge-door")
    world.approve("prepare.merge", by="mallory")
    world.advance()
    number = world.incident.desk.number
    listed = list(world.api("relauto-bot").pages(f"repos/acme/ops/issues/{number}/comments"))
    reply = next(each for each in listed if "does not count" in each["body"])
    address = f"{world.hub.api}/repos/acme/ops/issues/comments/{reply['id']}"
    world.api("robin-rm")._send("DELETE", address, None)
    world.advance()
    assert len(replies(world)) == 1


def test_a_comment_with_several_commands_is_answered_in_one(at):
    world = at("merge-door")
    world.answer(
        "/skip escalate.call they are in it\n/skip escalate.nothing why\n/tick prepare.merge done", "robin-rm"
    )
    world.advance()
    assert world.record("escalate.call").state == "skipped"
    (reply,) = replies(world)
    assert ("`/skip escalate.nothing`" in reply, "`/tick prepare.merge`" in reply) == (True, True)


def test_a_receipt_from_before_the_hand_over_does_not_count_after_it(at):
    world = at("send-door")
    digest = world.asked()[-1].split()[2]
    world.approve("deploy.send")
    world.answer(f"/acknowledge {digest} got it", by="tam-noor")
    (stop,) = world.advance().stops
    assert (stop.status, stop.whom) == (Status.WAITING, "customer")
    (stop,) = world.advance().stops
    assert (stop.status, stop.whom) == (Status.WAITING, "customer"), "not later either"
    assert any("no kit with the digest" in reply for reply in replies(world))
    world.answer(f"/acknowledge {digest} got it", by="tam-noor")
    assert world.advance().status is Status.REACHED


def test_a_receipt_between_two_looks_counts_only_after_what_asked_for_it(at):
    """It is read when the kit was handed over, but was written before."""
    world = at("send-door")
    digest = world.asked()[-1].split()[2]
    world.approve("deploy.send")
    with world.bench() as bench:
        engine.refresh(bench)
        world.answer(f"/acknowledge {digest} too early", by="tam-noor")
        for place in engine.list_places(bench):
            engine._settle(bench, place)
    (stop,) = world.advance().stops
    assert (stop.status, stop.whom) == (Status.WAITING, "customer")
    assert any("older than the hand-over" in reply for reply in replies(world))


def test_a_desk_that_is_deleted_is_lost_until_another_is_opened(at):
    world = at("merge-door")
    number = world.incident.desk.number
    world.hub.delete_issue("acme/ops", number)
    with pytest.raises(DecisionError, match=f"is lost: acme/ops has no issue #{number}") as lost:
        world.advance()
    assert "relauto reopen desk" in lost.value.todo
    world.abandon_desk()
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.DECISION)
    assert world.incident.desk.number != number
    world.approve("prepare.merge")
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"]


def test_what_was_refused_is_kept_by_where_it_was_said(at):
    world = at("merge-door")
    world.approve("prepare.merge", by="mallory")
    world.advance()
    ((source, (refused,)),) = world.incident.unheard.items()
    assert source == locate(refused.source)
    assert (refused.author, refused.command) == ("mallory", "/approve prepare.merge")


SHIELDED = "it stands in a quote, in code or in a list, and only a line by itself counts"
FORM = "the form is /approve STEP SHA, on a line by itself"


def test_who_nearly_approves_is_told_the_exact_line(at):
    world = at("merge-door")
    exact = world.asked()[-1]
    told = {
        "/aprove prepare.merge": "there is no command /aprove; the nearest is /approve STEP SHA",
        "/approve": FORM,
        "/approve prepare.merge": FORM,
        "/approve prepare.merge 0123": "0123 is too short: 7 digits of the SHA are needed, at the least",
        f"> {exact}": SHIELDED,
        f"```\n{exact}\n```": SHIELDED,
    }
    expected = [tell("robin-rm", line.strip("> `\n")[:80], reason, exact) for line, reason in told.items()]
    known = exact.replace("prepare.merge", "prepare.mrge")
    nothing = "nothing at the door {} has the id {}; nothing is approved"
    expected += [
        tell("robin-rm", "/approve prepare.mrge", "nobody can approve prepare.mrge", exact),
        tell("robin-rm", "/approve prepare.merge", nothing.format("prepare.merge", "0123456789"), exact),
    ]
    lines = [*told, known, "/approve prepare.merge 0123456789"]
    reason = (
        f"{FORM}; besides, mallory is not on the roster for it: robin-rm, sasha-rm, ci-runner, relauto-bot is"
    )
    expected += [tell("mallory", "/approve prepare.merge", reason)]
    said = [*((line, "robin-rm") for line in lines), ("/approve prepare.merge", "mallory")]
    assert replies_to(world, *said) == expected
    world.answer(exact)
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"]


def test_every_command_has_its_line(at):
    lines = {
        "/skip escalate.cal they are in it": "/skip escalate.call they are in it",
        "/skip escalate.call": "/skip escalate.call REASON",
        "/waive prepare.verify:checkss soon": "/waive prepare.verify:checks 4h REASON",
        "/withdraw": "/withdraw fix/crash REASON",
        "/accept": "/accept SHA REASON",
    }
    found = replies_to(at("merge-door"), *((line, "robin-rm") for line in lines))
    assert [reply.split("```")[1].strip() for reply in found] == list(lines.values())


def test_a_placeholder_that_is_left_is_no_reason(at):
    world = at("merge-door")
    reopen = "/reopen investigate.pr REASON"
    said = [(reopen, "robin-rm"), ("/tick investigate.qa-decision no: REASON", "dev")]
    assert replies_to(world, *said) == [
        tell(by, line, "REASON stands where your own words belong", line) for line, by in said
    ]
    assert (world.record("investigate.pr").state, world.incident.overrides) == ("done", [])
    assert world.record("investigate.qa-decision").reason == "yes: to be sure"


def read_qa(world):
    number = world.qa_issue()["number"]
    listed = world.api(BOT).pages(f"repos/acme/qa/issues/{number}/comments")
    return [MARKER.sub("", each["body"]) for each in listed if each["user"]["login"] == BOT]


def test_who_nearly_signs_is_told_the_exact_line(at):
    world = at("verify")
    tag, form = "v1.0.1-rc1", "the form is /qa pass TAG, on a line by itself"
    passed, failed = f"/qa pass {tag}", f"/qa fail {tag} WHAT WAS DIFFERENT"
    other = f"this issue is about {tag}, and not about {{}}"
    told = {
        f"/qa pas {tag}": (form, passed),
        "/qa pass": (form, passed),
        f"/qa {tag} ok": (form, f"{passed}\n{failed}"),
        failed: ("WHAT WAS DIFFERENT stands where your own words belong", failed),
        f"> {passed}": (SHIELDED, passed),
        "/qa pass v1.0.1-rc2": (other.format("v1.0.1-rc2"), passed),
        "/qa fail v1.0.0 it still stops": (other.format("v1.0.0"), f"/qa fail {tag} it still stops"),
    }
    for line in (*told, "Looks good.", "/approve prepare.release 0123456"):
        world.answer_qa(line)
    world.answer_qa("/qa pass", by="mallory")
    world.answer_qa("/qa pas", by=CI)
    agree(world)
    expected = [tell("quinn-qa", line.strip("> "), *why) for line, why in told.items()]
    besides = f"{form}; besides, mallory is not on the roster for it: quinn-qa is"
    assert read_qa(world) == [*expected, tell("mallory", "/qa pass", besides)]
    world.advance()
    assert (len(read_qa(world)), world.writes) == (len(told) + 1, 0), "once"
    world.check(world.head(tag))
    world.tick_all()
    world.answer_qa(f"/qa pas {tag}\n{passed}")
    (stop,) = agree(world).stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert len(read_qa(world)) == len(told) + 1, "a verdict beside it counts"


def test_a_line_that_counts_counts_beside_one_that_does_not(at):
    world = at("merge-door")
    exact = world.asked()[-1]
    world.answer(f"{exact}\n/skip escalate.call\n/aprove")
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"]
    (reply,) = replies(world)
    assert ("`/skip escalate.call`" in reply, "`/aprove`" in reply) == (True, True)


def test_bots_are_told_nothing(at):
    world = at("merge-door")
    told = len(world.desk())
    for line in ("/aprove prepare.merge", f"> {world.asked()[-1]}", world.asked()[-1]):
        world.answer(line, by=CI)
    agree(world)
    assert len(world.desk()) == told
    assert not world.pull(1)["merged"]


def test_who_floods_the_desk_is_told_so_often_and_no_more(at):
    world = at("merge-door")
    for _ in range(13):
        world.answer("".join(f"/aprove {word}\n" for word in range(40)), by="mallory")
    world.advance()
    assert len(replies(world)) == 10
    assert max(reply.count("`/aprove ") for reply in replies(world)) == 5
    events = world.incident.sequence
    world.answer("/aprove", by="mallory")
    world.advance()
    assert (world.incident.sequence, len(replies(world))) == (events, 10)
    world.approve("prepare.merge")
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"], "others are heard"


def edit(world, new, by="robin-rm"):
    """Let somebody edit what they wrote last, a minute later."""
    number = world.incident.desk.number
    listed = list(world.api(by).pages(f"repos/acme/ops/issues/{number}/comments"))
    last = [each for each in listed if each["user"]["login"] == by][-1]
    world.clock.moment += timedelta(minutes=1)
    world.api(by).patch(f"repos/acme/ops/issues/comments/{last['id']}", {"body": new})
    return last


def test_an_edit_of_what_was_settled_changes_nothing_and_is_told(at):
    world = at("merge-door")
    world.answer("/approve prepare.merge")
    world.advance()
    last = edit(world, world.asked()[-1])
    told = len(world.desk())
    (stop,) = agree(world).stops
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.DECISION)
    (reply,) = world.desk()[told:]
    assert MARKER.sub("", reply) == (
        f"robin-rm: [your comment]({last['html_url']}) was edited after relauto had read it. "
        "It was settled as it stood then, and the edit changes nothing.\n\nSay it in a new comment."
    )
    world.advance()
    assert (len(world.desk()), world.writes) == (told + 1, 0), "once"


def test_a_yes_that_was_edited_away_stands_until_it_is_taken_back(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.advance(only="investigate.qa-decision")
    edit(world, "no, wait")
    world.advance(only="investigate.qa-decision")
    reply = world.desk()[-1]
    assert "It said yes, and that yes stands." in reply
    assert "```\n/reopen prepare.merge REASON\n```" in reply
    world.answer("/reopen prepare.merge not yet")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.DECISION)
    assert not world.pull(1)["merged"]


def close_desk(world, by="sasha-rm"):
    path = f"repos/acme/ops/issues/{world.incident.desk.number}"
    world.api(by).patch(path, {"state": "closed"})
    return path


def test_a_desk_that_is_closed_too_early_is_opened_again_once_and_hears_what_was_said(at):
    world = at("merge-door")
    path = close_desk(world)
    world.approve("prepare.merge", by="mallory")
    told = len(world.desk())
    agree(world)
    assert world.api(BOT).get(path)["state"] == "open"
    reopened, refused = world.desk()[told:]
    assert MARKER.sub("", reopened) == (
        "sasha-rm closed this desk while the incident is not settled. "
        "It is where people decide, so it is open again.\n\n"
        "What was answered while it was closed counts. "
        "Should it be closed once more it stays closed, and what is answered here counts all the same."
    )
    assert refused.startswith("mallory: `/approve prepare.merge` does not count.")
    close_desk(world)
    agree(world)
    assert (world.api(BOT).get(path)["state"], len(world.desk())) == ("closed", told + 2)
    world.approve("prepare.merge")
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"], "what is answered at a closed desk counts"


def finish(world):
    """Settle what is left once the customer has the release: by skipping it, or with evidence."""
    left = [step.key for step in load_playbook()[0].steps if world.incident.state(step.key) not in SETTLED]
    said = {"retro.meeting": "notes at https://wiki.acme.example/INC-test"}
    lines = [f"/tick {key} {said[key]}" if key in said else f"/skip {key} no need" for key in left]
    world.answer("\n".join(lines))


def read_state(world):
    return world.api(BOT).get(f"repos/acme/ops/issues/{world.incident.desk.number}")["state"]


def test_a_desk_is_closed_once_with_a_last_word_when_the_incident_is_finished(at):
    world = at("finished")
    agree(world)
    assert read_state(world) == "open"
    finish(world)
    told = len(world.desk())
    assert agree(world).status is Status.REACHED
    assert read_state(world) == "closed"
    (word,) = world.desk()[told:]
    url = f"{world.hub.address}/acme/stockroom/releases/tag/v1.0.1"
    assert MARKER.sub("", word) == (
        "`INC-test` is finished: every step is settled, and nothing is owed.\n\n"
        f"- `acme/stockroom@release-1.0`: [v1.0.1]({url}) is released.\n"
        "- Hold the retrospective: `notes at https://wiki.acme.example/INC-test`\n"
        "- Draft the incident summary for the customer: `no need`\n"
        "- Send the incident summary to the customer: `no need`\n"
        "- Close the conversation with the customer: `no need`\n\n"
        "This desk is closed. Whoever needs it may open it again: relauto reads it still, and leaves it open."
    )
    agree(world)
    assert (len(world.desk()), world.writes) == (told + 1, 0), "once"
    world.api("sasha-rm").patch(f"repos/acme/ops/issues/{world.incident.desk.number}", {"state": "open"})
    agree(world)
    assert (read_state(world), len(world.desk())) == ("open", told + 1), "opened on purpose"


def test_a_desk_that_relauto_closed_is_not_closed_too_early(at):
    world = at("finished")
    finish(world)
    world.advance()
    told = len(world.desk())
    world.answer("/reopen retro.reply there is more to say")
    agree(world)
    assert (read_state(world), len(world.desk())) == ("closed", told)
    world.answer("/skip retro.reply nothing after all")
    agree(world)
    assert len(world.desk()) == told, "the last word is said"


def test_a_last_word_that_was_cut_off_is_said_by_the_next_run(at):
    world = at("finished")
    finish(world)
    close_desk(world, by=BOT)
    told = len(world.desk())
    agree(world)
    assert (read_state(world), len(world.desk())) == ("closed", told + 1)


def test_a_run_that_ended_before_it_opened_the_desk_is_followed_by_one_that_does(at):
    world = at("opened")
    with world.bench() as bench:
        recording.record(bench, DeskIntended("another"))
    began = world.clock.now()
    world.advance()
    assert (
        "another run, which may be at it still, was about to open the desk; waiting up to 30 s" in world.said
    )
    assert world.clock.now() - began >= timedelta(seconds=30)
    assert world.incident.desk_meant.attempt == 2
    assert len(list(world.api("robin-rm").pages("repos/acme/ops/issues", state="all"))) == 1


def test_a_run_takes_the_desk_that_another_opens_meanwhile(at, monkeypatch):
    world = at("opened")
    with world.bench() as bench:
        recording.record(bench, DeskIntended("another"))
    with world.bench() as other, world.bench() as bench:
        other.read_journal()
        wait = world.clock.sleep

        def open_meanwhile(seconds):
            wait(seconds)
            if other.incident.desk is None:
                recording.record(other, desk.open_desk(other))

        monkeypatch.setattr(world.clock, "sleep", open_meanwhile)
        engine.refresh(bench)
        assert bench.incident.desk == other.incident.desk
        assert bench.incident.desk_meant.attempt == 1
    assert len(list(world.api("robin-rm").pages("repos/acme/ops/issues", state="all"))) == 1
