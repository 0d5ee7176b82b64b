"""Who may answer for what: the file `roster.toml` of the ops repository.

Its table `roles` lists logins by the playbook's roles (`RM = ["robin"]`). Only logins that GitHub
authenticated count, and bots stand on no roster.
"""

import difflib
import tomllib
from typing import Any

import msgspec

from relauto.errors import FaultsError

FILE = "roster.toml"

ROLES = ("CSM", "TAM", "CRE", "DE", "DBA", "QA", "RM", "CEO")
"""The roles of the playbook: roles, never people."""

ENTITLED: dict[str, tuple[str, ...]] = {
    "open": ("RM", "DE", "CRE", "TAM", "CSM"),
    "approve prepare.merge": ("RM",),
    "approve prepare.release": ("RM",),
    "approve deploy.send": ("RM", "TAM", "CSM"),
    "accept": ("RM",),
    "attach": ("RM",),
    "acknowledge": ("TAM", "CSM", "CRE"),
    "sign": ("QA",),
    "tick": ("RM", "DE", "QA", "CRE", "TAM", "CSM"),
    "skip": ("RM",),
    "reopen": ("RM",),
    "fail": ("RM", "TAM", "CRE", "CSM", "DE"),
    "join": ("RM", "DE", "CRE", "TAM", "CSM"),
    "free": ("RM",),
}
"""Which roles may do what."""


class Roster(msgspec.Struct, frozen=True):
    """Logins by role."""

    roles: dict[str, tuple[str, ...]]

    def may(self, login: str, deed: str) -> bool:
        """Return whether `login` holds a role that is entitled to `deed`, a key of `ENTITLED`."""
        return any(login in self.roles.get(role, ()) for role in ENTITLED[deed])

    def holders(self, deed: str) -> tuple[str, ...]:
        """Return the logins entitled to `deed`, in the roster's order."""
        found = [login for role in ENTITLED[deed] for login in self.roles.get(role, ())]
        return tuple(dict.fromkeys(found))


def _is_bot(login: str) -> bool:
    return login.endswith("[bot]")


def parse_roster(text: str, source: str) -> Roster:
    """Return the roster written in `text` (TOML).

    Raises:
        FaultsError: it is no TOML or has faults; all of them are listed.
    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultsError(source, [f"not TOML: {error}"]) from error
    faults = [f"{key}: only a table `roles` is expected" for key in data if key != "roles"]
    roles = data.get("roles", {})
    if not isinstance(roles, dict):
        raise FaultsError(source, [*faults, "roles: a table is expected"])
    for role, logins in roles.items():
        if role not in ROLES:
            near = difflib.get_close_matches(role, ROLES, n=1)
            faults.append(
                f"roles.{role}: there is no such role" + (f"; did you mean {near[0]}?" if near else "")
            )
        if not (isinstance(logins, list) and all(isinstance(login, str) and login for login in logins)):
            faults.append(f"roles.{role}: a list of logins is expected")
            continue
        faults += [
            f"roles.{role}: {login} is a bot, and bots answer for nothing"
            for login in logins
            if _is_bot(login)
        ]
    if faults:
        raise FaultsError(source, faults)
    return Roster({role: tuple(logins) for role, logins in roles.items()})
