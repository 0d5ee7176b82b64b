"""Each rule over the lines of one region: where it answers, with what, and where it must not."""

import pytest

from relauto.errors import InputError
from relauto.picking.hunks import Hunk, Span
from relauto.resolving.absent import resolve_absent
from relauto.resolving.adjacent import is_beside_reworded, list_neighbours, resolve_adjacent
from relauto.resolving.names import ALL, RESOLVERS, RULES, TRUSTED, parse_resolvers
from relauto.resolving.policies import find_policy
from relauto.resolving.regions import compare, split_lines
from relauto.resolving.tokens import resolve_tokens, split_tokens
from relauto.settings.changes import PathPolicy

LINES = ("one = 1", "two = 2", "three = 3", "four = 4")


def write(lines):
    return tuple(line.encode() + b"\n" for line in lines)


def edit(start, end, *lines):
    """Return an edit of LINES: those from `start` up to `end` become `lines`."""
    return start, end, lines


def make_region(ours, theirs, base=LINES):
    """Return the only region of two edits of `base`."""
    sides, hunks = [], []
    for start, end, new in (ours, theirs):
        sides.append(write((*base[:start], *new, *base[end:])))
        hunks.append([Hunk(Span(start, end), Span(start, start + len(new)))])
    (region,) = compare(write(base), *sides, *hunks).regions
    return region


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        (edit(0, 1, "one = 10"), edit(1, 2, "two = 20"), ("one = 10", "two = 20")),
        (edit(1, 2, "two = 20"), edit(0, 1, "one = 10"), ("one = 10", "two = 20")),
        (edit(0, 1), edit(1, 2, "two = 20", "more"), ("two = 20", "more")),
        (edit(0, 1, "one = 10"), edit(1, 2), ("one = 10",)),
        (edit(0, 1), edit(1, 1, "new"), ("new",)),
        (edit(0, 1), edit(0, 0, "new"), ("new",)),
        (edit(0, 1, "one = 10"), edit(1, 1, "new"), ("one = 10", "new")),
        (edit(0, 1, "one = 10"), edit(0, 0, "new"), ("new", "one = 10")),
        (edit(1, 1, "new"), edit(0, 1, "one = 10"), ("one = 10", "new")),
    ],
)
def test_changes_side_by_side_are_both_made(ours, theirs, result):
    assert resolve_adjacent(make_region(ours, theirs)) == write(result)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(edit(0, 2, "x"), edit(1, 2, "y"), id="overlap"),
        pytest.param(edit(0, 2, "x", "y"), edit(1, 1, "new"), id="inside"),
        pytest.param(edit(1, 1, "new"), edit(0, 2, "x", "y"), id="inside the fix's"),
        pytest.param(edit(1, 1, "x"), edit(1, 1, "y"), id="two insertions at one point"),
        pytest.param(edit(0, 1), edit(1, 2), id="two deletions"),
        pytest.param(edit(0, 1, "one = 10", "more"), edit(1, 1, "new"), id="beside lines that became more"),
        pytest.param(edit(0, 1, "something else"), edit(1, 1, "new"), id="beside a line that became another"),
        pytest.param(
            edit(1, 1, "new"), edit(0, 1, "one", "more"), id="beside lines that the fix made more of"
        ),
        pytest.param(
            edit(1, 1, "", " "), edit(0, 1, "one = 10"), id="blank lines beside what the fix changed"
        ),
    ],
)
def test_changes_in_each_others_way_are_left(ours, theirs):
    assert resolve_adjacent(make_region(ours, theirs)) is None


def test_what_the_line_has_put_in_however_indented_is_not_put_in_again():
    base = write(("first", "second", "third"))
    target, fix = (
        write(("first of all", "  guard", "second", "third")),
        write(("first", "guard", "second", "third")),
    )
    ours = [Hunk(Span(0, 1), Span(0, 2))]
    (region,) = compare(base, target, fix, ours, [Hunk(Span(1, 1), Span(1, 2))]).regions
    assert region.added == {b"first of all", b"guard"}
    assert resolve_adjacent(region) is None


def test_a_long_run_of_changes_side_by_side_is_looked_at_pair_by_pair():
    count = 4_000
    base = tuple(b"%d\n" % number for number in range(count))
    sides = [
        tuple(line if number % 2 == kept else b"x" + line for number, line in enumerate(base))
        for kept in (0, 1)
    ]
    hunks = [
        [Hunk(Span(number, number + 1), Span(number, number + 1)) for number in range(1 - kept, count, 2)]
        for kept in (0, 1)
    ]
    (region,) = compare(base, *sides, *hunks).regions
    assert resolve_adjacent(region) == tuple(b"x" + line for line in base)
    assert len(list(list_neighbours(region))) == count - 1


def test_a_target_that_only_took_blank_lines_away_is_left():
    region = make_region(edit(1, 2), edit(2, 3, "three = 30"), ("one = 1", "", "three = 3"))
    assert resolve_adjacent(region) is None


def test_what_stands_beside_a_reworded_line_is_told():
    assert is_beside_reworded(make_region(edit(0, 1, "one = 10"), edit(1, 1, "new")))
    assert is_beside_reworded(make_region(edit(1, 1, "new"), edit(0, 1, "one = 10")))
    assert not is_beside_reworded(make_region(edit(0, 1), edit(1, 1, "new")))
    assert not is_beside_reworded(make_region(edit(0, 1, "one = 10"), edit(1, 2, "two = 20")))


CALL = ("call(first, second, third, fourth)",)


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        (
            "call(first, second, third, last)",
            "run(first, second, third, fourth)",
            "run(first, second, third, last)",
        ),
        (
            "call(first, second, third)",
            "call(zero, first, second, third, fourth)",
            "call(zero, first, second, third)",
        ),
        (
            "call(first, second, third, 1.10.2)",
            "run(first, second, third, fourth)",
            "run(first, second, third, 1.10.2)",
        ),
        (
            "call(first, 2nd, third, fourth)",
            "call(first, second, third, last)",
            "call(first, 2nd, third, last)",
        ),
    ],
)
def test_words_well_apart_are_both_changed(ours, theirs, result):
    for one, other in ((ours, theirs), (theirs, ours)):
        region = make_region(edit(0, 1, one), edit(0, 1, other), CALL)
        assert resolve_tokens(region) == write([result])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("call(1st, second, third, fourth)", "call(first, 2nd, third, fourth)", id="too near"),
        pytest.param("call(1st, second, third, fourth)", "call(FIRST, second, third, fourth)", id="the same"),
        pytest.param(
            "call( first, second, third, fourth)", "call(first, second, third, last)", id="white space"
        ),
        pytest.param(
            "call(first, second, third,\nfourth)", "run(first, second, third, fourth)", id="a line more"
        ),
    ],
)
def test_words_in_each_others_way_are_left(ours, theirs):
    for one, other in ((ours, theirs), (theirs, ours)):
        region = make_region(edit(0, 1, *one.split("\n")), edit(0, 1, *other.split("\n")), CALL)
        assert resolve_tokens(region) is None


def test_long_lines_are_not_compared():
    line = "word " * 500
    assert resolve_adjacent(make_region(edit(0, 1, line + "x"), edit(1, 1, "new"), (line, "two"))) is None


def test_a_long_region_is_not_compared_word_by_word():
    base = ("word " * 3000,)
    region = make_region(edit(0, 1, "first" + base[0]), edit(0, 1, base[0] + "last"), base)
    assert resolve_tokens(region) is None


def test_a_number_with_dots_is_one_word():
    tokens = (b"v1.10.2", b" ", b"-", b">", b" ", b"caf\xc3\xa9", b".", b"x", b"\r\n")
    assert split_tokens(b"v1.10.2 -> caf\xc3\xa9.x\r\n") == tokens


def test_what_the_line_deleted_stays_away():
    base = (*LINES, "five = 5")
    assert resolve_absent(make_region(edit(1, 4), edit(2, 3, "three = 30"), base)) == ()
    assert resolve_absent(make_region(edit(1, 3), edit(2, 4, "three = 30"), base)) is None
    assert resolve_absent(make_region(edit(1, 4), edit(2, 2, "new"), base)) is None
    assert resolve_absent(make_region(edit(1, 4, "else"), edit(2, 3, "three = 30"), base)) is None


def test_resolvers_are_known_by_name():
    assert parse_resolvers(["tokens, adjacent", "moved"]) == ("adjacent", "tokens", "moved")
    assert parse_resolvers(["all"]) == ALL
    assert parse_resolvers(["all,tokens"]) == tuple(RESOLVERS)
    assert parse_resolvers([]) == parse_resolvers([""]) == ()
    assert set(RULES) < set(RESOLVERS) == {*ALL, "tokens"}
    assert set(RESOLVERS) >= TRUSTED
    with pytest.raises(InputError, match="there is no resolver 'theirs'"):
        parse_resolvers(["adjacent,theirs"])


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.lock", "web/app.lock", True),
        ("app.lock", "web/app.lock", True),
        ("web/*", "web/deep/app.lock", True),
        ("web/*.lock", "app.lock", False),
        ("*.lock", "web/app.lock.txt", False),
        ("APP.lock", "app.lock", False),
    ],
)
def test_a_pattern_stands_for_paths(pattern, path, matches):
    policy = PathPolicy(pattern, "line")
    assert find_policy([PathPolicy("else", "fix"), policy], path) == (policy if matches else None)


@pytest.mark.parametrize("text", [b"", b"a", b"a\n", b"a\nb", b"a\r\n\r\nb\n", b"\n", b"a\rb\x0cc\x85d\n"])
def test_lines_are_the_text(text):
    lines = split_lines(text)
    assert b"".join(lines) == text
    assert all(line.endswith(b"\n") for line in lines[:-1])
