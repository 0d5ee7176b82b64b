"""Which commits of main a pull request became where nobody but git can be asked."""

from collections.abc import Iterator

from relauto.errors import InputError
from relauto.git.message import find_pull
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.became import Became, find_became
from relauto.picking.presence import find_known_presence


def find_merged(repository: Repository, main: Commit, head: Commit, number: int) -> Became | None:
    """Return what a pull request became on `main`; None where nothing shows that it is merged.

    Where it may have been merged, what is proved of that: by the merge that brought its head, by the commits
    that name its number, by the same patch as its last commit.

    Args:
        repository: where both are.
        main: the tip of the branch that it is aimed at.
        head: its last head.
        number: its number, by which merged commits name it.

    Raises:
        InputError: it was merged several times, or it is there and how cannot be told.
        MissingObjectError: an object that is needed is absent.
    """
    if repository.is_ancestor(head, main):
        return _settle(number, [find_became(repository, _find_merge(repository, main, head), head)])
    base = repository.merge_base(main, head)
    if base is None:
        return None
    named = list(_list_named(repository, base, main, number))
    if named:
        return _settle(number, [find_became(repository, commit, head) for commit in named])
    own = repository.list_commits("--no-merges", f"{base}..{head}")
    known = find_known_presence(repository, own[-1], main) if own else None
    if known is None or known.commit is None:
        return None
    return _settle(number, [find_became(repository, known.commit, head)])


def _find_merge(repository: Repository, main: Commit, head: Commit) -> Commit:
    """Return the commit by which main got `head`: the first of its first parents that builds on it."""
    own = frozenset(repository.list_commits("--first-parent", main))
    if head in own:
        return head
    path = repository.list_commits("--ancestry-path", f"{head}..{main}")
    return next(commit for commit in path if commit in own)


def _list_named(repository: Repository, base: Commit, main: Commit, number: int) -> Iterator[Commit]:
    """Yield the commits of main's first parents that name a pull request by its number, oldest first."""
    grep = ("--fixed-strings", f"--grep=#{number}")
    for commit in repository.list_commits("--first-parent", *grep, f"{base}..{main}"):
        if find_pull(repository.commit(commit).subject) == number:
            yield commit


def _settle(number: int, found: list[Became]) -> Became:
    """Return what is proved, if that is one thing.

    Raises:
        InputError: it is none or several.
    """
    proved = [each for each in found if each.commits and each.shape != "fast-forward"]
    if len(proved) == 1:
        return proved[0]
    if proved:
        merges = ", ".join(each.commits[-1].short for each in proved)
        raise InputError(
            f"pull request #{number} was merged {len(proved)} times: {merges}", todo="name one with --fix"
        )
    pushed = any(each.shape == "fast-forward" for each in found)
    why = (
        "its branch was pushed to main, where git does not tell its first commit"
        if pushed
        else found[0].evidence
    )
    raise InputError(
        f"what pull request #{number} became cannot be told: {why}", todo="name its commits with --fix A..B"
    )
