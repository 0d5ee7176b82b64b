"""Who may answer for what: the file `roster.toml` of the ops repository.

Its table `roles` lists logins by the playbook's roles (`RM = ["robin"]`), its table `deeds` logins that
may do one thing besides (`waive = ["dana"]`). Only logins that GitHub authenticated count, and bots stand
on no roster.
"""

import difflib
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from relauto.errors import DecisionError, FaultsError

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
    "note": ("RM", "DE", "QA", "CRE", "TAM", "CSM"),
    "skip": ("RM",),
    "reopen": ("RM",),
    "fail": ("RM", "TAM", "CRE", "CSM", "DE"),
    "join": ("RM", "DE", "CRE", "TAM", "CSM"),
    "free": ("RM",),
    "waive": ("RM",),
    "withdraw": ("RM", "DE"),
    "redact": ("RM",),
}
"""Which roles may do what. `open` is attaching fixes, too."""


def list_deeds(verb: str, step: str = "") -> tuple[str, ...]:
    """Return the deeds that a command of `verb` may be, keys of `ENTITLED`: at `step` where that has one."""
    if verb in ("qa", "pick"):
        return ("sign",) if verb == "qa" else ("open",)
    exact = f"{verb} {step}"
    return (exact,) if exact in ENTITLED else tuple(deed for deed in ENTITLED if deed.split()[0] == verb)


class Roster(msgspec.Struct, frozen=True):
    """Logins by role, and by deed for those who may do one thing besides."""

    roles: dict[str, tuple[str, ...]]
    deeds: dict[str, tuple[str, ...]] = {}

    def may(self, login: str, deed: str) -> bool:
        """Return whether `login` is entitled to `deed`, a key of `ENTITLED`; a bot is to nothing."""
        return not is_bot(login) and login in self.holders(deed)

    def names(self, login: str) -> bool:
        """Return whether somebody is on the roster for anything; a bot is for nothing."""
        listed = [*self.roles.values(), *self.deeds.values()]
        return not is_bot(login) and any(login in logins for logins in listed)

    def holders(self, deed: str) -> tuple[str, ...]:
        """Return the logins entitled to `deed`, in the roster's order."""
        found = [login for role in ENTITLED[deed] for login in self.roles.get(role, ())]
        return tuple(dict.fromkeys([*found, *self.deeds.get(deed, ())]))

    def require(self, login: str, deed: str) -> None:
        """Refuse a deed of somebody who is not entitled to it.

        Raises:
            DecisionError: `login` may not do this; it says who may.
        """
        if deed in ENTITLED and self.may(login, deed):
            return
        entitled = ", ".join(self.holders(deed)) if deed in ENTITLED else ""
        why = "a bot" if is_bot(login) else "not on the roster for it"
        raise DecisionError(
            f"{login} may not {deed}: they are {why}" if deed in ENTITLED else f"nobody can {deed}",
            todo=f"ask one of: {entitled}" if entitled else f"nobody may: name somebody in {FILE}",
        )


def is_bot(login: str) -> bool:
    """Return whether a login is an App's, as GitHub writes it."""
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
    known = {"roles": (ROLES, "role"), "deeds": (tuple(ENTITLED), "deed")}
    faults = [f"{key}: only the tables `roles` and `deeds` are expected" for key in data if key not in known]
    tables: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, (words, noun) in known.items():
        table = data.get(name, {})
        if not isinstance(table, dict):
            faults.append(f"{name}: a table is expected")
            continue
        faults.extend(_find_faults(name, noun, table, words))
        tables[name] = table
    if faults:
        raise FaultsError(source, faults)
    read = {name: {key: tuple(logins) for key, logins in table.items()} for name, table in tables.items()}
    return Roster(**read)


def _find_faults(name: str, noun: str, table: dict[str, Any], words: tuple[str, ...]) -> Iterator[str]:
    for key, logins in table.items():
        where = f"{name}.{key}"
        if key not in words:
            near = difflib.get_close_matches(key, words, n=1)
            yield f"{where}: there is no such {noun}" + (f"; did you mean {near[0]}?" if near else "")
        if not (isinstance(logins, list) and all(isinstance(login, str) and login for login in logins)):
            yield f"{where}: a list of logins is expected"
            continue
        bots = [login for login in logins if is_bot(login)]
        yield from (f"{where}: {login} is a bot, and bots answer for nothing" for login in bots)
