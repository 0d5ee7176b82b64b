"""Printing: results on stdout, progress on stderr, JSON documents with their schema."""

import re
import sys
from collections.abc import Mapping
from typing import Any

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def say(sentence: str) -> None:
    """Tell progress on stderr; control and direction characters in foreign text do no harm."""
    print(_UNPRINTABLE.sub("�", sentence), file=sys.stderr, flush=True)


def show(text: str) -> None:
    """Print a result on stdout."""
    print(_UNPRINTABLE.sub("�", text).rstrip("\n"))


def show_json(document: Mapping[str, Any]) -> None:
    """Print a document on stdout, its schema first."""
    import msgspec

    content = msgspec.json.encode({"schema": 1, **document}, enc_hook=str)
    print(msgspec.json.format(content).decode())
