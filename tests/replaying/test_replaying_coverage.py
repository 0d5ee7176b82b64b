"""Which fixes are on which lines, told from what their histories show."""

import pytest

from relauto.git.repository import Repository
from relauto.model.names import Branch
from relauto.picking.fanout import Line
from relauto.replaying.coverage import MISSING, UNKNOWN, Cell, cover
from relauto.report.coverage import draw_coverage, tell_coverage
from tests.git.conftest import Clone

LINES = ("release-1", "release-2", "release-10")


@pytest.fixture
def product(tmp_path):
    """Three lines that left main one after the other; the fix to be looked for is on main behind all."""
    made = Clone(tmp_path / "product")
    for number, line in enumerate(LINES):
        made.commit(f"Go on with {number}", {f"part{number}.py": "part\n"})
        made.run("branch", line)
    made.fix = made.commit("Stop the crash (#12)", {"app.py": "fixed\n"})
    return made


def pick(product, line, commit, *options):
    product.switch(line)
    product.run("cherry-pick", *options, commit)
    made = product.head
    product.switch("main")
    return made


def look(product, *fixes, since=0):
    with Repository.open(product.directory) as repository:
        main, *lines = (Line(Branch(name), repository.resolve(name)) for name in ("main", *LINES))
        return cover(repository, main, lines, fixes=fixes, since=since, say=lambda _: None)


def cells(product, *fixes):
    (row,) = look(product, *fixes)
    return [row.cells[Branch(line)] for line in LINES]


def told(product, *fixes):
    return list(tell_coverage(look(product, *fixes)))


def name(fix, subject="Stop the crash"):
    return f"{fix[:8]} {subject}"


def test_each_sign_is_told_with_its_commit(product):
    first = pick(product, "release-1", product.fix, "-x")
    product.switch("release-2")
    second = product.commit("[release-2] By hand (#12) (#40)", {"app.py": "fixed otherwise\n"})
    product.switch("main")
    third = pick(product, "release-10", product.fix)
    assert cells(product) == [
        Cell("in", "trailer", first),
        Cell("in", "pull", second),
        Cell("in", "pull", third),
    ]
    product.run("branch", "-f", "release-10", "main")
    assert cells(product)[2] == Cell("in", "ancestor", product.fix)


def test_the_same_patch_and_the_same_content_are_signs_where_nothing_is_named(product):
    pick(product, "release-1", product.fix, "-x")
    product.switch("release-2")
    same = product.commit("Another name", {"app.py": "fixed\n"})
    product.switch("release-10")
    product.commit("With more", {"app.py": "fixed\n", "more.py": "more\n"})
    assert cells(product)[1:] == [Cell("in", "patch-id", same), Cell("in", "tree")]
    assert told(product) == []


def test_a_pick_of_a_pick_is_one_of_the_fix(product):
    first = pick(product, "release-1", product.fix, "-x")
    product.switch("release-2")
    second = product.commit(f"Cold start\n\n(cherry picked from commit {first})\n", {"app.py": "other\n"})
    assert cells(product)[1] == Cell("in", "trailer", second)


def test_a_merge_is_a_fix_too(product):
    product.switch("topic", "main")
    product.commit("One", {"one.py": "one\n"})
    product.commit("Two", {"two.py": "two\n"})
    product.switch("main")
    merged = product.merge("topic", "Merge pull request #30 from acme/topic")
    product.run("branch", "-D", "topic")
    made = pick(product, "release-1", merged, "-x", "-m", "1")
    product.switch("release-2")
    squashed = product.commit("Both at once", {"one.py": "one\n", "two.py": "two\n"})
    assert cells(product, merged) == [Cell("in", "trailer", made), Cell("in", "patch-id", squashed), MISSING]


def test_what_an_older_line_has_and_a_newer_has_not_is_to_be_looked_at(product):
    pick(product, "release-1", product.fix, "-x")
    (row,) = look(product)
    assert row.gaps == (("release-1", "release-2"), ("release-1", "release-10"))
    assert told(product) == [
        f"#12 {name(product.fix)} (#12): in release-1 but missing in release-2, release-10"
    ]
    pick(product, "release-2", product.fix, "-x")
    pick(product, "release-10", product.fix, "-x")
    assert told(product) == []


def test_only_newer_lines_can_have_a_gap(product):
    pick(product, "release-10", product.fix, "-x")
    (row,) = look(product)
    assert (row.gaps, row.is_fine, row.cells[Branch("release-1")]) == ((), True, MISSING)


def test_what_was_taken_back_on_a_line_is_reverted_and_what_came_again_is_in(product):
    made = pick(product, "release-1", product.fix, "-x")
    product.switch("release-1")
    product.run("revert", "--no-edit", made)
    revert = product.head
    assert cells(product)[0] == Cell("reverted", "trailer", revert)
    product.switch("main")
    again = pick(product, "release-1", product.fix, "-x")
    assert cells(product)[0] == Cell("in", "trailer", again)


def test_a_revert_that_was_picked_takes_back_the_pick(product):
    product.run("revert", "--no-edit", product.fix)
    revert = product.head
    product.run("revert", "--no-edit", revert)
    again = product.head
    pick(product, "release-1", product.fix, "-x")
    undone = pick(product, "release-1", revert, "-x")
    rows = look(product, product.fix, again)
    assert [row.cells[Branch("release-1")] for row in rows] == [
        Cell("reverted", "trailer", undone),
        MISSING,
    ]
    reapplied = pick(product, "release-1", again, "-x")
    rows = look(product, product.fix, again)
    assert [row.cells[Branch("release-1")] for row in rows] == [
        Cell("in", "pull", reapplied),
        Cell("in", "patch-id", reapplied),
    ]


def test_a_revert_that_was_picked_takes_back_what_makes_the_same_change(product):
    product.run("revert", "--no-edit", product.fix)
    revert = product.head
    product.run("revert", "--no-edit", revert)
    again = product.head
    product.switch("release-1")
    same = product.commit("Another name", {"app.py": "fixed\n"})
    rows = look(product, product.fix, again)
    assert [row.cells[Branch("release-1")] for row in rows] == [Cell("in", "patch-id", same)] * 2
    undone = pick(product, "release-1", revert, "-x")
    rows = look(product, product.fix, again)
    assert [row.cells[Branch("release-1")] for row in rows] == [Cell("reverted", "patch-id", undone)] * 2


def test_a_pick_of_what_was_taken_back_in_between_is_no_pick_of_what_makes_the_same_again(product):
    undone = product.commit("Take it back", {"app.py": None})
    again = product.commit("Once more", {"app.py": "fixed\n"})
    pick(product, "release-1", product.fix, "-x")
    assert cells(product, again)[0] == Cell("in", "tree")
    pick(product, "release-1", undone, "-x")
    assert cells(product, again)[0] == MISSING


def test_a_line_that_took_back_a_whole_merge_took_back_the_pick_in_it(product):
    product.switch("backport", "release-1")
    product.run("cherry-pick", "-x", product.fix)
    product.switch("release-1")
    merged = product.merge("backport", "Merge pull request #41 from acme/backport")
    product.run("revert", "--no-edit", "-m", "1", merged)
    revert = product.head
    product.switch("main")
    assert cells(product, product.fix)[0] == Cell("reverted", "trailer", revert)


def test_a_fix_that_was_taken_back_before_a_line_was_made_is_not_in_it(product):
    product.run("revert", "--no-edit", product.fix)
    revert = product.head
    product.run("branch", "-f", "release-10", "main")
    assert cells(product, product.fix)[2] == Cell("reverted", "ancestor", revert)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('Revert "Stop the crash"\n\nThis reverts commit {fix}.\n', "reverted on main later"),
        ('Revert "Stop the crash (#12)" (#13)\n\nReverts acme/till#12\n', "reverted on main later"),
        ('Mend it\n\nFixes: {short} ("Stop the crash")\n', "fixed up on main later"),
        ("fixup! Stop the crash (#12)\n", "fixed up on main later"),
    ],
)
def test_what_main_says_later_concerns_the_lines_without_it(product, message, words):
    pick(product, "release-1", product.fix, "-x")
    pick(product, "release-2", product.fix, "-x")
    pick(product, "release-10", product.fix, "-x")
    later = product.commit(message.format(fix=product.fix, short=product.fix[:12]), {"app.py": "mended\n"})
    pick(product, "release-2", later, "-x")
    assert told(product, product.fix) == [
        f"#12 {name(product.fix)} (#12): {words} by {later.short}, which is not in release-1, release-10"
    ]


@pytest.mark.parametrize("message", ["Fixes #12\n", "Go on\n\nFixes: 0123456789ab\n", "Reverts nothing\n"])
def test_what_names_something_else_says_nothing_of_the_fix(product, message):
    pick(product, "release-1", product.fix, "-x")
    product.commit(message, {"app.py": "other\n"})
    assert look(product, product.fix)[0].later == ()


def test_a_revert_that_was_reverted_says_nothing(product):
    product.run("revert", "--no-edit", product.fix)
    product.run("revert", "--no-edit", "HEAD")
    pick(product, "release-1", product.fix, "-x")
    assert look(product, product.fix)[0].later == ()


def test_a_fix_of_a_line_is_looked_for_on_main_too(product):
    product.switch("release-1")
    made = product.commit("For this line", {"line.py": "line\n"})
    (row,) = look(product, made)
    assert row.gaps == (("release-1", "release-2"), ("release-1", "release-10"), ("release-1", "main"))
    picked = pick(product, "release-2", product.fix, "-x")
    assert look(product, picked)[0].fix == product.fix


def test_only_what_was_brought_since_a_moment_is_listed(product):
    pick(product, "release-1", product.fix, "-x")
    later = product.commit("Later (#14)", {"later.py": "later\n"})
    made = pick(product, "release-2", later, "-x")
    with Repository.open(product.directory) as repository:
        since = int(repository.moment(made).timestamp())
    assert [row.fix for row in look(product, since=since)] == [later]
    assert [row.fix for row in look(product)] == [later, product.fix]


def test_what_cannot_be_compared_is_unknown_and_not_missing(product):
    pick(product, "release-1", product.fix, "-x")
    product.switch("release-2")
    product.commit("Ours", {"app.py": "ours\n"})
    blob = product.git.read("rev-parse", "HEAD:app.py")
    product.switch("main")
    (product.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert cells(product)[1:] == [UNKNOWN, MISSING]
    assert told(product) == [
        f"#12 {name(product.fix)} (#12): in release-1 but missing in release-10; unknown in release-2"
    ]


def test_the_table_has_a_row_for_each_fix(product):
    made = pick(product, "release-1", product.fix, "-x")
    pick(product, "release-2", product.fix, "-x")
    product.switch("release-2")
    product.run("revert", "--no-edit", "HEAD")
    product.switch("main")
    row = f"#12 {product.fix[:8]} Stop the crash (#12)"
    assert draw_coverage(look(product), 0.25) == (
        "1 fix, 1 to be looked at; 0.2 s.\n\n"
        f"  {'':44}  release-1         release-2  release-10\n"
        f"  {row:44}  {made[:8]} trailer  reverted   missing\n\n"
        "An id is the commit that brought it; missing: no ancestry, message, patch or trial pick shows it; "
        "unknown: what would show it is not here.\n\n"
        "To be looked at:\n"
        f"  #12 {product.fix[:8]} Stop the crash (#12): in release-1 but missing in release-10"
    )


def test_in_a_narrow_terminal_lines_go_on_below_and_nothing_is_wider(product):
    made = pick(product, "release-1", product.fix, "-x")
    row = f"#12 {product.fix[:8]} Stop the crash (#12)"
    drawn = draw_coverage(look(product), 0.25, 48)
    name = f"{row[:17]}…"
    assert drawn == (
        "1 fix, 1 to be looked at; 0.2 s.\n\n"
        f"  {'':18}  release-1\n"
        f"  {name}  {made[:8]} trailer\n\n"
        f"  {'':18}  release-2  release-10\n"
        f"  {name}  missing    missing\n\n"
        "An id is the commit that brought it; missing: no\n"
        "ancestry, message, patch or trial pick shows it;\n"
        "unknown: what would show it is not here.\n\n"
        "To be looked at:\n"
        f"  #12 {product.fix[:8]} Stop the crash (#12): in\n"
        "  release-1 but missing in release-2, release-10"
    )
    assert max(map(len, drawn.split("\n"))) <= 48
