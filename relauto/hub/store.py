"""The SQLite file in which the hub keeps its records: one JSON document each, one transaction per request.

A transaction takes the write lock at its start, so that what a request has read still holds when it
writes. It is committed before the answer leaves: a hub that is killed loses nothing that it has answered (a
machine that loses power may, as git itself would then lose refs).
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from relauto.errors import InputError
from relauto.hub.records import Record

_R = TypeVar("_R", bound=Record)

_FILE = "hub.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  kind TEXT NOT NULL, repository TEXT NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (kind, repository, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_id ON record (kind, repository, id);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""


class Transaction:
    """Records by kind (their class), repository (`""` for none) and key, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def next(self, counter: str) -> int:
        """Return the next number of `counter`, from 1; a number is never given twice."""
        row = self._connection.execute(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
            " RETURNING value",
            (counter,),
        ).fetchone()
        return int(row[0])

    def last(self, counter: str) -> int:
        """Return the number that `counter` gave last, 0 when it gave none."""
        row = self._connection.execute("SELECT value FROM counter WHERE name = ?", (counter,)).fetchone()
        return int(row[0]) if row else 0

    def put(self, repository: str, key: str | int, record: Record) -> None:
        """Write `record`, over the one with its key if there is one."""
        self._connection.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kind, repository, key) DO UPDATE SET id = excluded.id, body = excluded.body",
            (type(record).__name__, repository, str(key), record.id, msgspec.json.encode(record)),
        )

    def get(self, kind: type[_R], repository: str, key: str | int) -> _R | None:
        """Return the record with that key, None when there is none."""
        row = self._connection.execute(
            "SELECT body FROM record WHERE kind = ? AND repository = ? AND key = ?",
            (kind.__name__, repository, str(key)),
        ).fetchone()
        return msgspec.json.decode(row[0], type=kind) if row else None

    def all(self, kind: type[_R], repository: str, *, after: int = 0) -> list[_R]:
        """Return the records of a kind in the order of their ids, those above `after`."""
        rows = self._connection.execute(
            "SELECT body FROM record WHERE kind = ? AND repository = ? AND id > ? ORDER BY id",
            (kind.__name__, repository, after),
        )
        return [msgspec.json.decode(row[0], type=kind) for row in rows]

    def drop(self, kind: type[Record], repository: str, key: str | int) -> None:
        """Remove the record with that key."""
        self._connection.execute(
            "DELETE FROM record WHERE kind = ? AND repository = ? AND key = ?",
            (kind.__name__, repository, str(key)),
        )

    def save(self) -> None:
        """Put what was written so far on disk, and go on in a new transaction.

        For the one case where git must be moved between two writes: see `relauto.hub.merges.merge`.
        """
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")


class Store:
    """The file `hub.sqlite` in a directory.

    Raises:
        InputError: the file cannot be written, as on a full disk.
    """

    def __init__(self, root: Path) -> None:
        self._turn = threading.Lock()
        self._path = root / _FILE
        with self._explained():
            self._connection = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)

    @staticmethod
    def is_in(root: Path) -> bool:
        """Tell whether there is a store in a directory."""
        return (root / _FILE).is_file()

    @classmethod
    @contextmanager
    def found_in(cls, root: Path) -> Iterator["Store"]:
        """Lend the store of a hub's directory, served or not.

        Raises:
            InputError: there is none.
        """
        if not cls.is_in(root):
            raise InputError(
                f"{root} is no folder of a hub", todo="name the one that the hub was started with"
            )
        store = cls(root)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Yield a transaction that is committed at the end, or rolled back when an exception leaves it.

        Raises:
            InputError: the file cannot be written; nothing of the transaction is kept.
        """
        with self._turn, self._explained():
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield Transaction(self._connection)
                self._connection.execute("COMMIT")
            finally:
                # SQLite has rolled back by itself after some errors, and after others not.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def copy_to(self, root: Path) -> None:
        """Write all that was committed so far into a store in another directory, which has none."""
        with self._turn, self._explained():
            target = sqlite3.connect(root / _FILE)
            try:
                self._connection.backup(target)
            finally:
                target.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise InputError(
                f"{self._path} cannot be written: {error}",
                todo="see that its disk has room and lets this process write, then run again",
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            self._connection.close()
