"""How the doors of an incident stand, the tester's signature counted in."""

from datetime import datetime

from relauto.model.door import Door, Standing, judge_door
from relauto.model.incident import Incident
from relauto.model.target import Place
from relauto.model.words import Person


def find_standing(incident: Incident, place: Place, now: datetime) -> Standing | None:
    """Return how the door at a place stands at `now`, or None where it was not reached."""
    door = incident.doors.get(place)
    return judge_door(door, now, find_signer(incident, door)) if door else None


def find_signer(incident: Incident, door: Door) -> Person | None:
    """Return the tester who signed exactly the candidate that a door shows; None where they were erased."""
    answer, tester = incident.qa_answers.get(str(door.facts.get("candidate", "")), (None, None))
    if answer is None or answer.verdict != "pass" or answer.commit != door.subject:
        return None
    return None if tester is None or tester.erased else tester
