"""Doors as an incident comes to them: what is asked there, of how many, and who has said yes."""

from relauto.comms.standing import describe_standing
from relauto.errors import DecisionError
from relauto.model import event as events
from relauto.model.door import Door, Standing
from relauto.model.facts import normalise
from relauto.model.incident import Incident
from relauto.model.standing import find_standing
from relauto.model.target import Place
from relauto.model.words import Text
from relauto.stages.bench import Bench
from relauto.stages.step import Seal

RELEASE = "prepare.release"


def reach(bench: Bench, place: Place, seal: Seal) -> events.DoorReached | None:
    """Return what is to be recorded before a door is asked at, or None where it stands so already."""
    settings = bench.settings.doors
    reached = events.DoorReached(
        place=place,
        subject=seal.subject,
        facts=normalise(seal.facts),
        people=settings.release_people if place.step == RELEASE else 1,
        hours=settings.expire_after,
        whom=Text(", ".join(bench.roster.holders(f"approve {place.step}"))),
    )
    if is_reached(bench.incident, reached):
        return None
    door = bench.incident.doors.get(place)
    # Who is on the roster by now matters only while somebody has to answer.
    if door and _asks_the_same(door, reached) and stand(bench, place).is_open:
        return None
    return reached


def is_reached(incident: Incident, reached: events.DoorReached) -> bool:
    """Return whether the record shows a door that asks for just this, of the same people."""
    door = incident.doors.get(reached.place)
    return door is not None and _asks_the_same(door, reached) and ", ".join(door.whom) == reached.whom


def _asks_the_same(door: Door, reached: events.DoorReached) -> bool:
    asked = (reached.subject, reached.facts, reached.people, reached.hours)
    return (door.subject, door.facts, door.people, door.hours) == asked


def stand(bench: Bench, place: Place) -> Standing:
    """Return how a door that was reached stands now.

    Raises:
        LookupError: nothing was reached there.
    """
    standing = find_standing(bench.incident, place, bench.clock.now())
    if standing is None:
        raise LookupError(f"{place} was not reached")
    return standing


def require_other(door: Door, login: str) -> None:
    """Refuse an approval by the login that relauto asked with, where more than one person has to agree.

    Raises:
        DecisionError: it is theirs.
    """
    if door.people > 1 and login == door.asked_by:
        others = ", ".join(name for name in door.whom if name != login) or "nobody else is on the roster"
        raise DecisionError(
            f"relauto came to this door as {login}, so {login} is none of the {door.people} who must agree",
            todo=f"ask one of: {others}",
        )


def describe_need(standing: Standing, people: int) -> str:
    """Return who must say yes, as a sentence begins with it: `2 people (robin-rm said yes; 1 more)`."""
    if people == 1:
        return "a person"
    return f"{people} people ({describe_standing(standing)})"
