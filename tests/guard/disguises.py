"""Ways to write a term so that a search for its letters does not find it, and a reader does."""

import html
import random
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

from relauto.guard.normal import look_alike

Disguise = Callable[[str, random.Random], str]
_LOOKALIKES = str.maketrans("aceopxyi", "асеорхуі")  # noqa: RUF001


def _plain(term: str, _: random.Random) -> str:
    return term


def _swap_case(term: str, luck: random.Random) -> str:
    return "".join(char.upper() if luck.random() < 0.5 else char.lower() for char in term)


def _accent(term: str, luck: random.Random) -> str:
    return "".join(char + ("\u0301" if char.isalpha() and luck.random() < 0.5 else "") for char in term)


def _bare(term: str, _: random.Random) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", term) if not unicodedata.combining(char))


def _insert(term: str, luck: random.Random, signs: str) -> str:
    at = luck.randrange(1, len(term))
    return term[:at] + luck.choice(signs) + term[at:]


def _split_unseen(term: str, luck: random.Random) -> str:
    return _insert(term, luck, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u034f")


def _split_marks(term: str, luck: random.Random) -> str:
    return _insert(term, luck, ".-_*/|·'`")


def _split_all(term: str, luck: random.Random) -> str:
    return luck.choice(".-_*").join(term)


def _wide(term: str, _: random.Random) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in term)


def _mimic(term: str, _: random.Random) -> str:
    return term.translate(_LOOKALIKES)


def _percent(term: str, _: random.Random) -> str:
    return "".join(f"%{byte:02X}" for byte in term.encode())


def _quoted(term: str, _: random.Random) -> str:
    return quote(term, safe="")


def _percent_twice(term: str, luck: random.Random) -> str:
    return quote(_percent(term, luck), safe="")


def _entities(term: str, _: random.Random) -> str:
    return "".join(f"&#{ord(char)};" for char in term)


def _named_entities(term: str, _: random.Random) -> str:
    return html.escape(term).encode("ascii", "xmlcharrefreplace").decode()


def _escapes(term: str, _: random.Random) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in term)


def _tags(term: str, luck: random.Random) -> str:
    at = luck.randrange(1, len(term))
    return f"{term[:at]}<b></b>{term[at:]}"


def _wrap(term: str, _: random.Random) -> str:
    return term.replace(" ", "\n")


DISGUISES: dict[str, Disguise] = {
    "plain": _plain,
    "case": _swap_case,
    "accents": _accent,
    "without accents": _bare,
    "unseen": _split_unseen,
    "marks": _split_marks,
    "every letter": _split_all,
    "wide": _wide,
    "mimic": _mimic,
    "percent": _percent,
    "quoted": _quoted,
    "percent twice": _percent_twice,
    "entities": _entities,
    "named entities": _named_entities,
    "escapes": _escapes,
    "tags": _tags,
    "wrapped": _wrap,
}

EXACT = (
    "plain",
    "unseen",
    "accents",
    "wide",
    "percent",
    "quoted",
    "percent twice",
    "entities",
    "escapes",
    "tags",
)
"""Those in which a word of the language stays the very word that it is."""

ADDRESS = ("plain", "unseen", "wide", "percent", "quoted", "percent twice", "entities", "escapes", "tags")
"""Those in which an address stays an address."""


def is_ascii_like(term: str) -> bool:
    """Return whether a term is written in letters that have the disguises of Latin ones."""
    return look_alike(term).isascii()
