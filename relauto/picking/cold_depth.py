"""How deep the history of a cold clone is: as deep as it once was, though a fetch by depth cuts it anew.

What came once is here for good, and git tells a server only of what refs lead to, as far as no cut is made:
what is forgotten is sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.model.names import Commit

_SEEN = "refs/relauto/seen"


@contextmanager
def keep_depth(mirror: Mirror) -> Iterator[None]:
    """Let the history be no less deep at the end than it was; who is killed meanwhile leaves it cut."""
    repository = mirror.repository
    whole = _list_whole(repository)
    try:
        yield
    finally:
        cuts = repository.cuts
        if not cuts.isdisjoint(whole):
            mirror.set_cuts(cuts - whole)


def _list_whole(repository: Repository) -> frozenset[str]:
    """Return what refs lead to and no cut is made at; nothing where commits lack their trees.

    A server that was told of those would leave out trees that others need.
    """
    options = ("--objects", "--no-object-names", "--filter=tree:1", "--missing=print")
    listed = frozenset(repository.git.read("rev-list", "--all", *options).splitlines())
    if any(each.startswith("?") for each in listed):
        return frozenset()
    return listed - repository.cuts


def set_aside_branches(mirror: Mirror) -> None:
    """Let no branch be here, and their histories stay known: which there are by now a fetch tells.

    git has no branch beside one that is called as its folder, and an older one may be in the way.
    """
    heads, seen = (mirror.repository.refs(prefix) for prefix in ("refs/heads", _SEEN))
    kept = frozenset(heads.values()) - frozenset(seen.values())
    mirror.move_refs(
        [
            *(RefUpdate(f"{_SEEN}/{tip}", None, tip) for tip in sorted(kept)),
            *(RefUpdate(ref, tip, None) for ref, tip in heads.items()),
        ]
    )


def reaches_back(repository: Repository, tip: Commit, moment: datetime) -> bool:
    """Tell whether the history of `tip` is here as far back as a moment, and the parents of all since."""
    cuts = repository.cuts
    return all(repository.moment(each) < moment for each in repository.list_commits(tip) if each in cuts)
