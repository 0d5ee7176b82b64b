import pytest

from relauto.model.names import Branch
from relauto.picking.fanout import Line, pick_series
from relauto.picking.markers import find_markers
from relauto.picking.pick import pick
from relauto.picking.presence import Presence
from tests.picking.test_picking_pick import TEXT, change, line, on_line

__all__ = ["line"]

MARKED = "<<<<<<< ours\nline 3\n=======\nfixed\n>>>>>>> theirs\n"


def of(tip):
    return Line(Branch("line"), tip)


def test_each_fix_builds_on_those_before_it_and_one_that_stops_holds_up_none(line, repository, committer):
    one = line.commit("One", {"app.py": change(TEXT, 3, "one")})
    two = line.commit("Two", {"app.py": change(change(TEXT, 3, "one"), 15, "two")})
    three = line.commit("Three", {"read.me": "three\n"})
    onto = on_line(line, "Other", {"app.py": change(TEXT, 15, "other")})
    series = pick_series(repository, [one, two, three], of(onto), committer=committer)
    assert [each.pick.status for each in series.picked] == ["clean", "conflict", "clean"]
    first, stopped, last = series.picked
    assert (first.below, stopped.below, last.below) == (onto, first.commit, first.commit)
    assert [(each.path, each.kind) for each in stopped.pick.conflicts] == [("app.py", "content")]
    assert (series.is_whole, series.head, series.fixes) == (False, last.commit, (one, two, three))
    assert repository.commit(series.head).parents == (first.commit,)


def test_what_was_picked_and_then_changed_is_there_though_it_would_apply(line, repository, committer):
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "line 3\nfixed")})
    picked = on_line(
        line,
        f"Fix\n\n(cherry picked from commit {fix})\n",
        {"read.me": "instead, this file was to be changed\n"},
    )
    assert pick(repository, [fix], picked, committer=committer).status == "clean"
    series = pick_series(repository, [fix], of(picked), committer=committer)
    (there,) = series.picked
    assert (there.pick.status, there.pick.presence) == ("already", Presence("trailer", picked))
    assert (there.commit, there.pick.tree, series.head) == (picked, line.tree(picked), picked)


def test_a_line_that_is_behind_is_picked_onto(line, repository, committer):
    line.commit("Meanwhile", {"read.me": "meanwhile\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    behind = repository.resolve("line")
    (picked,) = pick_series(repository, [fix], of(behind), committer=committer).picked
    assert (picked.pick.status, picked.pick.verdict) == ("clean", "identical")
    assert repository.read_file(picked.commit, "read.me") == b"read me\n"


def test_markers_that_the_fix_brings_are_its_own(line, repository, committer):
    fix = line.commit("Test merging", {"test.txt": MARKED, "logo.png": b"\x89\0<<<<<<< "})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    (picked,) = pick_series(repository, [fix], of(onto), committer=committer).picked
    assert picked.pick.status == "clean"


@pytest.mark.parametrize("name", ["new.py", b"caf\xe9.txt".decode("utf-8", "surrogateescape"), "a b\tc"])
def test_markers_that_the_fix_does_not_bring_are_found(line, repository, name):
    below = line.commit("Name", {name: TEXT, "other.txt": "other\n"})
    fix = line.commit("Fix", {name: change(TEXT, 3, "fixed")})
    line.switch("marked", below)
    made = line.commit("Marked", {name: TEXT.replace("line 3\n", MARKED), "other.txt": "changed\n"})
    assert find_markers(repository, fix, below, made) == (name,)
    assert find_markers(repository, fix, below, fix) == ()


def test_markers_in_a_path_that_is_no_utf8_are_told(line, repository, committer):
    fix = line.commit("Rename", {"app.py": None, "caf\udce9.py": TEXT})
    onto = on_line(line, "Marked", {"app.py": TEXT.replace("line 9\n", MARKED)})
    (picked,) = pick_series(repository, [fix], of(onto), committer=committer).picked
    assert picked.pick.status == "error"
    assert picked.pick.error == "the pick would leave conflict markers in caf%E9.py"


def test_a_heading_is_no_marker(line, repository):
    below = line.head
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    line.switch("headed", below)
    made = line.commit("Headed", {"read.me": "Read me\n=======\n<<<<<<<\n"})
    assert find_markers(repository, fix, below, made) == ()


def test_an_absent_object_is_told_and_not_raised(line, repository, committer):
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 15, "ours")})
    blob = line.git.read("rev-parse", f"{fix}:app.py")
    (line.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    (picked,) = pick_series(repository, [fix], of(onto), committer=committer).picked
    assert picked.pick.status == "error"
    assert blob in picked.pick.error
