"""What remains of what relauto says where everybody reads along."""

import pytest

from relauto.model.audience import Public

PUBLIC = Public(frozenset({"prepare.merge", "prepare.pick", "deploy.send", "investigate.qa-decision"}))


@pytest.mark.parametrize(
    ("said", "reduced"),
    [
        ("prepare.merge: done", "prepare.merge: done"),
        ("prepare.pick on acme/till@release-1.0 (round 2): done (by others)", "prepare.pick: done"),
        ("prepare.merge: merge pull request #1 to main (squash) at 44f3f92fc4", "prepare.merge"),
        ("INC-7f3k is open: heron is down", "INC-7f3k"),
        ("| ● done | `prepare.merge` | Merge it | robin-rm | today |", "prepare.merge: done"),
        ("- **customer**: `deploy.send` Hand over (waiting): heron said no", "deploy.send: waiting"),
        ("would investigate.qa-decision: ask at the desk", "investigate.qa-decision"),
        ("heron is down, says robin-rm", ""),
        ("https://github.com/acme/ops/issues/1: /skip by robin-rm does not count", ""),
        ("prepare.merger of heron.example", ""),
        ("two lines\nprepare.merge: refused because heron\nand more", "prepare.merge"),
    ],
)
def test_of_a_text_the_known_words_remain(said: str, reduced: str) -> None:
    assert PUBLIC.reduce(said) == reduced


def test_of_a_document_numbers_and_known_words_remain() -> None:
    document = {
        "schema": 1,
        "incident": "INC-7f3k",
        "steps": {"prepare.merge": "done", "prepare.pick": "open"},
        "stops": [{"place": "prepare.pick on acme/till@release-1.0", "reason": "heron says no", "todo": ""}],
        "whole": True,
        "acme/heron": "done",
        "nothing": None,
    }
    assert PUBLIC.reduce_document(document) == {
        "schema": 1,
        "incident": "INC-7f3k",
        "steps": {"prepare.merge": "done", "prepare.pick": "open"},
        "stops": [{"place": "prepare.pick", "reason": "withheld", "todo": ""}],
        "whole": True,
        "nothing": None,
    }
