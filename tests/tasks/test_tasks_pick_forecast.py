"""`relauto pick --forecast` and `--pull`, in a clone and through GitHub, as a person types them."""

import pytest

from relauto.picking.explanation import _Ground
from tests.git.conftest import Clone
from tests.picking.test_picking_pick import TEXT, change
from tests.tasks.test_tasks_pick import LIKELIER, mask
from tests.tasks.test_tasks_story import SOURCE, World, world

__all__ = ["world"]


@pytest.fixture
def upstream(tmp_path):
    """A repository as GitHub has it: four lines, and pull request #12, whose head is in no branch."""
    made = Clone(tmp_path / "upstream")
    made.commit("First", {"app.py": TEXT})
    for name in ("release-1", "release-2", "release-10", "release-3"):
        made.run("branch", name)
    made.early = made.commit("Prepare (#7)", {"app.py": change(TEXT, 9, "prepared")})
    made.switch("topic", "main")
    made.commit("Fix one half", {"app.py": change(change(TEXT, 9, "fixed"), 3, "fixed")})
    made.commit("Fix the other", {"other.py": "other\n"})
    made.run("update-ref", "refs/pull/12/head", "topic")
    made.switch("release-2")
    made.run("cherry-pick", made.early)
    made.switch("release-10")
    made.commit("Ours (#9)", {"app.py": change(TEXT, 3, "ours")})
    made.switch("release-3")
    made.run("merge", "--quiet", "--squash", "topic")
    made.commit("By hand", {})
    made.switch("main")
    made.run("branch", "-D", "topic")
    return made


@pytest.fixture
def clone(upstream, tmp_path):
    """A clone of it, made by the ordinary command: it has no heads of pull requests."""
    made = Clone(tmp_path / "clone")
    made.run("remote", "add", "origin", str(upstream.directory))
    made.run("fetch", "--quiet", "origin")
    made.run("checkout", "--quiet", "-B", "main", "origin/main")
    return made


@pytest.fixture
def pick(relauto, clone):
    return lambda *arguments: relauto("pick", "--repo", "clone", *arguments)


TABLE = """\
pull request #12, as one commit:

  release-1   needs     #7, ID Prepare (#7) has to be picked first
  release-2   clean
  release-3   already
  release-10  conflict  app.py (content)
                          changed there by #9, ID Ours (#9)
                          changed before on main by #7, ID Prepare (#7)
                        it would be clean without #9, ID Ours (#9)
                        and with #7, ID Prepare (#7)
"""


def test_each_line_of_a_pull_request_in_any_clone(pick, upstream, clone):
    before = clone.git.read("show-ref"), clone.git.read("count-objects", "-v"), clone.git.read("status", "-s")
    ended = pick("--forecast", "--pull", "12")
    assert (mask(ended.out), ended.status) == (TABLE, 3)
    assert ended.err == (
        f"fetched from origin ({upstream.directory}) into relauto's cache: refs/pull/12/head, and its "
        "branches; the clone is as it was\n"
        "no line was named, and no settings name any; taken are the newest called so: release-1, release-2, "
        "release-3, release-10\n"
    )
    after = clone.git.read("show-ref"), clone.git.read("count-objects", "-v"), clone.git.read("status", "-s")
    assert after == before
    assert not (clone.directory / ".git" / "FETCH_HEAD.lock").exists()
    assert pick("--forecast", "--pull", "12", "--onto", "release-2").status == 0


def test_the_document_is_that_of_pick_and_what_is_needed(pick, upstream):
    document = pick("--forecast", "--pull", "12", "--onto", "release-*", "--json").document
    head = upstream.git.read("rev-parse", "refs/pull/12/head")
    assert document["change"] == {
        "name": "pull request #12",
        "method": "squash",
        "heads": [head],
        "conflicts_with_main": [],
    }
    early = {"commit": upstream.early, "subject": "Prepare (#7)", "pull": 7}
    assert document["lines"] == [
        {"onto": "release-1", "state": "needs", "needs": [early]},
        {"onto": "release-2", "state": "clean", "needs": []},
        {"onto": "release-3", "state": "already", "needs": []},
        {"onto": "release-10", "state": "conflict", "needs": []},
    ]
    told = [
        (each["onto"], each["status"], [needed["commit"] for needed in each["prerequisites"]])
        for each in document["results"]
    ]
    assert told == [
        ("release-1", "conflict", [upstream.early]),
        ("release-2", "clean", []),
        ("release-3", "already", []),
        ("release-10", "conflict", []),
    ]


def test_a_rebase_is_told_commit_by_commit(pick):
    arguments = ("--forecast", "--pull", "12", "--onto", "release-1", "--method", "rebase", "--json")
    results = pick(*arguments).document["results"]
    assert [each["status"] for each in results] == ["conflict", "clean"]


@pytest.mark.parametrize("word", ["topic", "main..topic"])
def test_a_branch_and_a_range_need_no_remote(pick, clone, upstream, word):
    clone.run("fetch", "--quiet", "origin", "refs/pull/12/head:topic")
    clone.run("remote", "set-url", "origin", "/nowhere")
    ended = pick("--forecast", "--fix", word, "--onto", "release-2", "--onto", "release-1")
    assert mask(ended.out) == (
        f"{word}, as one commit:\n\n"
        "  release-1  needs     #7, ID Prepare (#7) has to be picked first\n"
        "  release-2  clean\n"
    )


@pytest.fixture
def beside(clone):
    """A change of the line below the one that release-10 changed, which stands on what `Prepare` did."""
    clone.run("checkout", "--quiet", "-B", "beside", "origin/main")
    clone.commit("Fix two lines", {"app.py": change(change(TEXT, 9, "fixed"), 4, "fixed too")})
    return ("--forecast", "--fix", "beside", "--onto", "release-10", "--onto", "release-2")


def test_what_resolvers_would_propose_is_told(pick, clone):
    clone.run("checkout", "--quiet", "-B", "alone", "origin/main")
    clone.commit("Fix the next one", {"app.py": change(change(TEXT, 9, "prepared"), 4, "fixed too")})
    before = clone.git.read("show-ref")
    asked = ("--forecast", "--fix", "alone", "--onto", "release-*", "--resolvers", "adjacent,tokens")
    ended = pick(*asked)
    assert ended.status == 3
    assert mask(ended.out) == (
        "alone, as one commit:\n\n"
        "  release-1   clean\n"
        "  release-2   clean\n"
        "  release-3   proposed  would be proposed by adjacent, for review\n"
        "                        it would be clean without ID By hand\n"
        "  release-10  proposed  would be proposed by adjacent, for review\n"
        "                        it would be clean without #9, ID Ours (#9)\n"
    )
    document = pick(*asked, "--json").document
    assert [(each["onto"], each["state"]) for each in document["lines"]][-1] == ("release-10", "proposed")
    last = document["results"][-1]
    assert (last["status"], last["resolvers"], last["resolved"][0]["path"]) == (
        "resolved",
        ["adjacent"],
        "app.py",
    )
    assert clone.git.read("show-ref") == before
    clone.run("checkout", "--quiet", "-B", "main", "origin/main")
    clone.run("merge", "--quiet", "--squash", "alone")
    clone.commit("Fix the next one (#13)")
    picked = pick("--fix", "main", "--onto", "release-10", "--resolvers", "adjacent,tokens", "--json")
    assert picked.document["results"][0]["tree"] == last["tree"], "it is what picking does once it is merged"


def test_what_would_do_instead_of_a_proposal_is_told_beside_it(pick, clone):
    clone.run("checkout", "--quiet", "-B", "alone", "origin/main")
    clone.commit("Fix the next one", {"app.py": change(change(TEXT, 9, "prepared"), 10, "fixed too")})
    ended = pick("--forecast", "--fix", "alone", "--onto", "release-1", "--resolvers", "all")
    assert ended.status == 3
    assert mask(ended.out).splitlines()[2:] == [
        "  release-1  proposed  would be proposed by adjacent, for review",
        "                       #7, ID Prepare (#7) would make it clean without any rule, picked first",
        f"                       {LIKELIER}",
    ]


def test_what_no_resolver_settles_stays_a_conflict(pick, clone, beside):
    plain = pick(*beside)
    assert pick(*beside, "--resolvers", "deletion").out == plain.out
    lines = pick(*beside, "--resolvers", "all", "--json").document["lines"]
    states = [each["state"] for each in lines]
    assert states == ["clean", "conflict"]


@pytest.mark.parametrize("way", [["--forecast"], ["--with-prerequisites"]])
def test_why_a_fix_does_not_apply_is_searched_once(pick, clone, monkeypatch, way):
    searched, explain = [], _Ground.explain

    def count(ground):
        searched.append((ground.fix, ground.tip))
        return explain(ground)

    monkeypatch.setattr(_Ground, "explain", count)
    clone.run("fetch", "--quiet", "origin", "refs/pull/12/head")
    clone.run("checkout", "--quiet", "-B", "main", "origin/main")
    clone.run("merge", "--quiet", "--no-ff", "FETCH_HEAD")
    lines = ["--onto", "release-1", "--onto", "release-10"]
    assert pick(*way, "--fix", "main~1..main", *lines).status == 3
    assert len(searched) == len(set(searched)) == 2


def test_a_conflict_with_main_is_told_beside(pick, clone, upstream):
    upstream.commit("In the way", {"app.py": change(TEXT, 3, "main's")})
    ended = pick("--forecast", "--pull", "12", "--onto", "release-2")
    assert ended.out.splitlines()[:2] == [
        "pull request #12, as one commit:",
        "It conflicts with main itself in app.py: it will change.",
    ]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--forecast",), "a forecast needs one of --pull and --fix\n  name a pull request, or a branch"),
        (("--forecast", "--pull", "12", "--fix", "main"), "a forecast needs one of --pull and --fix"),
        (("--forecast", "--pull", "99"), "has no pull request #99\n  name commits with --fix"),
        (("--forecast", "--fix", "main"), "is merged already, so there is nothing to foretell"),
        (("--forecast", "--pull", "12", "--method", "octopus"), "--method cannot be 'octopus'"),
        (("--forecast", "--pull", "12", "--onto", "hotfix-*"), "has no branch that matches 'hotfix-*'"),
        (
            ("--forecast", "--pull", "12", "--resolvers", "magic", "--onto", "release-1"),
            "there is no resolver 'magic'\n",
        ),
        (("--forecast", "--pull", "12", "--write"), "--forecast takes no --write\n  leave it out"),
        (
            ("--pull", "12", "--onto", "release-1"),
            "pull request #12 is not merged, so there is nothing to pick",
        ),
    ],
)
def test_bad_input_ends_with_2_and_one_message(pick, arguments, what):
    ended = pick(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err


def test_of_one_that_is_merged_what_it_became_is_picked(pick, clone, upstream):
    upstream.run("merge", "--quiet", "--squash", "refs/pull/12/head")
    merged = upstream.commit("Fix it (#12)", {})
    clone.run("fetch", "--quiet", "origin")
    ended = pick("--pull", "12", "--onto", "release-2", "--json")
    assert [(each["fix"], each["status"]) for each in ended.document["results"]] == [(merged, "clean")]
    assert f"pull request #12 became {merged.short} (proved to be a squash)" in ended.err
    told = pick("--forecast", "--pull", "12", "--onto", "release-2", "--json")
    assert [each["fix"] for each in told.document["results"]] == [merged]
    assert "pull request #12 is merged" in told.err


def test_in_a_folder_with_settings_it_is_read_through_github(world: World):
    wanted = {"title": "Sell well", "head": "fix/sell", "base": "main", "body": ""}
    number = world.api("rae-reviewer").post(f"repos/{SOURCE}/pulls", wanted)["number"]
    settings = world.root / "relauto.toml"
    settings.write_text('lines = ["release-*"]\n' + settings.read_text())
    before = world.seen()
    ended = world.run("pick", "--forecast", "--pull", str(number))
    assert (ended.out, ended.status) == (
        f"pull request #{number}, Sell well, as one commit:\n\n  release-1.0  clean\n",
        0,
    )
    assert ended.err.startswith(f"pull request #{number} of {SOURCE} is open, its head is ")
    assert "no line was named" not in ended.err
    assert world.seen() == before


def test_what_is_no_utf8_is_percent_encoded(pick, clone):
    clone.switch("odd\udce9", "main")
    ours = clone.commit("Ours", {"caf\udce9": "ours\n"})
    clone.switch("main")
    clone.commit("Main's", {"caf\udce9": "main's\n"})
    asked = ("--forecast", "--fix", "odd\udce9", "--onto", "release-1")
    ended = pick(*asked, "--json")
    assert ended.document["change"] == {
        "name": "odd%E9",
        "method": "squash",
        "heads": [ours],
        "conflicts_with_main": ["caf%E9"],
    }
    assert ended.status == 0
    assert "It conflicts with main itself in caf%E9: it will change." in pick(*asked).out
