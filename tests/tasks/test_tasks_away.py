"""GitHub is away: what people say is kept, what was fetched is read, and all is decided again on return."""

from collections.abc import Callable
from typing import Any

import pytest

from relauto.clock import SystemClock
from tests.tasks.test_tasks_story import World, incident, world

pytestmark = pytest.mark.path

__all__ = ["incident", "world"]

TICK = ("tick", "escalate.call", "--evidence", "they are in the call")
NOTE = ("note", "the till sells again", "--kind", "mitigated", "--at", "2026-03-01T03:00Z")
MODES = ("refuse", pytest.param("silent", marks=pytest.mark.slow))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)


@pytest.fixture
def away(world: World, incident: str) -> Callable[[str], None]:
    """Let GitHub go away, or come back (`none`); the journal was fetched before."""
    assert world.run("status").status == 0
    return world.hub.set_outage  # type: ignore[return-value]


def kinds(world: World) -> list[tuple[str, str]]:
    """Return who did what last, of the kinds that people say."""
    with world_journal(world) as events:
        return [
            (event.body.kind, str(event.actor))
            for event in events
            if event.body.kind in ("step.ticked", "note.added")
        ]


def world_journal(world: World) -> Any:
    from contextlib import nullcontext

    from relauto.journal.log import JournalReader, list_local_incidents

    bare = world.root / "ops" / "bare.git"
    with JournalReader.open_local(bare, list_local_incidents(bare)[0]) as reader:
        return nullcontext(reader.events())


@pytest.mark.parametrize("mode", MODES)
def test_advance_ends_5_with_one_message_and_goes_on_later(
    world: World, away: Callable[[str], None], mode: str
) -> None:
    away(mode)
    before = world.hub.events()
    ended = world.run("advance")
    assert (ended.status, ended.out) == (5, "")
    assert ended.err.startswith("relauto: GitHub ")
    assert "Traceback" not in ended.err
    assert len(ended.err.splitlines()) == 2
    assert world.hub.events() == before
    away("none")
    assert world.run("advance").status in (3, 4)


@pytest.mark.parametrize("mode", MODES)
def test_tick_and_note_are_kept_and_shown_and_recorded_once_on_return(
    world: World, away: Callable[[str], None], mode: str
) -> None:
    away(mode)
    kept = world.run(*TICK, by="robin-rm")
    assert (kept.status, kept.out) == (
        4,
        "kept on this machine, unpushed: escalate.call is done: they are in the call\n",
    )
    assert world.run(*NOTE, by="robin-rm").status == 4
    shown = world.run("status", by="robin-rm")
    assert shown.status == 0
    assert "read from this machine's copy, as of 20" in shown.err
    assert [line.partition(": ")[2] for line in shown.out.splitlines() if line.startswith("unpushed")] == [
        "escalate.call is done: they are in the call",
        "noted (mitigated): the till sells again",
    ]
    away("none")
    assert kinds(world) == []
    assert world.run("note", "back", by="robin-rm").status == 0
    assert kinds(world) == [
        ("step.ticked", "robin-rm"),
        ("note.added", "robin-rm"),
        ("note.added", "robin-rm"),
    ]
    assert world.run("status", "--json").document["unpushed"] == []
    world.run("advance", by="robin-rm")
    assert len(kinds(world)) == 3


@pytest.mark.slow
def test_plan_lists_what_would_go_on_record_first(world: World, away: Callable[[str], None]) -> None:
    away("refuse")
    assert world.run(*TICK, by="robin-rm").status == 4
    away("none")
    planned = world.run("plan", by="robin-rm")
    assert planned.out.splitlines()[0] == (
        "would record what is unpushed: escalate.call is done: they are in the call"
    )
    assert kinds(world) == []
    assert "would record" not in world.run("plan").out, "another token records nothing of it"


@pytest.mark.slow
def test_record_keeps_the_moment_at_which_it_was_said(world: World, away: Callable[[str], None]) -> None:
    away("refuse")
    world.run(*TICK, by="robin-rm")
    (said,) = world.run("unpushed", "--json").document["unpushed"]
    away("none")
    world.run("note", "back", by="robin-rm")
    with world_journal(world) as events:
        (ticked,) = [event.body for event in events if event.body.kind == "step.ticked"]
    assert f"{ticked.happened_at:%Y-%m-%dT%H:%MZ}" == said["at"]


@pytest.mark.slow
def test_dry_run_keeps_nothing(world: World, away: Callable[[str], None]) -> None:
    away("refuse")
    assert world.run(*TICK, "--dry-run", by="robin-rm").out.startswith("would be kept on this machine")
    assert world.run("unpushed").out == "nothing waits here\n"


def test_other_token_does_not_put_it_on_record_as_its_own(world: World, away: Callable[[str], None]) -> None:
    away("refuse")
    world.run(*TICK, by="robin-rm")
    away("none")
    world.run("note", "back", by="rae-reviewer")
    assert kinds(world) == [("note.added", "rae-reviewer")]
    (waiting,) = world.run("unpushed", "--json").document["unpushed"]
    assert waiting["refused"].startswith("it was written under another token")
    assert world.run("note", "back", by="robin-rm").status == 0
    assert ("step.ticked", "robin-rm") in kinds(world)


def test_what_no_longer_applies_stays_visible_until_it_is_dropped(
    world: World, away: Callable[[str], None]
) -> None:
    away("refuse")
    world.run(*TICK, by="robin-rm")
    away("none")
    world.run(*TICK[:-1], "they called back", by="rae-reviewer")
    said = world.run("note", "back", by="robin-rm")
    assert "escalate.call is done: they are in the call: it stays unpushed" in said.err
    (waiting,) = world.run("status", "--json").document["unpushed"]
    assert waiting["refused"].startswith("escalate.call is done since ")
    assert world.run("unpushed", "--drop", waiting["nonce"]).status == 0
    assert world.run("status", "--json").document["unpushed"] == []
    assert world.run("unpushed", "--drop", waiting["nonce"]).status == 2


@pytest.mark.slow
def test_record_of_somebody_who_is_not_entitled_is_refused_on_return(
    world: World, away: Callable[[str], None]
) -> None:
    away("silent")
    assert world.run(*TICK, by="ci-runner").status == 4
    away("none")
    assert world.run("note", "back", by="ci-runner").status == 3
    world.run("advance", by="ci-runner")
    (waiting,) = world.run("unpushed", "--json").document["unpushed"]
    assert "ci-runner may not tick" in waiting["refused"]


@pytest.mark.slow
def test_changed_record_is_not_recorded(world: World, away: Callable[[str], None]) -> None:
    away("refuse")
    world.run(*TICK, by="robin-rm")
    away("none")
    (path,) = (world.root / "cache" / "unpushed" / "acme+ops").glob("*.json")
    path.write_text(path.read_text().replace("in the call", "away"))
    world.run("note", "back", by="robin-rm")
    assert kinds(world) == [("note.added", "robin-rm")]


@pytest.mark.slow
def test_unknown_step_is_refused_and_not_kept(world: World, away: Callable[[str], None]) -> None:
    away("refuse")
    assert world.run("tick", "escalate.cal", "--evidence", "x", by="robin-rm").status == 2
    assert world.run("unpushed").out == "nothing waits here\n"


@pytest.mark.slow
def test_without_a_copy_the_outage_is_what_is_told(world: World) -> None:
    world.hub.set_outage("refuse")
    assert world.run("status").status == 5
    kept = world.run(*TICK, "--id", "INC-abcd", by="robin-rm")
    assert kept.status == 4
    assert world.run("tick", "escalate.call", "--evidence", "x", by="robin-rm").status == 2


@pytest.mark.slow
def test_no_token_is_needed_in_a_clone_and_the_fetch_is_dated(
    world: World, away: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, relauto: Callable[..., Any]
) -> None:
    from relauto.git.runner import Git

    away("refuse")
    Git(world.root).run("clone", "--quiet", str(world.root / "ops" / "bare.git"), "clone")
    Git(world.root / "clone").run("fetch", "--quiet")
    monkeypatch.chdir(world.root / "clone")
    monkeypatch.delenv("RELAUTO_TOKEN", raising=False)
    ended = relauto("status")
    assert ended.status == 0
    assert ended.err.startswith("read from this clone, as of its last fetch at 20")
