"""The folder that a rehearsal leaves: its own, and only its own.

`.rehearsal/` inside it holds what a rehearsal needs to go on after it was killed; everything else is
for people. A folder that holds something else is never touched.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from relauto.errors import InputError
from relauto.opening import make_id
from relauto.rehearsal.options import Options


class Record(msgspec.Struct, frozen=True):
    """What is kept of a rehearsal: what was asked, its incident, how far the set-up came."""

    schema: int
    options: Options
    incident: str
    started_at: str
    port: int = 0
    built: bool = False
    finished: bool = False
    seconds: float = 0.0


class Folder:
    """A rehearsal's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.private = path / ".rehearsal"

    @property
    def record_path(self) -> Path:
        """Where the record is kept."""
        return self.private / "rehearsal.json"

    def read(self) -> Record | None:
        """Return what is kept, or None in a folder that is new.

        Raises:
            InputError: the folder holds something else, or a record that cannot be read.
        """
        if not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir())):
            return None
        if not self.record_path.is_file():
            if self.path.is_dir() and set(self.path.iterdir()) == {self.private}:
                return None
            raise InputError(
                f"{self.path} holds something else than a rehearsal", todo="name an empty folder with --out"
            )
        try:
            return msgspec.json.decode(self.record_path.read_bytes(), type=Record)
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            raise InputError(
                f"{self.record_path} cannot be read: {error}", todo="name an empty folder with --out"
            ) from error

    def claim(self, options: Options, started_at: str) -> Record:
        """Return the record of this rehearsal, making the folder when it is new.

        Raises:
            InputError: the folder holds something else, or a rehearsal of something else.
        """
        known = self.read()
        if known is None or (known.options != options and not known.built):
            record = Record(1, options, make_id(), started_at)
            self.write(record)
            return record
        if known.options != options:
            raise InputError(
                f"{self.path} holds a rehearsal of something else: {_describe(known.options)}",
                todo="name an empty folder with --out, or repeat that rehearsal",
            )
        return known

    def write(self, record: Record) -> None:
        """Keep the record, whole or not at all."""
        self.private.mkdir(parents=True, exist_ok=True)
        new = self.record_path.with_suffix(".new")
        new.write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
        new.replace(self.record_path)

    def clear(self) -> None:
        """Remove what an unfinished set-up left; the record stays."""
        for path in self.path.iterdir():
            if path != self.private:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in self.private.iterdir():
            if path not in (self.record_path, self.private / "lock"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder: two rehearsals in one would undo each other.

        Raises:
            InputError: another process holds it.
        """
        self.private.mkdir(parents=True, exist_ok=True)
        with (self.private / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InputError(
                    f"another rehearsal is running in {self.path}", todo="wait for it"
                ) from error
            yield


def _describe(options: Options) -> str:
    told = msgspec.to_builtins(options)
    default = msgspec.to_builtins(Options())
    return (
        ", ".join(f"{key} {value}" for key, value in told.items() if value != default[key])
        or "the sample product"
    )
