"""Words are erased while an incident is under way: nobody is shown as having agreed who cannot be named."""

import pytest

from relauto import engine, recording
from relauto.errors import RemoteError
from relauto.journal.erasure import Choice
from relauto.model.event import NoteAdded
from relauto.model.words import Text

pytestmark = pytest.mark.path


def erase(world, **choice):
    with world.bench() as bench:
        return recording.erase(bench, Choice(**choice), "asked for")


def test_an_erased_approver_does_not_count_at_a_door_that_is_shut(at):
    world = at("release-door")
    (before,) = world.advance().stops
    assert before.reason.startswith("2 people (quinn-qa said yes; 1 more needed) must approve: tag ")
    erase(world, people=("quinn-qa",))
    (stop,) = world.advance().stops
    assert stop.reason.startswith("2 people (nobody has said yes yet; 2 more needed) must approve: tag ")
    world.approve("prepare.release")
    world.approve("prepare.release", by="sasha-rm")
    world.advance(until="prepare.release")
    assert "v1.0.1" in world.tags()


def test_what_an_erased_approver_let_pass_stays_passed(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.advance()
    merged, steps = (
        world.pull(1)["merged"],
        {str(each): world.incident.steps[each].state for each in world.incident.steps},
    )
    erasure = erase(world, people=("robin-rm",))
    assert any("/acme/ops/issues/" in source for source in erasure.sources)
    world.advance()
    assert (merged, world.pull(1)["merged"]) == (True, True)
    assert {str(each): world.incident.steps[each].state for each in world.incident.steps} == steps
    (approval,) = world.incident.doors[world.incident.place("prepare.merge")].approvals
    assert approval.actor.erased
    assert "robin-rm" not in world.rendered("README.md")


def test_a_run_that_began_with_the_words_ends_without_writing(at):
    world = at("merge-door")
    with world.bench() as late:
        engine.refresh(late)
        late.files["notices/99-late.md"] = b"Initech"
        erase(world, texts=("Initech",))
        with pytest.raises(RemoteError, match="words were erased from the journal meanwhile"):
            recording.record(late, NoteAdded("decision", Text("on"), late.clock.now()))
        with pytest.raises(RemoteError, match="words were erased from the journal meanwhile"):
            recording.record(late)
    assert "Initech" not in world.rendered("README.md")
    assert world.advance().stops
