"""The remotes of a clone, by the names that a person gave them."""

from pathlib import Path

from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.repository import Repository

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
