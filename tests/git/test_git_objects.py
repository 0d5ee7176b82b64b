from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.errors import InputError
from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.errors import MissingObjectError, RefMovedError
from relauto.git.refs import RefUpdate, check_ref
from relauto.git.runner import Git
from relauto.git.tree import Entry, parse_tree, print_path, serialize_tree
from relauto.model.names import Tag


def test_a_commit_is_what_git_would_write(clone, repository):
    commit = clone.commit("First\n\nBody", {"a": "a\n"})
    facts = repository.commit(commit)
    again = repository.write_commit(facts.tree, facts.parents, facts.message, facts.author, facts.committer)
    assert again == commit


def test_a_damaged_object_is_absent_and_not_short(clone, repository):
    clone.commit("First", {"long": "x" * 3_000_000, "short": "short\n"})
    long, short = (clone.run("rev-parse", f"HEAD:{name}") for name in ("long", "short"))
    path = clone.directory / ".git" / "objects" / long[:2] / long[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(MissingObjectError, match=long):
        repository.store.read(long, "blob")
    assert repository.store.read(short, "blob") == b"short\n"


@pytest.mark.parametrize(("name", "email"), [("", "a@x"), ("A\nB", "a@x"), ("A", "<a@x>")])
def test_an_unfit_identity_is_refused(bare, committer, name, email):
    with pytest.raises(InputError, match="identity"):
        bare.write_commit(EMPTY_TREE, [], "First", Signature(name, email, committer.at), committer)


def test_a_date_without_offset_is_refused(bare, committer):
    naive = Signature("A", "a@x", datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
    with pytest.raises(InputError, match="UTC offset"):
        bare.write_commit(EMPTY_TREE, [], "First", naive, committer)


def test_files_are_written_into_a_tree(clone, repository):
    (clone.directory / "run").touch(mode=0o755)
    (clone.directory / "run").chmod(0o755)
    first = clone.commit("First", {"lib/a": "a\n", "lib/b": "b\n", "lib.txt": "t\n"})
    tree = repository.write_files(
        clone.tree(), {"lib/a": b"new\n", "deep/er/file": b"deep\n", "run": b"#!/bin/sh\n"}
    )
    (clone.directory / "run").write_text("#!/bin/sh\n")
    clone.commit("Second", {"lib/a": "new\n", "deep/er/file": "deep\n"})
    assert tree == clone.tree()
    assert repository.write_files(clone.tree(first), {}) == clone.tree(first)


def test_a_folder_that_is_left_empty_goes_with_its_last_file(clone, repository):
    first = clone.commit("First", {"lib/deep/a": "a\n", "lib/deep/b": "b\n", "top": "top\n"})
    gone = {"lib/deep/a": None, "lib/deep/b": None, "none/there": None, "top/none": None}
    tree = repository.write_files(clone.tree(first), gone)
    clone.commit("Second", {"lib/deep/a": None, "lib/deep/b": None})
    assert tree == clone.tree()


@pytest.mark.parametrize("path", ["", "/etc", "a/../b", "./a", "a//b", ".git/config", "a/.GIT/x", "a/"])
def test_a_path_out_of_the_tree_is_refused(bare, path):
    with pytest.raises(InputError, match="not a path inside"):
        bare.write_files(EMPTY_TREE, {path: b""})


def test_a_file_and_a_folder_of_one_name_are_refused(bare):
    with pytest.raises(InputError, match="at once"):
        bare.write_files(EMPTY_TREE, {"a": b"", "a/b": b""})


def test_an_annotated_tag_passes_gits_own_check(bare, committer):
    commit = bare.write_commit(EMPTY_TREE, [], "First", committer, committer)
    tag = bare.write_tag(Tag("v1.0.0"), commit, "Release 1.0.0", committer)
    bare.update_refs([RefUpdate("refs/tags/v1.0.0", None, tag)])
    assert bare.tags() == {"v1.0.0": commit}
    assert bare.git.read("fsck", "--strict") == ""
    assert bare.git.read("for-each-ref", "--format=%(contents:subject)", "refs/tags") == "Release 1.0.0"


def test_refs_move_together_or_not_at_all(clone, repository):
    one = clone.commit("One", {"a": "a\n"})
    two = clone.commit("Two", {"a": "b\n"})
    repository.update_refs([RefUpdate("refs/heads/x", None, one), RefUpdate("refs/heads/y", None, one)])
    before = repository.refs("refs/heads")
    with pytest.raises(RefMovedError):
        repository.update_refs([RefUpdate("refs/heads/x", one, two), RefUpdate("refs/heads/y", two, one)])
    with pytest.raises(RefMovedError):
        repository.update_refs([RefUpdate("refs/heads/x", None, two)])
    assert repository.refs("refs/heads") == before
    repository.update_refs([RefUpdate("refs/heads/x", one, two), RefUpdate("refs/heads/y", one, None)])
    assert repository.refs("refs/heads") == {"refs/heads/main": two, "refs/heads/x": two}


@pytest.mark.parametrize("ref", ["main", "refs/heads/a..b", "refs/heads/-x\n", "refs/", "refs/heads/a b"])
def test_what_is_no_ref_is_refused(ref):
    with pytest.raises(InputError):
        RefUpdate(ref, None, "a" * 40)


@given(st.text(st.sampled_from("ab-./@{}~^:?*[\\ \x7f\té"), min_size=1, max_size=8))
def test_a_ref_that_passes_passes_with_git(name):
    try:
        check_ref(f"refs/heads/{name}")
    except InputError:
        return
    assert Git(Path("/")).ask("check-ref-format", f"refs/heads/{name}").status == 0


NAMES = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=4)
ENTRIES = st.builds(Entry, st.sampled_from(["100644", "100755", "40000", "120000"]), st.just("ab" * 20))


@given(st.dictionaries(NAMES, ENTRIES, max_size=6))
def test_a_tree_survives_writing_and_reading(entries):
    assert parse_tree(serialize_tree(entries)) == entries


def test_paths_that_are_no_utf8_are_printed_percent_encoded():
    assert print_path("café %20.txt") == "café %20.txt"
    assert print_path(b"caf\xe9 %.txt".decode("utf-8", "surrogateescape")) == "caf%E9 %25.txt"
