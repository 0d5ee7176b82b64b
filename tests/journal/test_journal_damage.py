"""Every way to damage a journal is found, by reading and by verifying, at its place."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.journal.format import DamagedJournalError
from relauto.journal.verification import Fault, verify_branch
from relauto.model.names import Commit

EVENTS = "events/000000.jsonl"
WORDS = "private/000000.jsonl"

Edit = Callable[[dict[str, bytes | None]], None]


@pytest.fixture
def written(open_journal: Any, story: Any, ops: Path) -> Any:
    """A journal with four events in three commits; returns its reader of files."""
    journal = open_journal()
    journal.append(lambda _: [story.opening()])
    journal.append(lambda _: [story.note("one"), story.note("two")])
    journal.append(lambda _: [story.note("three")])
    return journal


def show(ops: Path, story: Any, path: str) -> bytes:
    return Git(ops).run("cat-file", "blob", f"{story.branch}:{path}")


def seal(content: bytes) -> bytes:
    """A meta.json that fits the events, as somebody who knows the format would write it."""
    lines = content.splitlines()
    head = hashlib.sha256(lines[-1]).hexdigest()
    return json.dumps({"format": 1, "incident": "INC-7f3k", "sequence": len(lines), "head": head}).encode()


def edited(content: bytes) -> bytes:
    return content.replace(b"decision", b"customer", 1)


def cut(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


def reordered(content: bytes) -> bytes:
    first, second, third, fourth = content.splitlines(keepends=True)
    return first + third + second + fourth


def dropped(content: bytes) -> bytes:
    first, _, third, fourth = content.splitlines(keepends=True)
    return first + third + fourth


def cut_in_a_line(content: bytes) -> bytes:
    return content[:-20]


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (edited, f"{EVENTS}, line 3"),
        (cut, "meta.json"),
        (reordered, f"{EVENTS}, line 2"),
        (dropped, f"{EVENTS}, line 2"),
        (cut_in_a_line, EVENTS),
    ],
)
def test_damaged_events_are_refused_and_placed(
    open_journal: Any, story: Any, ops: Path, change: Edit, written: Any, damage: Any, place: str
) -> None:
    change({EVENTS: damage(show(ops, story, EVENTS))})
    with pytest.raises(DamagedJournalError):
        open_journal("rae-reviewer")
    with pytest.raises(DamagedJournalError):
        written.fetch()
    faults = _verify(ops, story)
    assert place in [fault.place for fault in faults]
    assert any("relauto did not make it" in fault.what for fault in faults)


def _verify(ops: Path, story: Any) -> list[Fault]:
    with Repository.open(ops) as repository:
        return verify_branch(repository, Commit(Git(ops).read("rev-parse", story.branch)), story.incident)


def test_a_log_cut_together_with_its_meta_shows_in_the_history(
    open_journal: Any, story: Any, ops: Path, change: Edit, written: Any
) -> None:
    shorter = cut(show(ops, story, EVENTS))
    change({EVENTS: shorter, "meta.json": seal(shorter)})
    assert len(open_journal("rae-reviewer").events()) == 3
    with pytest.raises(DamagedJournalError, match="4 events when it was read before"):
        written.fetch()
    assert [fault.what for fault in _verify(ops, story) if "only add" in fault.what]


def test_a_log_rewritten_whole_is_noticed_by_who_has_read_it(
    story: Any, ops: Path, change: Edit, written: Any
) -> None:
    lines = edited(show(ops, story, EVENTS)).splitlines()
    for number in range(1, len(lines)):
        row = json.loads(lines[number])
        row["previous"] = hashlib.sha256(lines[number - 1]).hexdigest()
        lines[number] = json.dumps(row).encode()
    content = b"".join(line + b"\n" for line in lines)
    change({EVENTS: content, "meta.json": seal(content)})
    with pytest.raises(DamagedJournalError, match="another one when it was read before"):
        written.fetch()


def test_changed_words_are_an_error(
    open_journal: Any, story: Any, ops: Path, change: Edit, written: Any
) -> None:
    change({WORDS: show(ops, story, WORDS).replace(b'"two"', b'"2"')})
    with pytest.raises(DamagedJournalError, match="not those of the digest"):
        open_journal("rae-reviewer")
    with pytest.raises(DamagedJournalError, match="not those of the digest"):
        written.fetch()
    assert any(fault.place.startswith(WORDS) for fault in _verify(ops, story))


def test_erased_words_leave_a_whole_log(
    open_journal: Any, story: Any, ops: Path, change: Edit, written: Any
) -> None:
    rows = show(ops, story, WORDS).splitlines(keepends=True)
    change({WORDS: b"".join(row for row in rows if b'"two"' not in row and b"robin-rm" not in row)})
    written.fetch()
    for journal in (written, open_journal("rae-reviewer")):
        notes = journal.incident().notes
        assert [(str(note.text), note.text.erased) for note in notes] == [
            ("one", False),
            ("", True),
            ("three", False),
        ]
        assert journal.events()[0].actor.erased
    assert [fault.what for fault in _verify(ops, story)] == ["relauto did not make it; its committer is Sam"]
    written.append(lambda _: [story.note("and on")])
    assert open_journal("tam-noor").incident() == written.incident()
    assert str(written.events()[-1].actor) == "robin-rm"


def test_words_can_be_erased_from_the_past_too(
    open_journal: Any, story: Any, ops: Path, change: Edit, written: Any
) -> None:
    change({WORDS: None})
    who = {f"GIT_{role}_{part}": "relauto" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    git = Git(ops, who)
    git.run("update-ref", story.branch, git.read("commit-tree", f"{story.branch}^{{tree}}", "-m", "erased"))
    written.append(lambda _: [story.note("and on")])
    assert [str(note.text) for note in written.incident().notes] == ["", "", "", "and on"]
    assert open_journal("tam-noor").incident() == written.incident()
    assert _verify(ops, story) == []


def test_all_words_can_be_erased(open_journal: Any, story: Any, change: Edit, written: Any) -> None:
    change({WORDS: None})
    written.fetch()
    assert written.incident().opening.customer.erased
    assert open_journal("rae-reviewer").incident() == written.incident()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"format":1', b'"format":2', "newer than this relauto reads"),
        (b'"format":1', b'"format":0', "no longer reads"),
        (b'"INC-7f3k"', b'"INC-other"', "INC-other"),
        (b'"sequence":4', b'"sequence":"x"', "damaged at meta.json"),
    ],
)
def test_other_formats_are_refused_in_different_words(
    open_journal: Any, story: Any, ops: Path, change: Edit, written: Any, old: bytes, new: bytes, words: str
) -> None:
    content = show(ops, story, "meta.json")
    assert old in content
    change({"meta.json": content.replace(old, new)})
    with pytest.raises(InputError, match=words):
        open_journal("rae-reviewer")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"note.added","v":1', b'"note.sung","v":1', "kind 'note.sung', which this relauto does not know"),
        (b'"note.added","v":1', b'"note.added","v":2', "newer than this relauto reads"),
        (b'"note.added","v":1', b'"note.added","v":0', "no longer reads"),
        (b'"note":"decision"', b'"note":"song"', "damaged at event"),
    ],
)
def test_unknown_kinds_and_versions_are_refused(
    open_journal: Any, story: Any, ops: Path, change: Edit, old: bytes, new: bytes, words: str
) -> None:
    open_journal().append(lambda _: [story.opening(), story.note("x")])
    content = show(ops, story, EVENTS).replace(old, new)
    assert content != show(ops, story, EVENTS)
    change({EVENTS: content, "meta.json": seal(content)})
    with pytest.raises(InputError, match=words):
        open_journal("rae-reviewer")


def test_a_missing_file_is_named(open_journal: Any, story: Any, change: Edit) -> None:
    journal = open_journal()
    journal.append(lambda _: [story.opening(), *(story.note(str(number)) for number in range(150))])
    change({EVENTS: None})
    with pytest.raises(DamagedJournalError, match=f"{EVENTS}: the file is not there"):
        open_journal("rae-reviewer")


def test_a_journal_of_something_else_is_refused(open_journal: Any, story: Any, ops: Path) -> None:
    git = Git(
        ops,
        {
            "GIT_AUTHOR_NAME": "S",
            "GIT_AUTHOR_EMAIL": "s@example.com",
            "GIT_COMMITTER_NAME": "S",
            "GIT_COMMITTER_EMAIL": "s@example.com",
        },
    )
    commit = git.read("commit-tree", "-m", "other", "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    git.run("update-ref", story.branch, commit)
    with pytest.raises(DamagedJournalError, match=r"meta\.json"):
        open_journal()
