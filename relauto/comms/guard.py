"""The leak guard: what a text must not say to its audience, looked for before anything is sent."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from relauto.comms.neutral import BREAK
from relauto.model.incident import Incident
from relauto.model.words import Text

Reader = Literal["public", "internal", "customer"]

_TOKEN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|AKIA[0-9A-Z]{16}|xox[abpr]-[A-Za-z0-9-]{10,})"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


def find_leaks(
    text: str, reader: Reader, incident: Incident, *, private: Iterable[str] = (), product: str = ""
) -> tuple[str, ...]:
    """Return what in `text` must not reach `reader`, one sentence each; none means it may be sent.

    Nobody may read tokens or private keys. The public may read neither the customer's name nor
    anything noted about the customer; the customer neither logins nor the names of the fixes'
    branches. `private` are further names neither may read: other customers, private repositories.
    `product` is left out of the logins, which may be named like it.
    """
    shown = text.replace(BREAK, "")
    leaks = ["it holds a token or a private key"] if _TOKEN.search(shown) else []
    if reader != "internal":
        names = [*private, *(_customer(incident) if reader == "public" else _inside(incident))]
        found = sorted({name for name in names if name and name != product and _says(shown, name)})
        leaks += [f"it says {name!r}" for name in found]
    return tuple(leaks)


def _says(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None


def _customer(incident: Incident) -> Iterator[str]:
    yield incident.opening.customer
    yield from (note.text for note in incident.notes if note.kind == "customer")


def _inside(incident: Incident) -> Iterator[Text | str]:
    yield from (record.actor for record in incident.steps.values())
    yield from (note.actor for note in incident.notes)
    yield from (acceptance.actor for acceptance in incident.accepted)
    yield from (approval.actor for door in incident.doors.values() for approval in door.approvals)
    yield from (fix.branch for fix in incident.fixes if fix.branch)
