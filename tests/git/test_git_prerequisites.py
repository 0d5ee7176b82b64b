"""The search alone, on a ground whose answers are written down here."""

import itertools

import pytest

from relauto.git.merge import Conflict, Merge
from relauto.git.prerequisites import Limits, Search
from relauto.model.names import Commit

A, B, C, D, FIX = (Commit(digit * 40) for digit in "abcdf")
CONFLICT = (Conflict("app.py", "content"),)


def search(needs, behind, limits=None, now=None):
    """Return a search where a commit applies to a tree, a set of commits, that holds all that it needs."""
    asked = []

    def pick(tree, commit):
        asked.append((tree, commit))
        there = set(tree.split())
        if needs.get(commit, set()) - there:
            return Merge(tree, CONFLICT)
        return Merge(" ".join(sorted(there | {commit})), ())

    made = Search(pick, lambda commit, _: behind.get(commit, ()), sorted, limits or Limits())
    if now:
        made.now = now
    return made, asked


@pytest.mark.parametrize(
    ("needs", "behind", "found"),
    [
        ({FIX: {A}}, {FIX: [A]}, (A,)),
        ({FIX: {A}}, {FIX: [C, B, A]}, (A,)),
        ({FIX: {A, B}}, {FIX: [B, A]}, (A, B)),
        ({FIX: {C}, C: {B}, B: {A}}, {FIX: [C], C: [B], B: [A]}, (A, B, C)),
        ({FIX: {B}, B: {A}}, {FIX: [D, B], B: [C, A]}, (A, B)),
        ({FIX: {D}}, {FIX: [C, B, A]}, ()),
        ({FIX: {A}}, {}, ()),
    ],
)
def test_the_smallest_set_is_found_in_order(needs, behind, found):
    made, _ = search(needs, behind)
    assert made.find(FIX, "") == found


def test_a_set_that_does_not_apply_in_the_order_of_merging_is_none():
    made, _ = search({FIX: {A, B}, A: {B}}, {FIX: [B, A]})
    assert made.find(FIX, "") == ()


def test_what_is_there_already_is_no_prerequisite():
    made, _ = search({FIX: {A}}, {FIX: [B, A]})
    assert made.find(FIX, B) == (A,)
    assert search({FIX: {D}}, {FIX: [B]})[0].find(FIX, B) == ()


def test_no_pick_is_tried_twice_and_none_beyond_the_limit():
    chain = {FIX: [D, C, B, A], D: [C, B, A], C: [B, A], B: [A]}
    made, asked = search({FIX: {A, B, C, D, FIX}}, chain, Limits(picks=12))
    assert made.find(FIX, "") == ()
    assert len(asked) == len(set(asked)) == made.picks == 12


def test_a_set_is_no_larger_than_it_may_be():
    needs, behind = {FIX: {B}, B: {A}}, {FIX: [B], B: [A]}
    assert search(needs, behind, Limits(commits=1))[0].find(FIX, "") == ()
    assert search(needs, behind, Limits(commits=2))[0].find(FIX, "") == (A, B)


def test_the_search_ends_when_its_time_is_up():
    clock = itertools.count()
    made, asked = search({FIX: {A}}, {FIX: [D, C, B, A]}, Limits(seconds=3), now=lambda: float(next(clock)))
    assert made.find(FIX, "") == ()
    assert len(asked) == 3
