"""Doors: who has said yes to exactly what is shown, and who still has to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from relauto.model.facts import Facts
from relauto.model.words import Person


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
    `whom` were entitled to, and `asked_by` is the login that relauto asked with, `at` when
    this was first shown.
    """

    subject: str
    facts: Facts
    approvals: tuple[Approval, ...] = ()
    people: int = 1
    hours: float = 0
    whom: tuple[str, ...] = ()
    asked_by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """How a door stands: `given` said yes, `expired` did so too long ago, in `outworn` answers.

    `lacking` more people are needed, of those in `whom`.
    """

    given: tuple[Person, ...]
    expired: tuple[Person, ...]
    outworn: int
    lacking: int
    whom: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether nobody has to say anything more."""
        return self.lacking == 0

    @property
    def is_stuck(self) -> bool:
        """Whether more people are needed than there are."""
        return self.lacking > len(self.whom)


def judge_door(door: Door, now: datetime, signer: Person | None = None) -> Standing:
    """Return how a door stands at `now`.

    One person counts once, and somebody whose name was erased does not: nobody can be shown to have agreed.
    Where more than one is needed, `signer`, the tester who signed exactly what is shown, is one of them,
    and whoever relauto asked as is none. A tester's signature is about bytes and grows no older; an
    approval is about a moment and does.
    """
    answers = [each for each in door.approvals if each.subject == door.subject and not each.actor.erased]
    if door.people > 1:
        answers = [each for each in answers if each.actor != door.asked_by]
    fresh = [each.actor for each in answers if not _is_old(door, each, now)]
    outworn = len(answers) - len(fresh)
    given = dict.fromkeys([*([signer] if signer and door.people > 1 else []), *fresh])
    old = dict.fromkeys(each.actor for each in answers if each.actor not in given)
    whom = tuple(login for login in door.whom if login not in given and not _asked(door, login))
    return Standing(tuple(given), tuple(old), outworn, max(0, door.people - len(given)), whom)


def _is_old(door: Door, approval: Approval, now: datetime) -> bool:
    return bool(door.hours) and now - approval.at > timedelta(hours=door.hours)


def _asked(door: Door, login: str) -> bool:
    return door.people > 1 and login == door.asked_by
