"""Customers' terms, by kind, and how each kind is written.

A term is looked for in its letters alone; `breaks` are where it may be parted by anything, as it is parted
itself. Terms that would be found everywhere are refused where they are read.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from publicsuffixlist import PublicSuffixList

from relauto.guard.normal import look_alike, read

Kind = Literal[
    "alias",
    "name",
    "domain",
    "host",
    "address",
    "person",
    "contract",
    "note",
    "repository",
    "login",
    "branch",
]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NOUNS: dict[Kind, str] = {
    "alias": "the alias of a customer",
    "name": "the name of a customer",
    "domain": "a domain of a customer",
    "host": "a host of a customer",
    "address": "an address of a customer",
    "person": "a person at a customer",
    "contract": "the contract id of a customer",
    "note": "what was noted about a customer",
    "repository": "the name of a private repository",
    "login": "the login of somebody of ours",
    "branch": "the name of a branch",
}

_DOTS = ".-_。"

SHORTEST = 3
"""Letters and digits of the shortest term that can be guarded."""

_JOINTS: dict[Kind, str] = {"domain": _DOTS, "host": _DOTS, "repository": "/"}

# What a company's name ends with says nothing about which company it is.
_FORMS = re.compile(
    r"(?i)[\s,]+(?:inc|llc|llp|ltd|limited|gmbh|ag|se|kg|ug|sa|sas|sarl|bv|nv|ab|as|oy|spa|srl|plc|corp"
    r"|corporation|company|co|kk|pty)\.?$"
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_WIDEST = {4: 16, 6: 32}


class UnguardableError(ValueError):
    """A term would be found where nobody was named; its text says why."""


@dataclass(frozen=True)
class Term:
    """Something that names a customer.

    Attributes:
        kind: what it is.
        text: as it is written; never to be shown in public.
        exact: it is a word of the language, too, so that only this very spelling of it counts.
    """

    kind: Kind
    text: str
    exact: bool = False


@dataclass(frozen=True)
class Word:
    """A term in its normal form: `breaks` are the indices of letters before which it is parted itself.

    Where there are `joints`, one of these signs stands at each break.
    """

    letters: str
    breaks: frozenset[int]
    joints: str = ""


def find_network(text: str) -> Network | None:
    """Return the network that an address stands for, of one host or more; None for any other text.

    Raises:
        UnguardableError: it is one that everybody has.
    """
    try:
        network = ipaddress.ip_network(text.strip("[] "), strict=False)
    except ValueError:
        return None
    first = network.network_address
    if first.is_loopback or first.is_unspecified or first.is_multicast:
        raise UnguardableError("everybody has this address")
    if network.prefixlen < _WIDEST[network.version]:
        raise UnguardableError(f"it is too wide: name networks of /{_WIDEST[network.version]} or less")
    return network


def list_words(term: Term) -> tuple[Word, ...]:
    """Return the normal forms of a term that are looked for; none for an address of the internet.

    Raises:
        UnguardableError: it is too short, or an address that everybody has.
    """
    if term.kind == "address" and find_network(term.text):
        return ()
    joints = _JOINTS.get(term.kind, "")
    shapes = dict.fromkeys(_normalise(shown, joints) for shown in _list_spellings(term))
    if len(next(iter(shapes)).letters) < SHORTEST:
        raise UnguardableError(f"it has fewer than {SHORTEST} letters and digits")
    return tuple(word for word in shapes if len(word.letters) >= SHORTEST)


def _list_spellings(term: Term) -> Iterator[str]:
    for text in _list_forms(term):
        yield read(text)[0].shown
        yield look_alike(text)
        yield text.casefold().translate(_UMLAUTS)


def _list_forms(term: Term) -> Iterator[str]:
    text = term.text.strip()
    yield text
    if "&" in text:
        yield from (text.replace("&", f" {word} ") for word in ("and", "und"))
    if term.kind in ("name", "alias"):
        short = _FORMS.sub("", text)
        if short != text and len(short) > SHORTEST:
            yield short
    if term.kind == "person" and len(text.split()) == 2:
        yield " ".join(reversed(text.split()))
    if term.kind == "host":
        _, _, parent = text.partition(".")
        if parent and not _is_shared(parent):
            yield parent


_suffixes = cache(PublicSuffixList)


def _is_shared(domain: str) -> bool:
    """Return whether anybody can have names below a domain: `co.uk`, `github.io`."""
    return _suffixes().privatesuffix(domain.lower().rstrip(".")) is None


def _normalise(shown: str, joints: str) -> Word:
    joints = joints if set(joints) & set(shown.strip(".")) else ""
    letters, breaks, parted = "", set(), False
    for before, char in zip(" " + shown, shown, strict=False):
        if not char.isalnum():
            parted = True
            continue
        if letters and (parted or (not joints and _turns(before, char))):
            breaks.add(len(letters))
        letters, parted = letters + char.casefold(), False
    return Word(letters, frozenset(breaks), joints)


def _turns(before: str, char: str) -> bool:
    return (before.islower() and char.isupper()) or before.isdigit() != char.isdigit()
