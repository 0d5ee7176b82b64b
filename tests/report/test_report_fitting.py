"""How tables are fitted to a terminal."""

import pytest

from relauto.report.fitting import fit_first, hang, split_columns


@pytest.mark.parametrize(
    ("head", "text", "width", "lines"),
    [
        ("  a  ", "the pick applies", None, ["  a  the pick applies"]),
        ("  a  ", "the pick applies", 21, ["  a  the pick applies"]),
        ("  a  ", "the pick applies to nothing", 25, ["  a  the pick applies to", "     nothing"]),
        ("  a  ", "  by one and another", 27, ["  a    by one and another"]),
        ("  a  ", "  by one and another who", 25, ["  a    by one and another", "       who"]),
        ("  a  ", "", 25, ["  a"]),
        ("a" * 30, "the pick applies to it", 20, ["a" * 30 + "the pick applies to", " " * 30 + "it"]),
        ("", "src/a-very-long-path/of.py (content)", 20, ["src/a-very-long-path/of.py", "(content)"]),
    ],
)
def test_a_long_last_column_goes_on_below_itself(head, text, width, lines):
    assert hang(head, text, width) == lines


@pytest.mark.parametrize(
    ("others", "width", "fitted"),
    [
        ((10, 30), None, 46),
        ((10, 30), 100, 46),
        ((10, 30), 80, 40),
        ((10, 30, 30), 90, 30),
        ((10, 45), 66, 21),
        ((10, 30), 40, 20),
        ((), 60, 46),
    ],
)
def test_the_first_column_makes_room_for_the_others(others, width, fitted):
    assert fit_first(46, others, width) == fitted


@pytest.mark.parametrize(
    ("room", "blocks"),
    [
        (None, [[0, 1, 2]]),
        (30, [[0, 1, 2]]),
        (29, [[0, 1], [2]]),
        (19, [[0], [1], [2]]),
        (5, [[0], [1], [2]]),
    ],
)
def test_columns_that_do_not_fit_go_on_in_another_block(room, blocks):
    assert [list(each) for each in split_columns((10, 10, 10), room)] == blocks
