"""What GitHub answered before, kept so that it can be asked whether that still holds.

A GET whose last answer is known goes out with that answer's ETag. GitHub says "not modified" (304) where
it still holds, which is free on the primary limit
(https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api). ETags belong to
the token that they were sent to, and so do the answers: each token has a file of its own, whose name is
a digest of the token and which only its owner may read. Nothing is believed without asking.
"""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

_MOST_ANSWERS = 200
_MOST_CHARACTERS = 256_000


class Answer(msgspec.Struct, frozen=True):
    """An answer that has an ETag; `link` leads to a list's next page."""

    etag: str
    body: str
    link: str = ""


@dataclass
class Memory:
    """The answers to one token, by address with parameters; with a `path` they outlive this process."""

    path: Path | None = None
    _answers: dict[str, Answer] = field(default_factory=dict)
    _changed: bool = False

    @classmethod
    def open(cls, folder: Path, token: str) -> "Memory":
        """Return the memory for a token in a folder; one that cannot be read is begun anew."""
        digest = hashlib.sha256(f"answers to {token}".encode()).hexdigest()
        path = folder / f"{digest[:32]}.json"
        try:
            known = msgspec.json.decode(path.read_bytes(), type=dict[str, Answer])
        except (OSError, msgspec.MsgspecError):
            known = {}
        return cls(path, known)

    def find(self, address: str) -> Answer | None:
        """Return the last answer from an address, or None."""
        return self._answers.get(address)

    def keep(self, address: str, answer: Answer | None) -> None:
        """Take note of an answer; None, or one that is too long, forgets the one before."""
        known = self._answers.pop(address, None)
        if answer is not None and len(answer.body) <= _MOST_CHARACTERS:
            self._answers[address] = answer
        self._changed = self._changed or self._answers.get(address) != known

    def forget(self) -> None:
        """Forget every answer, and delete the files of all tokens beside this one's."""
        self._answers.clear()
        self._changed = False
        for file in self.path.parent.glob("*.json") if self.path else ():
            file.unlink(missing_ok=True)

    def save(self) -> None:
        """Write the newest answers to the file; without a file, or where it cannot be written, do nothing."""
        if self.path is None or not self._changed:
            return
        newest = dict(list(self._answers.items())[-_MOST_ANSWERS:])
        new = self.path.with_suffix(f".{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(newest))
            new.replace(self.path)
        except OSError:
            new.unlink(missing_ok=True)
        self._changed = False
