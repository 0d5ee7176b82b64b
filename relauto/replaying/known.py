"""Whether a line has a commit of main after all, judged by other signs than the search for causes goes by."""

from collections.abc import Iterable, Iterator, Sequence

from relauto.git.message import find_pull, find_reverted
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.reverts import Reverts

_FORM = "%H%x00%an%x00%ae%x00%at%x00%B"
_ID = 10
"""Digits by which people name a commit."""


def count_known(repository: Repository, commits: Sequence[Commit], fix: Commit, onto: Commit) -> int:
    """Return how many of `commits` the line up to `onto` has in another shape.

    Signs are who made it and at which second, which picks keep; its id, also shortened, in a message; its
    subject or its pull request in a subject. Of a merge, each commit that it brought. What was reverted does
    not count.
    """
    own = list(_read(repository, f"{fix}..{onto}"))
    reverts = Reverts(repository)
    for commit, *_, message in own:
        reverts.read(Commit(commit), message)
    standing = [each for each in own if not find_reverted(each[4]) and reverts.stands(Commit(each[0]))]
    made = {(name, mail, at) for _, name, mail, at, _ in standing}
    texts = [message for *_, message in standing]
    return sum(any(_is_among(each, made, texts) for each in _list(repository, commit)) for commit in commits)


def _is_among(entry: tuple[str, ...], made: set[tuple[str, str, str]], texts: Iterable[str]) -> bool:
    commit, name, mail, at, message = entry
    subject = message.partition("\n")[0]
    bare, number = subject.rpartition(" (#")[0] or subject, find_pull(subject)
    return (name, mail, at) in made or any(
        commit[:_ID] in text
        or bare.casefold() in text.partition("\n")[0].casefold()
        or (number is not None and f"#{number})" in text.partition("\n")[0])
        for text in texts
    )


def _list(repository: Repository, commit: Commit) -> Iterator[tuple[str, ...]]:
    """Yield a commit, and what it brought if it is a merge."""
    base = repository.commit_object(commit).parents[:1]
    return _read(repository, commit, *(f"^{parent}" for parent in base))


def _read(repository: Repository, *span: str) -> Iterator[tuple[str, ...]]:
    fields = repository.stream("log", "-z", "--no-show-signature", "--no-color", f"--format={_FORM}", *span)
    texts = (each.decode("utf-8", "replace") for each in fields)
    return zip(*[texts] * 5, strict=True)
