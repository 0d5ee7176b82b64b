"""What somebody merges of a conflict ships only once a person has accepted it, whoever pressed the button."""

import pytest

from relauto.errors import RelautoError, Status
from relauto.hub.script import Rule
from relauto.model.debt import list_unpaid
from relauto.model.event import StepIntended
from tests.engine.agreement import agree
from tests.engine.conftest import LINE, SOURCE
from tests.engine.test_engine_drafts import NUMBERS, Person, commands, finish, only, reach_draft
from tests.engine.test_engine_orders import LINE_FIRST, begin, merge_to_line

pytestmark = pytest.mark.path

_READY = (
    "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }"
)


def press_ready_and_merge(world, number=2, method="rebase"):
    """Take a draft out of draft and merge it, as anybody with write access may on GitHub."""
    asked = {"query": _READY, "variables": {"id": world.pull(number)["node_id"]}}
    done, _ = world.api("dev")._send("POST", f"{world.hub.address}/api/graphql", asked)
    assert "errors" not in done, done
    world.pass_pull(number)
    world.merge(number, method)


@pytest.mark.parametrize("method", ["rebase", "squash", "merge"])
def test_what_nobody_settled_does_not_ship_when_somebody_merges_it(at, method):
    world = at("blank")
    reach_draft(world)
    head = world.pull(2)["head"]["sha"]
    press_ready_and_merge(world, method=method)
    stop = only(agree(world))
    assert stop.reason == (
        f"pull request #2 was merged to release-1.0 at {head[:10]}, in which nobody has settled the conflict "
        "in new.txt (modify/delete)"
    )
    assert stop.todo == (
        "take it back on release-1.0, and put there what a person has settled; or, where git left it as it "
        f"shall be, say why: relauto accept {head} --reason …"
    )
    assert world.tags() == ["v1.0.0"]
    world.answer(f"/accept {head} the file belongs there")
    only(agree(world), "prepare.verify", Status.WAITING)
    assert [each.commit for each in world.incident.accepted] == [head]
    assert world.tags() == ["v1.0.0", "v1.0.1-rc1"]


def test_what_a_person_settled_and_somebody_merged_has_to_be_accepted_all_the_same(at):
    world = at("blank")
    reach_draft(world)
    head = finish(world)
    press_ready_and_merge(world)
    stop = only(agree(world))
    assert stop.reason == (
        f"pull request #2 was merged to release-1.0 at {head[:10]}, which nobody has accepted: "
        "a person has to"
    )
    assert f"/accept {head} REASON" in world.asked()
    assert "It is merged already; until it is accepted, nothing is released of it." in world.desk()[-1]
    world.answer(f"/accept {head} read it")
    only(agree(world), "prepare.verify", Status.WAITING)
    (told,) = world.record("prepare.pick").facts["picks"]
    assert (told["status"], told["pull"]) == ("resolved", 2)


def test_what_was_taken_back_and_put_there_by_hand_is_adopted(at):
    world = at("blank")
    reach_draft(world)
    fix = world.head("main")
    press_ready_and_merge(world)
    only(agree(world))
    with world._checkout(LINE) as work:
        work.git.run("revert", "--no-edit", "HEAD")
        work.commit(f"By hand\n\n(cherry picked from commit {fix})", {"new.txt": "newest\n"})
        world.product.run("update-ref", f"refs/heads/{LINE}", work.git.read("rev-parse", "HEAD"))
    only(agree(world), "prepare.verify")
    assert world.record("prepare.pick").facts["picks"][0]["commit"] == world.head(LINE)


def test_a_debt_is_not_paid_by_what_nobody_accepted(at):
    world = at("blank")
    begin(world)
    with world._checkout("main") as work:
        work.git.run("rm", "--quiet", "app.txt")
        work.git.run("commit", "--quiet", "-m", "Do without")
        world.product.run("update-ref", "refs/heads/main", work.git.read("rev-parse", "HEAD"))
    world.open(**LINE_FIRST)
    merge_to_line(world)
    head = world.pull(2)["head"]["sha"]
    press_ready_and_merge(world)
    stop = next(each for each in agree(world).stops if each.place.step == "debt.main")
    assert stop.reason == (
        f"pull request #2 was merged to main at {head[:10]}, in which nobody has settled the conflict "
        "in app.txt (modify/delete)"
    )
    assert len(list_unpaid(world.incident)) == 1
    world.answer(f"/accept {head} main needs the file")
    agree(world)
    assert list_unpaid(world.incident) == ()


def test_a_draft_is_followed_though_a_clean_pick_was_meant_for_its_branch(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.hub.set_faults(Rule(fault="401", request=f"POST /{SOURCE}.git/git-receive-pack", times=None))
    with pytest.raises(RelautoError):
        world.advance()
    world.hub.set_faults()
    world.commit_on(LINE, "Change it, too", {"app.txt": NUMBERS.replace("line 5\n", "line V\n")})
    only(agree(world))
    assert [meant.action.partition(":")[0] for meant in list_meant(world)] == ["open-pick", "open-draft"]
    person = Person(world)
    before, behind = commands(world)
    person.type(before)
    person.edit("app.txt", NUMBERS.replace("line 5\n", "line five, V\n"))
    person.type(behind)
    head = world.pull(2)["head"]["sha"]
    assert only(agree(world)).reason == (
        f"pull request #2 was settled as {head[:10]}: a person has to accept that"
    )
    world.answer(f"/accept {head} read it")
    only(agree(world), status=Status.WAITING)
    world.pass_pull(2)
    only(agree(world), "prepare.verify")
    (told,) = world.record("prepare.pick").facts["picks"]
    assert (told["status"], told["made"]) == ("resolved", None)


def list_meant(world):
    """Return what runs were about to do for the pick, in order."""
    with world.bench() as bench:
        bench.read_journal()
        bodies = [event.body for event in bench.journal.events()]
    return [each for each in bodies if isinstance(each, StepIntended) and each.place.step == "prepare.pick"]
