"""What a push would bring is read whole: names, messages and new lines, of every commit."""

import pytest

from relauto.git.address import Address
from relauto.git.mirror import Mirror
from relauto.git.outgoing import list_brought, list_pushed, read_added
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.guard.guard import Passage
from relauto.model.names import Tag


@pytest.fixture
def base(clone):
    return clone.commit("First", {"a": "one\ntwo\nthree\n", "gone": "x\n"})


def brought(clone, head, *known):
    with Repository.open(clone.directory) as repository:
        return [(each.where, each.text, each.first) for each in list_brought(repository, head, known)]


def test_messages_names_and_new_lines_of_every_commit(clone, base):
    first = clone.commit(
        "Add\n\nwith a body", {"a": "one\ntwo\nnew\n+++ b/x\nthree\nlast\n", "b c.txt": "b\n"}
    )
    second = clone.commit("Take it out again", {"a": "one\nthree\n", "gone": None, "b c.txt": "b"})
    assert brought(clone, second, base) == [
        (f"the message of commit {first.short}", "Add\n\nwith a body\n", 1),
        (f"the message of commit {second.short}", "Take it out again\n", 1),
        ("the name of a file", "a", 0),
        ("the name of a file", "b c.txt", 0),
        ("the name of a file", "gone", 0),
        ("b c.txt", "b", 1),
        ("a", "new\n+++ b/x", 3),
        ("a", "last", 6),
        ("b c.txt", "b", 1),
    ]
    assert brought(clone, second, second) == []


def test_what_a_merge_makes_of_its_sides_counts(clone, base):
    clone.run("checkout", "--quiet", "-b", "side")
    clone.commit("Side", {"side": "side\n"})
    clone.run("checkout", "--quiet", "main")
    clone.run("merge", "--quiet", "--no-ff", "--no-commit", "side")
    clone.write("smuggled", "in the merge\n")
    head = clone.commit("Merge")
    assert ("smuggled", "in the merge", 1) in brought(clone, head, base)


def test_bytes_and_odd_names_are_read_whatever_is_configured(clone, base):
    for key, value in (("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"), ("color.ui", "always")):
        clone.run("config", key, value)
    clone.write(".gitattributes", "*.bin -diff\n")
    head = clone.commit("Odd", {"x.bin": b"\0\1 bytes\n", "n\u00e4me\t.txt": "line\n"})
    found = brought(clone, head, base)
    assert ("x.bin", "\0\1 bytes", 1) in found
    assert ("the name of a file", "n\u00e4me\t.txt", 0) in found
    assert "line" in [text for _, text, _ in found]


def test_patch_without_anything_new_says_nothing():
    assert list(read_added(b"")) == []
    assert list(read_added(b"--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n")) == []


def test_push_shows_names_tags_and_what_the_remote_lacks(clone, base, committer, tmp_path):
    clone.run("branch", "old")
    clone.run("clone", "--quiet", "--bare", ".", str(tmp_path / "remote.git"))
    seen = []
    with Mirror.open(Address(str(tmp_path / "remote.git")), cache=tmp_path / "cache") as mirror:
        mirror.fetch(["refs/heads/main"])
        product = mirror.repository
        tree = product.write_files(product.commit(base).tree, {"new": b"new\n"})
        made = product.write_commit(tree, [base], "More", committer, committer)
        tag = product.write_tag(Tag("v1"), made, "Release one\n", committer)
        updates = [RefUpdate("refs/heads/x", None, made), RefUpdate("refs/tags/v1", None, tag)]
        mirror.vet = seen.extend
        mirror.push([*updates, RefUpdate("refs/heads/old", base, None)])
        whole = list(list_pushed(product, updates[:1], known=[]))
    assert seen == [
        Passage("the name of a branch or tag", "heads/x"),
        *(more := [
            Passage(f"the message of commit {made.short}", "More\n", 1),
            Passage("the name of a file", "new"),
            Passage("new", "new", 1),
        ]),
        Passage("the name of a branch or tag", "tags/v1"),
        Passage("the message of a tag", "Release one\n", 1),
        *more,
    ]  # fmt: skip
    assert Passage("a", "one\ntwo\nthree", 1) in whole


def test_refused_push_moves_nothing(clone, base, tmp_path):
    clone.run("clone", "--quiet", "--bare", ".", str(tmp_path / "remote.git"))

    def refuse(passages):
        raise RuntimeError([passage.where for passage in passages])

    with Mirror.open(Address(str(tmp_path / "remote.git")), cache=tmp_path / "cache") as mirror:
        mirror.fetch(["refs/heads/main"])
        mirror.vet = refuse
        with pytest.raises(RuntimeError, match="the name of a branch or tag"):
            mirror.push([RefUpdate("refs/heads/y", None, base)])
        mirror.fetch(["refs/heads/y"])
        assert "refs/heads/y" not in mirror.repository.refs()
