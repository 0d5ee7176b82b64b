"""Journals of format 1, which had everything on one branch, are read and moved over."""

from pathlib import Path
from typing import Any

from relauto.git.runner import Git
from relauto.journal.format import write_signpost


def list_tree(ops: Path, ref: str) -> list[str]:
    return Git(ops).read("ls-tree", "-r", "--name-only", ref).splitlines()


def test_a_journal_of_format_1_is_read_and_moved_over(
    open_journal: Any, story: Any, ops: Path, tmp_path: Path
) -> None:
    journal = open_journal()
    render = {"README.md": b"board\n", "notices/01-a.md": b"hello\n"}
    journal.append(lambda _: [story.opening(), story.note("one")], render=lambda _: render)
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

    old = open_journal("rae-reviewer")
    assert old.events() == journal.events()
    assert sorted(old.rendered("")) == ["README.md", "notices/01-a.md", "private/000000.jsonl"]
    assert old.verify() == ()
    old.append(lambda _: [story.note("two")])
    assert list_tree(ops, story.branch) == ["README.md", "events/000000.jsonl", "meta.json"]
    assert list_tree(ops, story.words) == ["README.md", "notices/01-a.md", "private/000000.jsonl"]
    assert git.run("cat-file", "blob", f"{story.branch}:README.md") == write_signpost(story.incident)
    anew = open_journal("tam-noor")
    assert story.notes(anew) == ["one", "two"]
    assert anew.verify() == ()
