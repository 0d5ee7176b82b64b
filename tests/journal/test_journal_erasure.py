"""Words that were erased are nowhere any more; the chain is as it was, and nobody brings them back."""

from pathlib import Path
from typing import Any

import pytest

from relauto.errors import InputError
from relauto.git.errors import PushRejectedError
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.journal.erasure import ERASED, Choice, scrub_pages
from relauto.journal.log import UnreadJournal
from relauto.model.names import Commit

pytestmark = pytest.mark.path

SECRET = "Maria Lopez rang from the cold store"
PAGE = "notices/01-escalate.channel-internal.md"


def render(incident: Any) -> dict[str, bytes]:
    said = "".join(f"- {note.actor}: {note.text or ERASED}\n" for note in incident.notes)
    return {"README.md": f"# Board of {incident.opening.customer}\n{said}".encode()}


def list_contents(git: Git) -> dict[str, bytes]:
    """Return every object there is, whether a ref leads to it or not, by its id."""
    listed = git.read("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    kinds = dict(line.split() for line in listed.splitlines())
    return {name: git.run("cat-file", kind, name) for name, kind in kinds.items()}


def list_reachable(git: Git, *refs: str) -> dict[str, bytes]:
    names = {line.split()[0] for line in git.read("rev-list", "--objects", *refs).splitlines()}
    return {name: content for name, content in list_contents(git).items() if name in names}


def find(objects: dict[str, bytes], *words: str) -> list[str]:
    return [
        word
        for word in words
        if any(word.casefold().encode() in content.lower() for content in objects.values())
    ]


def machine(tmp_path: Path, name: str) -> Git:
    (path,) = (tmp_path / "machines" / name).glob("*.git")
    return Git(path)


def verify(ops: Path, incident: str) -> Any:
    with Repository.open(ops) as repository:
        return UnreadJournal.find_local(repository, incident).verify()


@pytest.fixture
def written(open_journal: Any, story: Any) -> Any:
    """A journal of three commits by two people, with a page that quotes what one of them said."""
    journal = open_journal("relauto-bot")
    page = {PAGE: b"Facts\n\n> maria lopez *rang* from\n> the cold store\n\nKept from the store.\n"}
    journal.append(lambda _: [story.opening()], render=render)
    notes = [story.note(SECRET), story.note("tills sell again")]
    journal.append(lambda _: notes, render=lambda incident: render(incident) | page)
    rae = open_journal("rae-reviewer")
    rae.append(lambda _: [story.note("seen by rae-reviewer and quinn")], render=render)
    journal.fetch()
    return journal


def test_erased_words_are_in_no_object_that_is_left(
    written: Any, open_journal: Any, story: Any, ops: Path, tmp_path: Path
) -> None:
    held = list_reachable(Git(ops), story.branch, story.words)
    assert find(held, "Lopez", "cold store", "tills sell") == ["Lopez", "cold store", "tills sell"]
    log = Git(ops).read("rev-parse", story.branch)
    robin = open_journal("robin-rm")
    erasure = robin.erase(Choice(events=(2,)), "asked for by the customer", render=render)
    assert [(each.value, [str(use) for use in each.uses]) for each in erasure.found] == [
        (SECRET, ["event 2 (note.added), text"])
    ]
    assert sorted(erasure.pages) == ["README.md", PAGE]
    held = list_reachable(Git(ops), story.branch, story.words)
    assert find(held, "Lopez", "cold store", "tills sell", "asked for by") == ["tills sell", "asked for by"]
    assert find(list_contents(machine(tmp_path, "robin-rm")), "Lopez", "cold store") == []
    written.fetch()
    assert find(list_contents(machine(tmp_path, "relauto-bot")), "Lopez", "cold store") == []
    assert Git(ops).read("rev-list", "--count", story.words) == "1"
    assert Git(ops).read("rev-parse", f"{story.branch}~1") == log
    assert robin.rendered("notices/") == {PAGE: b"Facts\n\n> (erased)\n\nKept from the store.\n"}


def test_what_is_read_afterwards_is_whole_and_says_what_was_erased(
    written: Any, open_journal: Any, story: Any, ops: Path
) -> None:
    robin = open_journal("robin-rm")
    robin.erase(Choice(events=(2,)), "asked for", render=render)
    written.fetch()
    for journal in (robin, written, open_journal("tam-noor")):
        assert [(str(note.text), note.text.erased) for note in journal.incident().notes] == [
            ("", True),
            ("tills sell again", False),
            ("seen by rae-reviewer and quinn", False),
        ]
        assert journal.rendered("README")["README.md"].decode() == (
            "# Board of Umbrella\n- relauto-bot: (erased)\n- relauto-bot: tills sell again\n"
            "- rae-reviewer: seen by rae-reviewer and quinn\n"
        )
    event = robin.events()[-1]
    assert (event.body.kind, event.actor, event.body.reason) == ("words.erased", "robin-rm", "asked for")
    verdict = verify(ops, story.incident)
    assert verdict.faults == ()
    assert verdict.erased == (f"event 5, {event.at:%Y-%m-%d %H:%M} UTC: robin-rm erased text of event 2",)


def test_a_person_goes_with_every_text_that_names_them(
    written: Any, open_journal: Any, story: Any, ops: Path, tmp_path: Path
) -> None:
    robin = open_journal("robin-rm")
    robin.erase(Choice(people=("rae-reviewer",)), "left the company", render=render)
    assert [event.actor.erased for event in robin.events()] == [False, False, False, True, False]
    assert find(list_reachable(Git(ops), story.branch, story.words), "rae-reviewer") == []
    assert find(list_contents(machine(tmp_path, "robin-rm")), "rae-reviewer") == []
    rae = open_journal("rae-reviewer", machine="another")
    rae.append(lambda _: [story.note("back again")], render=render)
    assert [str(event.actor) for event in rae.events()][3:] == ["", "robin-rm", "rae-reviewer"]
    assert verify(ops, story.incident).faults == ()


def test_an_append_between_look_and_replacement_is_not_lost(
    written: Any, open_journal: Any, story: Any, ops: Path
) -> None:
    robin, tam, late = open_journal("robin-rm"), open_journal("tam-noor"), []

    def render_late(incident: Any) -> dict[str, bytes]:
        if not late:
            late.append(tam.append(lambda _: [story.note("Maria Lopez rang twice")], render=render))
        return render(incident)

    robin.erase(Choice(texts=("maria lopez",)), "asked for", render=render_late)
    assert story.notes(robin) == ["", "tills sell again", "seen by rae-reviewer and quinn", ""]
    assert [event.actor for event in robin.events()][4:] == ["tam-noor", "robin-rm"]
    assert find(list_reachable(Git(ops), story.branch, story.words), "Lopez") == []
    assert verify(ops, story.incident).faults == ()


def test_who_still_has_the_old_words_does_not_bring_them_back(
    written: Any, open_journal: Any, story: Any, ops: Path, tmp_path: Path
) -> None:
    open_journal("robin-rm").erase(Choice(events=(2,)), "asked for", render=render)
    assert SECRET in story.notes(written)
    written.append(lambda _: [story.note("went on")], render=render)
    assert story.notes(written) == ["", "tills sell again", "seen by rae-reviewer and quinn", "went on"]
    assert find(list_reachable(Git(ops), story.branch, story.words), "Lopez", "cold store") == []
    assert find(list_contents(machine(tmp_path, "relauto-bot")), "Lopez", "cold store") == []
    assert verify(ops, story.incident).faults == ()


def test_who_shares_the_machine_goes_on_from_what_is_left(
    written: Any, open_journal: Any, story: Any, ops: Path, tmp_path: Path
) -> None:
    open_journal("robin-rm", machine="relauto-bot").erase(Choice(events=(2,)), "asked for", render=render)
    assert find(list_contents(machine(tmp_path, "relauto-bot")), "Lopez", "cold store") == []
    written.append(lambda _: [story.note("went on")], render=render)
    assert story.notes(written) == ["", "tills sell again", "seen by rae-reviewer and quinn", "went on"]
    assert verify(ops, story.incident).faults == ()


def test_a_push_on_top_of_the_old_words_is_refused(
    written: Any, open_journal: Any, story: Any, ops: Path
) -> None:
    mirror: Mirror = written._branches.mirror
    old = Commit(Git(ops).read("rev-parse", story.words))
    open_journal("robin-rm").erase(Choice(events=(2,)), "asked for", render=render)
    with pytest.raises(PushRejectedError):
        mirror.push([RefUpdate(story.words, old, written.tip)])
    assert Git(ops).read("rev-list", "--count", story.words) == "1"


def test_words_that_were_put_back_are_erased_again(
    written: Any, open_journal: Any, story: Any, ops: Path, change: Any
) -> None:
    old = Git(ops).run("cat-file", "blob", f"{story.words}:private/000000.jsonl")
    robin = open_journal("robin-rm")
    robin.erase(Choice(events=(2,)), "asked for", render=render)
    new = Git(ops).run("cat-file", "blob", f"{story.words}:private/000000.jsonl")
    (line,) = [line for line in old.splitlines(keepends=True) if SECRET.encode() in line]
    change({"private/000000.jsonl": new + line}, story.words)
    (fault,) = verify(ops, story.incident).faults
    assert fault.what == "the words of its text are there, though event 5 erased them"
    robin.fetch()
    robin.erase(Choice(texts=("cold store",)), "it came back", render=render)
    assert verify(ops, story.incident).faults == ()
    assert find(list_reachable(Git(ops), story.branch, story.words), "Lopez") == []


@pytest.mark.parametrize(
    ("actor", "choice", "reason", "what"),
    [
        ("robin-rm", Choice(events=(9,)), "why", "there is no event 9"),
        ("robin-rm", Choice(texts=("penguin",)), "why", "nothing of what is chosen is in the journal"),
        ("robin-rm", Choice(texts=("...",)), "why", "'...' holds no word that could be looked for"),
        ("robin-rm", Choice(events=(2,)), f"as {SECRET}", "the reason holds words that are to be erased"),
        ("rae-reviewer", Choice(people=("rae-reviewer",)), "why", "rae-reviewer would erase their own name"),
    ],
)
def test_what_cannot_be_erased_is_said_and_nothing_is_written(
    written: Any, open_journal: Any, story: Any, ops: Path, actor: str, choice: Choice, reason: str, what: str
) -> None:
    before = Git(ops).read("for-each-ref")
    with pytest.raises(InputError, match=what.replace(".", r"\.")):
        open_journal(actor).erase(choice, reason, render=render)
    assert Git(ops).read("for-each-ref") == before


def test_a_plan_writes_nothing(written: Any, ops: Path) -> None:
    before = Git(ops).read("for-each-ref")
    plan = written.plan_erasure(Choice(texts=("Umbrella",)))
    assert [(each.value, str(each.uses[0])) for each in plan.found] == [
        ("Umbrella", "event 1 (incident.opened), customer")
    ]
    assert Git(ops).read("for-each-ref") == before


def test_pages_lose_what_was_erased_however_it_is_wrapped_and_nothing_else() -> None:
    pages = {
        "a.md": b"| Maria\\_Lopez rang | yes |\n",
        "b.md": b"Marialopez rings\n",
        "c.md": b"\xff Maria\nLOPEZ.",
    }
    assert scrub_pages(pages, ["maria lopez"]) == {
        "a.md": b"| (erased) rang | yes |\n",
        "c.md": "\ufffd (erased).".encode(),
    }
