"""The whole path in legs: one call of relauto each, then the people that it waits for."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from relauto import engine
from relauto.clock import Clock
from relauto.engine import Outcome
from relauto.errors import Status
from relauto.opening import open_incident
from relauto.proving.comparison import Facts, read_facts
from relauto.proving.ground import INCIDENT, Ground
from relauto.rehearsal.company import Company
from relauto.session import TIMEOUTS, Session, Timeouts
from relauto.stages import polling

_MOST = 40


@dataclass(frozen=True)
class Leg:
    """One call of relauto as it went undisturbed.

    Attributes:
        number: which one, from 0; leg 0 opens the incident, each other is an `advance`.
        kept: the ground before it.
        requests: what the hub was asked, in order, as `GET /path`.
        expected: the world after it.
        step: where it stopped, empty at the end of the path.
    """

    number: int
    kept: Path
    requests: tuple[str, ...]
    expected: Facts
    step: str

    def __str__(self) -> str:
        return f"leg {self.number} (to {self.step or 'the end'})"


def call(
    ground: Ground, number: int, *, clock: Clock | None = None, timeouts: Timeouts = TIMEOUTS
) -> Outcome | None:
    """Call relauto as leg `number` does, from a new session on; the hub is served by the caller.

    Raises:
        RelautoError: as that call does.
    """
    with closing(ground.connect(clock=clock, timeouts=timeouts)) as session:
        if number == 0:
            open_incident(session, ground.request())
            return None
        return advance(session)


def advance(session: Session) -> Outcome:
    """Call relauto to go on with the incident, and let it look once whether what it waits for has come.

    Raises:
        RelautoError: as that call does.
    """
    with session.bench(INCIDENT) as bench:
        outcome = engine.advance(bench)
        if outcome.status is Status.WAITING:
            polling.has_changed(bench)
        return outcome


def walk(ground: Ground) -> list[Leg]:
    """Walk the whole path undisturbed and return its legs.

    Raises:
        RelautoError: as relauto does.
        CastError: one of the people could not do their part.
    """
    ground.build()
    legs: list[Leg] = []
    for number in range(_MOST):
        kept, requests = ground.keep(f"{number:02}"), list[str]()
        with ground.serve(partial(_listen, requests)) as hub:
            outcome = call(ground, number)
            # Of the next leg a stale read may not see what people did in between.
            hub.keep_past()
        expected = read_facts(ground.folder.path, INCIDENT)
        step = outcome.stops[0].place.step if outcome and outcome.stops else ""
        legs.append(Leg(number, kept, tuple(requests), expected, step or ("opening" if not number else "")))
        if outcome and not send_people(ground, outcome):
            break
    return legs


def send_people(ground: Ground, outcome: Outcome) -> bool:
    """Let those act who are waited for; return whether anybody was."""
    company = ground.company()
    parts = company.called(outcome)
    if parts:
        with ground.serve():
            _brief(ground, company).send(parts)
        ground.clock.sleep(60)
    return bool(parts)


def finish(ground: Ground, number: int) -> Facts:
    """Go on undisturbed from before leg `number` to the end of the path, and return the world there.

    Raises:
        RelautoError: as relauto does.
        CastError: one of the people could not do their part.
    """
    for each in range(number, _MOST):
        with ground.serve():
            outcome = call(ground, each)
        if outcome and not send_people(ground, outcome):
            break
    return read_facts(ground.folder.path, INCIDENT)


def _brief(ground: Ground, company: Company) -> Company:
    return replace(company, bases=(str(ground.world.line),))


def _listen(requests: list[str], application: Callable[..., Any]) -> Callable[..., Any]:
    def answer(environ: dict[str, Any], start: Any) -> Any:
        query = environ.get("QUERY_STRING", "")
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        requests.append(f"{asked}?{query}" if query else asked)
        return application(environ, start)

    return answer
