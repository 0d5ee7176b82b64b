"""The remotes of a clone, by the names that a person gave them; no ref of the clone is moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from relauto.errors import InputError
from relauto.git.address import Address, isolate
from relauto.git.denial import Deed
from relauto.git.pushes import ask_push
from relauto.git.refs import RefUpdate
from relauto.git.refusals import find_refusal
from relauto.git.repository import Repository
from relauto.git.runner import Answer, Git, GitError
from relauto.model.names import Commit

_USUAL = "origin"


def find_remote(repository: Repository, name: str = "") -> tuple[str, str]:
    """Return the name and the URL of a remote: the one named, `origin`, or the only one.

    Raises:
        InputError: there is no such remote, or there are several and none is named.
    """
    known = repository.git.read("remote").splitlines()
    chosen = name or (_USUAL if _USUAL in known else known[0] if len(known) == 1 else "")
    if not chosen:
        told = f"has several remotes: {', '.join(known)}" if known else "has no remote"
        raise InputError(
            f"{repository.directory} {told}", todo="git remote add, or name the one that is meant"
        )
    if chosen not in known:
        raise InputError(
            f"{repository.directory} has no remote called {chosen!r}", todo=f"there are: {', '.join(known)}"
        )
    # Whatever stands for an address in git's settings (url.….insteadOf) is heeded.
    return chosen, repository.git.read(
        "remote", "get-url", "--push" if name else "--all", chosen
    ).splitlines()[0]


def locate_remote(repository: Repository, url: str, token: str | None = None) -> Address:
    """Return the address of a clone's remote; a relative path counts from the clone, as git has it.

    Raises:
        InputError: git could read the URL as something else, or it carries a password.
    """
    if "://" in url or (":" in url.partition("/")[0]):
        return Address(url, token)
    top = repository.common if repository.bare else repository.common.parent
    return Address(str((top / Path(url)).resolve()))


def name_promisor(git: Git) -> str | None:
    """Return the remote that a partial clone gets from what it lacks; None of a clone that has everything."""
    told = git.ask("config", "--name-only", "--get-regexp", r"^remote\..*\.promisor$").text
    return told.splitlines()[0].removeprefix("remote.").removesuffix(".promisor") if told else None


@dataclass(frozen=True)
class Remote:
    """One remote; git runs in the clone that has it, whose remote-tracking branches stay as they are."""

    name: str
    address: Address
    git: Git

    @classmethod
    def of(cls, repository: Repository, name: str, address: Address) -> "Remote":
        """Return the remote at an address, for a clone."""
        return cls(name, address, Git(repository.common, isolate(address)))

    def read_heads(self, refs: Sequence[str]) -> dict[str, Commit]:
        """Return what the remote has of some refs, given in full.

        Raises:
            UnreachableError: it was not reached, or let nobody in.
            GitError: git failed otherwise.
        """
        answer = self._ask("fetch", "ls-remote", "--refs", self.address.url, *refs)
        rows = (row.split("\t", 1) for row in answer.text.splitlines())
        # git matches the end of a name, too.
        return {ref: Commit(found) for found, ref in rows if ref in refs}

    def fetch(self, refs: Sequence[str]) -> None:
        """Bring the objects of some refs here, and no ref.

        Raises:
            UnreachableError: it was not reached, or let nobody in.
            GitError: git failed otherwise, as where one of them is gone.
        """
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance")
        self._ask("fetch", "fetch", *options, "--no-recurse-submodules", self.address.url, *refs)

    def push(self, updates: Sequence[RefUpdate], *, atomic: bool) -> Answer:
        """Move refs of the remote, each only from its old value; return how git ended, whatever it was.

        Raises:
            UnreachableError: it was not reached, or let nobody in; nothing was sent.
        """
        answer = ask_push(self.git, self.address.url, updates, atomic=atomic)
        if answer.status and (refusal := find_refusal(self.address, "push", answer)):
            raise refusal
        return answer

    def _ask(self, deed: Deed, *arguments: str) -> Answer:
        answer = self.git.ask(*arguments)
        if answer.status:
            raise find_refusal(self.address, deed, answer) or GitError(answer)
        return answer
