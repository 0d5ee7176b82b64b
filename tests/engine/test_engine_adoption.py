"""What has the right content is adopted, whoever made it, and told apart from relauto's own."""

import pytest

from relauto import engine, recording
from relauto.errors import Status
from relauto.model.event import StepIntended, StepProved
from tests.engine.conftest import BOT, TARGET

pytestmark = pytest.mark.path


def stop_of(outcome):
    (stop,) = outcome.stops
    return stop.place.step, stop.status


def test_a_pull_request_of_the_developer(at):
    world = at("opened")
    number = world.open_pull("fix/crash", by="dev")
    world.advance()
    assert [pull["number"] for pull in world.pulls()] == [number]
    assert world.record("investigate.pr").by_others
    assert world.record("investigate.pr").facts["pulls"][0]["number"] == number


def test_a_merge_by_the_developer_needs_no_door(at):
    world = at("merge-door")
    merged = world.merge(1, by="dev")
    assert stop_of(world.advance()) == ("prepare.pick", Status.WAITING)
    proof = world.record("prepare.merge")
    assert (proof.by_others, proof.facts["merged"][0]["merge_commit"]) == (True, merged)


def pick_with_trailer(world, merged):
    return world.cherry_pick(merged, "release-1.0", "-x")


def pick_without_word(world, merged):
    return world.cherry_pick(merged, "release-1.0")


def pick_within_another_change(world, merged):
    text = world.product.read("show", f"{merged}:app.txt") + "\n"
    world.commit_on("release-1.0", "Several things", {"app.txt": text, "other.txt": "other\n"})
    return ""


@pytest.mark.parametrize(
    ("pick", "found_by"),
    [
        (pick_with_trailer, "trailer"),
        (pick_without_word, "patch-id"),
        (pick_within_another_change, "tree"),
    ],
)
def test_a_pick_by_hand(at, pick, found_by):
    world = at("merge-door")
    world.commit_on("release-1.0", "Bump", {"VERSION": "1.0.1\n"})
    commit = pick(world, world.merge(1))
    step, status = stop_of(world.advance())
    proof = world.record("prepare.pick")
    assert proof.by_others
    (told,) = proof.facts["picks"]
    assert (told["commit"], told["found_by"], told["status"]) == (commit, found_by, "already")
    assert len(world.pulls()) == 1
    assert [tag for tag in world.tags() if "rc" in tag] == ["v1.0.1-rc1"]
    # What brought more than the fix has to be accepted by name.
    assert (step, status) == (
        "prepare.verify",
        Status.DECISION if found_by == "tree" else Status.WAITING,
    )


def test_a_candidate_tag_without_what_the_tree_holds_is_left_alone(at):
    world = at("merge-door")
    world.product.run("tag", "v1.0.1-rc1", "main~1")
    world.commit_on("release-1.0", "Bump", {"VERSION": "1.0.1\n"})
    pick_within_another_change(world, world.merge(1))
    world.advance()
    assert world.record("prepare.candidate").facts["tag"] == "v1.0.1-rc2"


def test_a_candidate_tagged_by_another(at):
    world = at("pick")
    world.pass_pull(2)
    world.merge(2, "rebase", by="robin-rm")
    world.product.run("tag", "v1.0.1-rc1", "release-1.0")
    assert stop_of(world.advance()) == ("prepare.verify", Status.WAITING)
    proof = world.record("prepare.candidate")
    assert (proof.by_others, proof.facts["tag"]) == (True, "v1.0.1-rc1")
    assert [tag for tag in world.tags() if "rc" in tag] == ["v1.0.1-rc1"]
    assert not world.record("prepare.pick").by_others


def test_a_candidate_tag_without_the_fix_is_left_alone(at):
    world = at("pick")
    world.product.run("tag", "v1.0.1-rc1", "main~1")
    before = world.head("v1.0.1-rc1")
    world.pass_pull(2)
    assert stop_of(world.advance()) == ("prepare.verify", Status.WAITING)
    assert world.record("prepare.candidate").facts["tag"] == "v1.0.1-rc2"
    assert world.head("v1.0.1-rc1") == before
    assert world.head("v1.0.1-rc2") == world.head("release-1.0")


def test_a_release_tagged_by_another_on_the_verified_commit(at):
    world = at("release-door")
    world.product.run("tag", "v1.0.1", "v1.0.1-rc1^{}")
    step, status = stop_of(world.advance())
    assert (step, status) == ("prepare.release", Status.DECISION), "its release is not published yet"
    world.approve("prepare.release")
    assert stop_of(world.advance()) == ("deploy.send", Status.DECISION)
    assert world.product.read("cat-file", "-t", "v1.0.1") == "commit", "the tag stays as it was made"


def intend(world, step, action, target=None):
    """Let relauto die right after it put on record what it was about to do."""
    with world.bench() as bench:
        recording.record(bench, StepIntended(place=bench.place(step, target), action=action))


@pytest.mark.parametrize("word", ["merge", "enqueue"])
@pytest.mark.parametrize(("by", "by_others"), [("dev", True), (BOT, False)])
def test_a_merge_that_relauto_meant_and_another_made(at, word, by, by_others):
    world = at("merge-door")
    intend(world, "prepare.merge", f"{word}:1")
    world.merge(1, by=by)
    world.advance()
    assert world.record("prepare.merge").by_others is by_others


@pytest.mark.parametrize(
    "annotation", [(), ("--annotate", "--message", "Stockroom 1.0.1, release candidate 1")]
)
def test_a_candidate_that_relauto_meant_and_another_cut(at, annotation):
    world = at("pick")
    world.pass_pull(2)
    intend(world, "prepare.candidate", "cut:v1.0.1-rc1", TARGET)
    world.merge(2, "rebase", by="robin-rm")
    world.product.run("tag", *annotation, "v1.0.1-rc1", "release-1.0")
    world.advance()
    proof = world.record("prepare.candidate")
    assert (proof.by_others, proof.facts["tag"]) == (True, "v1.0.1-rc1")


def test_a_candidate_that_relauto_cut_before_it_died_is_its_own(at):
    world = at("pick")
    world.pass_pull(2)
    with world.bench() as bench, pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "_is_known", die_at_proof_of("prepare.candidate", recording._is_known))
        with pytest.raises(KeyboardInterrupt):
            engine.advance(bench)
    assert "v1.0.1-rc1" in world.tags()
    world.advance()
    assert not world.record("prepare.candidate").by_others


def die_at_proof_of(step, known):
    def look(incident, body):
        if isinstance(body, StepProved) and body.place.step == step:
            raise KeyboardInterrupt
        return known(incident, body)

    return look


def test_a_fix_that_its_pull_request_takes_back_and_makes_again_gets_to_the_line(at):
    world = at("blank")
    with world._checkout("fix/crash") as work:
        fixed = work.git.read("rev-parse", "HEAD^{tree}")
        work.git.run("revert", "--no-edit", "HEAD")
        work.git.run("revert", "--no-edit", "HEAD")
        world.product.run("update-ref", "refs/heads/fix/crash", work.git.read("rev-parse", "HEAD"))
    world.open()
    world.advance()
    world.decide()
    world.pass_pull(1)
    world.advance()
    world.merge(1, "rebase", by="robin-rm")
    world.advance()
    world.pass_pull(2)
    world.merge(2, "rebase", by="robin-rm")
    world.advance()
    picks = world.record("prepare.pick").facts["picks"]
    assert [each["status"] for each in picks] == ["clean", "clean", "clean"]
    assert world.product.read("diff", "--name-only", f"{fixed}", "main") == ""
    changed = world.product.read("diff", "--name-only", "main~3", "main")
    assert changed
    assert world.product.read("diff", "main", "release-1.0", "--", *changed.splitlines()) == ""
