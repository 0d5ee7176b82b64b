"""Events to stored lines and back. Pure.

What is appended is decoded again before anyone uses it, so the state a writer goes on with is the
one that every later reader gets.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from relauto.errors import InputError
from relauto.journal.format import DamagedJournalError, digest_line, events_file
from relauto.journal.words import Payload, Words
from relauto.model.event import FORMER, KINDS, Body, Event, Former
from relauto.model.words import Person, Text
from relauto.redaction import redact


class UnknownEventError(InputError):
    """An event is of a kind, or of a version of one, that this relauto does not read."""

    def __init__(self, place: str, fault: str, *, todo: str) -> None:
        self.fault = fault
        super().__init__(f"{place}: {fault}", todo=todo)


class _Line(msgspec.Struct):
    sequence: int
    id: str
    at: datetime
    actor: Person
    kind: str
    v: int
    data: msgspec.Raw
    previous: str


class Decoder:
    """Reads the lines of one journal, in order, and checks the chain from line to line.

    Attributes:
        sequence: number of the event read last.
        head: digest of the line read last.
    """

    def __init__(self, words: Words, sequence: int, head: str) -> None:
        self.sequence = sequence
        self.head = head
        self._words = words
        self._line = msgspec.json.Decoder(_Line, dec_hook=words.reveal)
        self._bodies: dict[tuple[str, int], msgspec.json.Decoder[Any]] = {}

    def read(self, line: bytes) -> Event:
        """Return the event in the next line.

        Raises:
            DamagedJournalError: it is not the line that was written after the one before.
            UnknownEventError: its kind, or the kind's version, is none that is read.
        """
        place = f"event {self.sequence + 1} in {events_file(self.sequence + 1)}"
        try:
            stored = self._line.decode(line)
            if stored.sequence != self.sequence + 1:
                raise DamagedJournalError(place, f"its number is {stored.sequence}")
            if stored.previous != self.head:
                raise DamagedJournalError(place, "the line before it is not the one it was written after")
            body = self._read_body(stored, place)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DamagedJournalError(place, str(error)) from error
        self.sequence, self.head = stored.sequence, digest_line(line)
        return Event(stored.sequence, stored.id, stored.at, stored.actor, body)

    def _read_body(self, stored: _Line, place: str) -> Body:
        key = stored.kind, stored.v
        decoder = self._bodies.get(key)
        if decoder is None:
            decoder = msgspec.json.Decoder(_find_kind(stored, place), dec_hook=self._words.reveal)
            self._bodies[key] = decoder
        body: Body | Former = decoder.decode(stored.data)
        return body if isinstance(body, Body) else body.renew()


def _find_kind(stored: _Line, place: str) -> type[Body] | type[Former]:
    kind, version = stored.kind, stored.v
    if kind not in KINDS:
        what = f"it is of the kind {kind!r}, which this relauto does not know"
        raise UnknownEventError(place, what, todo="upgrade relauto")
    if (kind, version) in FORMER:
        return FORMER[kind, version]
    known = KINDS[kind].version
    if version > known:
        what = f"{kind} has version {version}, newer than this relauto reads ({known})"
        raise UnknownEventError(place, what, todo="upgrade relauto")
    if version < known:
        what = f"{kind} has version {version}, which this relauto no longer reads ({known})"
        raise UnknownEventError(place, what, todo="finish the incident with the relauto that wrote it")
    return KINDS[kind]


def split_lines(content: bytes, path: str) -> list[bytes]:
    """Return the lines of an events file, without their line feeds.

    Raises:
        DamagedJournalError: the last line is not whole.
    """
    if content and not content.endswith(b"\n"):
        raise DamagedJournalError(path, "its last line is cut off")
    return content.split(b"\n")[:-1]


def read_events(lines: Iterable[bytes], decoder: Decoder) -> Iterator[Event]:
    """Yield the events in `lines`, which follow what `decoder` has read so far.

    Raises:
        DamagedJournalError: the chain does not hold.
        UnknownEventError: a kind or a version is none that is read.
    """
    return (decoder.read(line) for line in lines)


def encode_event(event: Event, previous: str, words: Words) -> tuple[bytes, list[Payload]]:
    """Return the line of an event, without secrets, and the payloads that have to be stored with it.

    The words are added to `words`, so that a person is stored once.

    Raises:
        InputError: the body is of no known kind, or holds what cannot be stored: words of people among
            its facts, or values that JSON has no form for.
    """
    if KINDS.get(getattr(event.body, "kind", "")) is not type(event.body):
        raise InputError(f"{type(event.body).__name__} is no kind of event")
    payloads: list[Payload] = []

    def hide(value: Any) -> Any:
        if not isinstance(value, Text):
            raise NotImplementedError(f"a {type(value).__name__} cannot be stored in the journal")
        digest, stored = words.store(value)
        payloads.extend(stored)
        return {"text": digest}

    _refuse_values(event.body)
    try:
        line = msgspec.json.encode(_to_builtins(event, previous), enc_hook=lambda value: _plain(value, hide))
    except (NotImplementedError, UnicodeEncodeError, TypeError) as error:
        raise InputError(f"{event.body.kind} cannot be stored in the journal: {error}") from error
    return redact(line.decode()).encode(), payloads


def _to_builtins(event: Event, previous: str) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "id": event.id,
        "at": event.at,
        "actor": event.actor,
        "kind": event.body.kind,
        "v": event.body.version,
        "data": event.body,
        "previous": previous,
    }


def _plain(value: Any, hide: Any) -> Any:
    # Checked names (Commit, Tag, Branch) are strings of a subclass; the log holds what they say.
    if isinstance(value, str) and not isinstance(value, Text):
        return str(value)
    return hide(value)


def _refuse_values(body: Body) -> None:
    for name in body.__struct_fields__:
        value = getattr(body, name)
        if isinstance(value, dict) and _holds_words(value):
            raise InputError(f"{body.kind}: {name} holds words of a person, which do not belong in facts")
        # JSON has no form for these, and what is written in their place cannot be read again.
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{body.kind}: {name} is {value}, which is no number to keep")


def _holds_words(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_words(part) for pair in value.items() for part in pair)
    if isinstance(value, (list, tuple)):
        return any(_holds_words(part) for part in value)
    return isinstance(value, Text)
