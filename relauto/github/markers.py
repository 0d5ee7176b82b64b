"""`<!-- relauto:KEY -->`: by it relauto finds again what it wrote, and no reader sees it."""

import re

from relauto.errors import InputError

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")


def write_marker(key: str) -> str:
    """Return the marker for a key.

    Raises:
        InputError: the key could end the marker's HTML comment.
    """
    if not _KEY.fullmatch(key) or "--" in key:
        raise InputError(f"{key!r} cannot be the key of a marker")
    return f"<!-- relauto:{key} -->"


def mark(key: str, body: str) -> str:
    """Return a text with its marker at the end; one that has it is returned as it is."""
    marker = write_marker(key)
    return body if marker in body else f"{body.rstrip()}\n\n{marker}\n"
