"""Appending and reading, alone, in a race, and when the answer to a push is lost."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from relauto.clock import ManualClock
from relauto.errors import InputError, RemoteError, UnknownOutcomeError
from relauto.git.address import Address
from relauto.git.errors import PushUnknownError, UnreachableError
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.runner import Git
from relauto.journal.format import DamagedJournalError, write_signpost
from relauto.journal.log import Journal, JournalReader, list_incidents, list_local_incidents, require_opened
from relauto.journal.swap import ATTEMPTS, REFUSALS, LostRaceError
from relauto.model.event import Body, CommitAccepted, StepProved
from relauto.model.incident import Incident
from relauto.model.names import Commit
from relauto.model.target import Place
from relauto.model.words import Text


def files_of(ops: Path, ref: str) -> dict[str, bytes]:
    git = Git(ops)
    names = git.read("ls-tree", "-r", "--name-only", ref).splitlines()
    return {name: git.run("cat-file", "blob", f"{ref}:{name}") for name in names}


def test_a_journal_that_nobody_opened_is_empty(open_journal: Any) -> None:
    journal = open_journal()
    assert journal.tip is None
    assert journal.events() == []
    assert journal.verify() == ()
    with pytest.raises(InputError, match="no journal of INC-7f3k"):
        require_opened(journal)


def test_an_append_is_one_commit_that_others_read(open_journal: Any, story: Any, ops: Path) -> None:
    mine = open_journal("robin-rm")
    mine.append(lambda _: [story.opening(), story.note("restarted the node")])
    theirs = open_journal("rae-reviewer")
    assert theirs.events() == mine.events()
    assert theirs.incident() == mine.incident()
    assert [event.sequence for event in theirs.events()] == [1, 2]
    assert {str(event.actor) for event in theirs.events()} == {"robin-rm"}
    assert theirs.incident().opening.customer == "Umbrella"
    writer = json.loads(files_of(ops, story.branch)["events/000000.jsonl"].splitlines()[0])["actor"]["text"]
    log = Git(ops).read("log", "--format=%cn <%ce>|%s", story.branch)
    assert log == f"relauto <{writer}>|INC-7f3k: incident.opened, note.added"


def test_the_stored_form_is_the_specified_one(open_journal: Any, story: Any, ops: Path) -> None:
    open_journal().append(
        lambda _: [story.opening(), story.note("why")], render=lambda _: {"README.md": b"board\n"}
    )
    files, beside = files_of(ops, story.branch), files_of(ops, story.words)
    assert sorted(files) == ["README.md", "events/000000.jsonl", "meta.json"]
    assert sorted(beside) == ["README.md", "private/000000.jsonl"]
    assert (files["README.md"], beside["README.md"]) == (write_signpost(story.incident), b"board\n")
    first, second = (json.loads(line) for line in files["events/000000.jsonl"].splitlines())
    assert list(first) == ["sequence", "id", "at", "actor", "kind", "v", "data", "previous"]
    assert (first["sequence"], first["kind"], first["v"], first["previous"]) == (
        1,
        "incident.opened",
        2,
        "0" * 64,
    )
    assert first["actor"] == second["actor"]
    words = {
        row["digest"]: row["value"] for row in map(json.loads, beside["private/000000.jsonl"].splitlines())
    }
    assert sorted(words.values()) == ["Umbrella", "robin-rm", "why"]
    assert words[first["data"]["customer"]["text"]] == "Umbrella"
    assert b"Umbrella" not in files["events/000000.jsonl"]
    assert json.loads(files["meta.json"])["sequence"] == 2


def test_state_after_an_append_equals_what_is_read_anew(open_journal: Any, story: Any) -> None:
    mine = open_journal()
    place = Place("prepare.pick", story.line)
    facts = {"picks": ({"commit": Commit("c" * 40)},), "head": None}
    mine.append(
        lambda _: [
            story.opening(),
            StepProved(place, facts),
            CommitAccepted(story.line, Commit("d" * 40), Text("docs only"), "https://example.com/1"),
        ]
    )
    assert open_journal("quinn-qa").incident() == mine.incident()
    assert mine.incident().steps[place].facts == {"picks": [{"commit": "c" * 40}], "head": None}


def test_nothing_decided_writes_nothing(open_journal: Any, story: Any, ops: Path) -> None:
    journal = open_journal()
    journal.append(lambda _: [story.opening()])
    before = journal.tip
    journal.append(lambda _: [], render=lambda _: {"README.md": b"new"})
    assert journal.tip == before == Commit(Git(ops).read("rev-parse", story.branch))


def test_rendered_files_are_written_when_they_change(open_journal: Any, story: Any, ops: Path) -> None:
    journal = open_journal()
    journal.append(
        lambda _: [story.opening()], render=lambda _: {"README.md": b"one\n", "notices/01-a.md": b"hello\n"}
    )
    journal.append(
        lambda _: [story.note("x")], render=lambda _: {"README.md": b"two\n", "notices/01-a.md": b"hello\n"}
    )
    changed = Git(ops).read("diff", "--name-only", f"{story.branch}~1", story.branch).splitlines()
    assert changed == ["events/000000.jsonl", "meta.json"]
    changed = Git(ops).read("diff", "--name-only", f"{story.words}~1", story.words).splitlines()
    assert changed == ["README.md", "private/000000.jsonl"]


@pytest.mark.parametrize("path", ["events/x", "meta.json", "../x", "/x", "a/.git/b", 'a"b', "private/a", ""])
def test_rendered_files_stay_in_their_place(open_journal: Any, story: Any, path: str) -> None:
    journal = open_journal()
    with pytest.raises(InputError, match="rendered file"):
        journal.append(lambda _: [story.opening()], render=lambda _: {path: b""})
    assert journal.tip is None


@pytest.mark.parametrize("machines", [("laptop", "server"), ("laptop", "laptop")])
def test_a_lost_race_is_decided_again_with_what_the_other_wrote(
    open_journal: Any, story: Any, machines: tuple[str, str]
) -> None:
    mine = open_journal("robin-rm", machine=machines[0])
    theirs = open_journal("rae-reviewer", machine=machines[1])
    mine.append(lambda _: [story.opening()])
    theirs.fetch()
    seen: list[int] = []

    def decide(incident: Incident) -> Sequence[Body]:
        if not seen:
            theirs.append(lambda _: [story.note("theirs")])
        seen.append(len(incident.notes))
        return [story.note(f"mine after {len(incident.notes)}")]

    mine.append(decide)
    assert seen == [0, 1]
    assert story.notes(mine) == ["theirs", "mine after 1"]
    assert open_journal("tam-noor").verify() == ()


def test_two_people_opening_at_once_make_one_opening(open_journal: Any, story: Any) -> None:
    mine, theirs = open_journal("robin-rm"), open_journal("rae-reviewer")

    def open_once(incident: Incident) -> Sequence[Body]:
        return [] if incident.opened else [story.opening()]

    def decide(incident: Incident) -> Sequence[Body]:
        theirs.append(open_once)
        return open_once(incident)

    mine.append(decide)
    assert [str(event.actor) for event in mine.events()] == ["rae-reviewer"]


def test_equal_decisions_of_two_writers_are_both_kept(open_journal: Any, story: Any) -> None:
    """The same content, moment and actor would make one commit id, and one of the two would be lost."""
    one, two = open_journal(machine="laptop"), open_journal(machine="server")
    one.append(lambda _: [story.opening()])
    two.fetch()
    one.append(lambda _: [story.note("same")])
    two.append(lambda _: [story.note("same")])
    assert story.notes(two) == ["same", "same"]


def test_losing_every_race_ends_and_says_so(open_journal: Any, story: Any, clock: ManualClock) -> None:
    mine, theirs = open_journal("robin-rm"), open_journal("rae-reviewer")
    mine.append(lambda _: [story.opening()])
    theirs.fetch()
    tries = 0

    def decide(_: Incident) -> Sequence[Body]:
        nonlocal tries
        tries += 1
        theirs.append(lambda _: [story.note("faster")])
        if tries > 3:
            clock.sleep(60)
        return [story.note("mine")]

    with pytest.raises(LostRaceError, match="others kept moving it"):
        mine.append(decide)
    assert 4 <= tries < ATTEMPTS
    assert "mine" not in story.notes(open_journal("tam-noor"))


def test_losers_wait_a_time_drawn_from_a_widening_range(ops: Path, tmp_path: Path, story: Any) -> None:
    clock, chance = ManualClock(), random.Random(1)
    where = Address(str(ops)), story.incident
    with (
        Journal.open(*where, cache=tmp_path / "a", clock=clock, actor="robin-rm", chance=chance) as mine,
        Journal.open(*where, cache=tmp_path / "b", clock=clock, actor="rae-reviewer") as theirs,
    ):
        theirs.append(lambda _: [story.opening()])

        def decide(incident: Incident) -> Sequence[Body]:
            if incident.sequence < 9:
                theirs.append(lambda _: [story.note("faster")])
            return [story.note("mine")]

        mine.append(decide)
    drawn = random.Random(1)
    assert clock.slept == [drawn.uniform(0, bound) for bound in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 4)]


class _Breaking(Mirror):
    """A mirror whose connection breaks after, or before, the other side took a push."""

    broken: int = 0
    after: bool = True
    blind: bool = False

    def push(self, updates: Sequence[RefUpdate]) -> None:
        self.broken += 1
        if self.after:
            super().push(updates)
        raise PushUnknownError("the connection broke")

    def fetch(self, wanted: Sequence[str]) -> None:
        if self.blind and self.broken:
            raise UnreachableError("no route to the host")
        super().fetch(wanted)


def break_pushes(journal: Journal, **how: Any) -> _Breaking:
    mirror = journal._branches.mirror
    mirror.__class__ = _Breaking
    assert isinstance(mirror, _Breaking)
    for name, value in how.items():
        setattr(mirror, name, value)
    return mirror


def test_an_answer_lost_after_the_push_writes_once(open_journal: Any, story: Any) -> None:
    journal = open_journal()
    mirror = break_pushes(journal)
    journal.append(lambda _: [story.opening()])
    journal.append(lambda _: [story.note("once")])
    assert mirror.broken == 2
    assert story.notes(open_journal("rae-reviewer")) == ["once"] == story.notes(journal)
    assert journal.verify() == ()


def test_an_answer_lost_is_found_below_what_others_added(open_journal: Any, story: Any) -> None:
    mine, theirs = open_journal("robin-rm"), open_journal("rae-reviewer")
    mine.append(lambda _: [story.opening()])
    mirror = break_pushes(mine)
    looked = mirror.fetch

    def fetch(wanted: Sequence[str]) -> None:
        theirs.fetch()
        theirs.append(lambda _: [story.note("theirs")])
        looked(wanted)

    mirror.fetch = fetch  # type: ignore[method-assign]
    mine.append(lambda _: [story.note("mine")])
    assert story.notes(mine) == ["mine", "theirs"]


def test_a_push_that_never_gets_through_ends_soon(open_journal: Any, story: Any) -> None:
    journal = open_journal()
    mirror = break_pushes(journal, after=False)
    with pytest.raises(LostRaceError, match="refused"):
        journal.append(lambda _: [story.opening()])
    assert mirror.broken == REFUSALS
    assert journal.incident().opened is None


def test_an_outcome_that_nobody_can_see_is_not_guessed(open_journal: Any, story: Any) -> None:
    journal = open_journal()
    break_pushes(journal, blind=True)
    with pytest.raises(UnknownOutcomeError, match="not known"):
        journal.append(lambda _: [story.opening()])
    assert open_journal("rae-reviewer").incident().opened is not None


def test_a_repository_out_of_reach_is_an_error(ops: Path, tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(RemoteError):
        Journal.open(
            Address(str(tmp_path / "none.git")), "INC-1", cache=tmp_path / "c", clock=clock, actor="x"
        )


def test_segments_hold_a_hundred_events(open_journal: Any, story: Any, ops: Path) -> None:
    mine, theirs = open_journal("robin-rm"), open_journal("rae-reviewer")
    mine.append(lambda _: [story.opening(), *(story.note(str(n)) for n in range(98))])
    for count in (1, 1, 150, 1):
        theirs.fetch()
        theirs.append(lambda _, count=count: [story.note(f"more {n}") for n in range(count)])
        mine.fetch()
        assert mine.events() == theirs.events()
    assert mine.incident() == open_journal("tam-noor").incident()
    assert mine.verify() == ()
    lines = {
        name: data.count(b"\n") for name, data in files_of(ops, story.branch).items() if "events" in name
    }
    assert lines == {"events/000000.jsonl": 100, "events/000001.jsonl": 100, "events/000002.jsonl": 52}


def test_a_branch_that_disappears_is_told(open_journal: Any, story: Any, ops: Path) -> None:
    journal = open_journal()
    journal.append(lambda _: [story.opening()])
    Git(ops).run("update-ref", "-d", story.branch)
    with pytest.raises(DamagedJournalError, match="the branch is gone"):
        journal.append(lambda _: [story.note("x")])


def test_a_clone_is_read_without_network(open_journal: Any, story: Any, ops: Path, tmp_path: Path) -> None:
    journal = open_journal()
    journal.append(lambda _: [story.opening(), story.note("seen in a clone")])
    Git(tmp_path).run("clone", "--quiet", "--no-checkout", str(ops), "clone")
    for directory in (tmp_path / "clone", ops):
        assert list_local_incidents(directory) == [story.incident]
        with JournalReader.open_local(directory, story.incident) as reader:
            assert reader.events() == journal.events()
            assert reader.verify() == ()
    with pytest.raises(InputError):
        JournalReader.open_local(ops, "INC-none")


def test_incidents_are_listed(open_journal: Any, story: Any, ops: Path, tmp_path: Path) -> None:
    address = Address(str(ops))
    assert list_incidents(address, cache=tmp_path / "cache") == []
    open_journal().append(lambda _: [story.opening()])
    assert list_incidents(address, cache=tmp_path / "cache") == [story.incident]


@pytest.mark.parametrize("actor", ["", " ", "a>b", "a\nb"])
def test_an_actor_is_a_login(open_journal: Any, story: Any, actor: str) -> None:
    with pytest.raises(InputError):
        open_journal(actor, machine="laptop").append(lambda _: [story.opening()])


@pytest.mark.parametrize("name", ["", "a/b", "-x", "..", "a b", "INC-7f3k/x"])
def test_odd_ids_are_refused(ops: Path, tmp_path: Path, clock: ManualClock, name: str) -> None:
    with pytest.raises(InputError, match="incident's id"):
        Journal.open(Address(str(ops)), name, cache=tmp_path / "c", clock=clock, actor="x")
