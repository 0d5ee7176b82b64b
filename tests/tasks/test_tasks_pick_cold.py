"""`relauto pick --from URL`: a pick from a repository of which next to nothing is here."""

import multiprocessing
import os
import re
import shlex
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from relauto.git.runner import Git
from relauto.hub.server import Hub
from relauto.model.names import Branch, RepositoryName
from relauto.tasks.program import program
from tests.git.conftest import Clone
from tests.picking.test_picking_pick import TEXT, change
from tests.tasks.test_tasks_pick import list_commands, type_commands

pytestmark = pytest.mark.path


@pytest.fixture
def clone(tmp_path):
    """A product with forty commits and a file in ten folders; `release-1` has left main half way."""
    clone = Clone(tmp_path / "clone")
    clone.run("config", "uploadpack.allowFilter", "true")
    clone.commit("First", {"app.py": TEXT, **{f"lib/{n}/data.py": f"{n}\n" * 50 for n in range(10)}})
    for number in range(40):
        clone.commit(f"Step {number}", {f"lib/{number % 10}/data.py": f"step {number}\n"})
        if number == 20:
            clone.run("branch", "release-1")
    clone.moment += timedelta(days=10)
    clone.fix = clone.commit("Fix the crash (#12)\n\nIt crashed.\n", {"app.py": change(TEXT, 3, "fixed")})
    clone.commit("Meanwhile", {"read.me": "read me\n"})
    return clone


@pytest.fixture
def url(clone):
    return f"file://{clone.directory}"


@pytest.fixture
def pick(relauto, url):
    return lambda *arguments: relauto("pick", "--from", url, *arguments)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def find():
        (found,) = (tmp_path / "cache" / "relauto").glob("*.git")
        return Git(found)

    return find


def list_here(git, kind):
    """Return the ids of all objects of a kind in a cached clone, without asking the remote."""
    rows = git.read("cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)")
    return {row.split(" ")[1] for row in rows.splitlines() if row.startswith(f"{kind} ")}


def on_line(clone, message, files):
    clone.switch("release-1")
    commit = clone.commit(message, files)
    clone.switch("main")
    return commit


def test_a_cold_pick_makes_the_tree_of_a_warm_one_from_a_few_commits_and_files(pick, clone, cache):
    tip = on_line(clone, "Ours", {"app.py": change(TEXT, 15, "ours")})
    tree, _ = clone.pick_for_real(clone.fix, "release-1")
    document = pick("--fix", clone.fix, "--onto", "release-1", "--json").document
    (result,) = document["results"]
    assert (result["status"], result["tree"], result["verdict"]) == ("clean", tree, "identical")
    assert [(each["commits"], each["whole"]) for each in document["looked"]] == [(2, True)]
    fetched = document["fetched"]
    assert (fetched["packs"] <= 4, fetched["filtered"]) == (True, True)
    packs = (cache().directory / "objects" / "pack").glob("*.pack")
    assert fetched["bytes"] == sum(pack.stat().st_size for pack in packs)
    sides = {clone.git.read("rev-parse", f"{side}:app.py") for side in (clone.fix, f"{clone.fix}^", tip)}
    made = clone.git.read("rev-parse", f"{tree}:app.py")
    assert list_here(cache(), "blob") == sides | {made}
    assert len(list_here(cache(), "commit")) < 10


def test_again_next_to_nothing_comes(pick, clone, cache):
    first = pick("--fix", clone.fix, "--onto", "release-1", "--json").document
    again = pick("--fix", clone.fix, "--onto", "release-1", "--json").document
    assert again["results"][0]["tree"] == first["results"][0]["tree"]
    assert again["fetched"]["bytes"] < 200
    clone.switch("release-1")
    clone.commit("Later", {"lib/3/data.py": "later\n"})
    tree, _ = clone.pick_for_real(clone.fix, "release-1")
    moved = pick("--fix", clone.fix, "--onto", "release-1", "--json").document
    assert moved["results"][0]["tree"] == tree


def test_a_file_that_the_line_has_elsewhere_is_followed(pick, clone, cache):
    on_line(clone, "Move", {"app.py": None, "core/app.py": change(TEXT, 15, "ours")})
    tree, _ = clone.pick_for_real(clone.fix, "release-1")
    (result,) = pick("--fix", clone.fix, "--onto", "release-1", "--json").document["results"]
    assert (result["status"], result["tree"]) == ("clean", tree)


def test_a_server_that_leaves_nothing_out_sends_whole_commits(pick, clone, cache):
    clone.run("config", "uploadpack.allowFilter", "false")
    ended = pick("--fix", clone.fix, "--onto", "release-1")
    assert ended.status == 0
    assert ended.out.splitlines()[-1].endswith("the server leaves nothing out, so whole commits came")
    assert len(list_here(cache(), "blob")) > 10


@pytest.mark.parametrize("trailer", [True, False])
def test_a_fix_that_is_there_under_many_commits_is_found(pick, clone, cache, trailer):
    onto = clone.git.read("rev-parse", "release-1")
    message = f"Fix\n\n(cherry picked from commit {clone.fix})\n" if trailer else "The same by hand"
    on_line(clone, message, {"app.py": change(TEXT, 3, "fixed")})
    there = clone.git.read("rev-parse", "release-1")
    for number in range(5):
        on_line(clone, f"Later {number}", {"lib/1/data.py": f"later {number}\n"})
    (result,) = pick("--fix", clone.fix, "--onto", "release-1", "--json").document["results"]
    assert (result["status"], result["commit"]) == ("already", there)
    assert onto != there


def test_what_cannot_be_known_of_a_history_that_is_cut_is_told(pick, clone, cache):
    clone.moment += timedelta(days=300)
    on_line(clone, "Hidden", {"app.py": change(TEXT, 15, "hidden")})
    clone.moment += timedelta(days=400)
    for number in range(3):
        on_line(clone, f"Later {number}", {"lib/1/data.py": f"later {number}\n"})
    ended = pick("--fix", clone.fix, "--onto", "release-1")
    told = ended.out.splitlines()[1]
    assert re.sub(r"\b[0-9a-f]{10}\b", "ID", told) == (
        "release-1: whether ID is there already was looked for in the last 4 commits, back to 2026-11-11;"
        " the fix is older"
    )


def test_the_commands_for_a_person_begin_with_a_clone(pick, clone, cache, tmp_path):
    on_line(clone, "Ours", {"app.py": change(TEXT, 3, "ours")})
    told = list_commands(pick("--fix", clone.fix, "--onto", "release-1").out)
    status, where = type_commands(told, tmp_path)
    there = Git(Path(where))
    assert status == 1
    assert there.read("rev-parse", "HEAD") == clone.git.read("rev-parse", "release-1")
    assert there.read("diff", "--name-only", "--diff-filter=U") == "app.py"


def test_a_branch_of_one_commit_is_a_fix_and_one_of_two_is_not(pick, clone, cache):
    clone.switch("topic", "main")
    clone.commit("Topic", {"app.py": change(TEXT, 7, "topic")})
    tree, _ = clone.pick_for_real(clone.git.read("rev-parse", "topic"), "release-1")
    clone.switch("topic")
    (result,) = pick("--fix", "topic", "--onto", "release-1", "--json").document["results"]
    assert (result["status"], result["tree"]) == ("clean", tree)
    clone.commit("More", {"app.py": change(TEXT, 8, "more")})
    clone.run("update-ref", "refs/pull/7/head", "HEAD")
    clone.switch("main")
    for word in ("topic", "pull/7/head"):
        ended = pick("--fix", word, "--onto", "release-1")
        assert ended.status == 2
        assert f"how many commits {word} holds that default-branch has not cannot be told" in ended.err


def test_a_merge_is_a_fix_only_where_it_was_merged_to_main(pick, clone, cache):
    clone.switch("topic", "main~3")
    clone.commit("Topic", {"app.py": change(TEXT, 7, "topic")})
    inward = clone.merge("main", "Merge main")
    clone.switch("main")
    merged = clone.merge("topic", "Merge pull request #7")
    clone.commit("Meanwhile again", {"read.me": "again\n"})
    tree, _ = clone.pick_for_real(merged, "release-1", "-m", "1")
    clone.switch("main")
    (result,) = pick("--fix", merged, "--onto", "release-1", "--json").document["results"]
    assert (result["status"], result["tree"]) == ("clean", tree)
    ended = pick("--fix", inward, "--onto", "release-1")
    assert ended.status == 2
    assert "into a branch, so it stands for no fix" in ended.err


@pytest.mark.parametrize(
    ("fix", "line", "what"),
    [
        ("a" * 40, "release-1", f"has no commit {'a' * 40}\n  name another fix"),
        ("deadbeef", "release-1", "has no commit called 'deadbeef'\n  name it by its full id"),
        ("mian", "release-1", "has no commit called 'mian'\n  see: git ls-remote"),
        (
            "main~3..main",
            "release-1",
            "main~3 counts from another commit, and a remote",
        ),
        ("main..main", "release-1", "main..main holds no commit\n  name the older end first"),
        ("main..", "release-1", "'main..' is not a range of the form A..B\n  name both ends"),
        ("--upload-pack=x", "release-1", "has no commit called '--upload-pack=x'"),
        ("main", "release-7", "has no branch called 'release-7'\n  see: git ls-remote --heads"),
        ("main", "hotfix-*", "has no branch that matches 'hotfix-*'\n  see: git ls-remote --heads"),
        ("main", "", "there is nothing to fetch: a line has to be named\n  name it with --onto"),
    ],
)
def test_what_the_remote_has_not_ends_with_2_and_one_message(pick, cache, fix, line, what):
    ended = pick(f"--fix={fix}", *(["--onto", line] if line else []))
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err


def test_a_remote_that_is_away_ends_with_5(relauto, tmp_path, cache):
    gone = f"file://{tmp_path / 'gone'}"
    ended = relauto("pick", "--from", gone, "--fix", "a" * 40, "--onto", "release-1")
    assert (ended.status, "was not reached" in ended.err) == (5, True)


def test_a_token_reaches_the_host_by_the_environment_alone(relauto, clone, cache, tmp_path, monkeypatch):
    clone.run("clone", "--quiet", "--bare", ".", str(tmp_path / "served.git"))
    name = RepositoryName("acme/stockroom")
    with Hub(tmp_path / "hub") as hub:
        hub.add_user("bot", token="first")
        hub.add_repository(
            name,
            tmp_path / "served.git",
            private=True,
            default_branch=Branch("main"),
            access={"bot": "read"},
        )
        arguments = ("pick", "--from", f"{hub.address}/{name}.git", "--fix", clone.fix, "--onto", "release-1")
        assert relauto(*arguments).status == 2
        monkeypatch.setenv("GITHUB_TOKEN", "first")
        assert relauto(*arguments).status == 2  # it is GitHub's, and goes nowhere else
        monkeypatch.setenv("RELAUTO_TOKEN", "first")
        assert relauto(*arguments).status == 0
    texts = [path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert not any(b"first" in text for text in texts if not text.startswith(b"PACK"))


@pytest.mark.parametrize(("option", "value"), [("--repo", "."), ("--push", "origin")])
def test_options_for_a_repository_here_are_refused(pick, cache, option, value):
    ended = pick("--fix", "main", "--onto", "release-1", option, value)
    assert (ended.status, ended.out) == (2, "")
    assert f"{option} is for a repository on this machine, and --from names one elsewhere" in ended.err


def test_a_pull_request_is_refused_with_a_way_that_works(
    pick, clone, cache, url, relauto, tmp_path, monkeypatch
):
    clone.switch("topic", "main")
    head = clone.commit("Topic", {"app.py": change(TEXT, 7, "topic")})
    clone.run("update-ref", "refs/pull/7/head", head)
    clone.switch("main")
    merged = clone.merge("topic", "Merge pull request #7")
    clone.run("branch", "release-10", "release-1")
    ended = pick("--pull", "7", "--onto", "release-1", "--onto", "release-1*")
    assert (ended.status, ended.out) == (2, "")
    assert f"or run: git clone --bare {url} clone.git\n" in ended.err
    told = ended.err.rstrip("\n").rpartition("then: ")[2]
    Git(tmp_path).run("clone", "--quiet", "--bare", url, "clone.git")
    monkeypatch.chdir(tmp_path)
    done = relauto(*shlex.split(told)[1:], "--json").document
    assert [(each["fix"], each["onto"], each["status"]) for each in done["results"]] == [
        (merged, "release-1", "clean"),
        (merged, "release-10", "clean"),
    ]


def test_fixes_are_picked_in_the_order_of_their_merges(pick, clone, cache):
    clone.moment += timedelta(days=9)
    later = clone.commit("Later", {"app.py": change(TEXT, 3, "fixed later")})
    document = pick("--fix", later, "--fix", clone.fix, "--onto", "release-1", "--json").document
    assert [each["fix"] for each in document["results"]] == [clone.fix, later]
    assert [each["status"] for each in document["results"]] == ["clean", "clean"]


def test_an_annotated_tag_and_a_root_commit_are_fixes(pick, clone, cache):
    clone.run("tag", "-a", "-m", "The fix", "v1", clone.fix)
    clone.run("checkout", "--quiet", "--orphan", "island")
    clone.run("rm", "-rfq", ".")
    island = clone.commit("Island", {"island.txt": "alone\n"})
    clone.switch("main")
    for word, fix in (("v1", clone.fix), (island, island)):
        tree, _ = clone.pick_for_real(fix, "release-1")
        clone.switch("main")
        (result,) = pick("--fix", word, "--onto", "release-1", "--json").document["results"]
        assert (result["fix"], result["status"], result["tree"]) == (fix, "clean", tree)


def test_two_runs_at_once_wait_for_each_other(relauto, url, clone, cache, tmp_path):
    tree, _ = clone.pick_for_real(clone.fix, "release-1")
    lines = ["release-1", "other"]
    clone.run("branch", "other", "release-1")
    context = multiprocessing.get_context("fork")
    arguments = [("--from", url, "--fix", clone.fix, "--onto", line) for line in lines for _ in range(2)]
    runs = [context.Process(target=run_pick, args=(each, str(tmp_path / "cache"))) for each in arguments]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0] * 4
    document = relauto("pick", *arguments[0], "--json").document
    assert document["results"][0]["tree"] == tree


def run_pick(arguments, cache):
    os.environ["XDG_CACHE_HOME"] = cache
    try:
        program.run(["relauto", "pick", *arguments])
    except SystemExit as ended:
        os._exit(int(ended.code or 0))


@pytest.fixture
def identified(tmp_path):
    file = tmp_path / "home" / ".gitconfig"
    file.write_text(f"{file.read_text()}[user]\n\tname = Robin Releases\n\temail = robin@example.com\n")


def test_what_is_written_goes_to_the_remote(pick, clone, cache, identified):
    tree, _ = clone.pick_for_real(clone.fix, "release-1")
    clone.switch("main")
    branch = f"relauto/pick/release-1/{clone.fix[:10]}"
    arguments = ("--fix", clone.fix, "--onto", "release-1", "--write")
    assert pick(*arguments, "--dry-run").status == 0
    assert branch not in clone.git.read("show-ref")
    assert f"{branch} was created" in pick(*arguments).out
    made = clone.git.read("rev-parse", branch)
    assert (clone.tree(branch), clone.git.read("rev-parse", f"{branch}^")) == (
        tree,
        clone.git.read("rev-parse", "release-1"),
    )
    assert Git(clone.directory).read("fsck", "--connectivity-only", "--no-dangling") == ""
    assert f"{branch} is there already" in pick(*arguments).out
    assert clone.git.read("rev-parse", branch) == made
    on_line(clone, "Later", {"lib/1/data.py": "later\n"})
    assert f"{branch} was renewed" in pick(*arguments).out
    assert clone.git.read("rev-parse", f"{branch}^") == clone.git.read("rev-parse", "release-1")


def test_picks_of_several_fixes_are_renewed_with_an_empty_cache(pick, clone, cache, tmp_path, identified):
    clone.moment += timedelta(minutes=9)
    fixes = [clone.fix, *(clone.commit(f"Fix {n}", {"app.py": change(TEXT, 3 + n, "too")}) for n in (9, 12))]
    arguments = ("--fix", fixes[0], "--fix", fixes[1], "--fix", fixes[2], "--onto", "release-1", "--write")
    branch = f"relauto/pick/release-1/{'-'.join(fix[:10] for fix in fixes)}"
    assert f"{branch} was created" in pick(*arguments).out
    on_line(clone, "Later", {"lib/1/data.py": "later\n"})
    shutil.rmtree(tmp_path / "cache")
    ended = pick(*arguments)
    assert (ended.status, f"{branch} was renewed, since the line has moved" in ended.out) == (0, True)
    assert clone.git.read("rev-parse", f"{branch}~3") == clone.git.read("rev-parse", "release-1")


def test_what_a_person_pushed_there_stays(pick, clone, cache, identified):
    branch = f"relauto/pick/release-1/{clone.fix[:10]}"
    clone.run("branch", branch, "main")
    ended = pick("--fix", clone.fix, "--onto", "release-1", "--write")
    assert (ended.status, "which is not what a pick makes alone" in ended.out) == (3, True)
    assert clone.git.read("rev-parse", branch) == clone.git.read("rev-parse", "main")


def test_a_server_that_gives_nothing_by_its_id_is_refused(pick, clone, cache, tmp_path):
    file = tmp_path / "home" / ".gitconfig"
    file.write_text(f"{file.read_text()}[protocol]\n\tversion = 0\n")
    clone.run("tag", "fix", clone.fix)
    for word in (f"{clone.fix}", "fix"):
        ended = pick("--fix", word, "--onto", "release-1")
        assert (ended.status, ended.out) == (2, "")
        assert "gives nothing by its id, so no part of it can be fetched\n  pick in a clone" in ended.err


def test_a_remote_whose_head_is_gone_is_no_hindrance(pick, clone, cache):
    clone.run("tag", "fix", clone.fix)
    clone.run("symbolic-ref", "HEAD", "refs/heads/gone")
    assert pick("--fix", "fix", "--onto", "release-1").status == 0


def test_a_branch_younger_than_main_is_looked_at_too(pick, clone, cache):
    clone.switch("topic", "main")
    clone.moment += timedelta(days=9)
    clone.commit("One", {"app.py": change(TEXT, 7, "one")})
    clone.commit("Two", {"app.py": change(TEXT, 8, "two")})
    clone.commit("Three", {"app.py": change(TEXT, 9, "three")})
    clone.switch("main")
    ended = pick("--fix", "topic", "--onto", "release-1")
    assert (ended.status, "and its name stands for the last alone" in ended.err) == (2, True)


def test_a_line_that_takes_over_main_is_read_whole_all_the_same(pick, clone, cache):
    """Of main there were commits without trees before."""
    clone.switch("topic", "main~3")
    clone.commit("Topic", {"app.py": change(TEXT, 7, "topic")})
    clone.switch("main")
    merged = clone.merge("topic", "Merge pull request #7")
    for number in range(3):
        clone.commit(f"After {number}", {"lib/2/data.py": f"after {number}\n"})
    assert pick("--fix", merged, "--onto", "release-1").status == 0
    clone.run("branch", "--force", "release-1", "main")
    clone.switch("release-1")
    clone.run("revert", "--no-edit", "-m", "1", merged)
    clone.switch("main")
    tree, _ = clone.pick_for_real(merged, "release-1", "-m", "1")
    clone.switch("main")
    ended = pick("--fix", merged, "--onto", "release-1", "--json")
    (result,) = ended.document["results"]
    assert (result["status"], result["tree"]) == ("clean", tree)
    assert ended.document["fetched"]["packs"] <= 6


def test_a_branch_whose_name_takes_the_place_of_an_older_one_is_fetched(pick, clone, cache):
    """git keeps no branch beside another that is called as its folder."""
    for before, after in (("hotfix", "hotfix/1"), ("hotfix/1", "hotfix")):
        clone.run("branch", before, "release-1")
        assert pick("--fix", clone.fix, "--onto", before).status == 0
        clone.run("branch", "-D", before)
        clone.run("branch", after, "release-1")
        ended = pick("--fix", clone.fix, "--onto", after, "--json")
        (result,) = ended.document["results"]
        assert (result["onto"], result["status"]) == (after, "clean")
        assert ended.document["fetched"]["bytes"] < 100
        clone.run("branch", "-D", after)


def test_nothing_is_asked_for_of_what_lies_before_the_cut(pick, clone, cache):
    """The last commit that is here has all files, as if it had made them, and its parent is not here."""
    clone.moment += timedelta(days=1)
    for number in range(3):
        on_line(clone, f"Later {number}", {"lib/1/data.py": f"later {number}\n"})
    assert pick("--fix", clone.fix, "--onto", "release-1").status == 0
    here = list_here(cache(), "commit")
    cuts = (cache().directory / "shallow").read_text().split()
    parents = {clone.git.read("rev-parse", f"{cut}^") for cut in cuts}
    assert parents
    assert not parents & here
