"""Three-way merges of single texts, which need no repository."""

from pathlib import Path
from tempfile import TemporaryDirectory

from relauto.git.runner import Git, GitError

_MOST_CONFLICTS = 127
"""git-merge-file(1): the status is the number of conflicts, truncated to this; above it, an error."""


def merge_texts(ours: str, base: str, theirs: str) -> str | None:
    """Return `ours` with what changed from `base` to `theirs`; None where both changed the same lines.

    Raises:
        GitError: git failed.
    """
    with TemporaryDirectory(prefix="relauto-") as folder:
        names = ("ours", "base", "theirs")
        for name, text in zip(names, (ours, base, theirs), strict=True):
            (Path(folder) / name).write_bytes(text.encode())
        answer = Git(Path(folder)).ask("merge-file", "--stdout", *names)
    if answer.status > _MOST_CONFLICTS:
        raise GitError(answer)
    return None if answer.status else answer.output.decode()
