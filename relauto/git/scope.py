"""What a release would carry: every commit between two points of a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.git.message import find_origins, find_pull
from relauto.git.repository import Repository
from relauto.model.names import Commit


@dataclass(frozen=True)
class ScopeEntry:
    """One commit of a scope.

    Attributes:
        commit: its id.
        subject: its first paragraph, on one line.
        author: its author's name.
        parents: its parents; more than one means a merge.
        origin: the commit it was picked from, by its trailer; of a pick of a pick, the nearer one.
        pull: the number of the pull request that its subject names.
    """

    commit: Commit
    subject: str
    author: str
    parents: tuple[Commit, ...]
    origin: Commit | None
    pull: int | None


def list_scope(repository: Repository, base: Commit, head: Commit) -> list[ScopeEntry]:
    """Return all commits of `base..head`, merges included, oldest first.

    Raises:
        MissingObjectError: a commit is absent.
    """
    entries = []
    for facts in repository.commits(base, head):
        origins = find_origins(facts.message)
        entries.append(
            ScopeEntry(
                commit=facts.id,
                subject=facts.subject,
                author=facts.author.name,
                parents=facts.parents,
                origin=origins[-1] if origins else None,
                pull=find_pull(facts.subject),
            )
        )
    return entries


def list_foreign(repository: Repository, tip: Commit, home: Commit, other: Commit) -> list[Commit]:
    """Return what `tip` would bring `home` of another branch's own line of commits, oldest first.

    Such commits are no part of a change: it was begun on the wrong branch.

    Raises:
        MissingObjectError: a commit is absent.
    """
    brought = set(repository.list_commits(tip, f"^{home}"))
    return [each for each in repository.list_commits("--first-parent", other, f"^{home}") if each in brought]


def list_brought(repository: Repository, merged: Commit, other: Commit) -> list[Commit]:
    """Return the commits that a merge brought along, itself left out, without those foreign to it.

    Raises:
        MissingObjectError: a commit is absent.
    """
    parents = repository.commit(merged).parents
    if len(parents) < 2:
        return []
    foreign = list_foreign(repository, merged, parents[0], other)
    listed = repository.list_commits(merged, f"^{parents[0]}", *(f"^{each}" for each in foreign[-1:]))
    return [each for each in listed if each != merged]


def describe_foreign(other: str, home: str, foreign: Sequence[Commit]) -> str:
    """Return the sentence for a change that was begun on the wrong branch."""
    count = "a commit" if len(foreign) == 1 else f"{len(foreign)} commits"
    last = foreign[-1].short
    return f"the fix grows from {other}: it would bring {home} {count} of it, the last of them {last}"
