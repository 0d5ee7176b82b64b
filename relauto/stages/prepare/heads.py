"""Heads of pull requests: newer than the local copy's last look, or on no branch any more."""

from relauto.git.errors import MissingObjectError
from relauto.github.pull_state import Pull
from relauto.model.names import Commit
from relauto.stages.bench import Bench


def require_head(bench: Bench, pull: Pull) -> Commit:
    """Return a pull request's head, fetched where it is newer than the last look at the branches."""
    fetch_head(bench, pull.number, pull.head_sha)
    return pull.head_sha


def fetch_head(bench: Bench, pull: int, head: Commit) -> None:
    """Fetch a pull request's head where this copy lacks it: its branch is often deleted once merged."""
    if not _is_known(bench, head):
        bench.mirror.fetch([f"refs/pull/{pull}/head"])


def stands_on(bench: Bench, head: Commit, made: Commit) -> bool:
    """Return whether `head` holds what a run has made, which it may never have pushed."""
    return _is_known(bench, made) and bench.product.is_ancestor(made, head)


def _is_known(bench: Bench, commit: Commit) -> bool:
    try:
        bench.product.commit(commit)
    except MissingObjectError:
        return False
    return True
