"""How a commit is shown: to programs, and to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relauto.git.repository import Repository
    from relauto.model.names import Commit


def describe_commit(repository: Repository, commit: Commit) -> dict[str, Any]:
    """Return its id, its subject, and the pull request that the subject names."""
    from relauto.git.message import find_pull

    subject = repository.commit(commit).subject
    return {"commit": commit, "subject": subject, "pull": find_pull(subject)}


def name_commit(repository: Repository, commit: Commit) -> str:
    """Return its short id and subject, who made it and when."""
    facts = repository.commit(commit)
    return f"{commit.short} {facts.subject} ({facts.author.name}, {facts.author.at:%Y-%m-%d})"
