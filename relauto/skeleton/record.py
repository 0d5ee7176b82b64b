"""What `init` remembers beside the files: the answers, and every text as it was written last."""

import msgspec

from relauto.errors import InputError
from relauto.skeleton.answers import Answers

FILE = ".relauto-init.json"


class Record(msgspec.Struct, frozen=True):
    """The answers, and the bases of the next three-way update by path."""

    answers: Answers
    files: dict[str, str] = {}
    schema: int = 1


def read_record(text: str | None) -> Record | None:
    """Return the record in a file's text; None without one.

    Raises:
        InputError: it is none of ours, or of a later relauto.
    """
    if text is None:
        return None
    try:
        record = msgspec.json.decode(text, type=Record)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise InputError(
            f"{FILE} cannot be read: {error}",
            todo="bring it back from git; without it your files are taken as your own, and none is renewed",
        ) from error
    if record.schema != 1:
        raise InputError(f"{FILE} is of a later relauto", todo="upgrade relauto")
    return record


def write_record(record: Record) -> str:
    """Return the file's text."""
    encoded = msgspec.json.encode(record, order="deterministic")
    return msgspec.json.format(encoded).decode() + "\n"
