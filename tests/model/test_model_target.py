"""Targets and places: checked names, an order, and how people read them."""

import pytest

from relauto.errors import InputError
from relauto.model.target import Place, Target

LINE = Target("acme/stockroom", "release-1.0")


def test_how_places_are_read():
    assert str(LINE) == "acme/stockroom@release-1.0"
    assert str(Place("prepare.merge")) == "prepare.merge"
    assert str(Place("prepare.pick", LINE)) == "prepare.pick on acme/stockroom@release-1.0"
    assert str(Place("prepare.pick", LINE, 2)) == "prepare.pick on acme/stockroom@release-1.0 (round 2)"


def test_a_place_is_a_key():
    assert Place("prepare.pick", LINE) == Place("prepare.pick", Target("acme/stockroom", "release-1.0"), 1)
    assert len({Place("prepare.pick", LINE), Place("prepare.pick", LINE, 2), Place("prepare.pick")}) == 3


def test_targets_have_an_order():
    found = sorted([Target("b/b", "a"), Target("a/b", "z"), Target("a/b", "c")])
    assert [target.line for target in found] == ["c", "z", "a"]


def test_names_are_checked_where_they_are_used():
    assert LINE.branch.ref == "refs/heads/release-1.0"
    assert LINE.name.owner == "acme"
    with pytest.raises(InputError):
        assert Target("acme/stockroom", "--upload-pack=x").branch
    with pytest.raises(InputError):
        assert Target("stockroom", "main").name
