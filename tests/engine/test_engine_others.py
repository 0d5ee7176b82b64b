"""Others are at work at the same time: what they have put on record is not told again."""

from relauto import recording
from relauto.model import event as events
from relauto.model.words import Text

HEAD = "f" * 40


def _note(world, text):
    return events.NoteAdded(note="decision", text=Text(text), happened_at=world.clock.now())


def _said(world):
    with world.bench() as bench:
        happened = bench.journal.events()
    return [event.body for event in happened]


def test_a_door_that_two_runs_come_to_is_reached_once(at):
    world = at("merge-door")
    reached = events.DoorReached(
        place=world.incident.place("prepare.merge"), subject=HEAD, facts={"head": HEAD}, whom=Text("robin-rm")
    )
    with world.bench() as early, world.bench() as late:
        recording.record(early, reached)
        recording.record(late, reached)
    assert [body for body in _said(world) if getattr(body, "subject", "") == HEAD] == [reached]


def test_what_others_recorded_is_taken_in_beside_what_was_noted(at):
    world = at("merge-door")
    theirs, ours = _note(world, "theirs"), _note(world, "ours")
    with world.bench() as early, world.bench() as late:
        assert not recording.catch_up(late)
        recording.record(early, theirs)
        recording.note(late, ours)
        before = late.incident.sequence
        assert recording.catch_up(late)
        assert late.incident.sequence == before + 1
        assert late.found == [ours]
        recording.record(late)
    assert [body for body in _said(world) if isinstance(body, events.NoteAdded)] == [theirs, ours]
