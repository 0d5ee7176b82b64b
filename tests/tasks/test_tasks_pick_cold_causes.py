"""`relauto pick --from URL` where the fix conflicts: why it does is told as in a whole clone."""

import re
import stat
from datetime import timedelta

import pytest

from relauto.git import runner
from relauto.git.address import Address
from relauto.git.runner import Git
from relauto.model.names import Branch
from relauto.picking import cold_opening
from relauto.picking.cold_history import Bound, fetch_sides
from relauto.picking.cold_opening import open_cold
from tests.picking.test_picking_pick import TEXT, change
from tests.tasks.test_tasks_pick_cold import cache, clone, list_here, on_line, pick, url

__all__ = ["cache", "clone", "pick", "url"]

pytestmark = pytest.mark.path


@pytest.fixture
def stuck(clone):
    """A fix that builds on two commits of main, of which `release-1` has none, and a line of its own."""
    clone.first = clone.commit("Rename it (#3)", {"app.py": change(change(TEXT, 3, "fixed"), 5, "renamed")})
    for number in range(12):
        clone.commit(f"Between {number}", {f"lib/{number % 3}/data.py": f"between {number}\n"})
    clone.second = clone.commit(
        "Widen it (#4)", {"app.py": change(change(change(TEXT, 3, "fixed"), 5, "renamed"), 9, "wider")}
    )
    on_line(clone, "Ours", {"app.py": change(TEXT, 15, "ours"), "lib/1/data.py": "ours\n"})
    text = change(change(change(TEXT, 3, "fixed"), 5, "renamed twice"), 9, "wider still")
    clone.stuck = clone.commit("Mend both (#5)", {"app.py": text})
    return clone


def explained(document):
    """Return what a document says of causes."""
    (result,) = document["results"]
    return {key: result[key] for key in ("conflicts", "causes", "prerequisites", "explanation")}


def test_the_causes_are_those_that_a_whole_clone_tells(pick, relauto, stuck, cache):
    arguments = ("--fix", stuck.stuck, "--onto", "release-1", "--json")
    warm = relauto("pick", "--repo", str(stuck.directory), *arguments)
    cold = pick(*arguments)
    assert (cold.status, cold.err) == (warm.status, warm.err) == (3, "")
    assert explained(cold.document) == explained(warm.document)
    assert [each["commit"] for each in cold.document["results"][0]["prerequisites"]] == [
        stuck.first,
        stuck.second,
    ]


def test_of_the_history_only_what_both_sides_have_of_their_own_is_fetched(pick, stuck, cache):
    """The line parted from main ten days after all that main had before the fix."""
    stuck.switch("release-2", stuck.fix)
    stuck.commit("Ours", {"app.py": change(change(TEXT, 3, "fixed"), 5, "ours")})
    stuck.switch("main")
    document = pick("--fix", stuck.stuck, "--onto", "release-2", "--json").document
    parted = stuck.git.read("merge-base", stuck.stuck, "release-2")
    own = stuck.git.read("rev-list", f"{stuck.stuck}...release-2").split()
    here = list_here(cache(), "commit")
    assert {*own, parted} <= here
    assert not {*stuck.git.read("rev-list", f"{parted}~3").split()} & here
    others = stuck.git.read("rev-list", "--objects", "--all", "--", "lib").splitlines()
    files = {row.partition(" ")[0] for row in others if row.endswith(".py")}
    assert len(files) > 40
    assert not files & list_here(cache(), "blob")
    fetched = document["fetched"]
    packs = [pack.stat().st_size for pack in (cache().directory / "objects" / "pack").glob("*.pack")]
    assert (fetched["packs"] <= 4, fetched["causes"]["packs"] <= 5) == (True, True)
    assert fetched["bytes"] + fetched["causes"]["bytes"] == sum(packs)


def test_what_the_causes_cost_is_told_beside_the_pick(pick, stuck, cache):
    ended = pick("--fix", stuck.stuck, "--onto", "release-1")
    (told,) = (line for line in ended.out.splitlines() if line.startswith("fetched "))
    assert re.fullmatch(
        r"fetched (0\.0\d MB|\d{4} bytes) in \d packs, and to tell why it conflicts 0\.0\d MB in \d packs",
        told,
    )
    again = pick("--fix", stuck.stuck, "--onto", "release-1").out.splitlines()
    (told,) = (line for line in again if re.match("fetched|nothing", line))
    assert re.fullmatch(
        r"(fetched \d\d bytes in one pack|nothing had to be fetched), and nothing to tell why it conflicts",
        told,
    )


def test_several_lines_that_parted_at_different_times_are_each_told(pick, relauto, stuck, cache):
    stuck.run("branch", "release-2", stuck.first)
    stuck.run("branch", "release-0", "main~30")
    for line in ("release-0", "release-2"):
        stuck.switch(line)
        stuck.commit(f"Ours of {line}", {"app.py": change(TEXT, 9, line)})
    stuck.switch("main")
    arguments = ("--fix", stuck.stuck, "--onto", "release-*", "--json")
    warm = relauto("pick", "--repo", str(stuck.directory), *arguments).document["results"]
    cold = pick(*arguments).document["results"]
    assert [each["status"] for each in cold] == ["conflict"] * 3
    kept = ("onto", "causes", "prerequisites", "explanation")
    assert [{key: each[key] for key in kept} for each in cold] == [
        {key: each[key] for key in kept} for each in warm
    ]


def test_a_line_that_merged_what_is_older_than_itself_is_explained(pick, relauto, stuck, cache):
    """A server ends the history with such a merge, though its other side goes on."""
    now, stuck.moment = stuck.moment, stuck.moment - timedelta(days=5)
    stuck.switch("old", f"{stuck.fix}~1")
    stuck.commit("Old", {"old": "old\n"})
    stuck.moment = now
    stuck.switch("release-2", stuck.fix)
    stuck.commit("Ours", {"app.py": change(change(TEXT, 3, "fixed"), 5, "ours")})
    stuck.merge("old", "Merge what is older")
    stuck.commit("Ours again", {"lib/1/data.py": "ours again\n"})
    stuck.switch("main")
    arguments = ("--fix", stuck.stuck, "--onto", "release-2", "--json")
    warm = relauto("pick", "--repo", str(stuck.directory), *arguments)
    cold = pick(*arguments)
    assert explained(cold.document) == explained(warm.document)
    assert cold.document["results"][0]["explanation"]["line"]


def test_a_merge_of_which_main_came_without_trees_is_explained(pick, relauto, stuck, cache):
    stuck.switch("topic", "main~5")
    stuck.commit("Topic", {"app.py": change(TEXT, 5, "topic")})
    stuck.switch("main~1")
    stuck.switch("side", "main~1")
    merged = stuck.merge("topic", "Merge pull request #7")
    stuck.run("branch", "--force", "main", "side")
    stuck.switch("main")
    arguments = ("--fix", merged, "--onto", "release-1", "--json")
    warm = relauto("pick", "--repo", str(stuck.directory), *arguments)
    cold = pick(*arguments)
    assert explained(cold.document) == explained(warm.document)
    assert cold.document["results"][0]["status"] == "conflict"


def pack_no_more(folder, count):
    """Let the server end after so many packs; return what ends that."""
    counted, hook, home = folder / "count", folder / "pack", folder / "home" / ".gitconfig"
    counted.write_text("")
    words = f'printf x >> {counted}\n[ "$(wc -c < {counted})" -le {count} ] && exec "$@"\nexit 1\n'
    hook.write_text(f"#!/bin/sh\n{words}")
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)
    before = home.read_text()
    home.write_text(f"{before}[uploadpack]\n\tpackObjectsHook = {hook}\n")
    return lambda: home.write_text(before)


@pytest.mark.parametrize("count", [0, 1])
def test_a_fetch_that_breaks_off_is_told_and_the_next_run_goes_on(pick, stuck, cache, url, tmp_path, count):
    mend = pack_no_more(tmp_path, count)
    ended = pick("--fix", stuck.stuck, "--onto", "release-1")
    assert (ended.status, ended.out) == (5, "")
    first, *_, last = ended.err.splitlines()
    assert first.startswith(f"relauto: a fetch from {url} broke off: ")
    assert "fetch.unpackLimit" not in ended.err
    assert last == "  run again: what has come whole is kept"
    mend()
    assert pick("--fix", stuck.stuck, "--onto", "release-1").status == 3


def test_a_file_that_does_not_come_is_told_as_such(pick, clone, cache, url, tmp_path):
    """A file that was renamed is asked for by git itself, while it merges."""
    on_line(clone, "Move", {"app.py": None, "core/app.py": change(TEXT, 15, "ours")})
    file = clone.git.read("rev-parse", "release-1:core/app.py")
    pack_no_more(tmp_path, 2)
    ended = pick("--fix", clone.fix, "--onto", "release-1")
    assert ended.status == 2
    assert ended.out.splitlines()[0].endswith(
        f"error: {cache().directory} lacks the object {file}, and {url} did not give it"
    )


def test_a_server_that_fails_meanwhile_leaves_what_the_pick_says(pick, stuck, cache, tmp_path):
    """The pick takes two packs; the server packs no more."""
    pack_no_more(tmp_path, 2)
    ended = pick("--fix", stuck.stuck, "--onto", "release-1")
    assert ended.status == 3
    assert ended.out.splitlines()[1] == "  app.py (content)"
    assert f"release-1: why {stuck.stuck[:10]} conflicts was not looked for: " in ended.err
    assert (
        "who changed the lines in conflict, and what would have to be picked first, cannot be told:"
        " the history here is cut"
    ) in ended.err


def test_where_it_takes_too_much_a_way_to_have_it_is_told(pick, stuck, cache, url, monkeypatch, relauto):
    monkeypatch.setattr(Bound.__init__, "__defaults__", (0, *Bound.__init__.__defaults__[1:]))
    ended = pick("--fix", stuck.stuck, "--onto", "release-1")
    assert (ended.status, ended.out.splitlines()[1]) == (3, "  app.py (content)")
    assert f"run: git clone --bare --filter=blob:none {url} clone.git\n" in ended.err
    told = f"relauto pick --repo clone.git --fetch --fix {stuck.stuck} --onto release-1"
    assert f"then: {told}\n" in ended.err
    Git(stuck.directory.parent).run("clone", "--quiet", "--bare", "--filter=blob:none", url, "clone.git")
    monkeypatch.chdir(stuck.directory.parent)
    again = relauto(*told.split()[1:])
    assert "it is clean once these are picked first" in again.out


def test_a_fetch_is_stopped_where_too_much_has_come(stuck, url, tmp_path):
    fix, bound = stuck.stuck, Bound(bytes=10)
    with open_cold(Address(url), cache=tmp_path, fixes=[fix], lines=["release-1"]) as cold:
        cold.end_pick()
        tip = cold.find_branches("release-1")[0][1]
        assert not fetch_sides(cold, fix, Branch("release-1"), tip, bound)
        stopped = cold.cost_of_causes
        assert stopped.bytes > bound.bytes
        assert stopped.packs in (0, 1), "what was broken off is no pack, and counts all the same"
        assert fetch_sides(cold, fix, Branch("release-1"), tip, Bound())
        assert fetch_sides(cold, fix, Branch("release-1"), tip, Bound(seconds=0))


def test_what_a_stopped_git_takes_away_itself_is_counted(stuck, url, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "_PACE", 0)
    with open_cold(Address(url), cache=tmp_path, fixes=[stuck.stuck], lines=["release-1"]) as cold:
        part = cold.repository.common / "objects" / "pack" / "tmp_pack_came"

        def goes_on() -> bool:
            part.write_bytes(bytes(1000))
            cold.count_coming()
            part.unlink()
            return False

        before = cold.cost
        assert not cold.fetch("--deepen=1", specs=[f"+{stuck.stuck}:refs/x"], goes_on=goes_on)
        assert cold.cost.bytes - before.bytes >= 1000


def test_a_pick_that_applies_fetches_no_history(pick, stuck, cache):
    fetched = pick("--fix", stuck.fix, "--onto", "release-1", "--json").document["fetched"]
    assert fetched["causes"] == {"packs": 0, "bytes": 0}


def test_again_the_causes_are_told_and_nothing_is_fetched_for_them(pick, stuck, cache):
    arguments = ("--fix", stuck.stuck, "--onto", "release-1", "--json")
    first, again = (pick(*arguments).document for _ in range(2))
    assert explained(again) == explained(first)
    assert first["fetched"]["causes"]["bytes"] > 5000
    assert again["fetched"]["causes"] == {"packs": 0, "bytes": 0}
    assert again["fetched"]["bytes"] < 100


@pytest.mark.parametrize("count", [1, 4])
def test_of_a_line_that_has_moved_what_is_new_is_fetched(pick, relauto, stuck, cache, count):
    arguments = ("--fix", stuck.stuck, "--onto", "release-1", "--json")
    first = pick(*arguments).document
    stuck.moment += timedelta(days=1)
    for number in range(count):
        on_line(stuck, f"Later {number}", {"lib/1/data.py": f"later {number}\n"})
    again = pick(*arguments).document
    warm = relauto("pick", "--repo", str(stuck.directory), *arguments)
    assert explained(again) == explained(warm.document) == explained(first)
    assert again["fetched"]["causes"] == {"packs": 0, "bytes": 0}
    assert again["fetched"]["bytes"] < 600 + 600 * count


def test_another_fix_and_another_line_find_the_history_that_is_here(pick, relauto, stuck, cache):
    later = stuck.commit("Mend both again (#6)", {"app.py": change(TEXT, 5, "renamed thrice")})
    stuck.run("branch", "release-2", stuck.first)
    stuck.switch("release-2")
    stuck.commit("Ours", {"app.py": change(TEXT, 5, "ours")})
    stuck.switch("main")
    for fix, line in ((stuck.stuck, "release-1"), (later, "release-2"), (later, "release-1")):
        arguments = ("--fix", fix, "--onto", line, "--json")
        warm = relauto("pick", "--repo", str(stuck.directory), *arguments).document
        assert explained(pick(*arguments).document) == explained(warm)
    assert pick("--fix", stuck.stuck, "--onto", "release-1", "--json").document["fetched"]["causes"] == {
        "packs": 0,
        "bytes": 0,
    }


def test_a_run_that_was_killed_leaves_a_cache_that_serves(pick, stuck, cache):
    """It was killed once a fetch had cut what came before, or had written half of where that ends."""
    arguments = ("--fix", stuck.stuck, "--onto", "release-1", "--json")
    first = explained(pick(*arguments).document)
    directory = cache().directory
    specs = [
        f"+{ref}:{ref}" for ref in cache().read("for-each-ref", "--format=%(refname)", "refs/heads").split()
    ]
    cache().run("fetch", "--quiet", "--depth=1", "origin", *specs)
    (directory / "shallow.lock").write_text("0123")
    again = pick(*arguments)
    assert explained(again.document) == first
    assert pick(*arguments).document["fetched"]["causes"] == {"packs": 0, "bytes": 0}


def test_a_cache_that_has_grown_too_large_is_made_anew(pick, stuck, cache, monkeypatch):
    arguments = ("--fix", stuck.stuck, "--onto", "release-1", "--json")
    first = pick(*arguments).document
    monkeypatch.setattr(cold_opening, "_LARGEST", 100)
    anew = pick(*arguments).document
    assert explained(anew) == explained(first)
    packs = list((cache().directory / "objects" / "pack").glob("*.pack"))
    fetched = anew["fetched"]
    assert fetched["packs"] + fetched["causes"]["packs"] == len(packs)
    assert fetched["bytes"] + fetched["causes"]["bytes"] == sum(pack.stat().st_size for pack in packs)
