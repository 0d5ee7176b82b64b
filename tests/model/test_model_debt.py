"""What an incident owes, and what it may not close before."""

from datetime import UTC, datetime

import pytest

from relauto.errors import InputError
from relauto.model import event as events
from relauto.model.debt import CLOSING, MAIN, is_finished, list_debts, list_unpaid, refuse_closing
from relauto.model.event import Event
from relauto.model.incident import Incident, fold
from relauto.model.playbook import load_playbook
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text

AT = datetime(2026, 3, 2, tzinfo=UTC)


def make_incident(order: events.Order, *bodies: events.Body) -> Incident:
    opened = events.IncidentOpened(
        incident="INC-test",
        customer=Text("Initech"),
        installed="1.0.0",
        outage_started_at=AT,
        escalated_at=AT,
        targets=(Target("acme/stockroom", "release-1.0"),),
        playbook_digest="",
        settings_digest="",
        relauto="0",
        order=order,
    )
    return fold(
        Event(number, str(number), AT, Person("robin-rm"), body)
        for number, body in enumerate((opened, *bodies), 1)
    )


PAID = events.StepProved(place=Place(MAIN), facts={"branch": "main"})
FORGIVEN = events.StepSkipped(place=Place(MAIN), reason=Text("main is gone"))
LOST = events.StepLost(place=Place(MAIN), reason=Text("reverted"))


@pytest.mark.parametrize("order", ["main-first", "line-only"])
def test_other_orders_owe_nothing(order: events.Order) -> None:
    assert list_debts(make_incident(order)) == ()


@pytest.mark.parametrize(
    ("bodies", "unpaid"),
    [((), 1), ((PAID,), 0), ((FORGIVEN,), 0), ((PAID, LOST), 1)],
    ids=["at first", "paid", "forgiven", "lost again"],
)
def test_line_first_owes_main_until_it_is_paid_or_forgiven(
    bodies: tuple[events.Body, ...], unpaid: int
) -> None:
    assert len(list_unpaid(make_incident("line-first", *bodies))) == unpaid


@pytest.mark.parametrize("step", CLOSING)
def test_an_incident_with_a_debt_is_not_closed(step: str) -> None:
    with pytest.raises(InputError, match=r"the main branch is owed the fix.*\(debt\.main\)"):
        refuse_closing(make_incident("line-first"), step)
    refuse_closing(make_incident("line-first", PAID), step)
    refuse_closing(make_incident("line-first"), "resolve.confirm")


def test_a_further_fix_opens_the_debt_again() -> None:
    more = events.FixAttached(branch="fix/again")
    assert len(list_unpaid(make_incident("line-first", PAID, more))) == 1


def test_an_incident_is_finished_when_every_step_of_its_last_round_is_settled_and_nothing_owed() -> None:
    playbook, target = load_playbook()[0], Target("acme/stockroom", "release-1.0")
    started = events.RoundStarted(2, Place("deploy.send", target, 1), Text("no"))
    incident = make_incident("line-first", started)
    settled = [
        events.StepSkipped(
            incident.place(step.key, target if step.scope == "target" else None), Text("no need")
        )
        for step in playbook.steps
    ]
    owed = events.StepSkipped(Place(MAIN), Text("no"))
    paid = (owed, events.StepSkipped(Place(MAIN, None, 2), Text("no")))

    def ends(*bodies: events.Body) -> bool:
        return is_finished(make_incident("line-first", started, *bodies), playbook)

    assert ends(*settled, *paid)
    assert not ends(*settled, owed), "what the second round brought is owed"
    assert not ends(*settled[1:], *paid)
    assert not ends(*settled, *paid, events.StepLost(settled[0].place, Text("gone")))
