import shutil

import pytest

from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.commit import EMPTY_TREE
from relauto.git.merge import parse_merge, read_answer
from relauto.model.names import Commit
from relauto.picking.pick import pick
from relauto.picking.presence import Presence

TEXT = "".join(f"line {number}\n" for number in range(1, 21))


def change(text: str, number: int, to: str) -> str:
    return text.replace(f"line {number}\n", f"{to}\n")


@pytest.fixture
def line(clone):
    """A product with a release branch `line` that starts at its first commit; main is at hand."""
    clone.commit("First", {"app.py": TEXT, "read.me": "read me\n", "logo.png": b"\x89PNG\0\1\2"})
    clone.run("branch", "line")
    return clone


def on_line(clone, message, files):
    clone.switch("line")
    commit = clone.commit(message, files)
    clone.switch("main")
    return commit


def assert_as_git_picks(clone, repository, committer, fix, onto, *options, mainline=1):
    """Hold a clean pick to what `git cherry-pick -x` makes of it."""
    picked = pick(repository, [fix], onto, committer=committer, mainline=mainline)
    tree, message = clone.pick_for_real(fix, onto, *options)
    assert picked.status == "clean"
    assert picked.tree == tree
    made = repository.commit(picked.commits[-1])
    assert made.tree == tree
    assert made.message.rstrip("\n") == message
    assert made.parents == (onto,)
    assert made.author == repository.commit(fix).author
    assert (made.committer.name, made.committer.at) == (committer.name, committer.at)
    return picked


def assert_conflicts_as_git(clone, repository, committer, fix, onto, told=()):
    """Hold the paths of a conflict to those that `git cherry-pick` leaves unmerged; return kinds by path.

    It stops for those that are `told` as well, and leaves nothing unmerged there.
    """
    picked = pick(repository, [fix], onto, committer=committer)
    assert picked.status == "conflict"
    assert picked.stopped_at == fix
    assert (picked.commits, picked.tree) == ((), None)
    assert {conflict.path for conflict in picked.conflicts} == {*clone.pick_for_real(fix, onto), *told}
    return {conflict.path: conflict.kind for conflict in picked.conflicts}


def test_a_clean_pick_is_what_git_makes(line, repository, committer):
    fix = line.commit("Fix the crash (#12)\n\nIt crashed.\n", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    assert assert_as_git_picks(line, repository, committer, fix, onto).verdict == "identical"


def test_a_pick_into_other_surroundings_says_so(line, repository, committer):
    onto = on_line(line, "Near", {"app.py": change(TEXT, 5, "near")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert pick(repository, [fix], onto, committer=committer).verdict == "context"


def test_a_pick_that_follows_a_rename_counts_as_changed(line, repository, committer):
    onto = on_line(line, "Rename", {"app.py": None, "core.py": TEXT})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert assert_as_git_picks(line, repository, committer, fix, onto).verdict == "changed"


def test_the_same_pick_gives_the_same_commit_and_moves_nothing(line, repository, committer):
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    line.write("app.py", "somebody is working here\n")
    before = repository.refs(), line.head
    one = pick(repository, [fix], onto, committer=committer)
    assert one.commits == pick(repository, [fix], onto, committer=committer).commits
    assert (repository.refs(), line.head) == before
    assert (line.directory / "app.py").read_text() == "somebody is working here\n"


def test_a_series_builds_on_itself(line, repository, committer):
    one = line.commit("One", {"app.py": change(TEXT, 3, "one")})
    two = line.commit("Two", {"app.py": change(TEXT, 3, "two")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    picked = pick(repository, [one, two], onto, committer=committer)
    assert [repository.commit(commit).subject for commit in picked.commits] == ["One", "Two"]
    assert repository.read_file(picked.commits[-1], "app.py") == change(TEXT, 3, "two").encode()
    assert pick(repository, [two], onto, committer=committer).status == "conflict"


def test_a_series_that_stops_keeps_what_was_picked_before(line, repository, committer):
    one = line.commit("One", {"read.me": "one\n"})
    two = line.commit("Two", {"app.py": change(TEXT, 3, "two")})
    onto = on_line(line, "Other", {"app.py": change(TEXT, 3, "other")})
    picked = pick(repository, [one, two], onto, committer=committer)
    assert (picked.status, picked.stopped_at, picked.tree) == ("conflict", two, None)
    assert [repository.commit(commit).subject for commit in picked.commits] == ["One"]


def test_of_a_series_what_is_there_is_left_out(line, repository, committer):
    one = line.commit("One", {"read.me": "one\n"})
    two = line.commit("Two", {"app.py": change(TEXT, 3, "two")})
    onto = on_line(line, "The same by hand", {"read.me": "one\n"})
    picked = pick(repository, [one, two], onto, committer=committer)
    assert (picked.status, len(picked.commits)) == ("clean", 1)
    assert picked.presence == Presence("patch-id", onto)


def test_an_empty_pick_is_already_there(line, repository, committer):
    fix = line.commit("Fix", {"read.me": "two\n", "app.py": change(TEXT, 3, "three")})
    on_line(line, "Half", {"read.me": "two\n"})
    onto = on_line(line, "Other half", {"app.py": change(TEXT, 3, "three")})
    picked = pick(repository, [fix], onto, committer=committer)
    assert (picked.status, picked.commits, picked.tree) == ("already", (), line.tree(onto))
    assert picked.presence == Presence("tree", None)


def test_a_pick_that_was_adapted_is_found_instead_of_conflicting(line, repository, committer):
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(
        line, f"Fix\n\n(cherry picked from commit {fix})\n", {"app.py": change(TEXT, 3, "adapted")}
    )
    picked = pick(repository, [fix], onto, committer=committer)
    assert (picked.status, picked.presence) == ("already", Presence("trailer", onto))


def test_line_endings_survive(line, repository, committer):
    crlf = TEXT.replace("\n", "\r\n")
    base = line.commit("CRLF", {"dos.txt": crlf})
    fix = line.commit("Fix", {"dos.txt": crlf.replace("line 3", "fixed")})
    line.switch("other", base)
    onto = line.commit("Other", {"dos.txt": crlf.replace("line 15", "other")})
    assert_as_git_picks(line, repository, committer, fix, onto)


def test_a_binary_file_is_replaced_whole(line, repository, committer):
    fix = line.commit("New logo", {"logo.png": b"\x89PNG\0\3\4"})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    assert assert_as_git_picks(line, repository, committer, fix, onto).verdict == "identical"


def test_a_mode_is_picked(line, repository, committer):
    (line.directory / "app.py").chmod(0o755)
    fix = line.commit("Run it")
    onto = on_line(line, "Other", {"read.me": "other\n"})
    assert_as_git_picks(line, repository, committer, fix, onto)


def test_names_that_are_no_utf8_are_picked(line, repository, committer):
    name = b"caf\xe9 \n.txt".decode("utf-8", "surrogateescape")
    fix = line.commit("Odd name", {name: "odd\n"})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    assert_as_git_picks(line, repository, committer, fix, onto)


def test_a_message_in_another_encoding_is_picked(line, repository, committer):
    line.run("config", "i18n.commitEncoding", "iso-8859-1")
    line.write("app.py", change(TEXT, 3, "fixed"))
    line.run("add", "--all")
    message = line.directory.parent / "message"
    message.write_bytes("Repariert für Zoë\n".encode("iso-8859-1"))
    line.run("commit", "--quiet", "-F", str(message))
    fix = line.head
    line.run("config", "--unset", "i18n.commitEncoding")
    onto = on_line(line, "Other", {"read.me": "other\n"})
    assert_as_git_picks(line, repository, committer, fix, onto)
    assert repository.commit(fix).subject == "Repariert für Zoë"


def test_a_merge_is_picked_against_its_first_parent(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    line.switch("topic", "main")
    line.commit("One", {"app.py": change(TEXT, 3, "one")})
    line.commit("Two", {"new.py": "new\n"})
    line.switch("main")
    line.commit("Meanwhile", {"app.py": change(TEXT, 15, "meanwhile")})
    fix = line.merge("topic", "Merge pull request #7 from ada/topic")
    assert_as_git_picks(line, repository, committer, fix, onto, "-m", "1")
    assert_as_git_picks(line, repository, committer, fix, onto, "-m", "2", mainline=2)
    with pytest.raises(InputError, match="no parent 3"):
        pick(repository, [fix], onto, committer=committer, mainline=3)


def test_a_root_commit_is_picked_against_nothing(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    line.run("checkout", "--quiet", "--orphan", "island")
    line.run("rm", "-rfq", ".")
    fix = line.commit("Island", {"island.txt": "alone\n"})
    assert_as_git_picks(line, repository, committer, fix, onto)


@pytest.mark.parametrize(
    ("theirs", "ours", "kinds"),
    [
        ({"app.py": change(TEXT, 3, "a")}, {"app.py": change(TEXT, 3, "b")}, {"app.py": "content"}),
        ({"new.py": "a\n"}, {"new.py": "b\n"}, {"new.py": "add/add"}),
        ({"app.py": change(TEXT, 3, "a")}, {"app.py": None}, {"app.py": "modify/delete"}),
        ({"app.py": None}, {"app.py": change(TEXT, 3, "b")}, {"app.py": "modify/delete"}),
        ({"logo.png": b"\0a"}, {"logo.png": b"\0b"}, {"logo.png": "binary"}),
        (
            {"app.py": None, "one.py": TEXT},
            {"app.py": None, "two.py": TEXT},
            dict.fromkeys(("app.py", "one.py", "two.py"), "rename/rename"),
        ),
        ({"app.py": None, "one.py": TEXT}, {"app.py": None}, {"one.py": "rename/delete"}),
    ],
    ids=["content", "add", "deleted-here", "deleted-there", "binary", "rename-rename", "rename-delete"],
)
def test_conflicts_are_those_of_git(line, repository, committer, theirs, ours, kinds):
    onto = on_line(line, "Ours", ours)
    fix = line.commit("Theirs", theirs)
    assert assert_conflicts_as_git(line, repository, committer, fix, onto) == kinds


def test_a_file_where_a_folder_is_conflicts(line, repository, committer):
    onto = on_line(line, "Ours", {"docs/a.txt": "a\n"})
    fix = line.commit("Theirs", {"docs": "a file\n"})
    picked = pick(repository, [fix], onto, committer=committer)
    assert picked.status == "conflict"
    assert [conflict.kind for conflict in picked.conflicts] == ["directory/file"]


@pytest.fixture
def split(clone):
    """The line parts a folder in two halves; main is at hand with a fix that adds a file to the folder."""
    files = {f"a/{name}.py": f"{name}\n" * 9 for name in "abcd"}
    clone.commit("First", {"app.py": TEXT, **files})
    clone.run("branch", "line")
    moved = {path.replace("a/", "b/" if path < "a/c" else "c/"): text for path, text in files.items()}
    on_line(clone, "Part the folder", {"app.py": change(TEXT, 3, "ours"), **dict.fromkeys(files), **moved})
    clone.fix = clone.commit("Fix", {"a/new.py": "new\n"})
    return clone


@pytest.fixture(params=[True, False])
def repository_either_way(request, repository, monkeypatch):
    """A repository that merges by a process that lasts, and one that starts a process for each."""
    if not request.param:
        monkeypatch.setattr(repository.coprocesses, "ask", lambda *_, **__: None)
    return repository


def test_a_folder_that_the_line_parted_conflicts_though_no_path_is_unmerged(
    split, repository_either_way, committer
):
    onto = repository_either_way.resolve("line")
    kinds = assert_conflicts_as_git(split, repository_either_way, committer, split.fix, onto, {"a"})
    assert kinds == {"a": "directory-rename"}


def test_a_folder_that_the_line_parted_is_told_beside_what_is_unmerged(
    split, repository_either_way, committer
):
    fix = split.commit("Two", {"a/two.py": "two\n", "app.py": change(TEXT, 3, "theirs")})
    onto = repository_either_way.resolve("line")
    kinds = assert_conflicts_as_git(split, repository_either_way, committer, fix, onto, {"a"})
    assert kinds == {"a": "directory-rename", "app.py": "content"}


def test_two_folders_that_the_line_made_one_conflict_where_both_get_the_same_name(
    clone, repository_either_way, committer
):
    files = {f"{folder}/{folder}{name}.py": f"{folder}{name}\n" * 9 for folder in "ab" for name in "xyz"}
    clone.commit("First", files)
    clone.run("branch", "line")
    moved = {f"c/{path[2:]}": text for path, text in files.items()}
    onto = on_line(clone, "Make one of both", {**dict.fromkeys(files), **moved})
    fix = clone.commit("Fix", {"a/new.py": "one\n", "b/new.py": "two\n"})
    kinds = assert_conflicts_as_git(
        clone, repository_either_way, committer, fix, onto, {"a/new.py", "b/new.py", "c/new.py"}
    )
    assert kinds == dict.fromkeys(("c/new.py", "a/new.py", "b/new.py"), "directory-rename")


def test_what_is_in_the_way_of_a_moved_folder_conflicts_alone(clone, repository, committer):
    files = {f"a/{name}.py": f"{name}\n" * 9 for name in "abc"}
    clone.commit("First", files)
    clone.run("branch", "line")
    moved = {path.replace("a/", "b/"): text for path, text in files.items()}
    onto = on_line(clone, "Move the folder", {**dict.fromkeys(files), **moved, "b/new.py": "in the way\n"})
    fix = clone.commit("Fix", {"a/new.py": "new\n"})
    kinds = assert_conflicts_as_git(clone, repository, committer, fix, onto)
    assert kinds == {"b/new.py": "directory-rename"}


@pytest.mark.parametrize(
    "output", [b"0\0%s\0\0\0", b"0\0%s\0\x001\0app.py\0Auto-merging\0Auto-merging\n\0\0"]
)
def test_a_merge_that_is_unclean_for_no_reason_given_is_no_answer(output):
    assert read_answer(iter((output % EMPTY_TREE.encode()).split(b"\0"))) is None


def test_a_file_that_is_merged_by_union_does_not_conflict(line, repository, committer):
    line.switch("base", "main")
    base = line.commit("Union", {".gitattributes": "CHANGES merge=union\n", "CHANGES": "# Changes\n"})
    onto = line.commit("Ours", {"CHANGES": "# Changes\nours\n"})
    line.switch("theirs", base)
    fix = line.commit("Theirs", {"CHANGES": "# Changes\ntheirs\n"})
    assert assert_as_git_picks(line, repository, committer, fix, onto).verdict == "context"


def test_two_submodules_conflict(line, repository, committer):
    def point(number: int) -> None:
        line.run("update-index", "--add", "--cacheinfo", f"160000,{str(number) * 40},module")
        line.run("commit", "--quiet", "-m", f"Module {number}")

    point(1)
    line.switch("other", "main")
    point(2)
    onto = line.head
    line.switch("main")
    point(3)
    picked = pick(repository, [line.head], onto, committer=committer)
    assert [(conflict.path, conflict.kind) for conflict in picked.conflicts] == [("module", "submodule")]


def test_a_conflict_shows_what_each_side_has(line, repository, committer):
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    fix = line.commit("Theirs", {"app.py": change(TEXT, 3, "theirs")})
    picked = pick(repository, [fix], onto, committer=committer)
    (conflict,) = picked.conflicts
    sides = [
        repository.store.read(side.id, "blob") for side in (conflict.base, conflict.ours, conflict.theirs)
    ]
    assert sides == [text.encode() for text in (TEXT, change(TEXT, 3, "ours"), change(TEXT, 3, "theirs"))]
    marked = repository.store.read(
        repository.git.read("rev-parse", f"{picked.marked_tree}:app.py"), "blob"
    ).decode()
    assert f">>>>>>> {fix}\n" in marked


def test_settings_of_the_user_change_nothing(line, repository, committer):
    onto = on_line(line, "Rename", {"app.py": None, "core.py": TEXT})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    expected = pick(repository, [fix], onto, committer=committer).commits
    for key, value in (("merge.renames", "false"), ("core.autocrlf", "true"), ("diff.noprefix", "true")):
        line.run("config", key, value)
    assert pick(repository, [fix], onto, committer=committer).commits == expected


DRIVEN = {"app.py": "driven", "text.py": "text", "union.py": "union", "binary.py": "binary"}


@pytest.mark.parametrize("merges", ["cleanly", "in conflict"])
def test_a_merge_program_of_the_clone_does_not_run(line, open_repository, committer, tmp_path, merges):
    base = line.commit("Base", dict.fromkeys(DRIVEN, TEXT))
    fix = line.commit("Fix", dict.fromkeys(DRIVEN, change(TEXT, 3, "fixed")))
    line.switch("other", base)
    near = change(TEXT, 3, "ours") if merges == "in conflict" else change(TEXT, 15, "ours")
    onto = line.commit("Other", {**dict.fromkeys(DRIVEN, near), "binary.py": TEXT})
    (line.directory / ".git" / "info" / "attributes").write_text(
        "".join(f"{path} merge={name}\n" for path, name in DRIVEN.items())
    )
    built_in = pick(open_repository(line.directory), [fix], onto, committer=committer)
    for name in DRIVEN.values():
        line.run("config", f"merge.{name}.driver", f"touch {tmp_path}/ran")
    made = pick(open_repository(line.directory), [fix], onto, committer=committer)
    assert [each.path for each in made.conflicts] == (
        ["app.py", "text.py"] if merges == "in conflict" else []
    )
    assert (made.status, made.tree, made.conflicts) == (built_in.status, built_in.tree, built_in.conflicts)
    assert not (tmp_path / "ran").exists()


def test_an_absent_object_is_named(line, repository, committer):
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    fix = line.commit("Theirs", {"app.py": change(TEXT, 15, "theirs")})
    blob = line.git.read("rev-parse", f"{fix}:app.py")
    path = line.directory / ".git" / "objects" / blob[:2] / blob[2:]
    shutil.move(path, line.directory.parent / "gone")
    picked = pick(repository, [fix], onto, committer=committer)
    assert picked.status == "error"
    assert blob in picked.error


def test_a_partial_clone_picks_what_needs_no_contents(line, open_repository, committer, tmp_path):
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    apart = line.commit("Apart", {"read.me": "apart\n"})
    beside = line.commit("Beside", {"app.py": change(TEXT, 15, "beside")})
    line.run("config", "uploadpack.allowFilter", "true")
    source = f"file://{line.directory}"
    line.run("clone", "--quiet", "--bare", "--filter=blob:none", source, str(tmp_path / "partial"))
    partial = open_repository(tmp_path / "partial")
    picked = pick(partial, [apart], onto, committer=committer)
    assert (picked.status, picked.verdict, len(picked.commits)) == ("clean", "identical", 1)
    refused = pick(partial, [beside], onto, committer=committer)
    assert (refused.status, "lacks the object" in refused.error) == ("error", True)
    lazy = open_repository(tmp_path / "partial", remote=Address(f"file://{line.directory}"))
    assert pick(lazy, [beside], onto, committer=committer).verdict == "identical"


def test_a_fix_that_is_not_here_is_an_error(line, repository, committer):
    absent = Commit("a" * 40)
    picked = pick(repository, [absent], line.head, committer=committer)
    assert (picked.status, absent in picked.error) == ("error", True)


def test_nothing_to_pick_is_refused(line, repository, committer):
    with pytest.raises(InputError, match="nothing to pick"):
        pick(repository, [], line.head, committer=committer)


def test_a_warm_pick_starts_no_process(line, repository, committer, monkeypatch):
    base = line.head
    onto = on_line(line, "Other", {"read.me": "other\n"})
    fixes = []
    for number in (3, 15):
        line.switch(f"fix-{number}", base)
        fixes.append(line.commit("Fix", {"app.py": change(TEXT, number, "fixed")}))
    pick(repository, fixes[:1], onto, committer=committer)
    monkeypatch.setenv("PATH", "")
    picked = pick(repository, fixes[1:], onto, committer=committer)
    assert (picked.status, picked.verdict) == ("clean", "identical")
    assert pick(repository, fixes[1:], onto, committer=committer, judge=False).verdict is None


def test_a_description_not_known_yet_is_still_a_conflict():
    output = "\0".join(["t" * 40, f"100644 {'1' * 40} 2\tpath", "", "1", "path", "CONFLICT (new)", "x", ""])
    (conflict,) = parse_merge(output.encode()).conflicts
    assert (conflict.path, conflict.kind) == ("path", "other")


def test_a_link_is_picked(line, repository, committer):
    (line.directory / "link").symlink_to("app.py")
    fix = line.commit("Link")
    onto = on_line(line, "Other", {"read.me": "other\n"})
    assert assert_as_git_picks(line, repository, committer, fix, onto).verdict == "identical"


def test_a_rename_in_case_alone_is_picked(line, repository, committer):
    fix = line.commit("Rename", {"app.py": None, "App.py": TEXT})
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    picked = assert_as_git_picks(line, repository, committer, fix, onto)
    assert repository.read_file(picked.commits[-1], "App.py") == change(TEXT, 3, "ours").encode()
    assert repository.read_file(picked.commits[-1], "app.py") is None


def test_an_octopus_is_picked_with_all_that_it_merged(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    for name in ("red", "blue"):
        line.switch(name, "main")
        line.commit(name, {f"{name}.py": f"{name}\n"})
        line.switch("main")
    line.run("merge", "--quiet", "--no-ff", "-m", "Octopus", "red", "blue")
    picked = assert_as_git_picks(line, repository, committer, line.head, onto, "-m", "1")
    assert set(repository.changed_paths(onto, picked.commits[-1])) == {"blue.py", "red.py"}


def test_a_submodule_that_only_the_fix_moves_is_picked(line, repository, committer):
    line.run("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    line.run("commit", "--quiet", "-m", "Module")
    fix = line.head
    onto = repository.resolve("line")
    picked = pick(repository, [fix], onto, committer=committer)
    assert (picked.status, picked.tree) == ("clean", line.tree(fix))
