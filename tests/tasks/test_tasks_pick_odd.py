"""`relauto pick` on odd input, over real git: what git makes of it, or one sentence and the right status."""

import multiprocessing
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relauto.errors import RelautoError
from relauto.git.commit import Signature
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.tasks.program import program
from tests.git.conftest import Clone
from tests.picking.test_picking_pick import TEXT, change
from tests.processes import Desk
from tests.tasks.test_tasks_pick import identify

pytestmark = pytest.mark.path


@pytest.fixture
def clone(tmp_path):
    """Main with one commit, which `line` is at too."""
    clone = Clone(tmp_path / "clone")
    clone.commit("First", {"app.py": TEXT, "docs/a.txt": "a\n", "docs/b.txt": "b\n", "read.me": "read me\n"})
    clone.run("branch", "line")
    return clone


@pytest.fixture
def committer():
    return Signature("Robin Releases", "robin@example.com", datetime(2026, 3, 2, 3, 0, tzinfo=UTC))


@pytest.fixture
def pick(relauto):
    return lambda *arguments: relauto("pick", "--repo", "clone", *arguments)


@pytest.fixture
def pick_one(pick):
    def run(fix, *options):
        ended = pick("--fix", fix, "--onto", "line", "--json", *options)
        (result,) = ended.document["results"]
        assert "Traceback" not in ended.err
        return ended.status, result

    return run


def on_line(clone, message, files=None, change=None):
    clone.switch("line")
    if change:
        change()
    commit = clone.commit(message, files)
    clone.switch("main")
    return commit


def assert_as_git(clone, pick_one, fix, *options):
    """Hold a pick to `git cherry-pick`: the same tree, or a conflict where that has one."""
    status, result = pick_one(fix)
    made = clone.pick_for_real(fix, "line", *options)
    clone.switch("main")
    if isinstance(made, set):
        assert (status, result["status"], result["error"]) == (3, "conflict", None)
    else:
        assert (status, result["status"], result["tree"]) == (0, "clean", made[0])
    return result


def link(clone, path, aim):
    target = clone.directory / path
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    elif target.exists() or target.is_symlink():
        target.unlink()
    target.symlink_to(aim)


# Names


def test_an_id_that_is_ambiguous_is_refused_with_its_candidates(pick, clone, committer):
    seen, tree, head = {}, clone.tree(), clone.head
    with Repository.open(clone.directory) as repository:
        for number in range(1000):
            commit = repository.write_commit(tree, [head], f"{number}", committer, committer)
            seen.setdefault(commit[:4], []).append(commit)
    word, commits = next((word, commits) for word, commits in seen.items() if len(commits) > 1)
    ended = pick("--fix", word, "--onto", "line")
    assert (ended.status, ended.out) == (2, "")
    _, what, *listed = ended.err.splitlines()
    assert f"has {len(commits)} commits whose ids begin with '{word}'" in ended.err.splitlines()[0]
    assert what == "  give more of the id of one:"
    assert len(listed) == len(commits)
    assert all(any(row.startswith(f"    {commit[:5]}") for row in listed) for commit in commits)


def test_a_url_for_a_folder_is_refused_with_the_way_to_name_it(relauto):
    ended = relauto("pick", "--repo", "https://example.com/a.git", "--fix", "main", "--onto", "line")
    assert (ended.status, ended.err) == (
        2,
        "relauto: --repo takes a folder, and https://example.com/a.git is none\n  give the URL with --from\n",
    )


def test_what_a_terminal_cannot_show_is_escaped(clone, tmp_path):
    fix = clone.commit("Fix the café", {"app.py": change(TEXT, 3, "fixed")})
    desk = Desk(clone.directory, tmp_path / "home", {"PYTHONIOENCODING": "ascii"})
    ended = desk.run("pick", "--fix", fix, "--onto", "line")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"line: {fix[:10]} Fix the caf\\xe9: clean")


@pytest.mark.parametrize("word", ["main^{tree}", "main:app.py", "main^9", "main@{9}", "HEAD~99", ":/nothing"])
def test_a_word_that_stands_for_no_commit_is_refused(pick, clone, word):
    ended = pick("--fix", word, "--onto", "line")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("relauto: ")
    assert "has no commit called" in ended.err


def test_a_head_that_is_detached_or_unborn_is_no_hindrance(pick_one, clone):
    fix = clone.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    clone.run("checkout", "--quiet", "--detach", "line")
    assert pick_one("main")[0] == 0
    clone.run("checkout", "--quiet", "--orphan", "nothing")
    assert_as_git(clone, pick_one, fix)


def test_a_repository_without_a_commit_is_refused(relauto, tmp_path):
    Clone(tmp_path / "empty")
    ended = relauto("pick", "--repo", "empty", "--fix", "HEAD", "--onto", "main")
    assert (ended.status, ended.out) == (2, "")
    assert "has no commit called 'HEAD'" in ended.err


def test_a_repository_of_other_ids_is_refused(relauto, tmp_path):
    (tmp_path / "other").mkdir()
    Git(tmp_path / "other").run("init", "--quiet", "--object-format=sha256", ".")
    ended = relauto("pick", "--repo", "other", "--fix", "main", "--onto", "main")
    assert (ended.status, ended.out) == (2, "")
    assert "names its objects by sha256; relauto reads SHA-1 repositories" in ended.err


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a repository away")
def test_a_repository_of_somebody_else_is_refused(pick, clone):
    for path in (clone.directory, clone.directory / ".git"):
        os.chown(path, 12345, 12345)
    ended = pick("--fix", "main", "--onto", "line")
    assert (ended.status, ended.out) == (2, "")
    assert "belongs to another user\n  if you do, run: git config --global --add safe.directory" in ended.err


# Commits


def test_a_root_commit_is_a_fix(clone, pick_one):
    clone.run("checkout", "--quiet", "--orphan", "island")
    clone.run("rm", "-rfq", ".")
    fix = clone.commit("Island", {"island.txt": "alone\n"})
    clone.switch("main")
    assert_as_git(clone, pick_one, fix)


def test_an_empty_commit_is_refused(clone, pick):
    fix = clone.commit("Nothing", allow_empty=True)
    ended = pick("--fix", fix, "--onto", "line")
    assert (ended.status, ended.out) == (2, "")
    assert f"{fix[:10]} changes nothing, so there is nothing to pick" in ended.err


def test_an_octopus_merge_is_a_fix(clone, pick_one):
    for name in ("red", "blue"):
        clone.switch(name, "main")
        clone.commit(name, {f"{name}.py": f"{name}\n"})
        clone.switch("main")
    clone.commit("Meanwhile", {"read.me": "meanwhile\n"})
    clone.run("merge", "--quiet", "--no-ff", "-m", "Octopus", "red", "blue")
    assert_as_git(clone, pick_one, clone.head, "-m", "1")


def test_a_line_behind_what_the_fix_grew_from_takes_it(clone, pick_one):
    for number in range(5):
        clone.commit(f"Step {number}", {"step": f"{number}\n"})
    assert_as_git(clone, pick_one, clone.commit("Fix", {"app.py": change(TEXT, 3, "fixed")}))
    status, result = pick_one(clone.commit("On top", {"step": "on top\n"}))
    assert (status, result["status"]) == (3, "conflict")


def test_a_message_in_another_encoding_is_kept(clone, pick_one):
    clone.run("config", "i18n.commitEncoding", "iso-8859-1")
    clone.write("app.py", change(TEXT, 3, "fixed"))
    clone.run("add", "--all")
    (clone.directory.parent / "message").write_bytes("Repariert für Zoë\n".encode("iso-8859-1"))
    clone.run("commit", "--quiet", "-F", str(clone.directory.parent / "message"))
    clone.run("config", "--unset", "i18n.commitEncoding")
    result = assert_as_git(clone, pick_one, clone.head)
    assert clone.git.read("log", "-1", "--format=%s", result["commit"]) == "Repariert für Zoë"


def test_replaced_objects_and_grafts_change_nothing(clone, pick_one):
    base = clone.head
    clone.commit("Between", {"app.py": change(TEXT, 10, "between")})
    fix = clone.commit("Fix", {"app.py": change(TEXT, 3, "fixed").replace("line 10\n", "between\n")})
    expected = assert_as_git(clone, pick_one, fix)["tree"]
    other = clone.commit("Other", {"app.py": "other\n"})
    clone.run("replace", fix, other)
    assert pick_one(fix)[1]["tree"] == expected
    clone.run("replace", "--delete", fix)
    (clone.directory / ".git" / "info").mkdir(exist_ok=True)
    (clone.directory / ".git" / "info" / "grafts").write_text(f"{fix} {base}\n")
    assert pick_one(fix)[1]["tree"] == expected


# Contents


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"logo.png": b"\x89PNG\0\1"}, {"logo.png": b"\x89PNG\0\2"}),
        ({"read.me": "ours\n"}, {"logo.png": b"\x89PNG\0\2"}),
        ({"read.me": "ours\n"}, {"app.py": TEXT.replace("\n", "\r\n")}),
        ({"app.py": TEXT.replace("\n", "\r\n")}, {"app.py": change(TEXT, 3, "fixed")}),
        ({"read.me": "ours\n"}, {"caf\udce9/\udcff\n.txt": "odd\n"}),
        ({"caf\udce9": "ours\n"}, {"caf\udce9": "theirs\n"}),
        ({"app.py": change(TEXT, 15, "ours")}, {"app.py": None, "App.py": TEXT}),
        ({"App.py": "another\n"}, {"app.py": None, "APP.py": TEXT}),
        ({"docs/a.txt": "ours\n"}, {"docs/a.txt": None, "docs/b.txt": None, "docs": "a file\n"}),
        ({"read.me": None, "read.me/deep": "ours\n"}, {"read.me": "theirs\n"}),
        ({"app.py": None, "one.py": TEXT}, {"app.py": None, "two.py": TEXT}),
        ({"app.py": None, "new.py": TEXT}, {"docs/a.txt": None, "new.py": "a\n"}),
        ({"read.me": "ours\n"}, {"/".join(["long-folder-name"] * 11) + "/long-name.txt": "deep\n"}),
        ({"read.me": "ours\n"}, {"x" * 200: "long\n"}),
        (
            {"read.me": "ours\n"},
            {"big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "1" * 64 + "\nsize 9\n"},
        ),
        (
            {"big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "2" * 64 + "\nsize 8\n"},
            {"big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:" + "1" * 64 + "\nsize 9\n"},
        ),
    ],
    ids=[
        "binary-both",
        "binary",
        "crlf-theirs",
        "crlf-ours",
        "not-utf8",
        "not-utf8-both",
        "case",
        "case-both",
        "folder-to-file",
        "file-to-folder-ours",
        "rename-rename",
        "rename-add",
        "deep-path",
        "long-name",
        "lfs",
        "lfs-both",
    ],
)
def test_what_both_sides_have_ends_as_git_ends_it(clone, pick_one, ours, theirs):
    def write(files):
        for path in [path for path, content in files.items() if content is None]:
            clone.write(path, None)
        for folder in (clone.directory / path for path in files):
            if folder.is_dir():
                folder.rmdir()
        clone.commit("Side", {path: content for path, content in files.items() if content is not None})

    clone.switch("line")
    write(ours)
    clone.switch("main")
    write(theirs)
    assert_as_git(clone, pick_one, clone.head)


@pytest.mark.parametrize(
    ("path", "aim"), [("app.py", "read.me"), ("docs", "read.me"), ("new", "docs"), ("new", "../outside")]
)
@pytest.mark.parametrize("ours", [None, "app.py", "docs/a.txt"])
def test_links_take_the_place_of_files_and_folders_as_in_git(clone, pick_one, path, aim, ours):
    on_line(clone, "Ours", {ours or "read.me": "ours\n"})
    link(clone, path, aim)
    assert_as_git(clone, pick_one, clone.commit("Link"))


def test_a_file_and_a_folder_take_the_place_of_links(clone, pick_one):
    link(clone, "one", "app.py")
    link(clone, "two", "docs")
    clone.commit("Links")
    clone.run("branch", "--force", "line")
    on_line(clone, "Ours", {"read.me": "ours\n"})
    for name in ("one", "two"):
        (clone.directory / name).unlink()
    assert_as_git(clone, pick_one, clone.commit("Files", {"one": "a file\n", "two/deep": "a folder\n"}))
    on_line(clone, "Other aim", change=lambda: link(clone, "one", "read.me"))
    assert pick_one("main")[1]["status"] == "conflict"


@pytest.mark.parametrize("also", [False, True])
def test_modes_are_picked_as_in_git(clone, pick_one, also):
    if also:
        on_line(clone, "Ours", {"app.py": change(TEXT, 9, "ours")})
    (clone.directory / "app.py").chmod(0o755)
    assert_as_git(clone, pick_one, clone.commit("Run it"))


def test_submodules_are_picked_as_in_git(clone, pick_one):
    def point(number):
        clone.run("update-index", "--add", "--cacheinfo", f"160000,{str(number) * 40},module")
        clone.run("commit", "--quiet", "-m", f"Module {number}")

    point(1)
    status, result = pick_one(clone.head)
    assert (status, result["status"], result["tree"]) == (0, "clean", clone.tree())
    clone.run("branch", "--force", "line")
    point(2)
    clone.switch("line")
    point(3)
    clone.run("checkout", "--quiet", "main")
    status, result = pick_one("main")
    assert (status, result["conflicts"]) == (3, [{"path": "module", "kind": "submodule"}])


@pytest.mark.parametrize("where", ["fix", "line", "default"])
def test_a_program_that_attributes_name_is_never_run(clone, pick_one, tmp_path, where):
    ran = tmp_path / "ran"
    clone.run("config", "merge.evil.driver", f"touch {ran}; exit 0")
    clone.run("config", "diff.evil.textconv", f"touch {ran}; cat")
    clone.run("config", "filter.evil.smudge", f"touch {ran}; cat")
    if where == "default":
        clone.run("config", "merge.default", "evil")
    attributes = {".gitattributes": "*.py merge=evil diff=evil filter=evil\n"}
    on_line(clone, "Ours", {"app.py": change(TEXT, 15, "ours"), **(attributes if where == "line" else {})})
    clone.write(".gitattributes", "*.py merge=evil diff=evil\n" if where == "fix" else "")
    fix = clone.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    status, result = pick_one(fix)
    assert not ran.exists()
    wanted = change(change(TEXT, 15, "ours"), 3, "fixed")
    assert (status, result["status"]) == (0, "clean")
    assert clone.git.run("cat-file", "blob", f"{result['tree']}:app.py") == wanted.encode()


def test_a_fix_of_five_thousand_files_is_picked(clone, pick_one):
    files = {f"many/{number // 100}/{number}.txt": f"{number}\n" for number in range(5000)}
    clone.commit("Many", files)
    clone.run("branch", "--force", "line")
    on_line(clone, "Ours", {"app.py": change(TEXT, 15, "ours")})
    fix = clone.commit("All of them", {path: f"fixed {text}" for path, text in files.items()})
    status, result = pick_one(fix)
    assert (status, result["status"], result["verdict"]) == (0, "clean", "identical")
    assert len(clone.git.read("diff-tree", "-r", "--name-only", "line", result["tree"]).splitlines()) == 5000


# Objects that are not there


@pytest.mark.parametrize(
    "which",
    [
        "main:app.py",
        "main^:app.py",
        "line:app.py",
        "main^{tree}",
        "main^^{tree}",
        "line^{tree}",
        "main:docs",
        "main^",
        "main",
        "line",
    ],
)
def test_an_object_that_is_not_there_is_named(clone, pick, which):
    clone.commit("Main alone", {"app.py": change(TEXT, 9, "main"), "docs/a.txt": "main\n"})
    on_line(clone, "Ours", {"app.py": change(TEXT, 15, "ours"), "docs/b.txt": "ours\n"})
    clone.commit("Fix", {"app.py": change(change(TEXT, 9, "main"), 3, "fixed"), "docs/a.txt": "fixed\n"})
    fix, gone = clone.head, clone.git.read("rev-parse", which)
    (clone.directory / ".git" / "objects" / gone[:2] / gone[2:]).unlink()
    ended = pick("--fix", fix, "--onto", "line")
    assert "Traceback" not in ended.err
    assert ended.status == 2
    told = ended.out + ended.err
    # Of a commit's tree git names the commit.
    assert gone in told or f"the tree of {clone.git.read('rev-parse', which.removesuffix('^{tree}'))}" in told
    assert "ended with status" not in told


# Several at once


def run_pick(folder, fix, home):
    os.chdir(folder)
    os.environ["HOME"] = home
    try:
        program.run(["relauto", "pick", "--repo", "clone", "--fix", fix, "--onto", "line", "--write"])
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    except RelautoError:
        os._exit(99)


def test_two_picks_that_race_for_one_line_make_one_branch(clone, tmp_path):
    identify(clone)
    fix = clone.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    tree, _ = clone.pick_for_real(fix, "line")
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=run_pick, args=(tmp_path, fix, str(Path.home()))) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0] * 4
    branch = f"relauto/pick/line/{fix[:10]}"
    assert clone.tree(branch) == tree
    assert clone.git.read("rev-list", "--count", f"line..{branch}") == "1"


def test_a_worktree_is_as_good_as_its_clone(clone, relauto, tmp_path):
    identify(clone)
    fix = clone.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    clone.run("worktree", "add", "--quiet", str(tmp_path / "tree"), "line")
    ended = relauto("pick", "--repo", "tree", "--fix", fix, "--onto", "line", "--write", "--json")
    assert ended.status == 0
    (branch,) = ended.document["branches"]
    assert (branch["state"], clone.tree(branch["branch"])) == ("created", clone.tree("main"))
    assert Git(tmp_path / "tree").read("status", "--porcelain") == ""
    Git(tmp_path / "tree").run("checkout", "--quiet", branch["branch"])
    on_line_before = clone.git.read("rev-parse", branch["branch"])
    clone.run(
        "update-ref", "refs/heads/line", clone.git.read("commit-tree", "-p", "line", "-m", "x", "line^{tree}")
    )
    moved = relauto("pick", "--repo", "clone", "--fix", fix, "--onto", "line", "--write", "--json")
    assert (moved.status, moved.document["branches"][0]["state"]) == (3, "refused")
    assert clone.git.read("rev-parse", branch["branch"]) == on_line_before
