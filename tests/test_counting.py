"""Numbers of things, as every text says them."""

import pytest

from relauto.counting import name_count


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("line",), "0 lines"),
        (1, ("line",), "1 line"),
        (2, ("line",), "2 lines"),
        (1, ("fix", "fixes"), "1 fix"),
        (3, ("fix", "fixes"), "3 fixes"),
    ],
)
def test_one_is_told_from_many(number, words, said):
    assert name_count(number, *words) == said
