"""The customers' file: what it takes, and what it refuses without telling a term."""

import pytest

from relauto.errors import FaultsError
from relauto.guard.customers import parse_customers
from relauto.guard.terms import Term


def test_terms_by_customer_and_kind():
    text = """
[customers.heron]
names = ["Heron Foods"]
people = ["Maria Lopez"]
exact = ["Bird"]
[customers.target]
exact = ["target"]
"""
    assert parse_customers(text, "ops") == {
        "heron": (
            Term("alias", "heron"),
            Term("name", "Heron Foods"),
            Term("person", "Maria Lopez"),
            Term("name", "Bird", exact=True),
        ),
        "target": (Term("alias", "target", exact=True), Term("name", "target", exact=True)),
    }


def test_empty_file_names_nobody():
    assert parse_customers("", "ops") == {}


def test_every_fault_is_told_at_once_and_no_term():
    text = """
other = 1
[customers.heron]
names = ["Heron", "X&Y"]
domains = ["heron"]
addresses = ["127.0.0.1", "10.0.0.0/8"]
phones = []
[customers.ab]
[customers.kestrel]
names = "Kestrel"
"""
    with pytest.raises(FaultsError) as caught:
        parse_customers(text.replace("phones = []\n", ""), "acme/ops:customers.toml")
    assert str(caught.value) == (
        "acme/ops:customers.toml has 7 faults:\n"
        "  - other: only the table `customers` is expected\n"
        "  - customers.heron.names[1]: it has fewer than 3 letters and digits\n"
        "  - customers.heron.domains[0]: a domain has a dot\n"
        "  - customers.heron.addresses[0]: everybody has this address\n"
        "  - customers.heron.addresses[1]: it is too wide: name networks of /16 or less\n"
        "  - customers.ab: it has fewer than 3 letters and digits\n"
        "  - customers.kestrel: lists of texts are expected\n"
        "  correct them all; a term that cannot be guarded leaves the file"
    )
    with pytest.raises(FaultsError, match=r"customers.heron.phones: there is no such list; known: aliases, "):
        parse_customers(text, "ops")


@pytest.mark.parametrize(
    "text", ["[", "customers = 1", "[customers]\nheron = 1", "[customers.heron]\nnames = [1]"]
)
def test_other_shapes_are_refused(text):
    with pytest.raises(FaultsError):
        parse_customers(text, "ops")
