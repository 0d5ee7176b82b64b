"""When proof goes away relauto stops with before and after, and does nothing before a person speaks."""

from relauto.errors import Status


def lost(outcome, step):
    (stop,) = outcome.stops
    assert (stop.place.step, stop.status) == (step, Status.DECISION), stop
    assert stop.reason.startswith("the proof is gone: ")
    assert f"relauto reopen {step}" in stop.todo
    return stop.reason


def test_a_deleted_tag(at):
    world = at("release-door")
    commit = world.head("v1.0.1-rc1")
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    world.approve("prepare.release")
    before = world.objects()
    reason = lost(world.advance(), "prepare.candidate")
    assert commit in reason
    assert "relauto would have to tag release-1.0" in reason
    assert world.record("prepare.candidate").state == "lost"
    assert lost(world.advance(), "prepare.candidate") == reason
    assert world.writes == 0
    world.answer("/reopen prepare.candidate please", by="dev")
    lost(world.advance(), "prepare.candidate")
    assert world.objects() == before
    world.reopen("prepare.candidate")
    world.advance(until="prepare.candidate")
    assert world.head("v1.0.1-rc1") == commit
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    lost(world.advance(), "prepare.candidate")
    lost(world.advance(), "prepare.candidate")
    assert "v1.0.1-rc1" not in world.tags(), "one word opens it once"


def test_a_pick_that_was_reverted_on_the_line(at):
    world = at("verify")
    picked = world.record("prepare.pick").facts["picks"][0]["commit"]
    text = world.product.read("show", f"{picked}~1:app.txt") + "\n"
    note = f'Revert "Fix the crash"\n\nThis reverts commit {picked}.'
    world.commit_on("release-1.0", note, {"app.txt": text})
    before = world.objects()
    lost(world.advance(), "prepare.pick")
    lost(world.advance(), "prepare.pick")
    assert world.objects() == before
    assert world.writes == 0


def test_a_proof_that_comes_back_needs_nobody(at):
    world = at("release-door")
    tag = world.product.read("rev-parse", "v1.0.1-rc1")
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    lost(world.advance(), "prepare.candidate")
    world.product.run("update-ref", "refs/tags/v1.0.1-rc1", tag)
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert world.record("prepare.candidate").state == "done"


def test_a_moved_tag(at):
    world = at("release-door")
    world.approve("prepare.release")
    world.product.run("tag", "--force", "v1.0.1-rc1", "main")
    lost(world.advance(), "prepare.candidate")
    assert "v1.0.1" not in world.tags()
