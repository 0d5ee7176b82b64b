"""The whole path in legs: one call of relauto each, then the people that it waits for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from relauto.engine import Outcome
from relauto.proving import moves
from relauto.proving.comparison import Facts, read_facts
from relauto.proving.ground import INCIDENT, Ground
from relauto.proving.moves import By, Move

_READ = re.compile(r"^GET |^POST (/api/graphql|.*/git-upload-pack)\b")


@dataclass(frozen=True)
class Leg:
    """One call of relauto as it went undisturbed.

    Attributes:
        number: which one, from 0; leg 0 opens the incident.
        kept: the ground before it.
        requests: what the hub was asked, in order, as `GET /path`.
        expected: the world after it.
        step: where it stopped, empty at the end of the path, or where the incident was not meant.
        move: what was called.
        by: who called.
    """

    number: int
    kept: Path
    requests: tuple[str, ...]
    expected: Facts
    step: str
    move: Move
    by: By = "hand"

    def __str__(self) -> str:
        return f"leg {self.number} (to {self.step or 'the end'})"


def walk(ground: Ground, by: By = "hand") -> list[Leg]:
    """Walk the whole path undisturbed and return its legs.

    Raises:
        RelautoError: as relauto does.
        CastError: one of the people could not do their part.
    """
    ground.build()
    legs: list[Leg] = []

    def play(move: Move) -> Outcome | None:
        number, requests = len(legs), list[str]()
        kept = ground.keep(f"{number:02}")
        with ground.serve(partial(_listen, requests)) as hub:
            outcome = moves.call(ground, move.do)
            # Of the next leg a stale read may not see what people did in between.
            hub.keep_past()
        expected = read_facts(ground.folder.path, INCIDENT)
        step = outcome.stops[0].place.step if outcome and outcome.stops else "" if number else "opening"
        legs.append(Leg(number, kept, tuple(requests), expected, step, move, by))
        return outcome

    moves.begin(ground, play)
    moves.go_on(by, ground, play)
    return legs


def finish(ground: Ground, leg: Leg) -> Facts:
    """Go on undisturbed from after a leg to the end of the path, and return the world there.

    Raises:
        RelautoError: as relauto does.
        CastError: one of the people could not do their part.
    """
    moves.go_on(leg.by, ground, lambda move: moves.call_served(ground, move.do), seen=leg.move.seen)
    return read_facts(ground.folder.path, INCIDENT)


def is_read(request: str) -> bool:
    """Return whether a request of a leg changes nothing, whatever it is answered."""
    return bool(_READ.search(request))


def _listen(requests: list[str], application: Callable[..., Any]) -> Callable[..., Any]:
    def answer(environ: dict[str, Any], start: Any) -> Any:
        query = environ.get("QUERY_STRING", "")
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        requests.append(f"{asked}?{query}" if query else asked)
        return application(environ, start)

    return answer
