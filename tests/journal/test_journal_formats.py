"""Journals of format 1, which had everything on one branch, are read and moved over."""

from pathlib import Path
from typing import Any

import pytest

from relauto.git.runner import Git
from relauto.journal.erasure import Choice
from relauto.journal.format import write_signpost
from tests.journal.test_journal_erasure import find, list_contents, machine


def list_tree(ops: Path, ref: str) -> list[str]:
    return Git(ops).read("ls-tree", "-r", "--name-only", ref).splitlines()


def write_former(ops: Path, story: Any, tmp_path: Path) -> None:
    """Put what a journal of two events says as one commit of format 1 in its place."""
    who = {f"GIT_{role}_NAME": "relauto" for role in ("AUTHOR", "COMMITTER")}
    who |= {f"GIT_{role}_EMAIL": "robin-rm" for role in ("AUTHOR", "COMMITTER")}
    git = Git(ops, who | {"GIT_INDEX_FILE": str(tmp_path / "index")})
    git.run("read-tree", story.words)
    for path in ("events/000000.jsonl", "meta.json"):
        content = git.run("cat-file", "blob", f"{story.branch}:{path}")
        content = content.replace(b'"format":2', b'"format":1')
        blob = git.run("hash-object", "-w", "--stdin", input=content).decode().strip()
        git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    message = "INC-7f3k: incident.opened\n\nAppends events 1 to 2."
    git.run("update-ref", story.branch, git.read("commit-tree", git.read("write-tree"), "-m", message))
    git.run("update-ref", "-d", story.words)


def test_a_journal_of_format_1_is_read_and_moved_over(
    open_journal: Any, story: Any, ops: Path, tmp_path: Path
) -> None:
    journal = open_journal()
    render = {"README.md": b"board\n", "notices/01-a.md": b"hello\n"}
    journal.append(lambda _: [story.opening(), story.note("one")], render=lambda _: render)
    write_former(ops, story, tmp_path)

    old = open_journal("rae-reviewer")
    assert old.events() == journal.events()
    assert sorted(old.rendered("")) == ["README.md", "notices/01-a.md", "private/000000.jsonl"]
    assert old.verify() == ()
    old.append(lambda _: [story.note("two")])
    assert list_tree(ops, story.branch) == ["README.md", "events/000000.jsonl", "meta.json"]
    assert list_tree(ops, story.words) == ["README.md", "notices/01-a.md", "private/000000.jsonl"]
    assert Git(ops).run("cat-file", "blob", f"{story.branch}:README.md") == write_signpost(story.incident)
    anew = open_journal("tam-noor")
    assert story.notes(anew) == ["one", "two"]
    assert anew.verify() == ()


@pytest.mark.parametrize("eraser", ["rae-reviewer", "robin-rm"])
def test_a_log_of_format_1_that_is_kept_aside_loses_its_words_when_words_are_erased(
    open_journal: Any, story: Any, ops: Path, tmp_path: Path, eraser: str
) -> None:
    """Somebody has put a log without a past in its place; a machine remembers the one with words in it."""
    journal = open_journal()
    page = {"notices/01-a.md": b"Maria Lopez rang\n"}
    notes = [story.note("Maria Lopez rang")]
    journal.append(lambda _: [story.opening(), *notes], render=lambda _: page)
    write_former(ops, story, tmp_path)
    open_journal("rae-reviewer").close()
    left = Git(ops).read("rev-parse", story.branch)
    Git(ops).run("update-ref", "-d", story.branch)
    anew = open_journal("robin-rm", machine="another")
    anew.append(lambda _: [story.opening(), *notes], render=lambda _: page)
    rae = open_journal("rae-reviewer")
    held = machine(tmp_path, "rae-reviewer")
    assert find(list_contents(held), "Lopez rang") == ["Lopez rang"]

    by = rae if eraser == "rae-reviewer" else anew
    by.erase(Choice(events=(2,)), "asked for", render=lambda _: {"notices/01-a.md": b"hello\n"})
    rae.fetch()
    assert find(list_contents(held), "Lopez") == []
    kept = held.read("for-each-ref", "--format=%(refname) %(objectname)", "refs/relauto/left").split()
    assert kept[0] == f"refs/relauto/left/incidents/{story.incident}/{left}"
    assert list_tree(held.directory, kept[1]) == ["events/000000.jsonl", "meta.json"]
    assert [(fault.place, "with 2 events" in fault.what) for fault in rae.verify()] == [
        (f"commit {kept[1][:10]}", True)
    ]
    rae.append(lambda _: [story.note("went on")])
    assert story.notes(rae) == ["", "went on"]
