"""Signed commits: the keys that the hub knows, its own among them, and what is not signed.

A commit is verified as git verifies it, by SSH signatures. What the hub itself commits on a branch that
requires signatures it signs with its own key, as GitHub does for merges and squashes made by itself.
"""

import fcntl
from collections.abc import Sequence
from pathlib import Path

from flask import g

from relauto.errors import InputError
from relauto.git.signer import make_ssh_key
from relauto.hub.bare import Bare

_OWN = "web-flow"


def keep_key(root: Path, login: str, public_key: str) -> None:
    """Note that an account signs with a key.

    Raises:
        InputError: it is not the line of a public key.
    """
    kind, _, rest = public_key.strip().partition(" ")
    if not kind.startswith(("ssh-", "ecdsa-", "sk-")) or not rest:
        raise InputError(f"{public_key[:40]!r} is no SSH public key", todo="give the line of its .pub file")
    file = _signers(root)
    with file.open("a+", encoding="utf-8") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        line = f'{login} namespaces="git" {kind} {rest.split()[0]}\n'
        if line not in kept.readlines():
            kept.write(line)


def make_key(root: Path) -> None:
    """Make the hub's own key, unless there is one.

    Raises:
        InputError: this machine has no ssh-keygen.
    """
    key = root / _OWN
    if not key.exists():
        make_ssh_key(key, "GitHub")
    keep_key(root, _OWN, key.with_suffix(".pub").read_text("utf-8"))


def own_key() -> Path:
    """Return the file of the key that the hub signs with."""
    return _root() / _OWN


def signers_file() -> Path:
    """Return the file of the keys that are known, as `gpg.ssh.allowedSignersFile` wants it."""
    return _signers(_root())


def list_unsigned(bare: Bare, *revisions: str) -> list[str]:
    """Return the commits among git-rev-list(1)'s `revisions` that no known key has signed."""
    known = f"gpg.ssh.allowedSignersFile={signers_file()}"
    listing = bare.git.read("-c", known, "log", "--format=%H %G?", *revisions)
    return [line[:40] for line in listing.splitlines() if not line.endswith(" G")]


def signing_options(key: Path | None) -> tuple[Sequence[str], Sequence[str]]:
    """Return what git takes before and after `commit-tree` to sign with a key."""
    if key is None:
        return (), ()
    return ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}"), ("-S",)


def _root() -> Path:
    hooks: Path = g.hooks
    return hooks.parent


def _signers(root: Path) -> Path:
    return root / "signers"
