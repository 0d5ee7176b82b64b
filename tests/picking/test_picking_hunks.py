import pytest

from relauto.picking.hunks import Hunk, Region, Span, find_regions, parse_hunk, read_hunks, trace_back


def hunk(old, new):
    return Hunk(Span(*old), Span(*new))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"@@ -3 +3 @@ def f():", hunk((2, 3), (2, 3))),
        (b"@@ -3,2 +4,5 @@", hunk((2, 4), (3, 8))),
        (b"@@ -3,0 +4,2 @@", hunk((3, 3), (3, 5))),
        (b"@@ -1,2 +0,0 @@", hunk((0, 2), (0, 0))),
        (b"+@@ -1 +1 @@", None),
    ],
)
def test_a_hunk_is_read_as_git_numbers_it(line, expected):
    assert parse_hunk(line) == expected


@pytest.mark.parametrize(
    ("one", "other", "meets", "touches"),
    [
        ((2, 4), (3, 5), True, True),
        ((2, 4), (4, 5), False, True),
        ((2, 4), (5, 6), False, False),
        ((2, 4), (4, 4), True, True),
        ((2, 4), (3, 3), True, True),
        ((2, 2), (2, 2), True, True),
        ((2, 2), (3, 3), False, False),
    ],
)
def test_when_spans_meet(one, other, meets, touches):
    for first, second in ((Span(*one), Span(*other)), (Span(*other), Span(*one))):
        assert (first.meets(second), first.touches(second)) == (meets, touches)


def test_regions_are_where_both_sides_changed():
    ours = [hunk((2, 3), (2, 3)), hunk((10, 12), (10, 11)), hunk((30, 31), (29, 30))]
    theirs = [
        hunk((3, 3), (3, 5)),
        hunk((12, 14), (14, 16)),
        hunk((14, 14), (16, 17)),
        hunk((20, 21), (23, 23)),
    ]
    assert find_regions(ours, theirs) == [
        Region((ours[0],), (theirs[0],)),
        Region((ours[1],), (theirs[1], theirs[2])),
    ]


def test_lines_are_followed_back_through_a_change():
    change = [hunk((0, 0), (0, 2)), hunk((5, 7), (7, 8)), hunk((9, 10), (10, 10))]
    spans = [Span(0, 1), Span(3, 5), Span(6, 9), Span(10, 10), Span(12, 13)]
    back, met = trace_back(spans, change)
    assert (back, met) == ([Span(0, 0), Span(1, 3), Span(4, 8), Span(9, 10), Span(12, 13)], True)
    assert trace_back([Span(3, 5)], change[1:]) == ([Span(3, 5)], False)


def test_hunks_are_read_from_two_blobs(repository):
    old = repository.store.write("blob", b"1\n2\n3\n4\n")
    new = repository.store.write("blob", b"0\n1\n2\n4\n")
    assert read_hunks(repository, old, new) == [hunk((0, 0), (0, 1)), hunk((2, 3), (3, 3))]
    assert read_hunks(repository, old, old) == []
    assert read_hunks(repository, old, repository.store.write("blob", b"\0")) == []
