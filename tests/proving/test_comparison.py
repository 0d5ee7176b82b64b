"""Two worlds as facts: what differs between equal walks counts for nothing, and what was done twice does."""

import json
from collections.abc import Sequence

from relauto.proving.comparison import Facts, compare, make_neutral


def _comment(*answered: int) -> Facts:
    """Return a world with an answer to each of some comments, which are numbered over all repositories."""
    bodies: Sequence[str] = [f"robin: counts\n\n<!-- relauto:asked:{number} -->\n" for number in answered]
    facts = {"hub": {"acme/ops": {"Comment": [json.dumps([1, "relauto-bot", body]) for body in bodies]}}}
    return make_neutral(facts, "INC-1", {})


def test_a_comment_that_was_written_earlier_elsewhere_moves_the_numbers_alone() -> None:
    assert compare(_comment(40), _comment(41)) == []


def test_an_answer_that_is_there_twice_or_not_at_all_differs() -> None:
    [twice] = compare(_comment(40), _comment(40, 40))
    [never] = compare(_comment(40, 41), _comment(40))
    assert twice.startswith("/hub/acme/ops/Comment: doubled [1")
    assert never.startswith("/hub/acme/ops/Comment: lost [1")
