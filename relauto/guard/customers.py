"""Who must not be named: the customers' file of the ops repository.

A table for each customer, named by the alias that `relauto open --customer` takes; in it lists of terms by
kind. `exact` lists names that are words of the language, too: they count as they are written alone.

    [customers.heron]
    names = ["Heron Foods GmbH"]
    domains = ["heron.example"]
    exact = ["Bird"]
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from relauto.errors import FaultsError, InputError
from relauto.guard.terms import Kind, Term, UnguardableError, find_network, list_words

FILE = "customers.toml"

KINDS: dict[str, Kind] = {
    "aliases": "alias",
    "names": "name",
    "domains": "domain",
    "hosts": "host",
    "addresses": "address",
    "people": "person",
    "contracts": "contract",
    "exact": "name",
}
"""The lists of a customer, and the kind of what is in each."""

Customers = Mapping[str, tuple[Term, ...]]
"""Terms by the alias of the customer whom they name; the alias is one of them."""


def find_customers(
    read: Callable[[str], bytes | None], wanted: str | None, repository: str
) -> Customers | None:
    """Return the customers in the file `wanted` of the ops repository; None where none is wanted or there.

    Args:
        read: returns a file of the ops repository's default branch by its name, None where there is none.
        wanted: its name as the settings give it, or None: then it is `FILE`, if it is there.
        repository: the ops repository, for people.

    Raises:
        InputError: the file that is wanted is not there, or has faults.
    """
    content = read(wanted or FILE)
    if content is None and wanted is None:
        return None
    if content is None:
        raise InputError(
            f"{repository} has no {wanted}, so nobody knows whom no text may name",
            todo="write it on its default branch, or correct guard.customers in the settings",
        )
    return parse_customers(content.decode("utf-8", "replace"), f"{repository}:{wanted or FILE}")


def parse_customers(text: str, source: str) -> Customers:
    """Return the customers written in `text` (TOML).

    Raises:
        FaultsError: it is no TOML or has faults; all of them are listed, by place and without the terms.
    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultsError(source, [f"not TOML: {error}"]) from error
    faults = [f"{key}: only the table `customers` is expected" for key in data if key != "customers"]
    tables = data.get("customers", {})
    customers: dict[str, tuple[Term, ...]] = {}
    for alias, table in tables.items() if isinstance(tables, dict) else ():
        where = f"customers.{alias}"
        shaped = isinstance(table, dict) and all(map(_is_list, table.values()))
        unknown = [key for key in table if key not in KINDS] if shaped else []
        faults += [f"{where}.{key}: there is no such list; known: {', '.join(KINDS)}" for key in unknown]
        if not shaped:
            faults.append(f"{where}: lists of texts are expected")
        elif not unknown:
            places = dict(_list_places(where, alias, table))
            faults += [f"{place}: {why}" for place, term in places.items() if (why := _find_fault(term))]
            customers[alias] = tuple(dict.fromkeys(places.values()))
    if not isinstance(tables, dict):
        faults.append("customers: a table is expected")
    if faults:
        raise FaultsError(
            source, faults, todo="correct them all; a term that cannot be guarded leaves the file"
        )
    return customers


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each.strip() for each in value)


def _list_places(where: str, alias: str, table: Mapping[str, list[str]]) -> Iterator[tuple[str, Term]]:
    yield where, Term("alias", alias, exact=alias in table.get("exact", ()))
    for key, texts in table.items():
        for number, text in enumerate(texts):
            yield f"{where}.{key}[{number}]", Term(KINDS[key], text, exact=key == "exact")


def _find_fault(term: Term) -> str:
    try:
        if term.kind == "domain" and "." not in term.text.strip(".*@"):
            return "a domain has a dot"
        if term.kind == "address":
            find_network(term.text)
        list_words(term)
    except UnguardableError as error:
        return str(error)
    return ""
