"""Which commits are to be picked: from the words of people to commits, in the order of their merges."""

import re
from collections.abc import Iterable, Sequence

from relauto.errors import InputError
from relauto.git.commit import EMPTY_TREE
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.deepening import check_depth
from relauto.picking.presence import find_mainline
from relauto.picking.ranges import read_range, split_range


def find_fixes(repository: Repository, words: Sequence[str]) -> tuple[Commit, ...]:
    """Return the commits that people named, each once, what was merged first coming first.

    A word is whatever `relauto.git.revisions.resolve` takes, or a range `A..B`: what B's line of first
    parents has and A has not. A merge commit stands for its change against its first parent.

    Raises:
        InputError: nothing is called so, or what is would bring nothing, only a part of what was
            named, or all of main.
    """
    named = [commit for word in words for commit in _read_word(repository, word)]
    fixes = tuple(dict.fromkeys(named))
    if not fixes:
        raise InputError("there is nothing to pick: no fix was named", todo="name it with --fix")
    check_depth(repository, fixes)
    for fix in fixes:
        _check_change(repository, fix)
        _check_merge(repository, fix)
    return sort_commits(repository, fixes)


def _read_word(repository: Repository, word: str) -> Iterable[Commit]:
    ends = split_range(word)
    if ends is None:
        commit = repository.resolve(word)
        _check_branch(repository, word, commit)
        return [commit]
    return read_range(repository, *ends)


def _check_branch(repository: Repository, word: str, tip: Commit) -> None:
    """Refuse a branch of several commits that are not merged: its name would pick the last alone."""
    main = _find_main(repository)
    if main is None or not _is_branch(repository, word):
        return
    own = repository.list_commits("--first-parent", f"{main[1]}..{tip}")
    if len(own) > 1:
        if repository.cuts.isdisjoint(own):
            many = f"{word} holds {len(own)} commits that {main[0]} has not"
        else:
            many = f"how many commits {word} holds that {main[0]} has not cannot be told here"
        raise InputError(
            f"{many}, and its name stands for the last alone",
            todo="name each by its id" if repository.cuts else f"name them all: --fix {main[0]}..{word}",
        )


def _is_branch(repository: Repository, word: str) -> bool:
    """Return whether a word names a branch, here or at a remote, with or without the remote's name."""
    if re.search(r"[*?\[]", word):
        return False
    refs = (f"refs/heads/{word}", f"refs/remotes/{word}", f"refs/remotes/*/{word}")
    return bool(repository.git.read("for-each-ref", "--format=%(refname)", *refs))


def _check_change(repository: Repository, fix: Commit) -> None:
    base = find_mainline(repository, fix, 1)
    below = repository.commit_object(base).tree if base else EMPTY_TREE
    if repository.commit_object(fix).tree == below:
        raise InputError(f"{fix.short} changes nothing, so there is nothing to pick", todo="name another fix")


def _check_merge(repository: Repository, fix: Commit) -> None:
    """Refuse a merge of main into a branch: against its first parent it is all that main had got."""
    parents, main = repository.commit_object(fix).parents, _find_main(repository)
    if len(parents) < 2 or main is None or _is_step(repository, fix, main[1]):
        return
    brought = [parent for parent in parents[1:] if _is_step(repository, parent, main[1])]
    if brought:
        raise InputError(
            f"{fix.short} merges {main[0]} (at {brought[0].short}) into a branch, so it stands for no fix",
            todo="name the commits of the branch, or the commit by which it was merged",
        )


def _is_step(repository: Repository, commit: Commit, tip: Commit) -> bool:
    """Return whether a commit is on the line of first parents that ends in `tip`.

    Raises:
        InputError: that cannot be told, since a shallow clone lacks the rest of that line.
    """
    below = [f"^{parent}" for parent in repository.commit_object(commit).parents]
    listed = repository.list_commits("--first-parent", tip, *below)
    if commit not in listed and not repository.cuts.isdisjoint(listed):
        raise InputError(
            f"whether {commit.short} is on the main branch cannot be told: the history here is cut",
            todo="name the commits that were merged",
        )
    return commit in listed


def _find_main(repository: Repository) -> tuple[str, Commit] | None:
    """Return main and its tip; None where the repository does not tell which branch that is."""
    try:
        return repository.find_branch(repository.main_branch())
    except InputError:
        return None


def holds_merge(repository: Repository, fixes: Sequence[Commit]) -> bool:
    """Tell whether a merge is among fixes, which git picks only when told against which parent."""
    return any(len(repository.commit_object(fix).parents) > 1 for fix in fixes)


def sort_commits(repository: Repository, commits: Sequence[Commit]) -> tuple[Commit, ...]:
    """Return commits in the order in which they were merged."""
    if len(commits) < 2:
        return tuple(commits)
    shared = repository.git.ask("merge-base", "--octopus", *commits).text
    listed = repository.list_commits(*commits, *([f"^{shared}"] if shared else []))
    order = {commit: place for place, commit in enumerate(listed, start=1)}
    # What all the others are built on is not listed itself.
    return tuple(sorted(commits, key=lambda commit: order.get(commit, 0)))
