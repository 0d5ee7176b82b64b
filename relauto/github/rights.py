"""What a token lacks for the whole path, found out before the first write and by reads alone.

    for part, client in (("source", session.source), ("ops", session.ops), ("qa", session.qa)):
        rights = read_rights(client, part)  # beside={"actions": "write"} where workflows build
        rights.missing   # certain: the path would stop there
        rights.unknown   # GitHub does not tell: only the first write will
        rights.expires_at

Each entry is a `Lack`, whose `str` is one sentence. What GitHub tells differs by the kind of token:

- a classic one's scopes come with every answer (`X-OAuth-Scopes`);
- of the others, only what they may read can be tried, and that in private repositories alone; that they
  may write contents shows in the settings for merging, which GitHub tells to those alone;
- a person's role comes with the repository (`permissions`); an App has none.

`relauto.git.mirror.Mirror.find_push_denial` asks the same of git, which tells for certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from relauto.github.faults import ForbiddenError, RefusedError
from relauto.github.needs import Access, Part, list_rights
from relauto.github.repositories import RepositoryFacts, RestRepository

if TYPE_CHECKING:
    from relauto.github.client import Client

_EXPIRY = "github-authentication-token-expiration"
_PROBES = {
    "contents": "branches",
    "pull_requests": "pulls",
    "issues": "issues",
    "checks": "commits/{branch}/check-runs",
    "statuses": "commits/{branch}/status",
    "actions": "actions/runs",
}


@dataclass(frozen=True)
class Lack:
    """A right that a token does not have, or that nothing tells whether it has.

    Attributes:
        repository: where.
        right: as people read it, such as `contents: write` or `the scope repo`.
        known: it is missing; False: GitHub does not tell, and the first write shows.
        why: how that is known, or why it is not.
    """

    repository: str
    right: str
    known: bool
    why: str

    def __str__(self) -> str:
        """Say it in one sentence."""
        state = "lacks" if self.known else "may lack"
        return f"{self.repository}: the token {state} {self.right}: {self.why}"


@dataclass(frozen=True)
class Rights:
    """What a token may do in the repository of one part, as far as GitHub tells.

    Attributes:
        scopes: a classic token's; None for every other kind.
        expires_at: when it stops working; None where GitHub does not tell (it tells personal tokens).
        lacks: rights that the path needs, missing or unknown, by name.
    """

    scopes: tuple[str, ...] | None
    expires_at: datetime | None
    lacks: tuple[Lack, ...]

    @property
    def missing(self) -> tuple[Lack, ...]:
        """What is certainly missing."""
        return tuple(lack for lack in self.lacks if lack.known)

    @property
    def unknown(self) -> tuple[Lack, ...]:
        """What nothing tells."""
        return tuple(lack for lack in self.lacks if not lack.known)


def read_rights(client: Client, part: Part, *, beside: Mapping[str, Access] | None = None) -> Rights:
    """Return what the client's token lacks for all that relauto does in the repository of a part.

    Sends one read for a classic token, and up to five more for another in a private repository.

    Args:
        beside: what some settings need besides: `actions` to build by a workflow, `workflows` where
            commits that change workflow files will be pushed, `administration` to read classic protection.

    Raises:
        TokenError: GitHub does not take the token.
        UnseenError: there is no such repository, or not for this token.
        RemoteError: it could not be asked.
    """
    found, headers = client.read_with_headers("", RestRepository)
    facts = found.facts()
    scopes = _read_scopes(headers)
    wanted = {**dict(list_rights(part)), **(beside or {})}
    lacks = _find_role(facts, part)
    if scopes is None:
        lacks = [*lacks, *_try_permissions(client, facts, wanted)]
    else:
        lacks = [*lacks, *_find_scopes(facts, scopes, wanted)]
    by_right = {lack.right: lack for lack in reversed(lacks)}
    return Rights(scopes, _read_expiry(headers), tuple(by_right[right] for right in sorted(by_right)))


def _read_scopes(headers: Mapping[str, str]) -> tuple[str, ...] | None:
    told = headers.get("x-oauth-scopes")
    if told is None:
        return None
    return tuple(scope.strip() for scope in told.split(",") if scope.strip())


def _read_expiry(headers: Mapping[str, str]) -> datetime | None:
    told = headers.get(_EXPIRY, "").replace(" UTC", " +0000")
    try:
        return datetime.strptime(told, "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None


def _find_role(facts: RepositoryFacts, part: Part) -> list[Lack]:
    """Return what the account's role there denies; a token with none of all roles is an App's."""
    if facts.archived:
        return [Lack(facts.name, "any write", known=True, why="the repository is archived")]
    role = "triage" if part == "qa" else "push"
    if not facts.permissions or role in facts.permissions:
        return []
    why = f"the account behind it has only the rights {', '.join(sorted(facts.permissions))} there"
    return [Lack(facts.name, f"the role to {role}", known=True, why=why)]


def _find_scopes(
    facts: RepositoryFacts, scopes: tuple[str, ...], wanted: Mapping[str, Access]
) -> Iterator[Lack]:
    enough = {"repo"} if facts.private else {"repo", "public_repo"}
    why = f"it has the scopes {', '.join(scopes) or 'none'}"
    if not enough & set(scopes):
        yield Lack(facts.name, f"the scope {' or '.join(sorted(enough))}", known=True, why=why)
    if "workflows" in wanted and "workflow" not in scopes:
        yield Lack(facts.name, "the scope workflow", known=True, why=why)


def _try_permissions(client: Client, facts: RepositoryFacts, wanted: Mapping[str, Access]) -> Iterator[Lack]:
    for permission, access in wanted.items():
        probe = _PROBES.get(permission)
        lack = _try_read(client, facts, permission, access) if facts.private and probe else None
        if lack is None and (access == "write" or (not probe and permission != "metadata")):
            lack = _guess(facts, permission, access)
        if lack:
            yield lack


def _try_read(client: Client, facts: RepositoryFacts, permission: str, access: Access) -> Lack | None:
    right = f"{permission}: {access}"
    path = _PROBES[permission].format(branch=facts.default_branch)
    try:
        client.read(path, msgspec.Raw, per_page=1)
    except ForbiddenError:
        return Lack(facts.name, right, known=True, why="it may not even read them")
    except RefusedError as error:
        # An empty repository has no commit to ask about.
        return Lack(facts.name, right, known=False, why=f"it could not be tried: {error.what}")
    return None


def _guess(facts: RepositoryFacts, permission: str, access: Access) -> Lack | None:
    right = f"{permission}: {access}"
    if permission != "contents":
        why = f"GitHub does not tell what such a token may {access}"
        return Lack(facts.name, right, known=False, why=why)
    if facts.merge_methods is None:
        why = "GitHub does not show it how to merge, which it shows to those that have this"
        return Lack(facts.name, right, known=True, why=why)
    return None
