"""Objects of a repository, read and written without a git process for each.

GitPython keeps one `git cat-file --batch` open for reading, and gitdb, on which it is built, writes
loose objects itself; so a pick costs a merge and a comparison. Small commits and trees are kept, as what an
id stands for never changes. GitPython can add to the caller's
environment but not take from it, hence every variable that could point elsewhere is set here.
"""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.errors import MissingObjectError, UnreachableError
from relauto.git.refusals import find_refusal
from relauto.git.runner import DISCREET, Git

if TYPE_CHECKING:
    from git import Git as Command

_KEPT = frozenset({"commit", "tree"})
_LARGEST = 1 << 14
"""Bytes: an object that is larger is not kept."""
_MOST = 2000


class ObjectStore:
    """The objects of one repository. Not for use by several threads at once; close it after use.

    What a partial clone lacks comes from `remote`, if any, as the environment lets git ask there.
    """

    def __init__(
        self, common_directory: Path, environment: Mapping[str, str], remote: Address | None = None
    ) -> None:
        self._where = common_directory
        self._remote = remote
        self._environment = {
            "GIT_DIR": str(common_directory),
            "GIT_COMMON_DIR": str(common_directory),
            "GIT_OBJECT_DIRECTORY": str(common_directory / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
            "GIT_CONFIG_PARAMETERS": "",
            "GIT_NO_REPLACE_OBJECTS": "1",
            **DISCREET,
            **environment,
        }
        self._command: Command | None = None
        self._known: dict[str, tuple[str, bytes]] = {}

    def _open(self) -> "Command":
        if self._command is None:
            # Imported late: it takes a tenth of a second, and fails where there is no git.
            from git import Git as Command

            self._command = Command(str(self._where))
            self._command.update_environment(**self._environment)
        return self._command

    def read(self, object_id: str, kind: str) -> bytes:
        """Return the content of an object.

        Args:
            object_id: forty hex digits.
            kind: what it has to be: blob, tree, commit or tag.

        Raises:
            MissingObjectError: the repository does not hold it.
            UnreachableError: it was to come from the remote, which was not reached or let nobody in.
            InputError: it is of another kind.
        """
        found, content = self.look(object_id)
        if found != kind:
            raise InputError(f"{object_id} in {self._where} is a {found} and not a {kind}")
        return content

    def look(self, object_id: str) -> tuple[str, bytes]:
        """Return the kind and the content of an object.

        Raises:
            MissingObjectError: the repository does not hold it.
            UnreachableError: as `read`.
        """
        known = self._known.get(object_id)
        if known:
            return known
        try:
            kind, content = self._ask(object_id)
        except (ValueError, OSError) as error:
            # What cat-file printed about it stays in a pipe nobody empties: start anew.
            self.close()
            raise self._explain(object_id) from error
        self._keep(object_id, kind, content)
        return kind, content

    def _ask(self, object_id: str) -> tuple[str, bytes]:
        _, told, size, content = self._open().get_object_data(object_id)
        # A git that dies on a damaged object has told its size before.
        if len(content) != size:
            raise ValueError(f"{len(content)} bytes came of {size}")
        return told.decode("ascii") if isinstance(told, bytes) else told, content

    def _keep(self, object_id: str, kind: str, content: bytes) -> None:
        if kind in _KEPT and len(content) <= _LARGEST:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[object_id] = kind, content

    def _explain(self, object_id: str) -> UnreachableError | MissingObjectError:
        """Return why an object cannot be read; one that was to come from the remote is asked for again."""
        refusal = None
        if self._remote:
            answer = Git(self._where, self._environment).ask("cat-file", "-e", object_id)
            refusal = find_refusal(self._remote, "fetch", answer)
        asked = self._remote.url if self._remote else ""
        return refusal or MissingObjectError(object_id, str(self._where), asked=asked)

    def write(self, kind: str, content: bytes) -> str:
        """Store an object and return its id. Storing it again changes nothing.

        Raises:
            InputError: the repository cannot be written to.
        """
        object_id = name_object(kind, content)
        if (self._where / "objects" / object_id[:2] / object_id[2:]).is_file():
            return object_id
        # GitPython's own database would start `git hash-object` for each; the one it is built on does not.
        from gitdb import IStream, LooseObjectDB  # type: ignore[import-untyped]

        database = LooseObjectDB(str(self._where / "objects"))
        try:
            database.store(IStream(kind.encode("ascii"), len(content), BytesIO(content)))
        except OSError as error:
            raise InputError(
                f"{self._where} cannot be written to: {error.strerror}",
                todo="see whose folder it is and that the disk has room, then run again",
            ) from error
        self._keep(object_id, kind, content)
        return object_id

    def close(self) -> None:
        """End the process that reads, and forget what was read; reading again starts another."""
        self._known.clear()
        if self._command is not None:
            self._command.clear_cache()
            self._command = None


def name_object(kind: str, content: bytes) -> str:
    """Return the id that an object has."""
    # Git's name of it, not a protection of anything.
    return hashlib.sha1(
        b"%b %d\0" % (kind.encode("ascii"), len(content)) + content, usedforsecurity=False
    ).hexdigest()
