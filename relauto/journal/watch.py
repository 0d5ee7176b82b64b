"""Fetching branches that are only ever added to, and remembering where one was that has lost its history.

A fetch makes this machine's refs equal to the remote's, also where somebody has moved a branch back. What
it stood on then keeps a ref of its own below `LEFT`, so that `journal.verify` can tell, and the commits can
be put back. A branch of words that was replaced because words were erased is forgotten instead.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from relauto.git.commit import EMPTY_TREE
from relauto.git.errors import RefMovedError
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.journal.format import is_of_log
from relauto.journal.snapshot import list_files
from relauto.model.event import WordsErased
from relauto.model.names import Branch, Commit

LEFT = "refs/relauto/left"
_WATCHED = ("refs/heads/incidents/", "refs/heads/releases/")
_WORDS = "refs/heads/words/"


def fetch_watched(mirror: Mirror, wanted: Sequence[str]) -> dict[str, str]:
    """Fetch refs, take note of what was moved back, and return all branches as they are now.

    Raises:
        RemoteError: the remote was not reached.
    """
    before = mirror.repository.refs("refs/heads")
    mirror.fetch(wanted)
    after = mirror.repository.refs("refs/heads")
    for ref, old in before.items():
        if ref.startswith(_WATCHED) and not _is_part(mirror.repository, old, after.get(ref)):
            mirror.move_refs([RefUpdate(_name(ref, old), None, old)])
    words = [ref for ref in before if ref.startswith(_WORDS)]
    if any(_is_erased(mirror.repository, before[ref], after.get(ref)) for ref in words):
        forget_words(mirror)
    return after


def forget_words(mirror: Mirror) -> None:
    """Drop what no branch leads to any more, and the words of logs of format 1 that are kept below `LEFT`.

    Their events stay, so that it can still be told where the branch stood.

    Raises:
        GitError: git failed.
    """
    repository = mirror.repository
    held = {ref: Commit(old) for ref, old in repository.refs(LEFT).items()}
    stripped = [
        RefUpdate(ref, old, _strip(repository, old))
        for ref, old in held.items()
        if has_former_words(repository, old)
    ]
    # Who shares this machine may have done the same meanwhile.
    with suppress(RefMovedError):
        mirror.move_refs(stripped)
    mirror.forget()


def has_former_words(repository: Repository, log: Commit) -> bool:
    """Return whether the log's own history holds words, as that of a journal of format 1 does."""
    return bool(repository.list_commits("-1", log, "--", "private"))


def _strip(repository: Repository, log: Commit) -> Commit:
    """Return a commit, without any history, of the events alone that a log held."""
    files = {path: blob for path, blob in list_files(repository, log).items() if is_of_log(path)}
    contents = {path: repository.store.read(blob, "blob") for path, blob in files.items()}
    # The commits of format 1 name who wrote them.
    by = replace(repository.commit(log).committer, email="relauto")
    message = f"Keep the events that stood at {log}, without the words"
    return repository.write_commit(repository.write_files(EMPTY_TREE, contents), [], message, by, by)


def _is_erased(repository: Repository, old: str, new: str | None) -> bool:
    """Tell whether a branch was begun anew by erasing words, and not moved by anybody for another reason."""
    if new is None or _is_part(repository, old, new):
        return False
    roots = repository.list_commits("--max-parents=0", Commit(new))
    return any(WordsErased.kind in repository.commit(root).message for root in roots)


def _name(ref: str, commit: str) -> str:
    return f"{LEFT}/{ref.removeprefix('refs/heads/')}/{commit}"


def _is_part(repository: Repository, old: str, new: str | None) -> bool:
    return old == new or (new is not None and repository.is_ancestor(Commit(old), Commit(new)))


def list_left(repository: Repository, branch: Branch, tip: Commit | None) -> list[Commit]:
    """Return commits that a branch stood on when it was fetched before and that are no part of it now.

    In a clone that was made by hand the reflog of the remote's branch remembers them.
    """
    kept = list(repository.refs(f"{LEFT}/{branch}").values())
    for ref in repository.refs("refs/remotes"):
        if ref.endswith(f"/{branch}"):
            kept += repository.git.ask("rev-list", "--walk-reflogs", ref).text.split()
    return [Commit(each) for each in dict.fromkeys(kept) if not _is_part(repository, each, tip)]
