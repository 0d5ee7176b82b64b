"""Which commits of main a merged pull request became, proven from git alone.

Titles, dates and what the API calls the merge commit prove nothing; patches and merges made again do.
What cannot be told apart is refused with the evidence (sanitizers/patchback-github-app#80: a rebase of
which only the last commit was picked was reported as success).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.counting import name_count
from relauto.git.merge import merge
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.patch import Patch, compare, read_patches

Shape = Literal["merge", "squash", "rebase", "fast-forward", "unknown"]


@dataclass(frozen=True)
class Became:
    """What to pick, oldest first: empty, with `evidence`, when it cannot be told.

    A merge commit is picked against its first parent. Of a fast-forward the last commit alone is known:
    git does not keep where the branch began.
    """

    shape: Shape
    commits: tuple[Commit, ...]
    evidence: str = ""


def find_became(repository: Repository, merged: Commit, head: Commit) -> Became:
    """Return the commits on main that stand for a pull request.

    Args:
        repository: holds main and the pull request's head.
        merged: what GitHub names as the merge commit.
        head: the head of the pull request when it was merged.

    Raises:
        MissingObjectError: an object that is needed is absent.
    """
    if merged == head:
        return Became("fast-forward", tuple(repository.list_commits("--no-merges", f"{merged}^!")))
    parents = repository.commit(merged).parents
    if len(parents) > 1:
        return _judge_merge(repository, merged, head, parents)
    base = repository.merge_base(merged, head)
    if base is None:
        return _refuse(f"{merged.short} and {head.short} share no history")
    if base in (merged, head):
        first, last = (merged, head) if base == merged else (head, merged)
        return _refuse(f"{last.short} builds on {first.short}, so it is no merge of the two")
    return _judge_series(repository, base, merged, head)


def _refuse(evidence: str) -> Became:
    return Became("unknown", (), evidence)


def _judge_merge(repository: Repository, merged: Commit, head: Commit, parents: Sequence[Commit]) -> Became:
    """Tell whether a merge commit, against its first parent, is what the pull request brought."""
    if len(parents) > 2:
        return _refuse(f"{merged.short} merges {len(parents) - 1} branches at once")
    if repository.is_ancestor(head, parents[0]):
        return _refuse(f"{merged.short} merges something else: its first parent holds {head.short} already")
    if not repository.is_ancestor(head, parents[1]):
        return _refuse(f"{merged.short} does not merge {head.short}")
    return Became("merge", (merged,))


def _judge_series(repository: Repository, base: Commit, merged: Commit, head: Commit) -> Became:
    theirs = repository.list_commits("--no-merges", f"{base}..{head}")
    ours = repository.list_commits("--first-parent", "-n", str(max(len(theirs), 1)), f"{base}..{merged}")
    series = _read_series(repository, theirs)
    brought = _read_series(repository, ours)
    same = list(brought.items())[-len(series) :]
    if series and _alike(list(series.values()), [patch for _, patch in same]):
        return Became("rebase" if len(same) > 1 else "squash", tuple(commit for commit, _ in same))
    below = repository.commit(merged).parents[0]
    whole, last = read_patches(repository, [(base, head), (below, merged)])
    if compare(whole, last) != "changed" or (
        _is_merge(repository, base, below, merged, head) and _is_free(whole, last, brought, merged)
    ):
        return Became("squash", (merged,))
    own = name_count(len(theirs), "commit of the pull request is", "commits of the pull request are")
    return _refuse(
        f"the {own} neither the last {len(ours)} up to {merged.short} (a rebase) nor that "
        "commit alone (a squash)"
    )


def _read_series(repository: Repository, commits: Sequence[Commit]) -> dict[Commit, Patch]:
    """Return the patch of each commit against its first parent; those that change nothing are left out."""
    parents = [repository.commit(commit).parents for commit in commits]
    pairs = [(found[0] if found else None, commit) for found, commit in zip(parents, commits, strict=True)]
    patches = zip(commits, read_patches(repository, pairs), strict=True)
    return {commit: patch for commit, patch in patches if patch.changes}


def _alike(ones: Sequence[Patch], others: Sequence[Patch]) -> bool:
    return len(ones) == len(others) and all(
        compare(one, other) != "changed" for one, other in zip(ones, others, strict=True)
    )


def _is_merge(repository: Repository, base: Commit, below: Commit, merged: Commit, head: Commit) -> bool:
    """Tell whether merging `head` into `below` gives the content of `merged`, as a squash does."""
    again = merge(repository, base, repository.commit_object(below).tree, head)
    return not again.conflicts and again.tree == repository.commit_object(merged).tree


def _is_free(whole: Patch, last: Patch, brought: Mapping[Commit, Patch], merged: Commit) -> bool:
    """Tell whether what a squash lacks of the whole came from elsewhere, and not as a rebase's other commits.

    These would be right below the last: none of them makes a change that the last lacks.
    """
    lacking = Counter(whole.changes) - Counter(last.changes)
    before = (change for commit, patch in brought.items() if commit != merged for change in patch.changes)
    return not any(change in lacking for change in before if not change[1].startswith((b"--- ", b"+++ ")))
