"""Doors: who has said yes to exactly what is shown, and who still has to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from relauto.model.event import Facts, Person


@dataclass(frozen=True)
class Approval:
    """Who approved which subject of a door, where and when."""

    subject: str
    actor: Person
    source: str
    at: datetime


@dataclass(frozen=True)
class Door:
    """What was last shown at a door, and every answer so far.

    So many different `people` have to say yes, none longer than so many `hours` ago (0: whenever).
    `whom` were entitled to, and `asked_by` is the login that relauto asked with.
    """

    subject: str
    facts: Facts
    approvals: tuple[Approval, ...] = ()
    people: int = 1
    hours: float = 0
    whom: tuple[str, ...] = ()
    asked_by: str = ""

    def approved(self, subject: str, facts: Facts) -> tuple[Approval, ...]:
        """Return the approvals of exactly what would be shown now."""
        if facts != self.facts:
            return ()
        return tuple(approval for approval in self.approvals if approval.subject == subject)


@dataclass(frozen=True)
class Standing:
    """How a door stands: `given` said yes, `expired` did so too long ago.

    `lacking` more people are needed, of those in `whom`.
    """

    given: tuple[Person, ...]
    expired: tuple[Person, ...]
    lacking: int
    whom: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether nobody has to say anything more."""
        return self.lacking == 0


def judge_door(door: Door, now: datetime, signer: Person | None = None) -> Standing:
    """Return how a door stands at `now`.

    One person counts once. Where more than one is needed, `signer`, the tester who signed exactly what
    is shown, is one of them, and whoever relauto asked as is none. A tester's signature is about bytes
    and grows no older; an approval is about a moment and does.
    """
    answers = [each for each in door.approvals if each.subject == door.subject]
    if door.people > 1:
        answers = [each for each in answers if each.actor != door.asked_by]
    fresh = [each.actor for each in answers if not _is_old(door, each, now)]
    given = dict.fromkeys([*([signer] if signer and door.people > 1 else []), *fresh])
    old = dict.fromkeys(each.actor for each in answers if each.actor not in given)
    whom = tuple(login for login in door.whom if login not in given and not _asked(door, login))
    return Standing(tuple(given), tuple(old), max(0, door.people - len(given)), whom)


def _is_old(door: Door, approval: Approval, now: datetime) -> bool:
    return bool(door.hours) and now - approval.at > timedelta(hours=door.hours)


def _asked(door: Door, login: str) -> bool:
    return door.people > 1 and login == door.asked_by
