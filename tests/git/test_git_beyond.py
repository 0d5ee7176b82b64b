"""One walk tells what a line has beyond a commit."""

import pytest

from relauto.errors import InputError
from relauto.git import beyond
from relauto.git.beyond import Beyond, look_beyond
from relauto.git.runner import GitError
from relauto.model.names import Commit

TEXT = "one\n"


@pytest.fixture
def parted(clone):
    """main is at hand with a fix of `a/b.py`; `line` branched off before it."""
    clone.fork = clone.commit("First", {"a/b.py": TEXT, "read.me": TEXT})
    clone.run("branch", "line")
    clone.fix = clone.commit("Fix", {"a/b.py": "fixed\n"})
    clone.switch("line")
    return clone


def look(clone, path="a/b.py"):
    return look_beyond(clone.git, clone.fix, clone.head, path)


def test_a_line_with_nothing_of_its_own_forks_nowhere(parted):
    assert look(parted) == Beyond(False, (), (), touching=())
    assert look_beyond(parted.git, parted.fix, parted.fix, "a/b.py") == Beyond(True, (), (), touching=())


def test_what_a_line_says_is_told_newest_first(parted):
    picked = parted.commit(f"Fix\n\n(cherry picked from commit {parted.fix})\n", {"other.py": TEXT})
    parted.commit(f"Other\n\n(cherry picked from commit {'1' * 40})\n", {"read.me": "other\n"})
    taken = parted.commit(f"Undo\n\nThis reverts commit {'2' * 40}.\n", {"read.me": TEXT})
    assert look(parted) == Beyond(False, (parted.fork,), (taken, picked), touching=())


@pytest.mark.parametrize(("path", "touched"), [("a/b.py", True), ("a/*", False), ("read.me", False)])
def test_who_touched_a_path_is_told_newest_first_also_where_that_was_undone(parted, path, touched):
    change = parted.commit("Change", {"a/b.py": "changed\n"})
    back = parted.commit("Change back", {"a/b.py": TEXT})
    assert look(parted, path) == Beyond(False, (parted.fork,), (), touching=(back, change) * touched)


def test_a_merged_line_holds_the_commit_and_what_another_branch_did(parted):
    parted.switch("topic", parted.fork)
    topic = parted.commit("Topic", {"a/b.py": "topic\n"})
    back = parted.commit("Topic back", {"a/b.py": TEXT})
    parted.switch("line")
    own = parted.commit("Own", {"read.me": "own\n"})
    parted.merge("topic", "Merge topic")
    parted.run("merge", "--quiet", "-m", "Merge main", "main")
    found = look(parted)
    assert (found.holds, found.touching) == (True, (back, topic))
    assert set(found.forks) == {parted.fork, parted.fix}
    listed = parted.git.read("rev-list", parted.head, *(f"^{each}" for each in found.forks))
    assert listed == parted.git.read("rev-list", f"{parted.fix}..{parted.head}")
    assert own in listed


def test_where_a_line_is_far_ahead_its_files_are_not_looked_at(parted, monkeypatch):
    first = parted.commit("One", {"a/b.py": "changed\n"})
    last = parted.commit(f"Undo\n\nThis reverts commit {'2' * 40}.\n", {"read.me": "undone\n"})
    monkeypatch.setattr(beyond, "_FEW", 1)
    assert look(parted) == Beyond(False, (parted.fork,), (last,), touching=None)
    monkeypatch.setattr(beyond, "_FEW", 2)
    assert look(parted) == Beyond(False, (parted.fork,), (last,), touching=(first,))


def test_where_trees_are_absent_the_rest_is_told(parted):
    last = parted.commit(f"Undo\n\nThis reverts commit {'2' * 40}.\n", {"a/b.py": "undone\n"})
    tree = parted.git.read("rev-parse", f"{last}:a")
    parted.directory.joinpath(".git", "objects", tree[:2], tree[2:]).unlink()
    assert look(parted) == Beyond(False, (parted.fork,), (last,), touching=None)


def test_a_commit_that_is_absent_is_an_error(parted):
    with pytest.raises(GitError):
        look_beyond(parted.git, Commit("1" * 40), parted.head, "a/b.py")


def test_the_same_is_looked_at_once(parted, repository, monkeypatch):
    own = parted.commit("Own", {"a/b.py": "own\n"})
    first = repository.look_beyond(parted.fix, own, "a/b.py")
    monkeypatch.setenv("PATH", "")
    assert repository.look_beyond(parted.fix, own, "a/b.py") == first
    with pytest.raises(InputError, match="git was not found"):
        repository.look_beyond(parted.fix, own, "read.me")
