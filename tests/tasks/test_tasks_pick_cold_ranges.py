"""`relauto pick --from URL --fix A..B`: the commits between two ends are fetched and picked."""

import shutil
from datetime import timedelta

import pytest

from relauto.picking.cold_history import Bound
from tests.picking.test_picking_pick import TEXT, change
from tests.tasks.test_tasks_pick_cold import cache, clone, identified, on_line, pick, url

__all__ = ["cache", "clone", "identified", "pick", "url"]

pytestmark = pytest.mark.path


@pytest.fixture
def topic(clone):
    """A branch of four commits that left main before the fix, ten days after its first commits."""
    clone.switch("topic", "main~1")
    for number in range(4):
        clone.moment += timedelta(days=1)
        clone.commit(f"Topic {number}", {"app.py": change(change(TEXT, 3, "fixed"), 9 + number, "topic")})
    clone.switch("main")
    clone.moment += timedelta(days=5)
    clone.commit("Main goes on", {"read.me": "again\n"})
    return clone


def pick_warm(relauto, clone, *arguments):
    document = relauto("pick", "--repo", str(clone.directory), *arguments, "--json").document
    return [(each["fix"], each["status"], each["tree"]) for each in document["results"]]


def told(document):
    return [(each["fix"], each["status"], each["tree"]) for each in document["results"]]


@pytest.mark.parametrize("older", ["id", "tag", "branch", "other"])
@pytest.mark.parametrize("newer", ["id", "branch"])
def test_a_range_is_picked_as_in_a_whole_clone(pick, relauto, topic, cache, older, newer):
    start, end = topic.git.read("rev-parse", "topic~3"), topic.git.read("rev-parse", "topic")
    topic.run("tag", "before", start)
    ends = {"id": start, "tag": "before", "branch": "main", "other": topic.head}
    span = f"{ends[older]}..{end if newer == 'id' else 'topic'}"
    arguments = ("--fix", span, "--onto", "release-1")
    document = pick(*arguments, "--json").document
    assert told(document) == pick_warm(relauto, topic, *arguments)
    assert len(document["results"]) == (3 if older in ("id", "tag") else 4)


def test_a_range_that_goes_too_far_back_is_refused(pick, topic, cache, monkeypatch):
    monkeypatch.setattr(Bound.__init__, "__defaults__", (0, *Bound.__init__.__defaults__[1:]))
    ended = pick("--fix", "main..topic", "--onto", "release-1")
    assert (ended.status, ended.out) == (2, "")
    assert "all that main..topic holds cannot be told: the history here is cut\n  name each" in ended.err


def test_a_range_named_the_wrong_way_round_holds_nothing(pick, topic, cache):
    start = topic.git.read("rev-parse", "topic~3")
    ended = pick("--fix", f"topic..{start}", "--onto", "release-1")
    assert (ended.status, f"topic..{start} holds no commit" in ended.err) == (2, True)


def test_a_merge_in_a_range_is_picked_as_one(pick, relauto, topic, cache):
    start = topic.head
    merged = topic.merge("topic", "Merge pull request #7")
    topic.commit("After", {"read.me": "after\n"})
    arguments = ("--fix", f"{start}..main", "--onto", "release-1")
    found = told(pick(*arguments, "--json").document)
    assert found == pick_warm(relauto, topic, *arguments)
    assert found[0][0] == merged


def test_the_branch_for_a_range_is_renewed_with_an_empty_cache(pick, topic, cache, tmp_path, identified):
    arguments = ("--fix", "main..topic", "--onto", "release-1", "--write")
    assert "was created" in pick(*arguments).out
    on_line(topic, "Later", {"lib/1/data.py": "later\n"})
    shutil.rmtree(tmp_path / "cache")
    ended = pick(*arguments)
    assert "was renewed, since the line has moved" in ended.out
