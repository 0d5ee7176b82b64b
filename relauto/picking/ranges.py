"""Ranges of commits, as people write them: `A..B` is what B's line of first parents has and A has not."""

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.model.names import Commit


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


def list_range(repository: Repository, start: str, end: str) -> list[Commit]:
    """Return the commits of a range, oldest first, as far back as they are known here.

    Raises:
        InputError: nothing is called as one of its ends is.
    """
    span = f"{repository.resolve(start)}..{repository.resolve(end)}"
    return repository.list_commits("--first-parent", span)
