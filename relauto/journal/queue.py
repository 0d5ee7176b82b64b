"""What people did while the ops repository could not be reached: kept on this machine until it can.

One file a record, written whole or not at all, in the cache. A record is not an event yet: it holds the
words, and is decided anew when GitHub is back. It is sealed with the token it was written under, so
that nobody else's run puts it on record in their own name.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from relauto.errors import InputError

Deed = Literal["tick", "note"]


class Unpushed(msgspec.Struct, frozen=True):
    """One record. `words` are what the task was given; `refused` says why it did not apply when last tried.

    `number` orders what was said in one second. `nonce` names the record: the event that comes of it
    carries it as its source, and is written once.
    """

    nonce: str
    incident: str
    at: datetime
    deed: Deed
    words: dict[str, str]
    number: int = 0
    seal: str = ""
    refused: str = ""

    @property
    def source(self) -> str:
        """What the event that comes of this names as its source."""
        return f"unpushed:{self.nonce}"

    def sealed(self, token: str) -> "Unpushed":
        """Return the record sealed with a token."""
        return msgspec.structs.replace(self, seal=self._seal(token))

    def meant_for(self, incident: str, token: str) -> "Unpushed":
        """Return the record for an incident, sealed with a token."""
        return msgspec.structs.replace(self, incident=incident).sealed(token)

    def is_sealed_with(self, token: str) -> bool:
        """Tell whether it was written under this token, and is as it was written."""
        return hmac.compare_digest(self.seal, self._seal(token))

    def _seal(self, token: str) -> str:
        content = msgspec.json.encode(
            (self.nonce, self.incident, self.at, self.deed, self.words), order="deterministic"
        )
        return hmac.new(token.encode(), content, hashlib.sha256).hexdigest()


def make_unpushed(
    incident: str, deed: Deed, words: Mapping[str, str], *, at: datetime, token: str
) -> Unpushed:
    """Return a new record, sealed."""
    return Unpushed(secrets.token_hex(8), incident, at, deed, dict(words)).sealed(token)


@dataclass(frozen=True)
class Queue:
    """The records for one ops repository on this machine."""

    folder: Path

    @classmethod
    def of(cls, cache: Path, repository: str) -> "Queue":
        """Return the queue of an ops repository (`owner/name`) in a cache."""
        return cls(cache / "unpushed" / repository.replace("/", "+"))

    def add(self, record: Unpushed) -> Path:
        """Keep a record, over one of the same nonce; return its file.

        Raises:
            OSError: it could not be written; nothing is kept then.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not record.number:
            last = max((each.number for each in self.list()), default=0)
            record = msgspec.structs.replace(record, number=last + 1)
        path = self._path(record)
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        return path

    def list(self, incident: str | None = None) -> tuple[Unpushed, ...]:
        """Return the records of an incident, or of all, oldest first.

        Raises:
            InputError: one of the files is no record.
        """
        found = [self._read(path) for path in self.folder.glob("*.json")]
        wanted = (each for each in found if incident in (None, each.incident))
        return tuple(sorted(wanted, key=lambda each: (each.at, each.number)))

    def drop(self, record: Unpushed) -> None:
        """Forget a record; one that is gone already is no fault."""
        self._path(record).unlink(missing_ok=True)

    def _path(self, record: Unpushed) -> Path:
        return self.folder / f"{record.nonce}.json"

    def _read(self, path: Path) -> Unpushed:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Unpushed)
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            raise InputError(
                f"{path} is no record that relauto can read: {error}", todo="mend it, or remove the file"
            ) from error
