"""Where the working trees of a clone are, one that is a submodule of another too."""

from pathlib import Path

from relauto.git.runner import Git


def find_worktree(common: Path) -> Path:
    """Return the working tree that belongs to a git directory; a bare repository's is the directory itself.

    That of a submodule lies elsewhere: its settings name it.
    """
    if common.name == ".git":
        return common.parent
    answer = Git(common).ask("rev-parse", "--show-toplevel")
    return Path(answer.text) if answer.status == 0 and answer.text else common


def find_outermost(worktree: Path) -> Path:
    """Return the working tree of the project that a submodule is part of, outermost; else the same."""
    answer = Git(worktree).ask("rev-parse", "--show-superproject-working-tree")
    return find_outermost(Path(answer.text)) if answer.status == 0 and answer.text else worktree
