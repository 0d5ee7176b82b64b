"""The facts of a step's proof as typed values. Fields that a text does not need are not read."""

from typing import TypeVar

import msgspec

from relauto.errors import InputError
from relauto.model.facts import Facts

SUMS = "SHA256SUMS"
"""The file of a build that holds the digests of the others, as sha256sum(1) writes it."""


class PullRequest(msgspec.Struct, frozen=True):
    """A pull request that carries a fix: `head` is the commit under review."""

    number: int
    url: str
    title: str = ""
    head: str = ""
    fix: str | int | None = None
    by_others: bool = False


class Pulls(msgspec.Struct, frozen=True):
    """Proof of `investigate.pr`."""

    pulls: tuple[PullRequest, ...] = ()


class Merge(msgspec.Struct, frozen=True):
    """A merged pull request and the commit it became on the main branch."""

    pull: int
    merge_commit: str
    url: str = ""
    head: str = ""


class Merges(msgspec.Struct, frozen=True):
    """Proof of `prepare.merge`."""

    merged: tuple[Merge, ...] = ()


class Pick(msgspec.Struct, frozen=True):
    """A fix as it sits on the line. `pull` is None where the pick was pushed directly.

    `made` is the pick as relauto made it, before its pull request was merged.
    """

    fix: str
    commit: str
    tree: str = ""
    status: str = ""
    verdict: str = ""
    pull: int | None = None
    url: str | None = None
    made: str | None = None


class Picks(msgspec.Struct, frozen=True):
    """Proof of `prepare.pick` on one line; `head` is the line's head after it.

    `carried` are commits of a fix that a merge commit among the picks stands for.
    """

    picks: tuple[Pick, ...] = ()
    carried: tuple[str, ...] = ()
    bump: str | None = None
    head: str = ""
    version: str = ""


class Candidate(msgspec.Struct, frozen=True):
    """Proof of `prepare.candidate`."""

    tag: str
    commit: str
    version: str = ""
    number: int = 0
    url: str = ""


class Artifact(msgspec.Struct, frozen=True):
    """A file of a build: `sha256` as 64 hex digits, `size` in bytes."""

    name: str
    sha256: str
    size: int | None = None


class Verification(msgspec.Struct, frozen=True):
    """Proof of `prepare.verify`: every gate's verdict for one commit and these digests."""

    tag: str
    commit: str
    gates: dict[str, str] = {}
    artifacts: tuple[Artifact, ...] = ()
    accepted: tuple[str, ...] = ()


class Published(msgspec.Struct, frozen=True):
    """Proof of `prepare.release`."""

    tag: str
    commit: str
    version: str = ""
    url: str = ""
    latest: bool = False
    assets: tuple[Artifact, ...] = ()


class Sent(msgspec.Struct, frozen=True):
    """Proof of `deploy.send`: `digest` is the SHA-256 of the kit's SHA256SUMS file."""

    digest: str
    tag: str = ""


class Ported(msgspec.Struct, frozen=True):
    """Proof that a debt is paid: `branch` holds the fix."""

    branch: str
    pulls: tuple[PullRequest, ...] = ()


class ConflictPath(msgspec.Struct, frozen=True):
    """A path that does not apply, and how."""

    path: str
    kind: str = ""


class Conflict(msgspec.Struct, frozen=True):
    """What a refused pick met."""

    conflicts: tuple[ConflictPath, ...] = ()
    fix: str = ""
    onto: str = ""


PROOFS: dict[str, type[msgspec.Struct]] = {
    "investigate.pr": Pulls,
    "prepare.merge": Merges,
    "prepare.pick": Picks,
    "prepare.candidate": Candidate,
    "prepare.verify": Verification,
    "prepare.release": Published,
    "deploy.send": Sent,
    "debt.main": Ported,
    "debt.line": Ported,
}
"""Which shape the proof of a step has."""

_S = TypeVar("_S", bound=msgspec.Struct)


def read_proof(shape: type[_S], facts: Facts, step: str) -> _S:
    """Return the facts of a proof in their shape; `step` names it in messages.

    Raises:
        InputError: the facts lack something or hold something else.
    """
    try:
        return msgspec.convert(facts, shape)
    except msgspec.ValidationError as error:
        raise InputError(
            f"the proof of {step} cannot be read: {error}",
            todo="the journal was written by another version of relauto; use that one",
        ) from error
