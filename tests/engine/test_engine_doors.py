"""A door opens only for an entitled person's approval of exactly what is shown."""

import pytest

from relauto.errors import Status

STRANGER = "0" * 40


def is_shut(world, outcome, step="prepare.merge"):
    (stop,) = outcome.stops
    return (stop.place.step, stop.status) == (step, Status.DECISION) and not world.pull(1)["merged"]


@pytest.mark.parametrize("login", ["dev", "mallory", "quinn-qa", "tam-noor", "ci-runner", "relauto-bot"])
def test_who_is_not_entitled_opens_no_door(at, login):
    """The last two are a bot and relauto itself, which no roster can entitle."""
    world = at("merge-door")
    world.approve("prepare.merge", by=login)
    assert is_shut(world, world.advance())
    assert not world.incident.doors[world.incident.place("prepare.merge")].approvals
    if login != "relauto-bot":
        assert any(f"by {login}" in line and "does not count" in line for line in world.said)


def test_words_that_are_no_approval(at):
    world = at("merge-door")
    head = world.pull(1)["head"]["sha"]
    world.approve("prepare.merge", STRANGER)
    world.answer(f"> /approve prepare.merge {head}")
    world.answer(f"```\n/approve prepare.merge {head}\n```")
    world.answer(f"/approve prepare.release {head}")
    assert is_shut(world, world.advance())
    assert any(STRANGER in line and "nothing is approved" in line for line in world.said)


def test_an_approval_counts_once_it_is_read_and_who_gave_it_is_kept(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"]
    (approval,) = world.incident.doors[world.incident.place("prepare.merge")].approvals
    assert approval.actor == "robin-rm"
    assert approval.source.startswith(f"{world.hub.address}/acme/ops/issues/")


def test_another_commit_needs_another_approval(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.product.run("branch", "work", "fix/crash")
    commit = world.commit_on("work", "One more thing", {"more.txt": "more\n"})
    world.push(commit, "fix/crash")
    (stop,) = world.advance().stops
    assert (stop.status, stop.whom) == (Status.WAITING, "CI and reviewer")
    world.pass_pull(1)
    assert is_shut(world, world.advance())
    assert world.asked()[-1] == f"/approve prepare.merge {commit}"
    world.approve("prepare.merge", commit[:10])
    world.advance(until="prepare.merge")
    assert world.pull(1)["merged"]


def test_other_facts_of_the_same_commit_need_another_approval(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    asked = len(world.desk())
    other = 'pull.method = "merge"\n'
    assert is_shut(world, world.advance(other))
    shown = world.desk()
    assert len(shown) == asked + 1
    assert "merge" in shown[-1]
    assert is_shut(world, world.advance(other)), "the old answer is not taken for the new question"
    world.approve("prepare.merge")
    world.advance(other, until="prepare.merge")
    assert len(world.product.read("rev-list", "--parents", "-1", "main").split()) == 3


def test_nobody_approves_what_was_not_shown_yet(at):
    world = at("verify")
    world.approve("prepare.release", world.head("v1.0.1-rc1"))
    world.advance()
    world.reach_release_door()
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert "v1.0.1" not in world.tags()


def test_a_comment_that_was_edited_opens_nothing(at):
    world = at("merge-door")
    number = world.incident.desk.number
    head = world.pull(1)["head"]["sha"]
    written = world.api("robin-rm").post(
        f"repos/acme/ops/issues/{number}/comments", {"body": "I am looking."}
    )
    edited = {"body": f"/approve prepare.merge {head}"}
    world.api("mallory").patch(f"repos/acme/ops/issues/comments/{written['id']}", edited)
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.DECISION)
    assert any("it was edited" in said for said in world.said)
    assert world.pull(1)["state"] == "open"
