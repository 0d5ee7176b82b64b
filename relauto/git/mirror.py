"""A bare copy of a remote repository, kept in a cache: one fetch to look, one push to act."""

import hashlib
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from relauto.git.address import Address, isolate
from relauto.git.borrowing import borrow, has_lenders, list_lenders, serves
from relauto.git.commit_graph import WRITE, pays
from relauto.git.denial import Deed, DeniedError, find_denial
from relauto.git.errors import RefMovedError
from relauto.git.locks import clear_remains, hold
from relauto.git.outgoing import list_pushed
from relauto.git.pushes import ask_push, judge_push
from relauto.git.refs import RefUpdate, check_ref, update_refs
from relauto.git.refusals import find_refusal
from relauto.git.repository import Repository
from relauto.git.runner import Answer, Git, GitError
from relauto.guard.guard import Passage
from relauto.model.names import Commit

DEFAULT = "refs/relauto/default"
"""Where a mirror keeps the tip of the remote's default branch, as it was fetched last."""

_LAYOUT = "2"
_MADE = "made"
"""The file in a mirror that names what it mirrors."""

_NOTHING = "refs/heads/relauto/nothing"
_BRING_DEFAULT = f"+HEAD:{DEFAULT}"


class Mirror:
    """A cached bare repository of `address`. Close it after use.

    Attributes:
        address: the remote.
        repository: the local copy, read like any other.
        vet: is shown what a push would bring before it is sent, and raises where it must not be.
    """

    vet: Callable[[Iterable[Passage]], None] | None = None

    def __init__(
        self, address: Address, repository: Repository, *, partial: bool, default: bool = False
    ) -> None:
        self.address = address
        self.repository = repository
        self._partial = partial
        self._default = default
        self._git = Git(repository.directory, isolate(address))

    @classmethod
    def open(
        cls,
        address: Address,
        *,
        cache: Path,
        reference: Path | None = None,
        partial: bool = False,
        shallow: bool = False,
        default: bool = False,
    ) -> "Mirror":
        """Open the mirror of `address` under `cache`, making it when there is none.

        Nothing is fetched yet. A mirror that was left half made, or borrowed from a repository that is
        gone or lacks objects by now, is made anew.

        Args:
            address: the remote.
            cache: a directory for mirrors, shared by any number of processes.
            reference: a clone on this machine whose objects need not be fetched again; nothing is borrowed
                from a shallow one, nor from a partial one where the mirror itself is not partial.
            partial: leave the contents of files at the remote until they are asked for.
            shallow: a mirror of its own, whose history may be cut.
            default: let every fetch bring the remote's default branch along.

        Raises:
            InputError: `reference` is no usable repository, or the cache cannot be written.
        """
        path = locate_mirror(address, cache, partial=partial, shallow=shallow)
        cache.mkdir(parents=True, exist_ok=True)
        if reference and not serves(reference, partial=partial):
            reference = None
        with hold(path):
            if not _is_whole(path, address, partial=partial):
                shutil.rmtree(path, ignore_errors=True)
                _make(path, address, reference, partial=partial)
            elif reference:
                borrow(path, reference)
        repository = Repository.open(path, remote=address if partial else None, shallow=shallow)
        return cls(address, repository, partial=partial, default=default)

    def __enter__(self) -> "Mirror":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that reads objects."""
        self.repository.close()

    def fetch(self, wanted: Sequence[str]) -> None:
        """Make the refs `wanted` equal to the remote's, in one `git fetch`.

        A ref that the remote lacks disappears here too. Other refs whose names differ from a wanted one
        only before its last letter may come along.

        Args:
            wanted: full refs, or patterns with one `*`, such as `refs/tags/*`.

        Raises:
            InputError: one of them is neither.
            DeniedError: the token is not taken, or lacks the right.
            UnreachableError: the remote was not reached.
            GitError: git failed otherwise.
        """
        specs = [f"+{pattern}:{pattern}" for pattern in dict.fromkeys(map(widen, wanted))]
        if not specs:
            return
        options = ["--quiet", "--prune", "--no-tags", "--no-auto-maintenance", "--no-write-fetch-head"]
        if self._partial:
            options.append("--filter=blob:none")
        fetch = ("fetch", *options, "--no-recurse-submodules", "origin", *specs)
        answer = self._ask_alone(*fetch, *([_BRING_DEFAULT] if self._default else []))
        if self._default and _lacks_default(answer):
            answer = self._ask_alone(*fetch)
            self._forget_default()
        if answer.status:
            _refuse_unreached(self.address, "fetch", answer)
            raise GitError(answer)
        self._looked.touch()
        self._index_history()

    def _index_history(self) -> None:
        """Write git's index of a history that is long; without one all works the same, and slower."""
        directory = self.repository.directory
        if pays([directory / "objects", *list_lenders(directory)]):
            self._ask_alone(*WRITE)

    @property
    def fetched_at(self) -> datetime | None:
        """When the remote was last seen as it stands here, None when it never was."""
        if not self._looked.is_file():
            return None
        return datetime.fromtimestamp(self._looked.stat().st_mtime, UTC)

    @property
    def _looked(self) -> Path:
        return self.repository.directory / "fetched"

    def take_note(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs here to where a push has just moved the remote's, for whoever reads them offline.

        Where somebody has fetched another value meanwhile, all stay.
        """
        # git fails a fetch in which another process moves a ref of it.
        with suppress(RefMovedError):
            self.move_refs(updates)
            self._looked.touch()

    def move_refs(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs here, all or none, while no other process does.

        Raises:
            RefMovedError: a ref is not at its old value; nothing was changed.
        """
        directory = self.repository.directory
        with hold(directory) as held:
            git = replace(self.repository.git, held=(held,))
            try:
                update_refs(git, updates)
            except RefMovedError:
                if not clear_remains(directory):
                    raise
                update_refs(git, updates)

    def set_cuts(self, commits: Collection[Commit]) -> None:
        """Let the history here end with some commits, while no other process runs git here.

        Of all others that refs lead to, the parents have to be here.
        """
        directory = self.repository.directory
        with hold(directory):
            lock = directory / "shallow.lock"
            lock.write_text("".join(f"{commit}\n" for commit in sorted(commits)))
            lock.replace(directory / "shallow")
        self.repository.look_anew()

    def forget(self) -> None:
        """Delete every object that no ref leads to; what another process is about to push is among them.

        Raises:
            GitError: git failed.
        """
        for deed in (("reflog", "expire", "--expire=now", "--all"), ("gc", "--quiet", "--prune=now")):
            answer = self._ask_alone(*deed)
            if answer.status:
                raise GitError(answer)

    def fetch_default(self) -> Commit | None:
        """Fetch the remote's default branch and return its tip; None where nothing was ever pushed to it.

        Raises:
            UnreachableError: the remote was not reached, or let nobody in.
            GitError: git failed otherwise.
        """
        options = ["--quiet", "--no-tags", "--no-auto-maintenance", "--no-write-fetch-head"]
        answer = self._ask_alone("fetch", *options, "origin", _BRING_DEFAULT)
        if _lacks_default(answer):
            self._forget_default()
            return None
        if answer.status:
            _refuse_unreached(self.address, "fetch", answer)
            raise GitError(answer)
        return find_default(self.repository)

    def _forget_default(self) -> None:
        known = find_default(self.repository)
        if known:
            self.move_refs([RefUpdate(DEFAULT, known, None)])

    def fill(self, commit: Commit) -> None:
        """Fetch, in one go, every file of a commit that a partial mirror has left at the remote.

        Raises:
            DeniedError: the token is not taken, or lacks the right.
            UnreachableError: the remote was not reached.
            GitError: git failed otherwise.
        """
        missing = self.repository.missing_objects(commit) if self._partial else ()
        self.fetch_objects([each.id for each in missing])

    def fetch_objects(self, ids: Sequence[str]) -> None:
        """Fetch objects by their ids, in one go.

        Raises:
            DeniedError: the token is not taken, or lacks the right.
            UnreachableError: the remote was not reached.
            GitError: git failed otherwise.
        """
        if not ids:
            return
        # The form in which git itself asks a promisor remote for objects.
        options = ["--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none"]
        asked = "".join(f"{each}\n" for each in ids).encode()
        settings = ["-c", "fetch.negotiationAlgorithm=noop"]
        answer = self.ask_remote(*settings, "fetch", *options, "--stdin", "origin", input=asked)
        if answer.status:
            raise GitError(answer)

    def ask_remote(
        self,
        *arguments: str,
        input: bytes | None = None,  # noqa: A002
        goes_on: Callable[[], bool] | None = None,
    ) -> Answer:
        """Run a git that asks the remote, while no other process does; return how it ended.

        It is stopped once it no longer `goes_on`: see `Git.ask_while`.

        Raises:
            DeniedError: the token is not taken, or lacks the right.
            UnreachableError: the remote was not reached.
        """
        answer = self._ask_alone(*arguments, input=input, goes_on=goes_on)
        if answer.status > 0:
            _refuse_unreached(self.address, "fetch", answer)
        return answer

    def find_push_denial(self) -> DeniedError | None:
        """Return why the token may not push there, None when it may; nothing is sent.

        Raises:
            UnreachableError: the remote was not reached.
        """
        # git asks to be let in before it finds that there is nothing of that name to delete.
        answer = self._git.ask("push", "--dry-run", "--porcelain", "--no-verify", "origin", f":{_NOTHING}")
        denial = find_denial(self.address, "push", answer)
        if denial is None:
            _refuse_unreached(self.address, "push", answer)
        return denial

    def push(
        self, updates: Sequence[RefUpdate], *, to: Address | None = None, known: Sequence[str] = ("--all",)
    ) -> None:
        """Move refs of the remote (or of another, `to`), all or none, each only from its old value.

        A value that the remote has already is a success; deleting what is gone is rejected. The mirror's
        own refs stay as they are: fetch to see the outcome, whatever it was. `known` are commits that the
        remote has, or `--all` that the mirror has refs for.

        Raises:
            LeakError: it would bring what its readers must not get; nothing was sent.
            PushRejectedError: the remote has other values, or forbids one; nothing was moved.
            DeniedError: the token is not taken, or lacks a right; nothing was moved.
            UnreachableError: the remote was not reached; nothing was sent.
            PushUnknownError: the connection broke; look before anything is sent again.
        """
        if not updates:
            return
        if self.vet:
            self.vet(list_pushed(self.repository, updates, known))
        git = Git(self.repository.directory, isolate(to)) if to else self._git
        answer = ask_push(git, to.url if to else "origin", updates)
        judge_push(to or self.address, updates, answer)

    def _ask_alone(
        self,
        *arguments: str,
        input: bytes | None = None,  # noqa: A002
        goes_on: Callable[[], bool] | None = None,
    ) -> Answer:
        """Run what moves refs while no other process does; where it fails over remains, once more without."""
        directory = self.repository.directory
        with hold(directory) as held:
            git = replace(self._git, held=(held,))
            if goes_on:
                return git.ask_while(goes_on, *arguments, input=input)
            answer = git.ask(*arguments, input=input)
            if answer.status and clear_remains(directory):
                answer = git.ask(*arguments, input=input)
        return answer


def find_default(repository: Repository) -> Commit | None:
    """Return the tip of a mirrored repository's default branch, as it was fetched last; None without one."""
    found = repository.refs(DEFAULT).get(DEFAULT)
    return Commit(found) if found else None


def _lacks_default(answer: Answer) -> bool:
    return bool(answer.status) and "couldn't find remote ref HEAD" in answer.error


def widen(wanted: str) -> str:
    """Return a pattern that matches `wanted`, for a refspec.

    A fetch fails when a plain ref is absent, and a pattern that matches nothing does not. The star
    stands before the last letter, where it lets in few other names and keeps the prefix that git asks
    the server to list by (gitprotocol-v2, `ref-prefix`) long.

    Raises:
        InputError: it is neither a full ref nor one with a single star.
    """
    check_ref(wanted.replace("*", "x", 1))
    return wanted if "*" in wanted else f"{wanted[:-1]}*{wanted[-1]}"


def _refuse_unreached(address: Address, deed: Deed, answer: Answer) -> None:
    if refusal := find_refusal(address, deed, answer):
        raise refusal


def locate_mirror(address: Address, cache: Path, *, partial: bool, shallow: bool) -> Path:
    """Return where the mirror of an address is kept under `cache`, or would be."""
    key = f"{_LAYOUT}\0{address.url}\0{partial}" + "\0shallow" * shallow
    digest = hashlib.sha256(key.encode()).hexdigest()[:20]
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", address.url.rstrip("/").removesuffix(".git").rpartition("/")[2])
    return cache / f"{name}-{digest}.git"


def _is_whole(path: Path, address: Address, *, partial: bool) -> bool:
    """Tell whether the mirror was made to the end (`_MADE` is written last) and all it borrows is there."""
    made = path / _MADE
    whole = made.is_file() and made.read_text() == address.url
    return whole and has_lenders(path, partial=partial)


def _make(path: Path, address: Address, reference: Path | None, *, partial: bool) -> None:
    settings = {"remote.origin.url": address.url}
    if partial:
        settings = {
            "core.repositoryFormatVersion": "1",
            "extensions.partialClone": "origin",
            "remote.origin.promisor": "true",
            "remote.origin.partialCloneFilter": "blob:none",
            **settings,
        }
    Repository.init(path, alternates=reference, settings=settings).close()
    (path / _MADE).write_text(address.url)
