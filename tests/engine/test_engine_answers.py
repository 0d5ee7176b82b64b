"""Every answer at the desk is settled once, by the roster of that moment, and who gave it is told."""

import pytest

from relauto import engine
from relauto.errors import DecisionError, Status
from relauto.model.event import locate


def replies(world):
    return [comment for comment in world.desk() if "does not count" in comment]


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
