"""Three customers on one line: the second incident joins the first one's release, the third waits for it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from relauto import engine
from relauto.errors import DecisionError, Status
from relauto.opening import Request, open_incident
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import in_turn, send, waits
from relauto.stages.claims import check_claim

BRANCH, LATER = "fix/unknown-item", "fix/unknown-customer"
_STORE = "stockroom/store.py"
_ITEM, _CUSTOMER = 'f"there is no item {item}"', 'f"there is no customer {customer}"'
_TURNS = 20


def name_second(play: Play) -> str:
    """Return the id of the incident that joins."""
    return f"{play.bench.incident.id}-joins"


def name_third(play: Play) -> str:
    """Return the id of the incident that waits."""
    return f"{play.bench.incident.id}-waits"


def _open(
    play: Play, incident: str, branch: str, *, join: str | None = None, wait_for: str | None = None
) -> Iterator[str]:
    """Open another incident: as anybody would, and then as relauto says that it can be."""
    if play.session.is_open(incident):
        return
    world = play.world
    request = Request(
        customer=f"the customer of {incident}",
        installed=world.installed,
        started_at=play.session.clock.now() - timedelta(minutes=20),
        line=str(world.line),
        fix=branch,
        incident=incident,
    )
    try:
        open_incident(play.session, request)
    except DecisionError as error:
        yield f"{incident} is not opened: {error.what}"
    open_incident(play.session, replace(request, join=join, wait_for=wait_for))
    yield f"{incident} is open, to {f'join {join}' if join else f'wait_for {wait_for}'}"


def _open_second(play: Play) -> Sequence[str]:
    return list(_open(play, name_second(play), BRANCH, join=play.bench.incident.id))


def _open_third(play: Play) -> Sequence[str]:
    told = list(_open(play, name_third(play), LATER, wait_for=play.bench.incident.id))
    with play.session.bench(name_third(play)) as bench:
        bench.look()
        stopped = check_claim(bench, bench.incident.targets[0])
        return [*told, *([f"{name_third(play)} waits: {stopped.reason}"] if stopped else [])]


def _lead(name: Callable[[Play], str]) -> Callable[[Play], Sequence[str]]:
    """Return a moment's `do` that brings another incident as far as it comes, with everybody's help."""

    def do(play: Play) -> Sequence[str]:
        did: list[str] = []
        with play.session.bench(name(play)) as bench:
            for _ in range(_TURNS):
                outcome = engine.advance(bench)
                company = replace(play.company, base_tag=bench.plan(bench.incident.targets[0]).base_tag)
                called = () if outcome.status is Status.REACHED else company.called(outcome)
                moved = company.send(called)
                did.extend(moved)
                if not moved:
                    break
        return [*did, f"{name(play)} ends {outcome.status.name.lower()}"]

    return do


def _is_delivered(play: Play) -> bool:
    return play.outcome.status is Status.REACHED


def _push(branch: str, title: str, **change: object) -> Callable[[Play], Sequence[str]]:
    return send("engineer", "propose", branch=branch, onto="main", title=title, **change)


SCENARIO = Scenario(
    "two-incidents",
    "a second incident on the line is told who holds it and joins that release; a third waits, and gets the "
    "next number",
    moments=(
        Moment(
            "second-joins",
            waits("prepare.merge"),
            in_turn(
                _push(
                    BRANCH,
                    "Say where the items are listed",
                    replace={_STORE: (_ITEM, _ITEM[:-1] + '; see the list of items"')},
                ),
                _open_second,
            ),
        ),
        Moment(
            "third-waits",
            waits("prepare.verify"),
            in_turn(
                _push(
                    LATER,
                    "Say where the customers are listed",
                    replace={_STORE: (_CUSTOMER, _CUSTOMER[:-1] + '; see the list of customers"')},
                ),
                _open_third,
            ),
        ),
        Moment("second-is-delivered", _is_delivered, _lead(name_second)),
        Moment("third-goes-on", _is_delivered, _lead(name_third)),
    ),
)
