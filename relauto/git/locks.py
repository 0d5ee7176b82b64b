"""The lock of a mirror, and what a git that was killed has left of its own."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_REMAINS = ("packed-refs.new", "objects/maintenance.lock", "gc.pid")
"""What git itself does not take for a dead process's, beside files called `*.lock`."""

_log = logging.getLogger(__name__)


@contextmanager
def hold(path: Path) -> Iterator[int]:
    """Hold a mirror's lock, which other processes wait for, and yield its open file.

    The system frees it when this process and all that were given the file have ended.
    """
    with path.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def clear_remains(directory: Path) -> list[Path]:
    """Delete what a git that was killed has left in a mirror, and return what that was.

    Only for who holds the mirror's lock: every git that makes such files holds it, too, as long as it lives.
    git waits for them, or refuses, whoever made them: https://git-scm.com/docs/api-lockfile
    """
    below = [directory / name for name in ("refs", "objects/info", "objects/pack")]
    found = [*directory.glob("*.lock"), *(path for folder in below for path in folder.rglob("*.lock"))]
    found += [path for name in _REMAINS if (path := directory / name).exists()]
    for path in found:
        path.unlink(missing_ok=True)
    if found:
        _log.warning(
            "%s of a git that was killed lay in relauto's cache and stopped every other: deleted",
            "a lock file" if len(found) == 1 else f"{len(found)} lock files",
        )
    return found
