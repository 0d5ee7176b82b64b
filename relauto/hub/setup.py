"""What a hub holds, told by a file: accounts, their tokens, repositories, rights, protection.

A set-up may be repeated: what is there stays, and takes on what the file says now. Tokens never stand
in the file. An account's token comes from the environment where the file names a variable, else it is
made once; either way it lies in `ROOT/tokens/LOGIN`, readable by the owner alone.
"""

import os
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from relauto.errors import FaultsError, InputError
from relauto.git.repository import Repository
from relauto.hub.records import Access, Level, TokenKind
from relauto.hub.server import Hub
from relauto.hub.tokens import check_shape
from relauto.model.names import Branch, RepositoryName
from relauto.settings.tables import Table, read_table

_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(\[bot\])?")
_PARTS = ("accounts", "repositories")


class Account(Table, frozen=True):
    """Somebody with a token: one of every right of the account, or of a `kind` that GitHub has.

    An App's account is called `SLUG[bot]`; its token lives an hour from when the hub is started.
    """

    token_variable: Annotated[str | None, msgspec.Meta(description="variable that holds the token")] = None
    app: Annotated[str | None, msgspec.Meta(description="slug of the GitHub App whose token it is")] = None
    site_admin: Annotated[bool, msgspec.Meta(description="may do everything everywhere")] = False
    kind: Annotated[TokenKind, msgspec.Meta(description="what its token is")] = "full"
    scopes: Annotated[tuple[str, ...], msgspec.Meta(description="of a classic token")] = ()
    permissions: Annotated[dict[str, Access], msgspec.Meta(description="of any other kind")] = msgspec.field(
        default_factory=dict
    )
    repositories: Annotated[tuple[str, ...] | None, msgspec.Meta(description="that they hold in")] = None


class Protection(Table, frozen=True):
    """What a branch requires."""

    required_checks: tuple[str, ...] = ()
    reviews: Annotated[int, msgspec.Meta(ge=0)] = 0
    strict: bool = False
    ruleset: bool = False


class Served(Table, frozen=True):
    """A repository. `git` is a bare one, from where the file lies; absent: `ROOT/repositories/NAME.git`."""

    git: str | None = None
    private: bool = False
    default_branch: str = "main"
    access: dict[str, Level] = msgspec.field(default_factory=dict)
    allow_merge: bool = True
    allow_squash: bool = True
    allow_rebase: bool = True
    protection: dict[str, Any] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class Setup:
    """A set-up that has no faults in itself; `folder` is what relative paths start from."""

    accounts: Mapping[str, Account]
    repositories: Mapping[RepositoryName, Served]
    protection: Mapping[tuple[RepositoryName, Branch], Protection]
    folder: Path


def read_setup(path: Path) -> Setup:
    """Return the set-up written in a TOML file.

    Raises:
        InputError: it cannot be read.
        FaultsError: it has faults; all of them are listed.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", todo="name a set-up with --setup") from error
    except tomllib.TOMLDecodeError as error:
        raise FaultsError(str(path), [f"not TOML: {error}"]) from error
    faults: list[str] = [f"{key}: there is no such table" for key in data.keys() - set(_PARTS)]
    accounts, served = (_read_tables(data, part, faults) for part in _PARTS)
    protection = {
        (RepositoryName(name), Branch(branch)): each
        for name, repository in served.items()
        for branch, each in _read_protection(name, repository, faults)
    }
    setup = Setup(accounts, served, protection, path.resolve().parent)
    faults.extend(_find_faults(setup))
    if faults:
        raise FaultsError(str(path), faults, todo="correct them all, then run again")
    return setup


_KINDS: dict[str, type[Table]] = {"accounts": Account, "repositories": Served}


def _read_tables(data: Mapping[str, Any], part: str, faults: list[str]) -> dict[Any, Any]:
    tables = data.get(part, {})
    if not isinstance(tables, dict) or not tables:
        faults.append(f"{part}: at least one table [{part}.NAME] is expected")
        return {}
    found = {}
    for name, table in tables.items():
        here: list[str] = []
        try:
            key = RepositoryName(name) if part == "repositories" else name
            found[key] = read_table(_KINDS[part], table, f"{part}.{name}", here)
        except InputError as error:
            here.append(f"{part}.{name}: {error.what}")
        faults.extend(here)
    return {name: table for name, table in found.items() if table is not None}


def _read_protection(name: str, served: Served, faults: list[str]) -> Iterator[tuple[Branch, Protection]]:
    for branch, table in served.protection.items():
        where, here = f"repositories.{name}.protection.{branch}", list[str]()
        try:
            protection = read_table(Protection, table, where, here)
            if protection:
                yield Branch(branch), protection
        except InputError as error:
            here.append(f"{where}: {error.what}")
        faults.extend(here)


def _find_faults(setup: Setup) -> Iterator[str]:
    for login, account in setup.accounts.items():
        if not _LOGIN.fullmatch(login):
            yield f"accounts.{login}: a login is made of letters, digits and hyphens"
        yield from _find_token_faults(login, account)
        if account.token_variable and not os.environ.get(account.token_variable):
            yield f"accounts.{login}: the variable {account.token_variable} is not set"
    for name, served in setup.repositories.items():
        if not _is_branch(served.default_branch):
            yield f"repositories.{name}.default_branch: {served.default_branch!r} is no name of a branch"
        for login in served.access:
            if login not in setup.accounts:
                yield f"repositories.{name}.access: there is no account {login}"
        if served.git and not (setup.folder / served.git).is_dir():
            yield f"repositories.{name}.git: there is no folder {served.git}"


def _find_token_faults(login: str, account: Account) -> Iterator[str]:
    try:
        check_shape(account.kind, login, account.scopes, account.permissions)
        for name in account.repositories or ():
            RepositoryName(name)
    except InputError as error:
        yield f"accounts.{login}: {error.what}"


def _is_branch(name: str) -> bool:
    try:
        Branch(name)
    except InputError:
        return False
    return True


def apply_setup(hub: Hub, root: Path, setup: Setup) -> None:
    """Let the hub hold what the set-up says.

    Raises:
        InputError: a folder that it names is no bare repository.
    """
    for login, account in setup.accounts.items():
        given = os.environ.get(account.token_variable) if account.token_variable else None
        token = keep_token(root, login, given)
        if account.kind == "full":
            hub.add_user(login, token=token, app=account.app, site_admin=account.site_admin)
        else:
            _add_token(hub, login, account, token)
    for name, served in setup.repositories.items():
        hub.add_repository(
            name,
            setup.folder / served.git if served.git else _find_repository(root, name, served),
            private=served.private,
            default_branch=Branch(served.default_branch),
            access=served.access,
            allow_merge=served.allow_merge,
            allow_squash=served.allow_squash,
            allow_rebase=served.allow_rebase,
        )
    for (name, branch), protection in setup.protection.items():
        hub.protect(name, branch, **msgspec.structs.asdict(protection))


def _add_token(hub: Hub, login: str, account: Account, token: str) -> None:
    if not login.endswith("[bot]"):
        # The account needs a token of its own; nobody is told this one.
        hub.add_user(login, token=secrets.token_hex(20), site_admin=account.site_admin)
    names = account.repositories
    hub.add_token(
        login,
        token=token,
        kind=account.kind,
        scopes=account.scopes,
        permissions=account.permissions,
        repositories=None if names is None else [RepositoryName(name) for name in names],
    )


def _find_repository(root: Path, name: RepositoryName, served: Served) -> Path:
    directory = root / "repositories" / f"{name}.git"
    if not directory.exists():
        Repository.init(directory, default_branch=Branch(served.default_branch)).close()
    return directory


def find_token(root: Path, login: str) -> Path:
    """Return the file in which the token of an account of this hub lies."""
    return root / "tokens" / login


def keep_token(root: Path, login: str, given: str | None = None) -> str:
    """Return the token of an account: the one given, the one kept, or a new one; it is kept from now on."""
    path = find_token(root, login)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = given or (path.read_text("utf-8").strip() if path.is_file() else f"hub_{secrets.token_hex(20)}")
    new = path.with_name(f".{login}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{token}\n")
    new.replace(path)
    return token
