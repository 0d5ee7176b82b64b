"""The tokens of an account, and the shapes that GitHub gives them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from relauto.errors import InputError
from relauto.hub.records import Access, Token, TokenKind, User
from relauto.hub.store import Transaction
from relauto.model.names import RepositoryName

_LIFETIMES = {"app": timedelta(hours=1), "actions": timedelta(hours=6)}
# A fine-grained token has no permission for checks (github.com/orgs/community/discussions/179545), and a
# workflow's own token none for workflow files.
_NEVER = {"fine_grained": "checks", "actions": "workflows"}
_BOTS = ("app", "actions")
_ACTIONS = "github-actions[bot]"


def digest_token(token: str) -> str:
    """Return what the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def replace_full_token(tx: Transaction, login: str, token: str) -> None:
    """Make `token` the one with every right of its account."""
    for known in tx.all(Token, ""):
        if known.kind == "full" and known.login == login:
            tx.drop(Token, "", known.digest)
    put_token(tx, login, token, "full")


def put_token(
    tx: Transaction,
    login: str,
    token: str,
    kind: TokenKind,
    *,
    scopes: Sequence[str] = (),
    repositories: Sequence[RepositoryName] | None = None,
    permissions: Mapping[str, Access] | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Write a token, over the one of the same text if there is one (see `Hub.add_token`)."""
    digest = digest_token(token)
    known = tx.get(Token, "", digest)
    written = Token(
        id=known.id if known else tx.next("id"),
        digest=digest,
        login=login,
        kind=kind,
        scopes=tuple(scopes),
        repositories=None if repositories is None else tuple(name.lower() for name in repositories),
        permissions=dict(permissions or {}),
        expires_at=expires_at.strftime("%Y-%m-%dT%H:%M:%SZ") if expires_at else None,
    )
    tx.put("", digest, written)


def seat_account(tx: Transaction, login: str, kind: TokenKind, now: str) -> None:
    """See that a token's account is there; that of an app's bot is made.

    Raises:
        InputError: there is none.
    """
    if tx.get(User, "", login.lower()):
        return
    if kind not in _BOTS:
        raise InputError(f"there is no account {login}", todo="add the account first")
    bot = User(id=tx.next("id"), login=login, app=login.removesuffix("[bot]"), created_at=now)
    tx.put("", login.lower(), bot)


def check_shape(
    kind: TokenKind, login: str, scopes: Sequence[str], permissions: Mapping[str, Access]
) -> None:
    """Refuse what GitHub has no such token for.

    Raises:
        InputError: scopes and permissions are mixed up, the permission is none that the kind can have, or
            a bot's name is given to a person's kind of token or the reverse.
    """
    if (scopes and kind != "classic") or (permissions and kind in ("classic", "full")):
        raise InputError(f"a token of kind {kind} has no {'scopes' if scopes else 'permissions'}")
    never = _NEVER.get(kind)
    if never in permissions:
        raise InputError(f"a token of kind {kind} cannot have the permission {never}")
    if kind == "full":
        return
    if (kind in _BOTS) != login.endswith("[bot]") or (kind == "actions") != (login == _ACTIONS):
        raise InputError(f"a token of kind {kind} cannot be {login}'s", todo=f"SLUG[bot], or {_ACTIONS}")


def find_lifetime(kind: TokenKind) -> timedelta | None:
    """Return how long a token of a kind lives, None where that is its maker's choice."""
    return _LIFETIMES.get(kind)
