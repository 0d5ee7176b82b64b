"""`relauto pick --from URL --with-prerequisites`: what a fix needs first is picked as in a whole clone."""

import shutil
from datetime import timedelta

import pytest

from tests.picking.test_picking_pick import TEXT, change
from tests.tasks.test_tasks_pick_cold import cache, clone, identified, list_here, on_line, pick, url
from tests.tasks.test_tasks_pick_cold_causes import stuck

__all__ = ["cache", "clone", "identified", "pick", "stuck", "url"]

pytestmark = pytest.mark.path


def told(document):
    """Return what a document says of the picks; a commit is of the moment at which it was made."""
    own = ("commit", "seconds")
    return [{key: each[key] for key in each if key not in own} for each in document["results"]]


@pytest.fixture
def both(pick, relauto, stuck):
    """Pick cold, and beside that in the repository itself."""

    def run(*arguments):
        warm = relauto("pick", "--repo", str(stuck.directory), *arguments, "--json")
        cold = pick(*arguments, "--json")
        assert (cold.status, cold.err) == (warm.status, warm.err)
        assert told(cold.document) == told(warm.document)
        return cold

    return run


def test_what_a_fix_needs_first_is_picked_as_in_a_whole_clone(both, stuck, cache):
    arguments = ("--fix", stuck.stuck, "--onto", "release-1", "--with-prerequisites")
    ended = both(*arguments)
    assert ended.status == 3
    assert [(each["fix"], each["status"], each["prerequisite"]) for each in ended.document["results"]] == [
        (stuck.first, "clean", True),
        (stuck.second, "clean", True),
        (stuck.stuck, "clean", False),
    ]
    assert ended.document["fetched"]["causes"]["packs"] <= 5
    again = both(*arguments).document["fetched"]
    assert (again["bytes"] < 100, again["causes"]) == (True, {"packs": 0, "bytes": 0})


def test_the_files_of_what_is_needed_come_and_no_others(both, stuck, cache):
    both("--fix", stuck.stuck, "--onto", "release-1", "--with-prerequisites")
    listed = stuck.git.read("rev-list", "--objects", "main", "release-1", "--", "lib").splitlines()
    others = {row.partition(" ")[0] for row in listed if row.endswith("data.py")}
    assert len(others) > 40
    assert not others & list_here(cache(), "blob")


def test_no_line_waits_for_another(both, stuck, cache):
    """One needs something first, one has it, and on one nothing helps."""
    stuck.run("branch", "release-2", stuck.second)
    stuck.run("branch", "release-3", stuck.second)
    stuck.switch("release-3")
    stuck.commit("In the way", {"app.py": change(TEXT, 5, "the line's own")})
    stuck.switch("main")
    ended = both("--fix", stuck.stuck, "--onto", "release-*", "--with-prerequisites")
    assert [(each["onto"], each["status"]) for each in ended.document["results"]] == [
        ("release-1", "clean"),
        ("release-1", "clean"),
        ("release-1", "clean"),
        ("release-2", "clean"),
        ("release-3", "conflict"),
    ]


def test_a_fix_that_applies_needs_no_history(both, stuck, cache):
    ended = both("--fix", stuck.fix, "--onto", "release-1", "--with-prerequisites")
    assert ended.status == 0
    assert ended.document["fetched"]["causes"] == {"packs": 0, "bytes": 0}


def test_people_are_told_what_it_took(pick, stuck, cache):
    asked = ("--fix", stuck.stuck, "--onto", "release-1")
    assert (
        "  pick what is needed first, too, for a person to approve: add --with-prerequisites\n"
        in pick(*asked).out
    )
    shutil.rmtree(cache().directory)
    last = pick(*asked, "--with-prerequisites").out.splitlines()[-1]
    assert ", and to tell why it conflicts and pick what it needs first 0.0" in last


def test_what_is_written_is_pushed_for_review_and_found_again(pick, stuck, cache, tmp_path, identified):
    arguments = ("--fix", stuck.stuck, "--onto", "release-1", "--with-prerequisites", "--write")
    branch = "relauto/review/release-1/" + "-".join(
        each[:10] for each in (stuck.first, stuck.second, stuck.stuck)
    )
    assert f"{branch} was created" in pick(*arguments).out
    made = stuck.git.read("rev-parse", branch)
    assert stuck.git.read("rev-parse", f"{branch}~3") == stuck.git.read("rev-parse", "release-1")
    assert f"{branch} is there already" in pick(*arguments).out
    shutil.rmtree(tmp_path / "cache")
    assert f"{branch} is there already" in pick(*arguments).out
    assert stuck.git.read("rev-parse", branch) == made
    stuck.moment += timedelta(minutes=9)
    for number in range(4):
        on_line(stuck, f"Later {number}", {"lib/1/data.py": f"later {number}\n"})
    shutil.rmtree(tmp_path / "cache")
    assert f"{branch} was renewed, since the line has moved" in pick(*arguments).out
    assert stuck.git.read("rev-parse", f"{branch}~3") == stuck.git.read("rev-parse", "release-1")


def test_whole_commits_for_a_trial_are_not_counted_as_causes(pick, stuck, cache):
    asked = ("--fix", stuck.stuck, "--onto", "release-1", "--with-prerequisites", "--json")
    plain = pick(*asked).document["fetched"]
    shutil.rmtree(cache().directory)
    tried = pick(*asked, "--verify", "test -f lib/9/data.py")
    assert [each["state"] for each in tried.document["trial"]["lines"]] == ["passed"]
    fetched = tried.document["fetched"]
    assert fetched["causes"]["packs"] == plain["causes"]["packs"]
    assert fetched["packs"] == plain["packs"] + 1
    packs = (cache().directory / "objects" / "pack").glob("*.pack")
    assert fetched["bytes"] + fetched["causes"]["bytes"] == sum(pack.stat().st_size for pack in packs)
