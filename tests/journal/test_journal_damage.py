"""Every way to damage a journal is found, by reading and by verifying, at its place, with what to do."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.journal.erasure import Choice
from relauto.journal.format import DamagedJournalError, write_signpost
from relauto.journal.log import UnreadJournal
from relauto.model.event import NoticeDrafted
from relauto.model.target import Place

EVENTS = "events/000000.jsonl"
PRIVATE = "private/000000.jsonl"

COPY = "compare with another clone that has the events, and put the branch back to a commit that is whole"
RESTORE = "put the branch back to a commit from before this one, or find out who wrote it and why"
LOST = "take it from a clone or an older commit that has it; `journal.redact` is the way to erase words"
BEFORE = "what was written before it is gone, or it is forged"
MOVED = (
    "when it was fetched before, and this is no part of it now:"
    " it was moved back, or another was put in its place"
)

Change = Callable[..., None]
Told = list[tuple[str, str, str]]


@pytest.fixture
def written(open_journal: Any, story: Any, ops: Path) -> Any:
    """A journal with four events in three commits."""
    journal = open_journal()
    journal.append(lambda _: [story.opening()])
    journal.append(lambda _: [story.note("one"), story.note("two")])
    journal.append(lambda _: [story.note("three")])
    return journal


def show(ops: Path, branch: str, path: str) -> bytes:
    return Git(ops).run("cat-file", "blob", f"{branch}:{path}")


def verify(ops: Path, story: Any) -> Told:
    """Return everything that is found, with short commit ids told by how old they are (`tip`, `tip~1`)."""
    ids = Git(ops).read("rev-list", "--first-parent", story.branch).splitlines()
    names = {commit[:10]: "tip" + (f"~{age}" if age else "") for age, commit in enumerate(ids)}
    with Repository.open(ops) as repository:
        faults = UnreadJournal.find_local(repository, story.incident).verify().faults
    places = [
        f"commit {names[fault.place[7:]]}" if fault.place.startswith("commit ") else fault.place
        for fault in faults
    ]
    return [(place, fault.what, fault.todo) for place, fault in zip(places, faults, strict=True)]


def seal(content: bytes, **more: Any) -> bytes:
    """A meta.json that fits the events, as somebody who knows the format would write it."""
    lines = content.splitlines()
    head = hashlib.sha256(lines[-1]).hexdigest()
    known = {"format": 2, "incident": "INC-7f3k", "sequence": len(lines), "head": head}
    return json.dumps(known | more).encode()


def foreign(*files: str, harmless: bool = False) -> tuple[str, str, str]:
    told = "; the events are as before" if harmless else ""
    what = f"relauto did not make it: Sam <sam@example.com> changed {', '.join(files)}{told}"
    return ("commit tip", what, RESTORE)


def only_adds(line: str) -> tuple[str, str, str]:
    return ("commit tip", f"it does not only add to {EVENTS}: {line}", RESTORE)


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


def garbled(content: bytes) -> bytes:
    first, _, third, fourth = content.splitlines(keepends=True)
    return first + b"{\n" + third + fourth


AFTER = "the line before it is not the one it was written after"
DAMAGE: list[tuple[Callable[[bytes], bytes], Told]] = [
    (
        edited,
        [(f"{EVENTS}, line 3 (event 3)", AFTER, COPY), foreign(EVENTS), only_adds("line 2 is another")],
    ),
    (
        cut,
        [
            ("meta.json", "it tells of 4 events, the log holds 3", COPY),
            foreign(EVENTS),
            only_adds("line 4 and all after it are gone"),
        ],
    ),
    (
        reordered,
        [
            (f"{EVENTS}, line 2 (event 2)", "its number is 3", COPY),
            (f"{EVENTS}, line 3 (event 3)", "its number is 2", COPY),
            (f"{EVENTS}, line 4 (event 4)", AFTER, COPY),
            foreign(EVENTS),
            only_adds("line 2 is another"),
        ],
    ),
    (
        dropped,
        [
            (f"{EVENTS}, line 2 (event 2)", "its number is 3", COPY),
            (f"{EVENTS}, line 3 (event 3)", "its number is 4", COPY),
            ("meta.json", "it tells of 4 events, the log holds 3", COPY),
            foreign(EVENTS),
            only_adds("line 2 is another"),
        ],
    ),
    (
        cut_in_a_line,
        [
            (EVENTS, "its last line is cut off", COPY),
            ("meta.json", "it tells of 4 events, the log holds 3", COPY),
            foreign(EVENTS),
            only_adds("line 4 is another"),
        ],
    ),
    (
        garbled,
        [
            (f"{EVENTS}, line 2 (event 2)", "Input data was truncated", COPY),
            (f"{EVENTS}, line 3 (event 3)", AFTER, COPY),
            foreign(EVENTS),
            only_adds("line 2 is another"),
        ],
    ),
]


@pytest.mark.parametrize(("damage", "told"), DAMAGE)
def test_damaged_events_are_refused_and_placed(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any, damage: Any, told: Told
) -> None:
    assert verify(ops, story) == []
    change({EVENTS: damage(show(ops, story.branch, EVENTS))})
    with pytest.raises(DamagedJournalError):
        open_journal("rae-reviewer")
    with pytest.raises(DamagedJournalError):
        written.fetch()
    assert verify(ops, story) == told


def test_a_log_cut_together_with_its_meta_shows_in_the_history(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any
) -> None:
    shorter = cut(show(ops, story.branch, EVENTS))
    change({EVENTS: shorter, "meta.json": seal(shorter)})
    assert len(open_journal("rae-reviewer").events()) == 3
    with pytest.raises(DamagedJournalError, match="4 events when it was read before"):
        written.fetch()
    assert verify(ops, story) == [
        foreign(EVENTS, "meta.json"),
        only_adds("line 4 and all after it are gone"),
    ]


def test_a_log_rewritten_whole_shows_in_the_history_and_to_who_has_read_it(
    story: Any, ops: Path, change: Change, written: Any
) -> None:
    lines = edited(show(ops, story.branch, EVENTS)).splitlines()
    for number in range(1, len(lines)):
        row = json.loads(lines[number])
        row["previous"] = hashlib.sha256(lines[number - 1]).hexdigest()
        lines[number] = json.dumps(row).encode()
    content = b"".join(line + b"\n" for line in lines)
    change({EVENTS: content, "meta.json": seal(content)})
    with pytest.raises(DamagedJournalError, match="another one when it was read before"):
        written.fetch()
    assert verify(ops, story) == [foreign(EVENTS, "meta.json"), only_adds("line 2 is another")]


def test_a_commit_that_leaves_the_events_alone_is_told_and_stops_nothing(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any
) -> None:
    change({"README.md": b"my notes\n", "notes.txt": b"x\n"})
    assert verify(ops, story) == [
        ("notes.txt", "it does not belong here", "nothing reads it: remove it, and find out who put it here"),
        (
            "README.md",
            "it is not as relauto wrote it",
            "nothing reads it: the next append writes it anew; find out who changed it",
        ),
        foreign("README.md", "notes.txt", harmless=True),
    ]
    written.fetch()
    written.append(lambda _: [story.note("four")])
    assert show(ops, story.branch, "README.md") == write_signpost(story.incident)
    assert [(place, what) for place, what, _ in verify(ops, story)] == [
        ("notes.txt", "it does not belong here"),
        ("commit tip~1", foreign("README.md", "notes.txt", harmless=True)[1]),
    ]


def forge(ops: Path, story: Any, text: bytes, **more: Any) -> tuple[dict[str, bytes], str]:
    """One more event that fits the chain: a copy of the last, in other words; and who is said to write it."""
    content = show(ops, story.branch, EVENTS)
    row = json.loads(content.splitlines()[-1])
    row |= {"sequence": 5, "id": "f" * 32, "previous": hashlib.sha256(content.splitlines()[-1]).hexdigest()}
    row |= more
    grown = content + json.dumps(row).encode() + b"\n"
    return {EVENTS: grown, "meta.json": seal(grown)}, row["actor"]["text"]


def test_an_event_in_the_name_of_another_has_to_say_where_they_answered(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any
) -> None:
    other = open_journal("rae-reviewer")
    other.append(lambda _: [story.note("mine")])
    rows = [json.loads(line) for line in show(ops, story.branch, EVENTS).splitlines()]
    robin, rae = rows[0]["actor"]["text"], rows[-1]["actor"]["text"]
    content = show(ops, story.branch, EVENTS)
    row = rows[-1] | {"sequence": 6, "id": "f" * 32, "actor": {"text": robin}}
    row["previous"] = hashlib.sha256(content.splitlines()[-1]).hexdigest()
    grown = content + json.dumps(row).encode() + b"\n"
    change(
        {EVENTS: grown, "meta.json": seal(grown)},
        who=f"relauto <{rae}>",
        message="forged\n\nAppends event 6.",
    )
    assert verify(ops, story) == [
        (
            "commit tip",
            "event 6 is in the name of robin-rm, the commit in that of rae-reviewer, and no answer is named",
            "ask both; relauto writes events of others with the address of their answer",
        )
    ]


def test_a_forger_who_names_the_same_person_twice_is_not_found_and_that_is_said(
    story: Any, ops: Path, change: Change, written: Any
) -> None:
    from relauto.journal.verification import UNPROVED

    files, robin = forge(ops, story, b"x")
    change(files, who=f"relauto <{robin}>", message="forged\n\nAppends event 5.")
    assert verify(ops, story) == []
    assert UNPROVED[0] == (
        "who wrote an event: commits here are not signed, and whoever may push can name anybody"
    )


def test_a_history_that_begins_in_the_middle_is_told(story: Any, ops: Path, written: Any) -> None:
    who = {f"GIT_{role}_{part}": "relauto" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    git = Git(ops, who)
    message = git.read("log", "-1", "--format=%B", story.branch)
    git.run("update-ref", story.branch, git.read("commit-tree", f"{story.branch}^{{tree}}", "-m", message))
    assert verify(ops, story)[0] == (
        "commit tip",
        f"it appends events 1 to 4, and its message tells of events 4 to 4: {BEFORE}",
        RESTORE,
    )


def test_a_branch_that_was_moved_back_or_replaced_is_told_by_who_fetched_it(
    open_journal: Any, story: Any, ops: Path, tmp_path: Path, written: Any
) -> None:
    """Two histories: this machine saw four events; then the branch was put back to three and went on."""
    git = Git(ops)
    left = git.read("rev-parse", story.branch)
    git.run("update-ref", story.branch, f"{story.branch}~1")
    other = open_journal("rae-reviewer")
    other.append(lambda _: [story.note("another third")])
    again = open_journal("robin-rm")
    assert [(fault.place, fault.what) for fault in again.verify()] == [
        (
            f"commit {left[:10]}",
            f"incidents/{story.incident} stood here, with 4 events, {MOVED}",
        ),
    ]
    assert other.verify() == ()
    git.run("update-ref", "-d", story.branch)
    with pytest.raises(DamagedJournalError, match="the branch is gone"):
        again.fetch()


def test_a_clone_remembers_what_its_remote_branch_was(
    story: Any, ops: Path, tmp_path: Path, written: Any
) -> None:
    Git(tmp_path).run("clone", "--quiet", "--no-checkout", str(ops), "clone")
    clone = Git(tmp_path / "clone", {"GIT_COMMITTER_NAME": "S", "GIT_COMMITTER_EMAIL": "s"})
    written.append(lambda _: [story.note("four")])
    clone.run("fetch", "--quiet")
    left = Git(ops).read("rev-parse", story.branch)
    Git(ops).run("update-ref", story.branch, f"{story.branch}~1")
    clone.run("fetch", "--quiet")
    with Repository.open(tmp_path / "clone") as repository:
        faults = UnreadJournal.find_local(repository, story.incident).verify().faults
    assert [fault.place for fault in faults] == [f"commit {left[:10]}"]


def test_a_branch_replaced_by_that_of_another_incident_is_told(
    open_journal: Any, story: Any, ops: Path, written: Any
) -> None:
    from relauto.git.address import Address
    from relauto.journal.log import Journal

    with Journal.open(
        Address(str(ops)), "INC-other", cache=ops.parent / "o", clock=written._clock, actor="eve"
    ) as other:
        other.append(lambda _: [story.opening()])
    for kind in ("incidents", "words"):
        Git(ops).run("update-ref", f"refs/heads/{kind}/{story.incident}", f"refs/heads/{kind}/INC-other")
    with pytest.raises(DamagedJournalError, match="INC-other"):
        open_journal("rae-reviewer")
    assert verify(ops, story) == [
        (
            "meta.json",
            "it is that of 'INC-other'",
            f"put incidents/{story.incident} back to the commits of its own incident",
        ),
        (
            "README.md",
            "it is not as relauto wrote it",
            "nothing reads it: the next append writes it anew; find out who changed it",
        ),
    ]


def test_changed_words_are_an_error(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any
) -> None:
    changed = show(ops, story.words, PRIVATE).replace(b'"two"', b'"2"')
    change({PRIVATE: changed}, story.words)
    with pytest.raises(DamagedJournalError, match="not those of the digest"):
        open_journal("rae-reviewer")
    with pytest.raises(DamagedJournalError, match="not those of the digest"):
        written.fetch()
    assert verify(ops, story) == [
        (f"{PRIVATE}, line 4", "the words are not those of the digest", LOST),
        (
            f"{EVENTS}, line 3 (event 3)",
            "the words of its text are not there, and nobody erased them",
            LOST,
        ),
    ]


def test_words_that_went_away_are_read_as_erased_and_told_as_lost(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any
) -> None:
    rows = show(ops, story.words, PRIVATE).splitlines(keepends=True)
    kept = b"".join(row for row in rows if b'"two"' not in row and b"robin-rm" not in row)
    change({PRIVATE: kept}, story.words)
    written.fetch()
    for journal in (written, open_journal("rae-reviewer")):
        notes = journal.incident().notes
        assert [(str(note.text), note.text.erased) for note in notes] == [
            ("one", False),
            ("", True),
            ("three", False),
        ]
        assert journal.events()[0].actor.erased
    assert verify(ops, story) == [
        (
            f"{EVENTS}, line 1 (event 1)",
            "the words of its actor are not there, and nobody erased them",
            LOST,
        ),
        (
            f"{EVENTS}, line 3 (event 3)",
            "the words of its text are not there, and nobody erased them",
            LOST,
        ),
    ]
    written.append(lambda _: [story.note("and on")])
    assert open_journal("tam-noor").incident() == written.incident()
    assert str(written.events()[-1].actor) == "robin-rm"


def test_a_missing_file_of_words_is_told_event_by_event(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any
) -> None:
    change({PRIVATE: None}, story.words)
    written.fetch()
    assert written.incident().opening.customer.erased
    assert [(place, what.partition(" are not")[0]) for place, what, _ in verify(ops, story)] == [
        (f"{EVENTS}, line 1 (event 1)", "the words of its actor"),
        (f"{EVENTS}, line 1 (event 1)", "the words of its customer"),
        *((f"{EVENTS}, line {row} (event {row})", "the words of its text") for row in (2, 3, 4)),
    ]


def test_a_words_branch_that_is_gone_is_told(open_journal: Any, story: Any, ops: Path, written: Any) -> None:
    Git(ops).run("update-ref", "-d", story.words)
    assert verify(ops, story) == [
        (f"words/{story.incident}", "the branch is gone, and with it all that people said", LOST)
    ]
    written.fetch()
    written.append(lambda _: [story.note("and on")])
    assert [str(note.text) for note in open_journal("tam-noor").incident().notes] == ["", "", "", "and on"]


FORMATS = [
    (
        {"format": 3},
        ("meta.json", "the journal is stored in format 3, which is newer than this relauto reads (1 and 2)"),
        "upgrade relauto",
    ),
    (
        {"format": 0},
        (
            "meta.json",
            "the journal is stored in format 0, which this relauto no longer reads (it reads 1 and 2)",
        ),
        "finish the incident with the relauto that wrote it, or start a new one",
    ),
    ({"sequence": "x"}, ("meta.json", "Expected `int`, got `str` - at `$.sequence`"), COPY),
]


@pytest.mark.parametrize(("more", "told", "todo"), FORMATS)
def test_other_formats_are_refused_in_different_words(
    open_journal: Any, story: Any, ops: Path, change: Change, written: Any, more: Any, told: Any, todo: str
) -> None:
    change({"meta.json": seal(show(ops, story.branch, EVENTS), **more)})
    with pytest.raises(InputError, match=told[1].partition("(")[0].replace("$", r"\$").strip()):
        open_journal("rae-reviewer")
    assert verify(ops, story) == [(*told, todo), foreign("meta.json")]


KINDS = [
    (
        b'"note.added","v":1',
        b'"note.sung","v":1',
        "it is of the kind 'note.sung', which this relauto does not know",
        "upgrade relauto",
    ),
    (
        b'"note.added","v":1',
        b'"note.added","v":2',
        "note.added has version 2, newer than this relauto reads (1)",
        "upgrade relauto",
    ),
    (
        b'"note.added","v":1',
        b'"note.added","v":0',
        "note.added has version 0, which this relauto no longer reads (1)",
        "finish the incident with the relauto that wrote it",
    ),
    (b'"note":"decision"', b'"note":"song"', "Invalid enum value 'song' - at `$.note`", COPY),
]


@pytest.mark.parametrize(("old", "new", "what", "todo"), KINDS)
def test_unknown_kinds_and_versions_are_refused(
    open_journal: Any, story: Any, ops: Path, change: Change, old: bytes, new: bytes, what: str, todo: str
) -> None:
    open_journal().append(lambda _: [story.opening(), story.note("x")])
    content = show(ops, story.branch, EVENTS).replace(old, new)
    assert content != show(ops, story.branch, EVENTS)
    change({EVENTS: content, "meta.json": seal(content)})
    with pytest.raises(InputError) as caught:
        open_journal("rae-reviewer")
    assert what in str(caught.value)
    assert verify(ops, story) == [
        (f"{EVENTS}, line 2 (event 2)", what, todo),
        foreign(EVENTS, "meta.json"),
        only_adds("line 2 is another"),
    ]


def test_a_missing_file_is_named(open_journal: Any, story: Any, ops: Path, change: Change) -> None:
    journal = open_journal()
    journal.append(lambda _: [story.opening(), *(story.note(str(number)) for number in range(150))])
    change({EVENTS: None})
    with pytest.raises(DamagedJournalError, match=f"{EVENTS}: the file is not there"):
        open_journal("rae-reviewer")
    told = verify(ops, story)
    assert told[0] == ("events/000001.jsonl", "a file is missing before it, or it does not belong here", COPY)
    assert told[1] == ("events/000001.jsonl, line 1 (event 1)", "its number is 101", COPY)


def test_a_journal_of_something_else_is_refused(open_journal: Any, story: Any, ops: Path) -> None:
    who = {f"GIT_{role}_{part}": "S" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    git = Git(ops, who)
    commit = git.read("commit-tree", "-m", "other", "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    git.run("update-ref", story.branch, commit)
    with pytest.raises(DamagedJournalError, match=r"meta\.json"):
        open_journal()
    assert verify(ops, story) == [
        ("meta.json", "the file is not there", COPY),
        (
            "commit tip",
            "relauto did not make it: S <S> changed no file; the events are as before",
            RESTORE,
        ),
    ]


NOTICE = "notices/01-deploy.send-internal.md"


@pytest.fixture
def noticed(open_journal: Any, story: Any) -> Any:
    """A journal with a notice that quotes a note, and one that quotes nothing."""
    texts = {NOTICE: b"Said: Maria Lopez rang.\n", "notices/02-deploy.reply-customer.md": b"It is sent.\n"}
    place, audiences = Place("deploy.send", story.line), ("internal", "customer")
    drafted = [
        NoticeDrafted(place, number, audience, path, hashlib.sha256(content).hexdigest())
        for number, (audience, (path, content)) in enumerate(zip(audiences, texts.items(), strict=True), 1)
    ]
    journal = open_journal()
    journal.append(lambda _: [story.opening(), story.note("Maria Lopez rang")])
    journal.append(lambda _: drafted, render=lambda _: texts)
    return journal


def test_a_notice_that_is_not_as_it_was_drafted_is_told(
    story: Any, ops: Path, change: Change, noticed: Any
) -> None:
    assert verify(ops, story) == []
    change({NOTICE: b"Said: all is well.\n"}, story.words)
    assert verify(ops, story) == [(NOTICE, "it is not the text that event 3 drafted", LOST)]
    change({NOTICE: None}, story.words)
    assert verify(ops, story) == [(NOTICE, "the notice that event 3 drafted is not there", LOST)]
    noticed.fetch()
    noticed.append(lambda _: [story.note("and on")])
    assert verify(ops, story) == [(NOTICE, "the notice that event 3 drafted is not there", LOST)]


def test_a_notice_that_words_were_erased_from_is_no_fault_and_the_others_are_still_held(
    open_journal: Any, story: Any, ops: Path, change: Change, noticed: Any
) -> None:
    open_journal("sasha-rm").erase(Choice(events=(2,)), "asked for")
    assert show(ops, story.words, NOTICE) == b"Said: (erased).\n"
    assert verify(ops, story) == []
    change({"notices/02-deploy.reply-customer.md": b"It is not sent.\n"}, story.words)
    assert [(place, what) for place, what, _ in verify(ops, story)] == [
        ("notices/02-deploy.reply-customer.md", "it is not the text that event 4 drafted")
    ]


def test_words_that_are_put_back_after_they_were_erased_are_told(
    open_journal: Any, story: Any, ops: Path, change: Change, noticed: Any
) -> None:
    before = show(ops, story.words, PRIVATE)
    open_journal("sasha-rm").erase(Choice(events=(2,)), "asked for")
    kept = show(ops, story.words, PRIVATE)
    put_back = [line for line in before.splitlines(keepends=True) if b"Lopez" in line]
    change({PRIVATE: kept + b"".join(put_back)}, story.words)
    again = "words were put back: erase them again with journal.redact"
    what = "the words of its text are there, though event 5 erased them"
    assert verify(ops, story) == [(f"{EVENTS}, line 2 (event 2)", what, again)]
    change({PRIVATE: kept, NOTICE: b"Said: Maria Lopez rang.\n"}, story.words)
    assert verify(ops, story) == [(NOTICE, "it is again the text that event 5 erased words from", again)]
    journal = open_journal("sasha-rm")
    journal.erase(Choice(texts=("maria lopez",)), "it came back")
    assert show(ops, story.words, NOTICE) == b"Said: (erased) rang.\n"
    assert verify(ops, story) == []
    with pytest.raises(InputError, match="nothing of what is chosen is in the journal"):
        journal.erase(Choice(texts=("maria lopez",)), "it is gone")


def test_a_notice_that_words_were_erased_from_may_not_be_gone(
    open_journal: Any, story: Any, ops: Path, change: Change, noticed: Any
) -> None:
    open_journal("sasha-rm").erase(Choice(events=(2,)), "asked for")
    change({NOTICE: None}, story.words)
    assert verify(ops, story) == [(NOTICE, "the notice that event 3 drafted is not there", LOST)]


@pytest.mark.parametrize("branch", ["log", "words"])
def test_a_merge_is_told(story: Any, ops: Path, written: Any, branch: str) -> None:
    """Two that wrote at once were joined by git, and not by relauto: what the second wrote is no append."""
    who = {f"GIT_{role}_{part}": "relauto" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    git, ref = Git(ops, who), story.branch if branch == "log" else story.words
    side = git.read("commit-tree", f"{ref}~1^{{tree}}", "-p", f"{ref}~1", "-m", "Aside")
    joined = git.read("commit-tree", f"{ref}^{{tree}}", "-p", ref, "-p", side, "-m", "Merge")
    git.run("update-ref", ref, joined)
    told = [("commit tip", "it joins 2 histories, and a log has one", RESTORE)]
    assert verify(ops, story) == (told if branch == "log" else [])
    written.fetch()
    written.append(lambda _: [story.note("and on")])
    assert [what for _, what, _ in verify(ops, story)] == [what for _, what, _ in told] * (branch == "log")


def test_events_that_a_merge_brings_are_told(story: Any, ops: Path, change: Change, written: Any) -> None:
    tip = Git(ops).read("rev-parse", story.branch)
    files, _ = forge(ops, story, b"x")
    change(files)
    who = {f"GIT_{role}_{part}": "relauto" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    git = Git(ops, who)
    tree, message = f"{story.branch}^{{tree}}", "Merge\n\nAppends event 5."
    joined = git.read("commit-tree", tree, "-p", tip, "-p", story.branch, "-m", message)
    git.run("update-ref", story.branch, joined)
    assert verify(ops, story)[0] == ("commit tip", "it joins 2 histories, and a log has one", RESTORE)
