"""Whether a person accepted what a lost step has come to."""

from relauto.model.facts import Facts, digest_facts
from relauto.model.incident import Incident
from relauto.model.target import Place


def is_accepted(incident: Incident, place: Place, facts: Facts) -> bool:
    """Return whether a person lets a step count as done although only `facts` are seen there now.

    What was accepted is exactly that: once anything else is seen, the step is lost again.
    """
    return incident.losses.get(place) == digest_facts(facts)
