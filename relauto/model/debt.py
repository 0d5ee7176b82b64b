"""What an incident still owes once its fix is on the way to the customer, and may not close before.

A fix that went to the line first is owed to main: the next release from there would lose it.
"""

from dataclasses import dataclass

from relauto.errors import InputError
from relauto.model.incident import SETTLED, Incident, StepRecord, StepState
from relauto.model.target import Place

MAIN = "debt.main"
"""The place at which main's debt is recorded; it is no step of the playbook."""

CLOSING = ("resolve.reply", "retro.reply")
"""The steps by which an incident closes: both tell the customer that nothing more is to come."""


@dataclass(frozen=True)
class Debt:
    """A branch that is owed the fix: `to` says which, for people; `record` is the newest word on it."""

    place: Place
    to: str
    record: StepRecord | None

    @property
    def state(self) -> StepState:
        """Where it stands; `open` before there has been a word."""
        return self.record.state if self.record else StepState.OPEN

    @property
    def paid(self) -> bool:
        """Whether nothing more is to be done: the branch has the fix, or a person forgave the debt."""
        return self.state in SETTLED


def list_debts(incident: Incident) -> tuple[Debt, ...]:
    """Return everything that the incident owes or owed."""
    if incident.opening.order != "line-first":
        return ()
    places = [Place(MAIN, None, number) for number in range(1, incident.round + 1)]
    return tuple(Debt(place, "the main branch", incident.record(place)) for place in places)


def find_debt(incident: Incident, key: str) -> Debt | None:
    """Return the debt of this key, or None when the incident owes nothing of the kind."""
    return next((debt for debt in list_debts(incident) if debt.place.step == key), None)


def refuse_closing(incident: Incident, step: str) -> None:
    """Refuse to settle a step by which the incident closes while it owes something.

    Raises:
        InputError: there is a debt that is neither paid nor forgiven.
    """
    unpaid = list_unpaid(incident) if step in CLOSING else ()
    if unpaid:
        owed = " and ".join(debt.to for debt in unpaid)
        raise InputError(
            f"{step} closes the incident, and {owed} is owed the fix: the next release from there would "
            f"lack it ({', '.join(str(debt.place) for debt in unpaid)})",
            todo=f"relauto advance follows it; relauto skip {unpaid[0].place.step} --reason … forgives it",
        )


def list_unpaid(incident: Incident) -> tuple[Debt, ...]:
    """Return what the incident still owes."""
    return tuple(debt for debt in list_debts(incident) if not debt.paid)
