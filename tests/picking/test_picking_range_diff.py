import pytest

from relauto.picking.markers import find_left
from relauto.picking.pick import pick
from relauto.picking.range_diff import read_range_diff
from tests.picking.memory import LARGE, measure_memory
from tests.picking.test_picking_fanout import MARKED
from tests.picking.test_picking_pick import TEXT, change, line, on_line

__all__ = ["line"]


@pytest.fixture
def picked(line, repository, committer):
    """A fix, and a pick of it that is the same lines in other surroundings."""
    fix = line.commit("Fix\n\nIt was wrong.", {"app.py": change(TEXT, 5, "fixed")})
    onto = on_line(line, "Other", {"app.py": change(TEXT, 8, "other")})
    made = pick(repository, [fix], onto, committer=committer)
    assert made.verdict == "context"
    return fix, made.commits[0]


def test_it_tells_what_differs(repository, picked):
    fix, made = picked
    assert read_range_diff(repository, fix, made, most=10_000) == (
        f"1:  {fix[:7]} ! 1:  {made[:7]} Fix\n"
        "    @@ Commit message\n"
        "     \n"
        "         It was wrong.\n"
        "     \n"
        f"    +    (cherry picked from commit {fix})\n"
        "    +\n"
        "      ## app.py ##\n"
        "     @@ app.py: line 1\n"
        "      line 2\n"
        "    @@ app.py: line 1\n"
        "     +fixed\n"
        "      line 6\n"
        "      line 7\n"
        "    - line 8\n"
        "    + other"
    )


def test_it_is_cut_at_a_line(repository, picked):
    fix, made = picked
    whole = read_range_diff(repository, fix, made, most=10_000)
    cut = read_range_diff(repository, fix, made, most=60)
    *kept, last = cut.split("\n")
    assert whole.startswith("\n".join(kept) + "\n")
    assert last == f"… {whole.count(chr(10)) + 1 - len(kept)} more lines"


def test_a_merge_stands_for_what_it_brought(line, repository, committer):
    line.switch("side", line.head)
    line.commit("One", {"one.txt": "1\n"})
    line.commit("Two", {"two.txt": "2\n"})
    line.switch("main")
    line.commit("Meanwhile", {"read.me": "x\n"})
    fix = line.merge("side", "Merge both")
    onto = on_line(line, "Other", {"other.txt": "x\n"})
    made = pick(repository, [fix], onto, committer=committer).commits[0]
    told = read_range_diff(repository, fix, made, most=10_000)
    assert told.count("\n1:") == 0
    assert "Merge both" in told.split("\n")[0]
    differs = [row for row in told.split("\n") if row.startswith(("    +", "    -"))]
    assert differs == [f"    +    (cherry picked from commit {fix})", "    +"]


def test_what_cannot_be_told_is_not_told(line, repository, picked):
    fix, made = picked
    root = line.git.read("rev-list", "--max-parents=0", fix)
    assert read_range_diff(repository, root, made, most=100) is None
    blob = line.git.read("rev-parse", f"{made}:app.py")
    (line.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert read_range_diff(repository, fix, made, most=100) is None


def test_markers_that_a_person_left_are_found_beside_those_of_any_fix(line, repository):
    below = line.head
    first = line.commit("Test merging", {"test.txt": MARKED})
    second = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    line.switch("settled", below)
    settled = line.commit("Both", {"test.txt": MARKED, "app.py": change(TEXT, 3, "fixed")})
    assert find_left(repository, [first, second], below, settled) == ()
    assert find_left(repository, [second], below, settled) == ("test.txt",)
    wide = MARKED.replace("<<<<<<<", "<" * 12).replace(">>>>>>>", ">" * 12)
    left = line.commit("Left", {"app.py": TEXT.replace("line 3\n", wide), ".gitattributes": "* -diff\n"})
    assert find_left(repository, [first, second], below, left) == ("app.py",)


@pytest.mark.parametrize("way", ["new", "grown", "gone"])
def test_large_files_are_not_read(line, repository, committer, way):
    name, large = "large [1].bin", bytes(LARGE)
    before = {"new": {}, "grown": {name: "a\n"}, "gone": {name: large}}[way]
    line.commit("Before", {"read.me": "x\n", **before})
    fix = line.commit("Fix", {name: None if way == "gone" else large, "app.py": change(TEXT, 5, "fixed")})
    onto = on_line(line, "Other", {"app.py": change(TEXT, 8, "other"), **before})
    made = pick(repository, [fix], onto, committer=committer, judge=False).commits[0]
    call = f"read_range_diff(repository, {str(fix)!r}, {str(made)!r}, most=10_000)"
    told, memory = measure_memory(line.directory, "relauto.picking.range_diff", call)
    assert told.split("\n")[-2:] == ["    + other", f"too large to be compared: {name}"]
    assert memory < LARGE // 2
