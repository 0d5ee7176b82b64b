"""What counts as evidence in a comment."""

import pytest

from relauto.comms.qa_evidence import list_linked, list_shown
from relauto.comms.qa_items import list_needing, read_items

ITEMS = ("new.start", "new.start.mysql", "evidence.1")


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("evidence.1: https://ci.example/7", {"evidence.1"}),
        ("`new.start` and **evidence.1**: see [the log](https://ci.example/7).", {"new.start", "evidence.1"}),
        ("new.start.mysql. https://ci.example/7", {"new.start.mysql"}),
        ("new.start: ![shot](https://github.com/user-attachments/assets/7)", {"new.start"}),
        ('new.start\n\n<img src="https://github.com/user-attachments/assets/7">', {"new.start"}),
        ("new.start\r\n\r\n```\r\n20 orders\r\n```", {"new.start"}),
        ("new.start\n\n```\n\n```", set()),
        ("new.start holds", set()),
        ("https://ci.example/7", set()),
        ("anew.start https://ci.example/7", set()),
        ("> new.start https://ci.example/7\n\nAgreed.", set()),
        ("new.start\n\n> https://ci.example/7", set()),
        ("<!-- new.start --> https://ci.example/7", set()),
        ("new.start <!-- https://ci.example/7 -->", set()),
        ("new.other https://ci.example/7", set()),
    ],
)
def test_a_comment_shows_what_it_names_and_has_a_link_or_output_for(comment, shown):
    assert list_shown(comment, ITEMS) == shown


ASKED = """\
- [ ] see https://example.org/a **(evidence: `new.a`)** <!-- relauto:qa:new.a -->

  ```sh
  curl https://example.org/b
  ```
  Expected: exit status 0

- [ ] \\*\\*(evidence: \\`new.b\\`)\\*\\* <!-- relauto:qa:new.b -->
"""


def test_only_relautos_own_mark_asks_for_evidence():
    assert list_needing(ASKED) == ("new.a",)


@pytest.mark.parametrize("at", ["<!-- relauto:qa:new.a -->", "**(evidence", "Expected:"])
def test_a_link_at_an_item_is_evidence_wherever_it_stands(at):
    page = ASKED.replace(at, f"https://example.org/c {at}")
    behind = ASKED.replace(at, f"{at} https://example.org/c") if at.endswith("-->") else page
    for each in (page, behind):
        assert list_linked(ASKED, each) == (("new.a", "https://example.org/c"),)
        assert list(read_items(each)) == ["new.a", "new.b"]
    assert list_linked(ASKED, ASKED) == ()
