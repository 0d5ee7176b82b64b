"""`relauto pick` in a shallow clone, as CI makes them: it goes on, fetches where it may, or is refused."""

import pytest

from relauto.git.runner import Git
from tests.git.conftest import Clone
from tests.picking.test_picking_pick import TEXT, change
from tests.tasks.test_tasks_pick import mask

pytestmark = pytest.mark.path


@pytest.fixture
def origin(tmp_path):
    """Main with ten commits and the fix third from its end; `release-1` has left it half way."""
    origin = Clone(tmp_path / "origin")
    origin.commit("First", {"app.py": TEXT})
    for number in range(9):
        origin.commit(f"Step {number}", {"step": f"{number}\n"})
        if number == 4:
            origin.run("branch", "release-1")
    origin.fix = origin.commit("Fix the crash (#12)", {"app.py": change(TEXT, 3, "fixed")})
    origin.commit("Later", {"step": "later\n"})
    origin.commit("Last", {"step": "last\n"})
    return origin


@pytest.fixture
def pick(relauto):
    return lambda *arguments: relauto("pick", "--repo", "shallow", *arguments)


def make_shallow(origin, tmp_path, *options):
    origin.run("clone", "--quiet", *options, f"file://{origin.directory}", str(tmp_path / "shallow"))
    return Git(tmp_path / "shallow")


def test_a_pick_goes_on_where_what_it_needs_is_there(pick, origin, tmp_path):
    git = make_shallow(origin, tmp_path, "--depth=4", "--no-single-branch")
    before = (tmp_path / "shallow" / ".git" / "shallow").read_text()
    tree, _ = origin.pick_for_real(origin.fix, "release-1")
    document = pick("--fix", origin.fix, "--onto", "release-1", "--json").document
    assert [(each["status"], each["tree"]) for each in document["results"]] == [("clean", tree)]
    assert [(each["commits"], each["whole"]) for each in document["looked"]] == [(4, True)]
    assert (tmp_path / "shallow" / ".git" / "shallow").read_text() == before
    assert git.ask("rev-parse", "--verify", "--quiet", f"{origin.fix}~4").status


def test_a_fix_with_which_the_history_ends_is_refused_by_name(pick, origin, tmp_path):
    git = make_shallow(origin, tmp_path, "--depth=3", "--no-single-branch")
    ended = pick("--fix", origin.fix, "--onto", "release-1")
    assert (ended.status, ended.out) == (2, "")
    assert f"ends with {origin.fix[:10]}, so what that changed cannot be told" in ended.err
    assert f"add --fetch, or run: git fetch --deepen=1 origin {origin.fix}" in ended.err
    git.run("fetch", "--quiet", "--deepen=1", "origin", origin.fix)
    assert pick("--fix", origin.fix, "--onto", "release-1").status == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
@pytest.mark.parametrize("single", ["--single-branch", "--no-single-branch"])
def test_what_a_pick_lacks_is_fetched_where_that_is_wanted(pick, origin, tmp_path, depth, single):
    git = make_shallow(origin, tmp_path, f"--depth={depth}", single)
    known = git.read("rev-list", "main").splitlines()
    tree, _ = origin.pick_for_real(origin.fix, "release-1")
    document = pick("--fix", origin.fix, "--onto", "release-1", "--fetch", "--json").document
    assert [(each["status"], each["tree"]) for each in document["results"]] == [("clean", tree)]
    assert set(known) <= set(git.read("rev-list", "main").splitlines())


def test_nothing_is_fetched_unasked(pick, origin, tmp_path):
    git = make_shallow(origin, tmp_path, "--depth=1")
    before = git.read("count-objects", "-v")
    ended = pick("--fix", origin.fix, "--onto", "release-1")
    assert ended.status == 2
    assert f"has no commit called '{origin.fix}'" in ended.err
    assert git.read("count-objects", "-v") == before


def test_a_shallow_clone_without_a_remote_cannot_fetch(pick, origin, tmp_path):
    git = make_shallow(origin, tmp_path, "--depth=1")
    git.run("remote", "remove", "origin")
    ended = pick("--fix", origin.fix, "--onto", "main", "--fetch")
    assert ended.status == 2
    assert "has no remote\n  git remote add" in ended.err


def test_what_the_remote_does_not_have_ends_with_5(pick, origin, tmp_path):
    make_shallow(origin, tmp_path, "--depth=1")
    ended = pick("--fix", "a" * 40, "--onto", "main", "--fetch")
    assert (ended.status, ended.out) == (5, "")
    assert "check the name, the remote and the network" in ended.err


def test_what_a_shallow_clone_cannot_tell_is_refused(pick, origin, tmp_path):
    make_shallow(origin, tmp_path, "--depth=2", "--no-single-branch")
    ended = pick("--fix", "origin/release-1..main", "--onto", "release-1")
    assert ended.status == 2
    assert "all that origin/release-1..main holds cannot be told: the history here is cut" in ended.err
    ended = pick("--fix", "release-1", "--onto", "main")
    assert ended.status == 2
    assert "how many commits release-1 holds that main has not cannot be told here" in ended.err


@pytest.mark.parametrize(
    "options", [("--filter=blob:none",), ("--filter=blob:none", "--depth=3"), ("--filter=tree:0",)]
)
def test_a_partial_clone_gets_what_it_lacks_where_that_is_wanted(pick, origin, tmp_path, options):
    origin.run("config", "uploadpack.allowFilter", "true")
    origin.switch("release-1")
    origin.commit("Ours", {"app.py": change(TEXT, 15, "ours")})
    origin.switch("main")
    make_shallow(origin, tmp_path, *options, "--no-single-branch", "--bare")
    tree, _ = origin.pick_for_real(origin.fix, "release-1")
    assert pick("--fix", origin.fix, "--onto", "release-1").status == 2
    document = pick("--fix", origin.fix, "--onto", "release-1", "--fetch", "--json").document
    assert [(each["status"], each["tree"]) for each in document["results"]] == [("clean", tree)], document


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_a_range_gets_what_it_lacks(pick, origin, tmp_path, depth):
    make_shallow(origin, tmp_path, f"--depth={depth}", "--no-single-branch")
    asked = ("--fix", f"{origin.fix}..main", "--onto", "release-1", "--json", "--fetch")
    document = pick(*asked).document
    told = origin.git.read("rev-list", "--reverse", f"{origin.fix}..main").splitlines()
    assert [each["fix"] for each in document["results"]] == told


@pytest.mark.parametrize("depth", [1, 3])
def test_a_range_of_branches_gets_what_lies_between(pick, origin, tmp_path, depth):
    make_shallow(origin, tmp_path, f"--depth={depth}", "--no-single-branch")
    asked = ("--fix", "origin/release-1..origin/main", "--onto", "release-1", "--json", "--fetch")
    told = origin.git.read("rev-list", "--reverse", "release-1..main").splitlines()
    assert [each["fix"] for each in pick(*asked).document["results"]] == told


def test_a_range_whose_older_end_ends_the_history_needs_nothing(pick, origin, tmp_path):
    make_shallow(origin, tmp_path, "--depth=3", "--no-single-branch")
    before = (tmp_path / "shallow" / ".git" / "shallow").read_text()
    asked = ("--fix", "origin/main~2..origin/main", "--onto", "release-1")
    without = pick(*asked)
    assert (without.status, "conflict" in without.out) == (3, True)
    fetched = pick(*asked, "--fetch")
    assert (fetched.status, mask(fetched.out), fetched.err) == (3, mask(without.out), without.err)
    assert (tmp_path / "shallow" / ".git" / "shallow").read_text() == before
    ended = pick("--fix", "main~2..", "--onto", "release-1", "--fetch")
    assert (ended.status, "'main~2..' is not a range of the form A..B" in ended.err) == (2, True)


@pytest.fixture
def pulled(origin, tmp_path, monkeypatch):
    """The origin, of which parts can be had, with pull request #7, merged as two commits."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    origin.run("config", "uploadpack.allowFilter", "true")
    origin.run("config", "uploadpack.allowAnySHA1InWant", "true")
    origin.switch("topic", "main")
    one = origin.commit("One", {"app.py": change(change(TEXT, 3, "fixed"), 9, "one")})
    origin.commit("Two", {"app.py": change(change(change(TEXT, 3, "fixed"), 9, "one"), 14, "two")})
    origin.run("update-ref", "refs/pull/7/head", "topic")
    origin.switch("main")
    origin.commit("Meanwhile", {"step": "meanwhile\n"})
    origin.run("cherry-pick", one, "topic")
    origin.run("commit", "--quiet", "--amend", "-m", "Two (#7)")
    origin.run("branch", "-D", "topic")
    return origin


@pytest.mark.parametrize("options", [("--filter=blob:none",), ("--depth=4", "--no-single-branch")])
def test_a_pull_request_is_picked_in_a_clone_that_lacks_some(relauto, pick, pulled, tmp_path, options):
    make_shallow(pulled, tmp_path, *options)
    asked = ("--pull", "7", "--onto", "release-1", "--json")
    ended = pick(*asked, "--fetch")
    fixes = pulled.git.read("rev-list", "--reverse", "main~2..main").splitlines()
    assert [(each["fix"], each["status"]) for each in ended.document["results"]] == [
        (fix, "clean") for fix in fixes
    ]
    pulled.run("clone", "--quiet", f"file://{pulled.directory}", str(tmp_path / "whole"))
    whole = relauto("pick", "--repo", "whole", *asked).document["results"]
    assert [each["tree"] for each in whole] == [each["tree"] for each in ended.document["results"]]
    # A mirror that borrowed from the whole clone is no hindrance to the other, nor the other way round.
    assert pick(*asked, "--fetch").document["results"][1]["tree"] == whole[1]["tree"]
