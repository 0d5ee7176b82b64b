"""A customer's term is found in every disguise, and not where other words merely hold its letters."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.guard.customers import parse_customers
from relauto.guard.matcher import Matcher
from relauto.guard.terms import Term, UnguardableError, find_network, list_words
from relauto.redaction import redact
from tests.guard.disguises import ADDRESS, DISGUISES, EXACT

CUSTOMERS = parse_customers(Path(__file__).with_name("sample.toml").read_text("utf-8"), "the sample")
TERMS = [term for terms in CUSTOMERS.values() for term in terms]
MATCHER = Matcher(TERMS)
AROUND = (
    "{}",
    "Fix the crash at {}.",
    "fix/{}-crash",
    "see https://{}/status?x=1",
    "a\nlist\n- {}\nof things",
)


def list_disguises(term: Term) -> list[str]:
    if term.kind == "address" and find_network(term.text):
        return list(ADDRESS)
    return list(EXACT) if term.exact else list(DISGUISES)


PLANTED = [(term, name) for term in TERMS for name in list_disguises(term)]


def find(text: str, *terms: Term) -> list[str]:
    return [match.term.text for match in Matcher(terms).find(text)]


def name(*texts: str) -> list[Term]:
    return [Term("name", text) for text in texts]


def test_every_term_is_found_in_every_disguise_and_place():
    assert len(PLANTED) * len(AROUND) > 10_000
    missed = []
    for term, disguise in PLANTED:
        for number, around in enumerate(AROUND):
            luck = random.Random(f"{term.text} {disguise} {number}")
            written = around.format(DISGUISES[disguise](term.text, luck))
            if term not in [match.term for match in MATCHER.find(written)]:
                missed.append((term.text, disguise, written))
    assert missed == []


@given(
    st.sampled_from(PLANTED), st.randoms(use_true_random=False), st.text(max_size=40), st.text(max_size=40)
)
def test_term_is_found_between_any_other_words(planted, luck, before, after):
    term, disguise = planted
    written = f"{before}\n\n{DISGUISES[disguise](term.text, luck)}\n\n{after}"
    assert term in [match.term for match in MATCHER.find(written)]


@given(st.text())
def test_any_text_can_be_read_and_keeps_its_lines(text):
    for match in MATCHER.find(text):
        assert 0 <= match.first <= match.last <= text.count("\n")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Ace", "interface, placed, spaces, a ce, a c e"),
        ("Acme", "placmeter acmes ac me"),
        ("Initech", "in it ech; init.echo(1); the fin i tech"),
        ("Canon", "you can on the other hand, canonical, can once"),
        ("Intel", "int el, intelligent"),
        ("Globex", "globexit"),
        ("Blue Sea", "a blue seat"),
    ],
)
def test_other_words_are_no_term(term, text):
    assert find(text, *name(term)) == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("Acme", "fixAcmeCrash"),
        ("Acme", "ACMEFix"),
        ("Acme", "acme01"),
        ("Acme", "a c m e"),
        ("Ace", "ACE-17"),
        ("Initech", "xinitechdb"),
        ("Initech", "ini-\n    tech"),
        ("Blue Harbor", "BlueHarbor"),
        ("Blue Harbor", "blue\n> harbor"),
        ("Blue Harbor Bank Ltd.", "at Blue Harbor Bank"),
        ("Müller & Söhne", "mueller und soehne"),
        ("Northwind", "north wind"),
    ],
)
def test_name_is_found_as_people_write_it(term, text):
    assert find(text, *name(term)) == [term]


def test_word_of_the_language_counts_only_as_it_is_written():
    exact = Term("name", "Target", exact=True)
    assert find("the target of TARGET.get(x), Targets, Target2", exact) == []
    assert find("Target is down", exact) == ["Target"]


@pytest.mark.parametrize(
    "text",
    [
        "db01.acme.example",
        "other.acme.example",
        "https://ACME.example:8443/x",
        "mail to x@acme.example",
        "acme[.]example",
        "acme (dot) example",
        "acme%2Eexample",
        "acme。example",
        "web-acme-example",
    ],
)
def test_host_stands_for_all_below_its_domain(text):
    assert find(text, Term("host", "db01.acme.example")) == ["db01.acme.example"]


def test_what_anybody_may_have_a_host_below_is_no_domain_of_a_customer():
    assert find("x.github.io and co.uk", Term("host", "acme.github.io"), Term("host", "acme.co.uk")) == []


def test_domain_needs_its_dot():
    assert find("the example of ab io", Term("domain", "ab.io")) == []
    assert find("at ab.io", Term("domain", "ab.io")) == ["ab.io"]


@pytest.mark.parametrize(
    "text",
    [
        "203.0.113.7",
        "203.000.113.007",
        "203[.]0[.]113[.]7",
        "ip-203-0-113-7",
        "v1-203.0.113.7",
        "0xCB007107",
        "3405803783",
        "::ffff:203.0.113.7",
        "::ffff:cb00:7107",
        "7.113.0.203.in-addr.arpa",
        "http://203.0.113.7:8065/",
    ],
)
def test_address_of_version_4_is_found_in_every_spelling(text):
    assert find(text, Term("address", "203.0.113.7")) == ["203.0.113.7"]


@pytest.mark.parametrize("text", ["2001:db8::42", "2001:0DB8:0:0:0:0:0:42", "[2001:db8:0::42]:8065"])
def test_address_of_version_6_is_found_in_every_spelling(text):
    assert find(text, Term("address", "2001:db8::42")) == ["2001:db8::42"]


def test_network_holds_its_hosts_alone():
    network = Term("address", "198.51.100.0/24")
    assert find("198.51.100.200", network) == ["198.51.100.0/24"]
    assert find("198.51.101.200, 1198.51.100.2, v198.51.100", network) == []


def test_wide_network_is_not_found_in_numbers():
    assert find("at 1700000000 seconds", Term("address", "101.83.0.0/16")) == []


@pytest.mark.parametrize("text", ["lopez, maria", "M\u00e1ria L\u00f3pez", "maria.lopez", "mariaLopez"])
def test_person_is_found_in_either_order(text):
    assert find(text, Term("person", "Maria Lopez")) == ["Maria Lopez"]


@pytest.mark.parametrize("text", ["C 2024 00317", "c/2024/00317", "C202400317", "#C-2024-00317:"])
def test_contract_is_found_with_other_separators(text):
    assert find(text, Term("contract", "C-2024-00317")) == ["C-2024-00317"]


def test_contract_is_not_found_within_a_longer_number():
    assert find("deadbeefc2024003179", Term("contract", "C-2024-00317")) == []


def test_bytes_hold_short_words_by_chance():
    assert find("\0\1ace\0", *name("Ace")) == []
    assert find("A\0c\0m\0e\0 ", *name("Acme")) == ["Acme"]
    assert find("I\0n\0i\0t\0e\0c\0h\0", *name("Initech")) == ["Initech"]


@pytest.mark.parametrize(
    ("term", "why"),
    [
        (Term("name", "A&B"), "fewer than 3 letters"),
        (Term("address", "127.0.0.1"), "everybody has"),
        (Term("address", "10.0.0.0/8"), "too wide"),
        (Term("address", "::"), "everybody has"),
    ],
)
def test_what_would_be_found_everywhere_cannot_be_guarded(term, why):
    with pytest.raises(UnguardableError, match=why):
        list_words(term)


@pytest.mark.parametrize(
    "piece",
    [" ", "\n", "<", "[ ", "%41", "&#", "\\u00", "a ", "xn--", "acme ", "1.", ":", "eyJ-", "://", "\u0301"],
)
def test_text_of_one_piece_again_and_again_is_read_in_time(piece):
    """What is not linear in the text does not end here."""
    text = piece * (300_000 // len(piece))
    MATCHER.find(text)
    redact(text)


def test_time_grows_with_the_text_and_not_with_the_terms():
    """Counted in looks at a term, as seconds differ from machine to machine."""
    looks = 0

    class Counted(dict):
        def get(self, *key):
            nonlocal looks
            looks += 1
            return super().get(*key)

    for copies in (1, 10):
        matcher = Matcher([*TERMS, *name(*(f"zyxw{number:04}" for number in range(1000)))])
        matcher._words = Counted(matcher._words)
        looks = 0
        matcher.find("the quick brown fox\n" * 100 * copies)
        assert looks < 20 * 100 * copies
