"""Finds terms in a text, however they are written. The time grows with the text, not with the terms.

Letters are compared in the normal form; then it is judged whether they are a word of their own there, and
whether what parts them is a disguise or merely the space between other words.
"""

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relauto.guard.normal import Reading, read
from relauto.guard.terms import SHORTEST, Network, Term, Word, find_network, list_words

_INSIDE = 7
"""Letters of a term that is found inside other words, too: what is shorter may be part of one by chance."""

_SPACED = 8
"""Letters of a term that may be parted by spaces: of what is shorter, other words may be made by chance."""

_BINARY = 4
"""Letters of the shortest term looked for in lines of bytes, where fewer meet by chance."""

_FEW = 256
"""Hosts of the widest network that a plain number may be an address of."""

_NEAR, _FAR = 4, 20
"""Characters that may part the letters of a word, and those of two words of a term."""

_HYPHENATED = re.compile(r"[-\u2010]\s*\n\s*")
_OCTET, _PARTED = r"(\d{1,3})", r"[\[({]?[.\-_][\])}]?"
# One may begin within what looks like another: `v1-10.0.0.7`.
_OCTETS = re.compile(rf"(?<![\d.])(?=({_PARTED.join([_OCTET] * 4)})(?!\d))")
_NUMBER = re.compile(r"(?<![\w.])(?:0x([0-9A-Fa-f]{8})|(\d{8,10}))(?!\w|\.\d)")
_COLONS = re.compile(
    r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?::?\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])"
)


@dataclass(frozen=True)
class Match:
    """A term in a text, on the lines from `first` to `last`, counted from 0."""

    term: Term
    first: int
    last: int


class Matcher:
    """Looks for the same terms in any number of texts."""

    def __init__(self, terms: Sequence[Term]) -> None:
        """Take the terms.

        Raises:
            UnguardableError: one of them cannot be looked for.
        """
        self._words: dict[str, list[tuple[Word, Term]]] = defaultdict(list)
        self._networks: list[tuple[Network, Term]] = []
        for term in terms:
            network = find_network(term.text) if term.kind == "address" else None
            if network:
                self._networks.append((network, term))
            for word in list_words(term):
                self._words[word.letters[:SHORTEST]].append((word, term))

    def find(self, text: str) -> tuple[Match, ...]:
        """Return the terms in a text in the order of its lines, each once a line."""
        binary = {at for at, line in enumerate(text.split("\n")) if "\0" in line} if "\0" in text else set()
        found: dict[Match, None] = {}
        for reading in read(text):
            for term, start, end in [*self._find_words(reading), *self._find_networks(reading)]:
                first, last = reading.find_lines(start, end)
                if end - start >= _BINARY or binary.isdisjoint(range(first, last + 1)):
                    found[Match(term, first, last)] = None
        return tuple(sorted(found, key=lambda match: (match.first, match.last)))

    def _find_words(self, reading: Reading) -> Iterator[tuple[Term, int, int]]:
        letters, origin = reading.letters, reading.origin
        for start in range(len(letters) - SHORTEST + 1):
            for word, term in self._words.get(letters[start : start + SHORTEST], ()):
                end = start + len(word.letters)
                if letters.startswith(word.letters, start) and _is_meant(reading, start, word, term):
                    yield term, origin[start], origin[end - 1] + 1

    def _find_networks(self, reading: Reading) -> Iterator[tuple[Term, int, int]]:
        if not self._networks:
            return
        for address, start, end in _list_addresses(reading.shown):
            number = reading.shown[start:end].isalnum()
            for network, term in self._networks:
                if address in network and (not number or network.num_addresses <= _FEW):
                    yield term, start, end


def _is_meant(reading: Reading, start: int, word: Word, term: Term) -> bool:
    """Tell whether the letters of a term that follow each other from `start` are the term."""
    origin, end = reading.origin, start + len(word.letters)
    if term.exact:
        shown = reading.shown[origin[start] : origin[end - 1] + 1]
        return " ".join(shown.split()) == read(term.text)[0].shown.strip() and _stands_alone(
            reading, start, end
        )
    alone = _begins(reading, start) and _ends(reading, end)
    if origin[end - 1] - origin[start] == end - start - 1:
        if word.joints:
            return alone and len(word.letters) > _SPACED
        return alone or (len(word.letters) >= _INSIDE and word.letters.isalpha())
    return alone and _is_parted(reading, start, word)


def _is_parted(reading: Reading, start: int, word: Word) -> bool:
    """Tell whether what stands between the letters of a word may stand there."""
    spaces = 0
    for at in range(1, len(word.letters)):
        between = reading.shown[reading.origin[start + at - 1] + 1 : reading.origin[start + at]]
        if at in word.breaks:
            if len(between) > _FAR or (word.joints and not set(between) & set(word.joints)):
                return False
        elif between:
            blank = any(map(str.isspace, between))
            if len(between) > (_FAR if blank else _NEAR):
                return False
            spaces += blank and not _HYPHENATED.fullmatch(between)
    apart = len(word.letters) > SHORTEST and spaces == len(word.letters) - 1 - len(word.breaks)
    return not spaces or apart or (len(word.letters) >= _SPACED and spaces <= 2)


def _stands_alone(reading: Reading, start: int, end: int) -> bool:
    origin, last = reading.origin, len(reading.origin)
    return (start == 0 or origin[start] - origin[start - 1] > 1) and (
        end == last or origin[end] - origin[end - 1] > 1
    )


def _begins(reading: Reading, at: int) -> bool:
    """Tell whether a word can begin with letter `at`."""
    return at == 0 or _turns(reading, at - 1, at, at)


def _ends(reading: Reading, at: int) -> bool:
    """Tell whether a word can end before letter `at`."""
    return at == len(reading.origin) or _turns(reading, at - 1, at, at - 1)


def _turns(reading: Reading, one: int, other: int, ours: int) -> bool:
    """Tell whether one word ends with letter `one` and another begins with `other`; `ours` is the term's."""
    shown, before, after = reading.shown, reading.origin[one], reading.origin[other]
    if after - before != 1:
        return after > before
    left, right = shown[before], shown[after]
    if left.isdigit() != right.isdigit():
        return shown[reading.origin[ours]].isalpha()
    if left.islower() and right.isupper():
        return True
    if not left.isupper():
        # Writing without case has no spaces either.
        return left.isalpha() and not left.islower()
    following, preceding = shown[after + 1 : after + 2], shown[before - 1 : before]
    return (right.isupper() and following.islower()) or (right.islower() and preceding.isupper())


def _list_addresses(shown: str) -> Iterator[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int, int]]:
    for found in _OCTETS.finditer(shown):
        octets = [int(each) for each in found.groups()[1:]]
        if max(octets) < 256:
            end = found.end(1)
            backwards = shown[end : end + 8].lower() == ".in-addr"
            yield ipaddress.IPv4Address(bytes(reversed(octets) if backwards else octets)), found.start(), end
    for found in _NUMBER.finditer(shown):
        number = int(found[1], 16) if found[1] else int(found[2])
        if number < 1 << 32:
            yield ipaddress.IPv4Address(number), *found.span()
    for found in _COLONS.finditer(shown):
        try:
            address = ipaddress.IPv6Address(found[0])
        except ValueError:
            continue
        yield address.ipv4_mapped or address, *found.span()
