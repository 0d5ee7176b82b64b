"""Files that a partial clone lacks, brought many at once: git by itself asks for one after the other."""

from collections.abc import Iterable

from relauto.git.commit import CommitObject
from relauto.git.remotes import name_promisor
from relauto.git.repository import Repository
from relauto.git.tree import FILE, Entry, serialize_tree

_OPTIONS = ("--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--recurse-submodules=no")
_NOBODY = "relauto <relauto@localhost> 0 +0000"


def prefetch(repository: Repository, ids: Iterable[str]) -> None:
    """Fetch those of some files' contents that are absent, in one go; nothing where no remote may be asked.

    Args:
        repository: a partial clone, or any other.
        ids: of blobs.

    Raises:
        UnreachableError: the remote was not reached, or let nobody in.
        MissingObjectError: it lacks one, too.
        GitError: git failed otherwise.
    """
    wanted = frozenset(ids)
    remote = name_promisor(repository.git) if wanted and repository.may_fetch else None
    missing = _list_missing(repository, wanted) if remote else ()
    if remote is None or not missing:
        return
    # The form in which git itself asks a promisor remote for objects.
    settings = ("-c", "fetch.negotiationAlgorithm=noop", "-c", "fetch.unpackLimit=1")
    asked = "".join(f"{each}\n" for each in missing).encode()
    fetch = (*settings, "fetch", *_OPTIONS, "--filter=blob:none", "--stdin", remote)
    answer = repository.git.ask(*fetch, input=asked)
    if answer.status:
        raise repository.explain(answer)


def _list_missing(repository: Repository, ids: Iterable[str]) -> list[str]:
    """Return which are absent, without asking for them: only a walk of a tree leaves it at that."""
    content = serialize_tree({each: Entry(FILE, each) for each in ids})
    tree = repository.store.write("tree", content)
    commit = repository.write_object(CommitObject(tree, (), _NOBODY, _NOBODY, "wanted\n"))
    listed = repository.git.read("rev-list", "--objects", "--no-walk", "--missing=print", commit)
    return [line[1:] for line in listed.splitlines() if line.startswith("?")]
