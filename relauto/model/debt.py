"""What an incident still owes once its fix is on the way to the customer, and may not close before.

A fix that went to the line first is owed to main: the next release from there would lose it. One that
was made in private is owed to the public line as well.
"""

from dataclasses import dataclass

from relauto.errors import InputError
from relauto.model.incident import SETTLED, Incident, StepRecord, StepState
from relauto.model.playbook import Playbook
from relauto.model.target import Place

MAIN, LINE = "debt.main", "debt.line"
"""The places of the debts to main and to a line; they are no steps of the playbook."""

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
    owed: dict[Place, str] = {}
    for number in range(1, incident.round + 1):
        if incident.opening.private:
            owed |= {Place(LINE, each, number): f"the line {each.line}" for each in incident.targets}
        if incident.opening.order == "line-first":
            owed[Place(MAIN, None, number)] = "the main branch"
    return tuple(Debt(place, to, incident.record(place)) for place, to in owed.items())


def due_after(incident: Incident) -> str:
    """Return the step whose proof makes debts fall due: nothing embargoed shows before its release."""
    return "prepare.release" if incident.opening.private else "prepare.merge"


def find_debt(incident: Incident, key: str) -> Debt | None:
    """Return the debt of this key, one that is not paid first, or None where there is none of the kind."""
    found = [debt for debt in list_debts(incident) if debt.place.step == key]
    return next((debt for debt in found if not debt.paid), found[-1] if found else None)


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


def is_finished(incident: Incident, playbook: Playbook) -> bool:
    """Return whether the incident is over: every step of its last round is settled, and nothing is owed.

    What an earlier round left open nobody can settle any more.
    """
    settled = all(incident.state(step.key, now=True) in SETTLED for step in playbook.steps)
    return settled and not list_unpaid(incident)
