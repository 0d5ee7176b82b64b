"""The guard's verdict: kind and place, and never the term."""

import pytest

from relauto import redaction
from relauto.guard.guard import Guard, LeakError, Passage, describe, require_no_secret
from relauto.guard.terms import Term

HERON = (Term("alias", "heron"), Term("name", "Heron Foods"), Term("host", "db01.heron.example"))
WREN = (Term("alias", "wren"), Term("person", "Tom Ashby"))


@pytest.fixture
def guard():
    made = Guard()
    made.learn({"heron": HERON, "wren": WREN, "": [Term("repository", "acme/ops")]})
    return made


def find(guard, *passages, **options):
    return [(str(leak), leak.owner) for leak in guard.find([Passage(*each) for each in passages], **options)]


def test_leak_tells_kind_and_place(guard):
    body = "Fixes it.\n\nSeen at h.e.r.o.n foods\nby Tom Ashby, see acme/ops#3"
    assert find(guard, ("the title", "Fix heron"), ("the body", body, 1)) == [
        ("the title holds the alias of a customer", "heron"),
        ("the body, line 3, holds the alias of a customer", "heron"),
        ("the body, line 3, holds the name of a customer", "heron"),
        ("the body, line 4, holds a person at a customer", "wren"),
        ("the body, line 4, holds the name of a private repository", ""),
    ]


def test_place_that_names_a_term_is_not_told(guard):
    assert find(guard, ("src/heron/app.py", "x = 'wren'", 7)) == [
        ("something whose very name says it holds the alias of a customer", "wren")
    ]


def test_customer_reads_what_is_theirs_and_nothing_of_others(guard):
    text = ("the notice", "Dear Heron Foods, db01.heron.example is well; so is wren")
    assert find(guard, text, reader="heron") == [("the notice holds the alias of a customer", "wren")]
    assert [owner for _, owner in find(guard, text, reader="wren")] == ["heron"] * 3


def test_term_of_two_customers_is_the_readers_own(guard):
    guard.learn({"wren": [Term("name", "heron foods")]})
    text = ("the notice", "Heron Foods")
    assert [owner for _, owner in find(guard, text, reader="wren")] == ["heron"]


def test_permitted_lines_pass_and_no_others(guard):
    (leak,) = guard.find([Passage("the title", "Fix wren")])
    guard.permitted = frozenset([leak.digest])
    assert find(guard, ("the body", "first\nFix wren\nlast", 1)) == []
    assert find(guard, ("the body", "Fix wren again", 1)) != []


def test_require_refuses_without_the_term(guard):
    with pytest.raises(LeakError) as caught:
        guard.require([Passage("the title", "Fix WREN")])
    assert str(caught.value) == (
        "the leak guard refused a text: the title holds the alias of a customer\n"
        "  take it out where it comes from, then run again"
    )
    guard.require([Passage("the title", "Fix it")])


def test_of_many_leaks_the_first_are_told(guard):
    leaks = guard.find([Passage("the body", "\n".join(["wren"] * 9), 1)])
    assert describe(leaks).endswith("; the body, line 5, holds the alias of a customer; and 4 more")


def test_key_of_a_projects_tests_can_be_let_pass(guard):
    text = "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----"
    (leak,) = guard.find([Passage("tests/key.pem", text, 1)])
    assert str(leak) == "tests/key.pem, line 2, holds a token or a private key"
    guard.permitted = frozenset([leak.digest])
    assert find(guard, ("tests/key.pem", text, 1)) == []


def test_secrets_are_for_nobody(guard, monkeypatch):
    monkeypatch.setattr(redaction, "_known", {})
    redaction.learn("token-of-somebody")
    for text in ("see token-of-somebody", f"ghp_{'a' * 36}", "-----BEGIN RSA PRIVATE KEY-----"):
        told = "the comment holds a token or a private key"
        assert find(guard, ("the comment", text)) == [(told, "")]
        with pytest.raises(LeakError, match=told):
            require_no_secret([Passage("the comment", text)])
    require_no_secret([Passage("the comment", "wren")])
    (leak,) = guard.find([Passage("the comment", "see token-of-somebody")])
    assert leak.digest == "", "it has none by which it could be let pass"
