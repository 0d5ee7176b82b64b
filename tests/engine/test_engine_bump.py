"""The version bump in a pull request of its own: after the picks, before the candidate, whoever makes it."""

import pytest

from relauto.errors import RemoteError, Status
from relauto.git.runner import Git
from relauto.stages.prepare import bringing
from tests.engine.agreement import agree
from tests.engine.test_engine_protection import be_signer, group, protect, verdicts

pytestmark = pytest.mark.path

OWN = 'pick.bump = "own"\n'
LINE, PICK, BUMP = (
    "release-1.0",
    "relauto/pick/release-1.0/inc-test-1",
    "relauto/bump/release-1.0/inc-test-1.0.1",
)
BODY = """\
Raises the version number to `1.0.1` on `release-1.0`, and changes nothing else.

| what | which |
| --- | --- |
| commit | `{commit}` |
| files | `VERSION` |
| incident | `INC-test` |

It is urgent: the release is cut once this is merged.

<!-- relauto:INC-test:prepare.pick:1.0.1:release-1.0 -->
"""


def only(outcome):
    (stop,) = outcome.stops
    return stop


def merge_fix(world, more=OWN):
    """Let the fix be merged at its door; return where the run then stops."""
    world.advance(more)
    world.decide()
    world.pass_pull(1)
    world.advance(more)
    world.approve("prepare.merge")
    return agree(world, more)


def reach_bump(world, more=OWN):
    """Until the pick is on the line and the bump's pull request, #3, waits for its people."""
    merge_fix(world, more)
    world.pass_pull(2)
    stop = only(agree(world, more))
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.WAITING), stop
    assert stop.reason.startswith("pull request #3: ")


@pytest.fixture
def waiting(at):
    """A world in which the bump's pull request is open."""
    world = at("blank")
    world.open(OWN)
    reach_bump(world)
    return world


def subjects(world, *revisions):
    return world.product.read("log", "--format=%s", *revisions).splitlines()


def is_cut(outcome):
    """Return whether the candidate is cut: QA looks at it."""
    stop = only(outcome)
    return (stop.place.step, stop.status) == ("prepare.verify", Status.WAITING) and "QA" in stop.whom


def test_bump_is_opened_followed_and_merged_after_the_pick(waiting):
    world = waiting
    pick, bump = world.pull(2), world.pull(3)
    commit = bump["head"]["sha"]
    assert subjects(world, f"v1.0.0..{pick['head']['sha']}") == ["Fix the crash (#1)"], "the pick alone"
    assert "version number" not in pick["body"]
    assert (pick["head"]["ref"], bump["head"]["ref"], bump["base"]["ref"]) == (PICK, BUMP, LINE)
    assert (bump["title"], bump["body"]) == (
        "[release-1.0] Bump version to 1.0.1",
        BODY.format(commit=commit),
    )
    assert world.product.read("show", f"{LINE}:VERSION") == "1.0.0"
    assert "v1.0.1-rc1" not in world.tags()
    assert agree(world, OWN).status is Status.WAITING, "another run changes nothing"
    assert len(world.pulls()) == 3
    world.pass_pull(3)
    assert is_cut(agree(world, OWN))
    assert subjects(world, "v1.0.0..v1.0.1-rc1") == ["Bump version to 1.0.1", "Fix the crash (#1)"]
    proof = world.record("prepare.pick")
    assert (proof.facts["bumps"], proof.by_others) == ([world.head("v1.0.1-rc1")], False)


@pytest.mark.slow
def test_bump_of_a_bot_is_adopted_by_its_content(waiting):
    world = waiting
    made = world.commit_on(LINE, "chore: next is 1.0.1", {"VERSION": "1.0.1\n"})
    assert world.pull(3)["state"] == "open"
    assert is_cut(agree(world, OWN))
    assert world.record("prepare.pick").facts["bumps"] == [made]
    assert len(world.pulls()) == 3
    assert world.pull(3)["state"] == "open", "theirs to close: nothing of it is missing"


@pytest.mark.slow
def test_bump_that_precedes_the_fix_leaves_nothing_to_open(at):
    world = at("blank")
    world.open(OWN)
    world.commit_on(LINE, "chore: next is 1.0.1", {"VERSION": "1.0.1\n"})
    merge_fix(world)
    world.pass_pull(2)
    assert is_cut(agree(world, OWN))
    assert len(world.pulls()) == 2


@pytest.mark.slow
def test_run_that_ended_between_push_and_opening_goes_on_there(at, monkeypatch):
    world = at("blank")
    world.open(OWN)
    merge_fix(world)
    world.pass_pull(2)

    def fail(*_, **__):
        raise RemoteError("GitHub is away")

    with monkeypatch.context() as patch:
        patch.setattr(bringing.pulls, "open_pull", fail)
        with pytest.raises(RemoteError):
            world.advance(OWN)
    pushed = world.head(BUMP)
    world.clock.sleep(60)
    assert only(agree(world, OWN)).status is Status.WAITING
    assert [pull["head"]["sha"] for pull in world.pulls() if pull["head"]["ref"] == BUMP] == [pushed]


@pytest.mark.slow
def test_what_was_pushed_to_the_bump_is_no_part_of_it(waiting):
    world, bump = waiting, waiting.pull(3)["head"]
    world.product.run("branch", "work", bump["sha"])
    extra = world.commit_on("work", "One more thing", {"more.txt": "more\n"})
    world.push(extra, BUMP)
    world.pass_pull(3)
    stop = only(agree(world, OWN))
    assert stop.status is Status.DECISION
    assert stop.reason == f"pull request #3 is at {extra[:10]}, but the bump is {bump['sha'][:10]}"
    assert world.product.read("show", f"{LINE}:VERSION") == "1.0.0"


@pytest.mark.slow
def test_bump_that_was_closed_is_a_persons_matter(waiting):
    world = waiting
    world.close_pull(3)
    stop = only(agree(world, OWN))
    assert stop.status is Status.DECISION
    assert stop.reason == "pull request #3 is closed, but release-1.0 lacks its version bump"
    assert stop.todo == "reopen it, or put the bump on the branch by hand"
    world.commit_on(LINE, "Prepare 1.0.1", {"VERSION": "1.0.1\n"})
    assert is_cut(agree(world, OWN))


@pytest.mark.slow
@pytest.mark.parametrize("passed", [True, False], ids=["both pass at once", "one after the other"])
def test_further_fix_is_picked_before_the_same_bump_lands(waiting, passed):
    world = waiting
    world.attach("fix/again")
    world.advance(OWN)
    world.pass_pull(4)
    agree(world, OWN)
    world.approve("prepare.merge")
    agree(world, OWN)
    world.pass_pull(5)
    if passed:
        world.pass_pull(3)
    else:
        assert only(agree(world, OWN)).reason.startswith("pull request #3: ")
        world.pass_pull(3)
    assert is_cut(agree(world, OWN))
    assert [pull["head"]["ref"] for pull in world.pulls()].count(BUMP) == 1


def test_setting_that_changes_under_way_doubles_nothing(at):
    world = at("pick")
    world.pass_pull(2)
    outcome = agree(world, OWN)
    assert only(outcome).place.step == "prepare.verify", "the pick's pull request has the bump already"
    assert len(world.pulls()) == 2


@pytest.mark.slow
def test_pick_without_the_bump_is_followed_by_it_after_the_setting_changed(at):
    world = at("blank")
    world.open(OWN)
    merge_fix(world)
    world.pass_pull(2)
    assert only(agree(world)).reason.startswith("pull request #3: ")
    assert world.pull(3)["head"]["ref"] == BUMP


@pytest.mark.slow
def test_pushed_directly_it_is_a_push_of_its_own(at):
    world = at("blank")
    world.unprotect()
    more = f'{OWN}pick.via = "push"\nchecks.required = ["unit tests"]\n'
    world.open(more)
    assert is_cut(merge_fix(world, more))
    said = [line.partition(": ")[2] for line in world.said if line.startswith("prepare.pick on ")]
    merged = world.head("main")[:10]
    assert said == [f"push {merged} picked onto {LINE}", f"push the version bump to {LINE}", "done"]
    assert subjects(world, "v1.0.0..v1.0.1-rc1") == ["Bump version to 1.0.1", "Fix the crash (#1)"]
    assert not world.record("prepare.pick").by_others


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", OWN], ids=["with", "own"])
def test_line_first_it_is_all_that_the_line_lacks(at, more):
    world = at("blank")
    world.product.run("branch", "fix/line", LINE)
    world.cherry_pick(world.head("fix/crash"), "fix/line")
    world.open(more, fix="fix/line", order="line-first")
    merge_fix(world, more)
    assert {pull["base"]["ref"]: pull["head"]["ref"] for pull in world.pulls() if pull["number"] > 1} == {
        "main": "relauto/pick/main/inc-test-1",
        LINE: BUMP,
    }
    world.pass_pull(3)
    agree(world, more)
    assert subjects(world, "v1.0.0..v1.0.1-rc1") == ["Bump version to 1.0.1", "Fix the crash (#1)"]


@pytest.mark.slow
def test_from_the_last_tag_the_emergency_branch_alone_gets_it(at):
    world = at("blank")
    world.commit_on(LINE, "Something else", {"else.txt": "else\n"})
    world.unprotect()
    more = f'{OWN}checks.required = ["unit tests"]\n'
    world.open(more, base="tag")
    merge_fix(world, more)
    for number in (2, 3, 4):
        world.pass_pull(number)
        outcome = agree(world, more)
    assert is_cut(outcome)
    heads = {pull["number"]: pull["head"]["ref"] for pull in world.pulls()}
    assert (heads[3], heads[4]) == ("relauto/bump/emergency/1.0.1/inc-test-1.0.1", PICK)
    assert world.product.read("show", f"{LINE}:VERSION") == "1.0.0"
    assert world.product.read("show", "v1.0.1-rc1:VERSION") == "1.0.1"


@pytest.mark.slow
def test_merge_commits_of_both_pull_requests_belong_to_them(at):
    world = at("blank")
    stranger = world.commit_on(LINE, "Something else", {"else.txt": "else\n"})
    protect(world, LINE, reviews=1, methods=["merge"], ruleset=True)
    world.open(OWN)
    reach_bump(world)
    world.pass_pull(3)
    stop = only(agree(world, OWN))
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    assert [line for line in world.asked() if line.startswith("/accept")] == [f"/accept {stranger} REASON"]
    assert len(world.product.read("rev-list", "--merges", f"v1.0.0..{LINE}").split()) == 2


@pytest.mark.slow
def test_bump_goes_through_the_queue_of_the_line(at):
    world = at("blank")
    protect(world, LINE, reviews=1, queue="rebase", ruleset=True)
    world.open(OWN)
    merge_fix(world)
    for number in (2, 3):
        world.pass_pull(number)
        assert only(agree(world, OWN)).whom == "CI"
        world.check(group(world))
        outcome = agree(world, OWN)
    assert is_cut(outcome)


@pytest.mark.slow
def test_bump_is_signed_where_the_line_asks_for_it(at, tmp_path):
    world = at("blank")
    protect(world, LINE, reviews=1, signatures=True, ruleset=True)
    be_signer(world, tmp_path)
    world.open(OWN)
    reach_bump(world)
    assert verdicts(world, world.pull(3)["head"]["sha"], f"^{LINE}") == ["G"]
    world.pass_pull(3)
    assert is_cut(agree(world, OWN))
    assert set(verdicts(world, f"v1.0.0..{LINE}")) == {"G"}


@pytest.mark.slow
def test_gits_own_words_name_the_bumped_file_alone(waiting):
    git = Git(waiting.root / "product.git")
    assert git.read("diff", "--name-only", f"{LINE}...{BUMP}") == "VERSION"
