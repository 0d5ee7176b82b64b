import os

import pytest

from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.commit import EMPTY_TREE
from relauto.git.errors import MissingObjectError
from relauto.git.export import MissingObject
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.model.names import Branch, Tag


def damage(clone, revision):
    """Lose an object as a damaged disk would; return its id."""
    lost = clone.git.read("rev-parse", revision)
    (clone.directory / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    return lost


# Making


def test_a_repository_is_made_with_settings_that_git_reads_as_they_were_meant(tmp_path):
    odd = 'a "quoted" \\ path; # and\ttwo\nlines '
    with Repository.init(
        tmp_path / "made", settings={"remote.origin.url": odd, "core.bigFileThreshold": "1m"}
    ):
        git = Git(tmp_path / "made")
        asked = ("remote.origin.url", "core.bigFileThreshold", "gc.auto", "core.bare")
        assert [git.run("config", "-z", key).decode() for key in asked] == [
            f"{value}\0" for value in (odd, "1m", "0", "true")
        ]


# Opening


def test_a_repository_opens_from_a_folder_of_its_worktree(clone, open_repository):
    first = clone.commit("First", {"docs/a.txt": "a\n"})
    assert open_repository(clone.directory / "docs").resolve("main") == first


def test_a_linked_worktree_has_its_own_head(clone, open_repository, tmp_path):
    first = clone.commit("First", {"a.txt": "a\n"})
    clone.commit("Second", {"a.txt": "b\n"})
    clone.run("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), first)
    linked = open_repository(tmp_path / "linked")
    assert linked.resolve("HEAD") == first
    assert linked.commit(first).subject == "First"


def test_a_folder_without_a_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match="no git repository at"):
        Repository.open(tmp_path)


def test_a_shallow_clone_is_refused_with_the_way_out(clone, tmp_path):
    clone.commit("First", {"a": "a\n"})
    clone.commit("Second", {"a": "b\n"})
    clone.run("clone", "--quiet", "--depth=1", f"file://{clone.directory}", str(tmp_path / "shallow"))
    with pytest.raises(InputError) as refused:
        Repository.open(tmp_path / "shallow")
    assert "git fetch --unshallow" in refused.value.todo


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a repository away")
def test_a_repository_of_somebody_else_is_told_plainly(clone):
    clone.commit("First", {"a": "a\n"})
    for path in (clone.directory, clone.directory / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(InputError, match="does not trust") as refused:
        Repository.open(clone.directory)
    assert "safe.directory" in refused.value.todo


def test_variables_that_point_elsewhere_are_not_followed(clone, make_clone, open_repository, monkeypatch):
    first = clone.commit("First", {"a": "a\n"})
    other = make_clone("other")
    other.commit("Other", {"b": "b\n"})
    for name, folder in (("DIR", ".git"), ("OBJECT_DIRECTORY", ".git/objects"), ("WORK_TREE", ".")):
        monkeypatch.setenv(f"GIT_{name}", str(other.directory / folder))
    repository = open_repository(clone.directory)
    assert repository.commit(repository.resolve("main")).id == first
    written = repository.store.write("blob", b"where am I")
    assert (clone.directory / ".git" / "objects" / written[:2] / written[2:]).is_file()


# Names


@pytest.fixture
def many(clone, make_clone):
    """A clone of two remotes: `release` here; `release` and `line` on origin; `line` on fork, elsewhere."""
    clone.commit("First", {"a": "a\n"})
    for name in ("origin", "fork"):
        remote = make_clone(name)
        remote.run("pull", "--quiet", str(clone.directory), "main")
        remote.commit(f"On {name}", {name: "x\n"})
        remote.run("branch", "release")
        remote.run("branch", "line")
        remote.run("branch", f"only-{name}")
        clone.run("remote", "add", name, str(remote.directory))
        clone.run("fetch", "--quiet", name)
    clone.run("branch", "release")
    clone.run("tag", "-a", "-m", "Release", "v1.0.0")
    return clone


def test_a_branch_here_goes_before_one_of_a_remote(many, repository):
    assert repository.find_branch("release") == (Branch("release"), many.head)


def test_a_branch_of_a_remote_is_found_by_its_short_name(many, repository):
    branch, commit = repository.find_branch("only-fork")
    assert (branch, repository.commit(commit).subject) == ("only-fork", "On fork")
    assert repository.resolve("only-fork") == commit


def test_remotes_that_differ_are_ambiguous_until_one_is_named(many, repository):
    with pytest.raises(InputError, match=r"ambiguous: fork/line \(.*\), origin/line"):
        repository.resolve("line")
    branch, commit = repository.find_branch("origin/line")
    assert (branch, repository.commit(commit).subject) == ("line", "On origin")


def test_a_tag_means_its_commit(many, repository):
    assert repository.resolve("v1.0.0") == many.head


@pytest.mark.parametrize("form", ["{0}", "{0:.8}", "main~0", "HEAD", "refs/heads/main"])
def test_other_revisions_resolve(many, repository, form):
    assert repository.resolve(form.format(many.head)) == many.head


@pytest.mark.parametrize("word", ["relaese", "origin/lin", "v1.0.1"])
def test_an_unknown_name_brings_near_ones(many, repository, word):
    with pytest.raises(InputError) as refused:
        repository.resolve(word)
    near = {"relaese": "release", "origin/lin": "origin/line", "v1.0.1": "v1.0.0"}
    assert near[word] in refused.value.todo


def tell(error):
    return f"{error.what}\n{error.todo}"


@pytest.mark.parametrize(
    ("word", "what", "todo"),
    [
        ("nothing-like-it", "", "see: git log --all --oneline"),
        ("b" * 40, "", "it may be another clone's, or not be fetched yet: git fetch --all"),
        ("bbbbb", "", "it may be another clone's, or not be fetched yet: git fetch --all"),
        ("main:a", ": that is a file", "name a commit"),
        ("main^{tree}", ": that is a folder", "name a commit"),
        ("main@{9}", "", "fatal: log for 'main' only has 1 entries"),
    ],
)
def test_a_word_for_no_commit_is_told_with_what_to_do(many, repository, word, what, todo):
    with pytest.raises(InputError) as refused:
        repository.resolve(word)
    where = repository.git.directory
    assert tell(refused.value) == f"{where} has no commit called {word!r}{what}\n{todo}"


@pytest.mark.parametrize(
    ("word", "what", "todo"),
    [
        ("nothing-like-it", "", "see: git branch --all"),
        ("v1.0.0", ": that is a tag", "make a branch of it: git branch NAME v1.0.0"),
        ("{0:.8}", ": that is a commit", "make a branch of it: git branch NAME {0:.8}"),
        ("refs/heads/release", "", "near names: release, fork/release, origin/release"),
        ("v1.0.1", "", "see: git branch --all"),
    ],
)
def test_a_word_for_no_branch_is_told_with_what_to_do(many, repository, word, what, todo):
    named = word.format(many.head)
    with pytest.raises(InputError) as refused:
        repository.find_branch(named)
    where = repository.git.directory
    assert tell(refused.value) == f"{where} has no branch called {named!r}{what}\n{todo.format(many.head)}"


@pytest.mark.parametrize("word", ["-h", "--all", "", "a\nb", "main:a", "main..v1.0.0", "b" * 40])
def test_what_is_no_commit_is_refused(many, repository, word):
    with pytest.raises(InputError):
        repository.resolve(word)


def test_the_main_branch_is_what_origin_says(many, repository):
    assert repository.main_branch() == "main"
    many.run("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/only-origin")
    assert repository.main_branch() == "only-origin"


def test_the_main_branch_of_a_bare_repository_is_its_head(bare, committer):
    with pytest.raises(InputError, match="main one"):
        bare.main_branch()
    commit = bare.write_commit(EMPTY_TREE, [], "First", committer, committer)
    bare.update_refs([RefUpdate("refs/heads/devel", None, commit)])
    assert bare.main_branch() == "devel"
    bare.update_refs([RefUpdate("refs/heads/trunk", None, commit)])
    bare.git.run("symbolic-ref", "HEAD", "refs/heads/trunk")
    assert bare.main_branch() == "trunk"


# Reading


def test_a_commit_tells_its_facts(clone, repository):
    commit = clone.commit("Fix the\ncrash\n\nIt crashed.\n\nTwice.", {"a": "a\n"})
    facts = repository.commit(commit)
    assert (facts.subject, facts.body) == ("Fix the crash", "It crashed.\n\nTwice.")
    assert (facts.author.name, facts.committer.email) == ("Ada Engineer", "otto@example.com")
    assert facts.author.at.isoformat() == "2026-01-05T09:01:00+02:00"


def test_commits_come_oldest_first(clone, repository):
    base = clone.commit("Base", {"a": "a\n"})
    clone.switch("topic", base)
    topic = clone.commit("Topic", {"b": "b\n"})
    clone.switch("main")
    merge = clone.merge("topic", "Merge")
    assert [facts.id for facts in repository.commits(base, merge)] == [topic, merge]
    assert [facts.id for facts in repository.commits(base, merge, first_parent=True)] == [merge]
    assert repository.is_ancestor(topic, merge)
    assert not repository.is_ancestor(merge, topic)
    assert repository.merge_base(topic, merge) == topic


def test_histories_that_share_nothing_have_no_merge_base(clone, repository):
    one = clone.commit("One", {"a": "a\n"})
    clone.run("checkout", "--quiet", "--orphan", "island")
    assert repository.merge_base(one, clone.commit("Two", {"b": "b\n"})) is None


def test_tags_are_peeled_to_commits(clone, repository):
    first = clone.commit("First", {"a": "a\n"})
    clone.run("tag", "light")
    clone.run("tag", "-a", "-m", "x", "heavy")
    clone.run("tag", "-a", "-m", "x", "nested", "heavy")
    clone.run("tag", "on-a-file", "HEAD:a")
    clone.run("tag", "-a", "-m", "x", "on-a-tree", "HEAD^{tree}")
    second = clone.commit("Second", {"a": "b\n"})
    clone.run("tag", "later")
    reachable = {Tag("light"): first, Tag("heavy"): first, Tag("nested"): first}
    assert repository.tags() == {**reachable, Tag("later"): second}
    assert repository.tags(merged=first) == reachable


def test_a_file_is_read_or_told_absent_or_told_lost(clone, repository):
    commit = clone.commit("First", {"docs/a b\n.txt": b"\0bytes\xff", "plain": "x\n"})
    assert repository.read_file(commit, "docs/a b\n.txt") == b"\0bytes\xff"
    assert repository.read_file(commit, "docs") is None
    assert repository.read_file(commit, "plain/below") is None
    assert repository.read_file(commit, "nothing") is None
    lost = damage(clone, f"{commit}:plain")
    with pytest.raises(MissingObjectError) as missing:
        repository.read_file(commit, "plain")
    assert missing.value.object_id == lost
    assert repository.read_file(commit, "docs/a b\n.txt") == b"\0bytes\xff"


def test_objects_that_arrive_while_a_repository_is_open_are_seen(clone, repository):
    repository.commit(clone.commit("First", {"a": "a\n"}))
    later = clone.commit("Second", {"a": "b\n"})
    clone.run("gc", "--quiet")
    assert repository.commit(later).subject == "Second"


def test_changed_paths_name_both_ends_of_a_rename(clone, repository):
    one = clone.commit("One", {"old": "text\n" * 9, "same": "same\n"})
    two = clone.commit("Two", {"old": None, "new é": "text\n" * 9})
    assert repository.changed_paths(one, two) == ("new é", "old")


def test_what_is_missing_is_named(clone, repository):
    commit = clone.commit("First", {"docs/a": "a\n", "b": "b\n", "c": "c\n"})
    assert repository.missing_objects(commit) == ()
    lost = damage(clone, "HEAD:docs/a")
    assert repository.missing_objects(commit) == (MissingObject(lost, "docs/a"),)
    folder = damage(clone, "HEAD:docs")
    assert MissingObject(folder, "docs") in repository.missing_objects(commit)


def test_a_partial_clone_is_never_completed_behind_the_back(clone, open_repository, tmp_path):
    commit = clone.commit("First", {"a": "a\n", "b": "b\n"})
    clone.run("config", "uploadpack.allowFilter", "true")
    clone.run(
        "clone",
        "--quiet",
        "--bare",
        "--filter=blob:none",
        f"file://{clone.directory}",
        str(tmp_path / "partial"),
    )
    partial = open_repository(tmp_path / "partial")
    assert [missing.path for missing in partial.missing_objects(commit)] == ["b", "a"]
    with pytest.raises(MissingObjectError):
        partial.export(commit, tmp_path / "out")
    with pytest.raises(MissingObjectError):
        partial.archive(commit, "product")
    assert [missing.path for missing in partial.missing_objects(commit)] == ["b", "a"]
    lazy = open_repository(tmp_path / "partial", remote=Address(f"file://{clone.directory}"))
    assert lazy.read_file(commit, "a") == b"a\n"


# New repositories


def test_a_borrowed_object_is_read_and_never_written(clone, tmp_path):
    first = clone.commit("First", {"a": "a\n"})
    count = len(list((clone.directory / ".git" / "objects").rglob("*")))
    with Repository.init(tmp_path / "one.git", alternates=clone.directory) as one:
        second = one.write_commit(one.commit(first).tree, [first], "Second", *[one.commit(first).author] * 2)
        with Repository.init(tmp_path / "two.git", alternates=one.directory) as two:
            assert two.commit(second).parents == (first,)
            assert two.read_file(second, "a") == b"a\n"
            assert two.is_ancestor(first, second)
    assert len(list((clone.directory / ".git" / "objects").rglob("*"))) == count


def test_a_folder_in_use_is_not_made_a_repository(tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(InputError, match="not empty"):
        Repository.init(tmp_path / "used")
