"""What holds of every merge that a rule makes, whatever the three sides are."""

from collections import Counter
from difflib import SequenceMatcher
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relauto.git.texts import merge_texts
from relauto.picking.hunks import Hunk, Span
from relauto.resolving.adjacent import resolve_adjacent
from relauto.resolving.merging import is_fit, merge_file, resolve
from relauto.resolving.names import RULES
from relauto.resolving.regions import Edit, apply, compare, split_lines
from relauto.resolving.tokens import resolve_tokens, split_tokens

pytestmark = pytest.mark.path


def diff(old, new):
    """Return hunks of one of the ways in which `old` may have become `new`."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Hunk(Span(a, b), Span(c, d)) for tag, a, b, c, d in blocks if tag != "equal"]


def compare_sides(base, target, fix):
    return compare(base, target, fix, diff(base, target), diff(base, fix))


WORDS = st.sampled_from(["red", "blue", "(", ")", ",", " ", "1.2", "x1", "é", "\t"])
TEXT = st.lists(
    st.one_of(
        st.sampled_from(["", "one", "two", "three words here", "call(a, b, c, d)", "v1.2.3", "<<<<<<< x"]),
        st.lists(WORDS, min_size=1, max_size=8).map("".join),
    ),
    max_size=8,
)
ENDING = st.sampled_from([b"\n", b"\r\n"])


@st.composite
def sides(draw):
    """Three texts of like lines, with or without a line feed at the end."""
    ending = draw(ENDING)
    texts = [ending.join(line.encode() for line in draw(TEXT)) for _ in range(3)]
    return [split_lines(text + draw(st.sampled_from([b"", ending]))) for text in texts]


@st.composite
def edits(draw):
    """Two lists of edits of the same numbered lines; every line of either is unlike all others."""
    size = draw(st.integers(1, 9))
    base = tuple(b"base %d\n" % number for number in range(size))
    return base, draw_edits(draw, base, b"target"), draw_edits(draw, base, b"fix")


def draw_edits(draw, base, side):
    cuts = sorted(draw(st.lists(st.integers(0, len(base)), min_size=2, max_size=6, unique=True)))
    made = []
    # Two edits of one side never touch: they would be one.
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        stop = draw(st.integers(start, end - 1))
        count = draw(st.integers(0 if stop > start else 1, 2))
        new = tuple(b"%s %d.%d\n" % (side, start, number) for number in range(count))
        made.append(Edit(Span(start, stop), base[start:stop], new))
    return tuple(made)


def compare_edits(base, ours, theirs):
    texts, hunks = [], []
    for side in (ours, theirs):
        texts.append(apply(base, side))
        shift, found = 0, []
        for edit in side:
            start = edit.span.start + shift
            found.append(Hunk(edit.span, Span(start, start + len(edit.new))))
            shift += found[-1].growth
        hunks.append(found)
    return compare(base, *texts, *hunks)


@given(sides())
def test_every_line_or_word_of_a_result_is_of_one_of_the_sides(texts):
    for region in compare_sides(*texts).regions:
        given_lines = (region.base, region.target_lines, region.fix_lines)
        for name in RULES:
            made = resolve(region, [name])
            if made is None:
                continue
            split = (
                (lambda lines: split_tokens(b"".join(lines))) if name == "tokens" else (lambda lines: lines)
            )
            assert set(split(made.result)) <= {each for lines in given_lines for each in split(lines)}
            assert (made.base, made.target, made.fix) == given_lines


@given(sides())
def test_a_merged_file_has_no_markers_and_its_lines_are_whole(texts):
    merged = merge_file(compare_sides(*texts), list(RULES))
    assume(merged is not None)
    content, _ = merged
    assert is_fit(content)
    known = {line.rstrip(b"\r\n") for lines in texts for line in lines}
    if all(hunk.resolver != "tokens" for hunk in merged[1]):
        assert {line.rstrip(b"\r\n") for line in split_lines(content)} <= known


@given(edits())
def test_outside_of_the_regions_every_edit_is_made_and_nothing_is_lost(case):
    found = compare_edits(*case)
    merged = merge_file(found, list(RULES))
    assume(merged is not None)
    content, hunks = merged
    lines, resolved = list(split_lines(content)), {hunk.start - 1: hunk.result for hunk in hunks}
    assert set(resolved) == {region.span.start for region in found.regions if not region.is_agreed}
    made = [*found.target, *found.fix]
    made += [
        Edit(each.span, each.base, resolved.get(each.span.start, each.fix_lines)) for each in found.regions
    ]
    # Line by line, not by the code that is tested.
    by_start = {edit.span.start: edit for edit in sorted(made, key=lambda each: each.span)}
    expected, at = [], 0
    for number in range(len(case[0]) + 1):
        points = [edit for edit in made if edit.span == (number, number)]
        expected += [line for edit in points for line in edit.new]
        edit = by_start.get(number)
        if edit and edit.span.end > number:
            expected, at = [*expected, *edit.new], edit.span.end
        elif number >= at and number < len(case[0]):
            expected.append(case[0][number])
    assert lines == expected


@given(edits())
def test_both_sides_of_what_is_made_side_by_side_are_there_once(case):
    for region in compare_edits(*case).regions:
        result = resolve_adjacent(region)
        if result is None:
            continue
        gone = Counter(line for edit in (*region.target, *region.fix) for line in edit.old)
        come = Counter(line for edit in (*region.target, *region.fix) for line in edit.new)
        assert Counter(result) == Counter(region.base) - gone + come


@given(edits())
def test_changes_side_by_side_are_what_git_merges_with_other_lines_between(case):
    base, ours, theirs = case
    for region in compare_edits(base, ours, theirs).regions:
        result = resolve_adjacent(region)
        if result is None:
            continue
        texts = [spread(region, each) for each in ((), region.target, region.fix)]
        merged = merge_texts(texts[1], texts[0], texts[2])
        assert merged is not None
        assert tuple(split_lines(drop_filling(merged))) == result


def spread(region, made):
    """Return the region with lines around each that keep hunks apart; insertions go between two of them."""
    by_start = {edit.span.start - region.span.start: edit for edit in made}
    lines, number = [], 0
    while number <= len(region.base):
        edit = by_start.get(number)
        inserted = edit.new if edit and edit.is_insertion else ()
        lines += [b"-- %d before\n" % number, *inserted, b"-- %d after\n" % number]
        if edit and not edit.is_insertion:
            lines += edit.new
            number = edit.span.end - region.span.start
        else:
            lines += region.base[number : number + 1]
            number += 1
    return b"".join(lines).decode()


def drop_filling(text):
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("-- ")).encode()


CHANGES = st.dictionaries(st.integers(0, 9), st.sampled_from(["new", "longer words"]), min_size=1, max_size=3)


def join(changes):
    return (" ".join(changes.get(number, f"word{number}") for number in range(10)).encode() + b"\n",)


@given(CHANGES, CHANGES)
def test_words_are_merged_one_by_one_and_alike_from_either_side(ours, theirs):
    both = [(ours, theirs), (theirs, ours)]
    regions = [compare_sides(join({}), join(one), join(other)).regions[0] for one, other in both]
    apart = all(abs(one - other) > 3 for one, other in product(ours, theirs))
    expected = join({**ours, **theirs}) if apart else None
    assert [resolve_tokens(region) for region in regions] == [expected] * 2


@given(edits())
def test_changes_side_by_side_are_made_alike_from_either_side(case):
    base, ours, theirs = case
    both = [compare_edits(base, ours, theirs).regions, compare_edits(base, theirs, ours).regions]
    for one, other in zip(*both, strict=True):
        results = resolve_adjacent(one), resolve_adjacent(other)
        assert None in results or results[0] == results[1]


@given(sides())
def test_what_one_side_alone_changed_or_both_alike_is_no_conflict(texts):
    base, other, _ = texts
    wanted = b"".join(other)
    assume(is_fit(wanted))
    for target, fix in product((base, other), repeat=2):
        merged = merge_file(compare_sides(base, target, fix), [])
        expected = b"".join(base) if target == fix == base else wanted
        if is_fit(expected):
            assert merged == (expected, ())
