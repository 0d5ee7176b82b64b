"""What a release would carry: every commit between two points of a line."""

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
