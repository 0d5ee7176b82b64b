"""How a pick differs from its fix, as git-range-diff(1) writes it."""

from dataclasses import replace

from relauto.counting import name_count
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.git.tree import print_path
from relauto.model.names import Commit
from relauto.picking.patch import find_large
from relauto.picking.presence import find_mainline

# The two are held to be one change however little they have in common.
_OPTIONS = ("--creation-factor=999", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")


def read_range_diff(repository: Repository, fix: Commit, made: Commit, *, most: int) -> str | None:
    """Return what is different in the change that `made` makes from the one of `fix`, messages included.

    A merge stands for its change against its first parent. Files of more than `LARGEST` bytes are left out,
    which is told: git would read them whole.

    Args:
        repository: where both are.
        fix: the commit that was picked.
        made: what it became.
        most: characters of it; the last line says how many lines are left out.

    Returns:
        None where it cannot be told: one of them has no parent, or a file's content is absent.
    """
    try:
        one, other = (_find_range(repository, commit) for commit in (fix, made))
        if one is None or other is None:
            return None
        large = sorted({path for commit in (fix, made) for path in _find_large(repository, commit)})
        without = ("--", ".", *(f":(exclude,literal){path}" for path in large)) if large else ()
        answer = repository.git.ask("range-diff", *_OPTIONS, one, other, *without)
    except MissingObjectError:
        return None
    if answer.status:
        error = repository.explain(answer)
        if isinstance(error, GitError):
            raise error
        return None
    told = [answer.output.decode("utf-8", "replace").rstrip("\n")]
    told += [f"too large to be compared: {print_path(path)}" for path in large]
    return _cut("\n".join(told), most)


def _find_large(repository: Repository, commit: Commit) -> tuple[str, ...]:
    return find_large(repository, (find_mainline(repository, commit, 1), commit))


def _find_range(repository: Repository, commit: Commit) -> str | None:
    """Return the range that holds a commit's change and nothing else."""
    base, told = find_mainline(repository, commit, 1), repository.commit_object(commit)
    if base is None:
        return None
    alone = commit if told.parents == (base,) else repository.write_object(replace(told, parents=(base,)))
    return f"{base}..{alone}"


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    kept = text[:most].rpartition("\n")[0]
    left = text.count("\n") - kept.count("\n")
    return f"{kept}\n… {name_count(left, 'more line')}"
