"""The hub as it was before its last write: what a replica that lags behind still answers from.

Objects are never taken away, so that a past is the records and the refs of its moment: a copy of the
store, and for each repository a bare one that borrows its objects.
"""

import shutil
from pathlib import Path

from msgspec.structs import replace

from relauto.git.runner import Git
from relauto.hub.records import Repository
from relauto.hub.store import Store


class Past:
    """The past of the hub in `root`, kept in a folder there; nothing of it is ever written to but by reads.

    Args:
        root: the hub's directory.
        store: its store.
    """

    def __init__(self, root: Path, store: Store) -> None:
        self._store = store
        self._folder = root / "past"
        self._last: Store | None = None

    def keep(self) -> None:
        """Let this moment be the past."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._store.copy_to(self._folder)
        past = Store(self._folder)
        with past.transaction() as tx:
            for each in tx.all(Repository, ""):
                directory = _keep_refs(Path(each.git_directory), self._folder / f"{each.id}.git")
                tx.put("", each.full_name.lower(), replace(each, git_directory=str(directory)))
        past.close()

    def open(self) -> Store | None:
        """Return the records of the past; None where nothing was ever kept."""
        if self._last is None and Store.is_in(self._folder):
            self._last = Store(self._folder)
        return self._last

    def close(self) -> None:
        """Let go of the files."""
        if self._last:
            self._last.close()
            self._last = None


def _keep_refs(source: Path, target: Path) -> Path:
    for folder in (target / "refs", target / "objects" / "info"):
        folder.mkdir(parents=True)
    for name in ("HEAD", "config"):
        shutil.copy2(source / name, target / name)
    (target / "objects" / "info" / "alternates").write_text(f"{source / 'objects'}\n")
    refs = Git(source).read("for-each-ref", "--format=%(objectname) %(refname)")
    (target / "packed-refs").write_text(
        f"{refs}\n" if refs else "", encoding="utf-8", errors="surrogateescape"
    )
    return target
