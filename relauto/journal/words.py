"""Words of people, kept beside the chain: salted digests for the log, the words for who may read."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from relauto.journal.format import DamagedJournalError
from relauto.model.words import Person, Text
from relauto.redaction import redact

_SALT_BYTES = 16


class Payload(msgspec.Struct, frozen=True):
    """One line of a private file."""

    digest: str
    salt: str
    value: str

    @property
    def is_whole(self) -> bool:
        """Whether the digest is that of these words."""
        return self.digest == digest_words(self.salt, self.value)


_DECODER = msgspec.json.Decoder(Payload)


def digest_words(salt: str, value: str) -> str:
    """Return the digest that stands for `value` in the log."""
    # Lone surrogates cannot be stored as JSON; text that holds them is refused on its way in.
    return hashlib.sha256((salt + value).encode("utf-8")).hexdigest()


def split_payloads(content: bytes) -> list[bytes]:
    """Return the lines of a private file; the last line feed may be missing where people erased by hand."""
    return content.removesuffix(b"\n").split(b"\n") if content else []


def parse_payloads(content: bytes, path: str) -> Iterator[Payload]:
    """Yield the payloads of one private file.

    Raises:
        DamagedJournalError: a line is not as it was written, or its words were changed.
    """
    for number, line in enumerate(split_payloads(content), 1):
        try:
            payload = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise DamagedJournalError(f"{path}, line {number}", str(error)) from error
        if not payload.is_whole:
            raise DamagedJournalError(f"{path}, line {number}", "the words are not those of the digest")
        yield payload


@dataclass
class Words:
    """All words of one journal, by digest.

    Attributes:
        values: what was said, by digest.
        people: the digest of each person.
        missing: digests that an event named and whose words are not there.
    """

    values: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    make_salt: Callable[[int], str] = secrets.token_hex

    def add(self, payload: Payload) -> None:
        """Take in words that are stored."""
        self.values[payload.digest] = payload.value

    def fork(self) -> "Words":
        """Return a copy that can be added to."""
        return Words(dict(self.values), dict(self.people), set(self.missing), self.make_salt)

    def reveal(self, kind: type[Text], reference: Any) -> Text:
        """Return the words that an event refers to: empty and marked where they were erased.

        Raises:
            ValueError: it is no reference.
        """
        if not isinstance(reference, dict) or not isinstance(reference.get("text"), str):
            raise ValueError("expected a reference to words")  # noqa: TRY004 - what msgspec turns into its own
        digest: str = reference["text"]
        value = self.values.get(digest)
        if value is None:
            self.missing.add(digest)
            return kind(erased=True)
        if kind is Person:
            self.people.setdefault(value, digest)
        return kind(value)

    def store(self, text: Text) -> tuple[str, list[Payload]]:
        """Take in `text`; return the digest that stands for it, and the payloads to be stored with it.

        Secrets are taken out before. A person who is known already needs no payload.
        """
        value = redact(text)
        if isinstance(text, Person) and value in self.people:
            return self.people[value], []
        salt = self.make_salt(_SALT_BYTES)
        payload = Payload(digest_words(salt, value), salt, value)
        self.add(payload)
        if isinstance(text, Person):
            self.people[value] = payload.digest
        return payload.digest, [payload]
