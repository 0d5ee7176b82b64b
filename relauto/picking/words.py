"""What people write over a backport: prefixes, numbers of pull requests, quotations of what is reverted."""

import re

_PREFIX = re.compile(
    r"^(?:\s*\[[^\]]*\]|\s*\(?(?:manual(?:ly)?\s+)?back-?port(?:ed|s|ing)?(?:/[\w.-]+)*\)?(?:\s+of\b)?[:\s])+",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s*(?:\((?:[\w./-]*#|GH-)\d+\)|\(cherry picked from commit [0-9a-f]{7,40}\)|\.+|…)\s*$", re.IGNORECASE
)
_PULLS = re.compile(
    r"\((?:[\w./-]*#|GH-)(\d+)\)"
    r"|\bPR #(\d+)(?=/)"
    r"|^Merge pull request #(\d+) "
    r"|\bback-?port\w*(?:/[\w.]+/|\b[^\n]{0,60}?(?:#|\bGH-|/pull/))(\d+)\b",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(r'"[^"]*"')
_REVERT = re.compile(r"^(?:\[[^\]]*\]\s*)*revert\b", re.IGNORECASE)
# Shorter ones ("fix tests") are no name of anything.
_SHORTEST = 12


def strip_subject(subject: str) -> str:
    """Return a subject without what a backport adds to it, in small letters; "" where too little is left."""
    text = _PREFIX.sub("", subject).strip()
    while (shorter := _SUFFIX.sub("", text)) != text:
        text = shorter
    text = " ".join(text.casefold().split())
    return text if len(text) >= _SHORTEST and " " in text else ""


def find_pulls(message: str) -> tuple[int, ...]:
    """Return the pull requests that a message says its change came by, in the order of the text.

    What stands in brackets below the subject is left out, and so is what a revert quotes.
    """
    subject, _, body = message.lstrip("\n").partition("\n")
    if _REVERT.match(subject):
        subject = _QUOTED.sub("", subject)
    numbers = [*_PULLS.finditer(subject), *(found for found in _PULLS.finditer(body) if found[4])]
    return tuple(dict.fromkeys(int(found[found.lastindex or 0]) for found in numbers))
