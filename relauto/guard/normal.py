"""The normal form of a text: what a reader takes it for, whatever it was disguised with.

Case, diacritics, characters that are not seen, letters of other alphabets that look like Latin ones,
percent-encoding, entities, escapes and tags are taken away. What belongs between letters stays known, so
that a word can be told from a part of another.
"""

import html
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

_ROUNDS = 5
"""How often something is decoded that was encoded again and again."""

_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY = re.compile(r"&(?:#[xX]?[0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?")
_ESCAPE = re.compile(
    r"\\(?:u\{(?P<braced>[0-9A-Fa-f]{1,6})\}|u(?P<four>[0-9A-Fa-f]{4})|U(?P<eight>[0-9A-Fa-f]{8})"
    r"|x(?P<two>[0-9A-Fa-f]{2}))"
)
_PUNYCODE = re.compile(r"(?i)\bxn--([a-z0-9-]{1,59})")
_TAG = re.compile(r"<!--[^\n]{0,200}?-->|</?[A-Za-z][^<>\n]{0,200}>")
_SPOKEN = re.compile(
    r"(?i)\s{0,3}[\[({<]\s{0,3}(?P<in>at|dot|punkt|\.|@)\s{0,3}[\])}>]\s{0,3}|\s{1,3}(?P<bare>at|dot)\s{1,3}"
)
_SIGNS = {"at": "@", "@": "@", "dot": ".", "punkt": ".", ".": "."}
_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_WORD = re.compile(r"[^\W_]+")


class _Unseen(dict[int, int | None]):
    """For `str.translate`: what has no ink of its own goes, all else stays."""

    def __missing__(self, code: int) -> int | None:
        char = chr(code)
        kept = char in "\t\n\r" or (unicodedata.category(char) not in _DROPPED and char not in _FILLERS)
        self[code] = code if kept else None
        return self[code]


_UNSEEN = _Unseen()

# Letters that look like Latin ones, after Unicode's confusables (https://www.unicode.org/reports/tr39/),
# each alphabet in lower and upper case, and Latin ones that have no decomposition.
_ALPHABETS = (
    ("аеорсухіјѕԁԛԝһӏвкмнтгп", "aeopcyxijsdqwhlbkmhtrn"),
    ("АЕОРСУХІЈЅԌԚԜҺӀВКМНТ", "AEOPCYXIJSGQWHIBKMHT"),
    ("αοερνικτυχωγη", "aoepviktuxwyn"),
    ("ΑΟΕΡΝΙΚΤΥΧΒΖΗΜ", "AOEPNIKTYXBZHM"),  # noqa: RUF001
    ("øłđħıȷŧɡɑɩʏ", "oldhijtgaiy"),
    ("ØŁĐĦŦ", "OLDHT"),
)
_PAIRS = {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"}
_ENCLOSED = (0x1F150, 0x1F170, 0x1F1E6)
_LOOKALIKES: dict[int, str] = {
    **{ord(theirs): ours for one, other in _ALPHABETS for theirs, ours in zip(one, other, strict=True)},
    **{ord(theirs): ours for theirs, ours in _PAIRS.items()},
    **{first + number: chr(ord("A") + number) for first in _ENCLOSED for number in range(26)},
}


@dataclass(frozen=True)
class Reading:
    """One way to read a text, line by line as the text itself: `shown` is it without what is not seen."""

    shown: str

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        letters: list[str] = []
        origin: list[int] = []
        for run in _WORD.finditer(self.shown):
            folded = run[0].casefold()
            if len(folded) == len(run[0]):
                origin.extend(range(run.start(), run.end()))
            else:
                origin.extend(run.start() + at for at, char in enumerate(run[0]) for _ in char.casefold())
            letters.append(folded)
        return "".join(letters), origin

    @property
    def letters(self) -> str:
        """Its letters and digits alone, folded."""
        return self._folded[0]

    @property
    def origin(self) -> list[int]:
        """For each of `letters` where it stands in `shown`."""
        return self._folded[1]

    def find_lines(self, start: int, end: int) -> tuple[int, int]:
        """Return the numbers, from 0, of the first and last line of `shown[start:end]`."""
        return bisect_left(self._ends, start), bisect_left(self._ends, end)

    @cached_property
    def _ends(self) -> list[int]:
        return [at for at, char in enumerate(self.shown) if char == "\n"]


def read(text: str) -> tuple[Reading, ...]:
    """Return the different ways in which a text can be read; each has the lines that the text has."""
    plain = _clean(text)
    decoded = plain
    for _ in range(_ROUNDS):
        before, decoded = decoded, _clean(_decode(decoded))
        if decoded == before:
            break
    bare = _TAG.sub("", decoded)
    spoken = _SPOKEN.sub(_sign, bare)
    found = [plain, decoded, bare, spoken]
    found += [each.translate(_LOOKALIKES) for each in found if not each.isascii()]
    return tuple(map(Reading, dict.fromkeys(found)))


def look_alike(text: str) -> str:
    """Return a text in Latin letters where its own look like those."""
    return _clean(text).translate(_LOOKALIKES)


def _clean(text: str) -> str:
    if "\x1b" in text or "\x9b" in text:
        text = _ANSI.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return text.translate(_UNSEEN)


def _decode(text: str) -> str:
    if "%" in text:
        text = _PERCENT.sub(_unquote, text)
    if "&" in text:
        text = _ENTITY.sub(lambda found: _flatten(html.unescape(found[0])), text)
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    if "--" in text:
        text = _PUNYCODE.sub(_unpuny, text)
    return text


def _flatten(text: str) -> str:
    # What was no line break in the text must not become one: places are told by line.
    return text.replace("\n", " ")


def _unquote(found: re.Match[str]) -> str:
    content = bytes.fromhex(found[0].replace("%", ""))
    try:
        return _flatten(content.decode())
    except UnicodeDecodeError:
        return _flatten(content.decode("latin-1"))


def _unescape(found: re.Match[str]) -> str:
    number = int(next(each for each in found.groups() if each), 16)
    return _flatten(chr(number)) if number <= 0x10FFFF else found[0]


def _unpuny(found: re.Match[str]) -> str:
    try:
        return found[1].encode().decode("punycode")
    except UnicodeError:
        return found[0]


def _sign(found: re.Match[str]) -> str:
    sign = _SIGNS[(found["in"] or found["bare"]).lower()]
    return sign + "\n" * found[0].count("\n")
