"""Which commits of main a merged pull request became, proven from git alone.

Titles, dates and what the API calls the merge commit prove nothing; patches do. What cannot be
told apart is refused with the evidence (sanitizers/patchback-github-app#80: a rebase of which only
the last commit was picked was reported as success).
"""

from dataclasses import dataclass
from typing import Literal

from relauto.git.patch import Patch, compare, read_patches
from relauto.git.repository import Repository
from relauto.model.names import Commit

Shape = Literal["merge", "squash", "rebase", "fast-forward", "unknown"]


@dataclass(frozen=True)
class Became:
    """What to pick, oldest first: empty, with `evidence`, when it cannot be told.

    A merge commit is picked against its first parent.
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
    """
    facts = repository.commit(merged)
    if len(facts.parents) > 1:
        return Became("merge", (merged,))
    base = repository.merge_base(merged, head)
    if base is None:
        return Became("unknown", (), f"{merged.short} and {head.short} share no history")
    if merged == head:
        return Became("fast-forward", _plain(repository, _fork(repository, merged), merged))
    theirs = _plain(repository, base, head)
    if len(theirs) <= 1:
        return Became("squash", (merged,))
    return _compare_series(repository, base, merged, head, theirs)


def _compare_series(
    repository: Repository, base: Commit, merged: Commit, head: Commit, theirs: tuple[Commit, ...]
) -> Became:
    ours = tuple(repository.list_commits("--first-parent", "-n", str(len(theirs)), merged))
    parents = [repository.commit(each).parents for each in (*theirs, *ours)]
    pairs = [
        (each[0] if each else None, commit) for each, commit in zip(parents, (*theirs, *ours), strict=True)
    ]
    patches = read_patches(repository, [*pairs, (base, head), (repository.commit(merged).parents[0], merged)])
    whole, last = patches[-2:]
    series = patches[: len(theirs)]
    if len(ours) == len(theirs) and _alike(series, patches[len(theirs) : -2]):
        return Became("rebase", ours)
    if compare(whole, last) != "changed":
        return Became("squash", (merged,))
    return Became(
        "unknown",
        (),
        f"the {len(theirs)} commits of the pull request are neither the last {len(ours)} commits up to "
        f"{merged.short} (a rebase) nor that commit alone (a squash)",
    )


def _alike(ones: list[Patch], others: list[Patch]) -> bool:
    return all(compare(one, other) != "changed" for one, other in zip(ones, others, strict=True))


def _plain(repository: Repository, base: Commit, head: Commit) -> tuple[Commit, ...]:
    return tuple(repository.list_commits("--no-merges", f"{base}..{head}"))


def _fork(repository: Repository, merged: Commit) -> Commit:
    parents = repository.commit(merged).parents
    return parents[0] if parents else merged
