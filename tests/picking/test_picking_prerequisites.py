"""The search alone, on a ground whose answers are written down here."""

import itertools

import pytest

from relauto.git.merge import Conflict, Merge
from relauto.model.names import Commit
from relauto.picking.prerequisites import Budget, Limits, Search, SpentError
from relauto.picking.suspects import Suspect, Suspicion

A, B, C, D, FIX = (Commit(digit * 40) for digit in "abcdf")
CONFLICT = (Conflict("app.py", "content"),)
PLACES = frozenset({("app.py", 0)})


def search(needs, behind, budget=None):
    """Return a search where a commit applies to a tree, a set of commits, that holds all that it needs."""
    asked = []

    def attempt(tree, commit):
        if budget:
            budget.spend()
        asked.append((tree, commit))
        there = set(tree.split())
        if needs.get(commit, set()) - there:
            return Merge(tree, CONFLICT)
        return Merge(" ".join(sorted(there | {commit})), ())

    def suspect(commit, _):
        return Suspicion(PLACES, tuple(Suspect(each, PLACES) for each in behind.get(commit, ())))

    return Search(attempt, suspect, sorted), asked


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
    assert made.find(FIX, "", 5) == found


def test_a_set_that_does_not_apply_in_the_order_of_merging_is_none():
    made, _ = search({FIX: {A, B}, A: {B}}, {FIX: [B, A]})
    assert made.find(FIX, "", 5) == ()


def test_what_is_there_already_is_no_prerequisite():
    made, _ = search({FIX: {A}}, {FIX: [B, A]})
    assert made.find(FIX, B, 5) == (A,)
    assert search({FIX: {D}}, {FIX: [B]})[0].find(FIX, B, 5) == ()


def test_no_pick_is_tried_twice_and_none_beyond_the_limit():
    chain = {FIX: [D, C, B, A], D: [C, B, A], C: [B, A], B: [A]}
    budget = Budget(Limits(picks=12))
    made, asked = search({FIX: {A, B, C, D, FIX}}, chain, budget)
    with pytest.raises(SpentError):
        made.find(FIX, "", 5)
    assert len(asked) == len(set(asked)) == budget.picks == 12


def test_a_set_is_no_larger_than_it_may_be():
    needs, behind = {FIX: {B}, B: {A}}, {FIX: [B], B: [A]}
    assert search(needs, behind)[0].find(FIX, "", 1) == ()
    assert search(needs, behind)[0].find(FIX, "", 2) == (A, B)


def test_the_search_ends_when_its_time_is_up():
    clock = itertools.count()
    made, asked = search(
        {FIX: {A}}, {FIX: [D, C, B, A]}, Budget(Limits(seconds=3), now=lambda: float(next(clock)))
    )
    with pytest.raises(SpentError):
        made.find(FIX, "", 5)
    assert len(asked) == 3


def test_who_had_no_hand_in_a_place_is_not_tried_alone():
    first, second = ("app.py", 0), ("app.py", 1)
    both = frozenset({first, second})
    suspects = (Suspect(A, both), Suspect(B, frozenset({first})), Suspect(C, frozenset({second})))
    assert list(Suspicion(both, suspects).list_useful(1)) == [A]
    assert list(Suspicion(both, suspects).list_useful(2)) == [A, B, C]
    assert list(Suspicion(both, suspects[1:]).list_useful(1)) == []
    assert list(Suspicion(both, suspects[1:2]).list_useful(5)) == []
