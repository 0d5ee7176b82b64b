"""Which words an event refers to, found in its stored line, whatever its kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Reference:
    """Where an event names words: `name` is the field, such as `actor` or `reason`."""

    name: str
    digest: str


def list_references(line: bytes) -> tuple[Reference, ...]:
    """Return what an event's line refers to: its actor first; a line that is no JSON refers to nothing."""
    try:
        stored = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    if not isinstance(stored, dict):
        return ()
    data = stored.get("data")
    parts = {"actor": stored.get("actor"), **(data if isinstance(data, dict) else {})}
    # Facts hold no words; what looks like a reference there is none.
    return tuple(each for name, value in parts.items() if name != "facts" for each in _walk(name, value))


def _walk(name: str, value: Any) -> Iterator[Reference]:
    if isinstance(value, dict) and value.keys() == {"text"} and isinstance(value["text"], str):
        if _DIGEST.fullmatch(value["text"]):
            yield Reference(name, value["text"])
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _walk(name, each)


def read_source(line: bytes) -> str:
    """Return where GitHub holds what an event's actor said, "" where the event does not say."""
    try:
        return msgspec.json.decode(line, type=_Line).data.source
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


class _Data(msgspec.Struct):
    source: str = ""


class _Line(msgspec.Struct):
    data: _Data
