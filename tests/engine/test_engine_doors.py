"""A door opens only for an entitled person's approval of exactly what is shown."""

import pytest

from relauto.errors import Status

pytestmark = pytest.mark.path

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


def reach_release_without_qa(world):
    """Until the release's door, where QA was decided not to be needed."""
    world.decide("no: the customer tries it first")
    world.check(world.head("v1.0.1-rc1"))
    return waits_at_release(world.advance())


def waits_at_release(outcome):
    (stop,) = outcome.stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION), stop
    return stop


def test_two_different_people_release_where_qa_is_not_needed(at):
    world = at("verify")
    stop = reach_release_without_qa(world)
    assert stop.reason.startswith("2 people (nobody has said yes yet; 2 more needed) must approve: tag ")
    assert stop.whom == "robin-rm, sasha-rm, ci-runner"
    assert "2 different people have to say yes: nobody has said yes yet" in world.desk()[-1]
    world.approve("prepare.release")
    world.approve("prepare.release")
    stop = waits_at_release(world.advance())
    assert stop.reason.startswith("2 people (robin-rm said yes; 1 more needed) must approve: tag ")
    assert stop.whom == "sasha-rm, ci-runner"
    assert "robin-rm said yes; 1 more needed, of sasha-rm, ci-runner." in world.desk()[-1]
    told = len(world.desk())
    waits_at_release(world.advance())
    assert (len(world.desk()), world.writes) == (told, 0)
    world.approve("prepare.release", by="relauto-bot")
    waits_at_release(world.advance())
    assert "v1.0.1" not in world.tags()
    world.approve("prepare.release", by="sasha-rm")
    world.advance(until="prepare.release")
    assert "v1.0.1" in world.tags()


def test_the_tester_who_signed_is_one_of_two(at):
    world = at("release-door")
    stop = waits_at_release(world.advance())
    assert stop.reason.startswith("2 people (quinn-qa said yes; 1 more needed) must approve: tag ")
    world.approve("prepare.release")
    world.advance(until="prepare.release")
    assert "v1.0.1" in world.tags()


def test_a_tester_is_not_enough_where_one_person_releases(at):
    world = at("release-door")
    one = "doors.release_people = 1\n"
    assert waits_at_release(world.advance(one)).reason.startswith("a person must approve: tag ")
    world.approve("prepare.release")
    world.advance(one, until="prepare.release")
    assert "v1.0.1" in world.tags()


def test_an_approval_that_grew_old_is_asked_for_anew(at):
    world = at("release-door")
    world.approve("prepare.release")
    world.clock.sleep(24 * 3600 + 1)
    stop = waits_at_release(world.advance())
    assert "quinn-qa said yes; the yes of robin-rm is too old; 1 more needed" in stop.reason
    asked = [line for line in world.asked() if line.startswith("/approve prepare.release")]
    assert len(asked) == 2
    waits_at_release(world.advance())
    assert world.writes == 0
    world.approve("prepare.release")
    world.advance(until="prepare.release")
    assert "v1.0.1" in world.tags()


def test_how_long_an_approval_lasts_is_a_setting(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.clock.sleep(3600)
    assert is_shut(world, world.advance("doors.expire_after = 0.5\n"))
    world.advance("doors.expire_after = 2\n", until="prepare.merge")
    assert world.pull(1)["merged"]


def test_what_the_settings_ask_for_by_now_counts(at):
    world = at("release-door")
    world.approve("prepare.release")
    stop = waits_at_release(world.advance("doors.release_people = 3\n"))
    assert stop.reason.startswith("3 people (quinn-qa, robin-rm said yes; 1 more needed)")
    world.enlist('RM = ["robin-rm"]\nQA = ["quinn-qa"]\n')
    stop = waits_at_release(world.advance("doors.release_people = 3\n"))
    assert "nobody: too few, name more in roster.toml" in stop.todo
