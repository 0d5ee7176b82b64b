"""Ranges of commits, as people write them: `A..B` is what B's line of first parents has and A has not."""

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.horizon import shows_parting


def split_range(word: str) -> tuple[str, str] | None:
    """Return the older and the newer end that a word names; None of what is no range.

    Raises:
        InputError: it lacks an end, or is a range of another form.
    """
    start, dots, end = word.partition("..")
    if not dots:
        return None
    if not start or not end or end.startswith("."):
        raise InputError(f"{word!r} is not a range of the form A..B", todo="name both ends")
    return start, end


def read_range(repository: Repository, start: str, end: str) -> list[Commit]:
    """Return the commits of a range, oldest first.

    Raises:
        InputError: nothing is called as one of its ends is, it holds nothing, or a shallow clone does not
            show all that it holds.
    """
    older, newer = repository.resolve(start), repository.resolve(end)
    if not shows_parting(repository, older, newer):
        raise InputError(
            f"all that {start}..{end} holds cannot be told: the history here is cut",
            todo="name each commit by its id",
        )
    commits = repository.list_commits("--first-parent", f"{older}..{newer}")
    if not commits:
        raise InputError(f"{start}..{end} holds no commit", todo="name the older end first")
    return commits
