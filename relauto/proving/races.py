"""Several processes at work at the same moment, each as on a machine of its own or all on one.

Four kinds of case, each with a seed that says how late each process comes: eight advance one incident
(`advance`), eight open incidents on one line (`line`) and on eight lines (`lines`), and two engineers, one
by a token and one at the desk, decide while workflows advance (`crew`). When all have ended, relauto is
called once more alone, and the world is compared with one in which everybody came after the other.
"""

import random
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal

from relauto import recording
from relauto.clock import ManualClock, SystemClock
from relauto.engine import Outcome
from relauto.errors import Status
from relauto.git.runner import Git
from relauto.model.event import Body, NoteAdded
from relauto.model.words import Text
from relauto.opening import open_incident
from relauto.proving.comparison import Facts, compare, read_facts
from relauto.proving.ground import INCIDENT, Ground
from relauto.proving.legs import Leg, advance, call
from relauto.proving.lives import Life, begin
from relauto.proving.tally import Run
from relauto.rehearsal.world import BOT, PEOPLE
from relauto.session import Session
from relauto.stages import decisions, desk, doors

Kind = Literal["advance", "line", "lines", "crew"]

_MANY = 8
_LATEST = 1.0
"""Seconds until the last process has come."""

_PACE = 0.2
"""How long a pause takes, of a second."""

_SEEDS: dict[Kind, int] = {"advance": 10, "line": 24, "lines": 12, "crew": 10}
_ENDED = (Status.REACHED, Status.DECISION, Status.WAITING, Status.REMOTE)
_INCIDENTS = tuple(f"INC-r{number}ce" for number in range(_MANY))


@dataclass(frozen=True)
class Race:
    """What is done at once, from where on the path, and how late each comes."""

    kind: Kind
    leg: int
    seed: int

    def __str__(self) -> str:
        return f"{self.kind}.{self.leg}.{self.seed}"


class HastyClock(ManualClock):
    """A clock of one process, whose pauses take some time, so that the others come to their turn."""

    def sleep(self, seconds: float) -> None:
        """Move the clock by `seconds`, and let a part of it pass."""
        super().sleep(seconds)
        SystemClock().sleep(seconds * _PACE)


@dataclass(frozen=True)
class Part:
    """What one process does, and by whose token."""

    do: Callable[[Session], Outcome | None]
    login: str = BOT

    def play(self, ground: Ground, late: float = 0, cache: Path | None = None) -> Outcome | None:
        """Come late, connect from a machine with a `cache` of its own or the common one, and do it."""
        SystemClock().sleep(late)
        clock = HastyClock(ground.clock.now())
        with closing(ground.connect(login=self.login, cache=cache, clock=clock)) as session:
            return self.do(session)


class RaceMatrix:
    """Every leg and every kind of encounter, with some seeds each."""

    def list_cases(self, legs: Sequence[Leg]) -> list[Race]:
        """Return every case, by their seeds: all kinds and legs come before any comes again."""
        later = [leg.number for leg in legs[1:]]
        where: dict[Kind, list[int]] = {"advance": later, "crew": later[:-1], "line": [0], "lines": [0]}
        cases = [
            Race(kind, leg, seed) for kind, on in where.items() for leg in on for seed in range(_SEEDS[kind])
        ]
        return sorted(cases, key=lambda case: case.seed)

    def run(self, ground: Ground, legs: Sequence[Leg], case: Race) -> Run:
        """Let everybody begin at once, and compare when all have ended."""
        leg = legs[case.leg]
        ground.restore(leg.kept)
        match case.kind:
            case "advance":
                return _race_to_advance(ground, leg, case)
            case "crew":
                return _race_with_people(ground, leg, case)
            case "line":
                return _race_for_line(ground, leg, case)
            case "lines":
                return _race_on_lines(ground, case)


def _race_to_advance(ground: Ground, leg: Leg, case: Race) -> Run:
    fault = _find_fault(_meet(ground, case, [Part(advance)] * _MANY)) or _go_on(ground)
    return Run(str(case), [] if fault else compare(_sort(leg.expected), _read(ground)), fault=fault)


def _race_with_people(ground: Ground, leg: Leg, case: Race) -> Run:
    kept, expected = _keep_stop(ground, leg.number)
    ground.restore(kept)
    fault = _find_fault(_meet(ground, case, [*_PEOPLE, *[Part(advance)] * 2])) or _go_on(ground)
    return Run(str(case), [] if fault else compare(expected, _read(ground)), fault=fault)


def _race_for_line(ground: Ground, leg: Leg, case: Race) -> Run:
    line = str(ground.world.line)
    lives = _meet(ground, case, [Part(partial(_open, ground, name, line)) for name in _INCIDENTS])
    won = [name for name, life in zip(_INCIDENTS, lives, strict=True) if life.status == Status.REACHED]
    fault = _find_fault(lives) or (
        "" if len(won) == 1 else f"the line is that of {won}, and not of one alone"
    )
    return Run(str(case), [] if fault else compare(_sort(leg.expected), _read(ground, *won)), fault=fault)


def _race_on_lines(ground: Ground, case: Race) -> Run:
    kept, expected = _keep_lines(ground)
    ground.restore(kept)
    lives = _meet(ground, case, _open_everywhere(ground))
    fault = _find_fault(lives)
    return Run(str(case), [] if fault else compare(expected, _read_all(ground)), fault=fault)


def _meet(ground: Ground, case: Race, parts: Sequence[Part]) -> list[Life]:
    """Let all play their parts from the same moment on, and return how each ended.

    By every second seed they share one cache.
    """
    chance, alone = random.Random(str(case)), case.seed % 2 == 0  # noqa: S311  # nosec B311 - to be alike is what it is for
    caches = [ground.folder.private / f"cache-{number}" if alone else None for number in range(len(parts))]
    deeds = [
        partial(part.play, ground, chance.uniform(0, _LATEST), cache)
        for part, cache in zip(parts, caches, strict=True)
    ]
    with begin(deeds, together=True) as lives, ground.serve():
        lives[0].start()
        return [life.wait() for life in lives]


def _find_fault(lives: Sequence[Life]) -> str:
    """Return how the first ended that did not end as a command may, empty where all did."""
    bad = [
        life
        for life in lives
        if life.status not in _ENDED or (life.status == Status.REMOTE and not life.said)
    ]
    return f"ended {bad[0].status}: {bad[0].said}" if bad else ""


def _go_on(ground: Ground) -> str:
    """Call relauto once alone; return the error it ended with, empty where it did not."""
    with begin([partial(Part(advance).play, ground)]) as (life,), ground.serve():
        life.start()
        life.wait()
    return f"alone, it ended {life.status}: {life.said}" if life.said else ""


@cache
def _keep_stop(ground: Ground, number: int) -> tuple[Path, Facts]:
    """Play a leg, keep where it stops, and return that with the world after the people and one more call."""
    with ground.serve():
        call(ground, number)
    kept = ground.keep(f"stop-{number:02}")
    with ground.serve():
        for part in (*_PEOPLE, Part(advance)):
            part.play(ground)
    return kept, _read(ground)


@cache
def _keep_lines(ground: Ground) -> tuple[Path, Facts]:
    """Draw a line for each, keep them, and return that with the world where one came after the other."""
    git, base = Git(ground.folder.path / "product.git"), f"refs/tags/{ground.world.base_tag}"
    for number, name in enumerate(_INCIDENTS, 2):
        writer = ["-c", "user.name=Robin", "-c", "user.email=robin@acme.example"]
        subject = f"Release {number}.0.0"
        commit = git.read(
            *writer, "commit-tree", f"{base}^{{tree}}", "-p", f"{base}^{{commit}}", "-m", subject
        )
        git.run("update-ref", f"refs/tags/v{number}.0.0", commit.strip())
        git.run("update-ref", f"refs/heads/{_name_line(name)}", commit.strip())
    kept = ground.keep("lines")
    with ground.serve():
        for part in _open_everywhere(ground):
            part.play(ground)
    return kept, _read_all(ground)


def _name_line(incident: str) -> str:
    return f"release-of-{incident.lower()}"


def _open_everywhere(ground: Ground) -> list[Part]:
    return [Part(partial(_open, ground, name, _name_line(name))) for name in _INCIDENTS]


def _open(ground: Ground, incident: str, line: str, session: Session) -> None:
    open_incident(session, replace(ground.request(), incident=incident, line=line))


def _approve_by_token(session: Session) -> None:
    """Approve what every door shows, and waive QA's gate where it holds something up."""
    with session.bench(INCIDENT) as bench:
        bench.incident = bench.journal.incident()
        said: list[Body] = [
            decisions.approve(door, place)
            for place, door in bench.incident.doors.items()
            if not doors.stand(bench, place).is_open
        ]
        if any(place.step == "prepare.verify" for place in bench.incident.held):
            said.append(decisions.waive(bench, "prepare.verify:qa", "4h", "the customer is down"))
        recording.record(bench, *said, NoteAdded("decision", Text("we go on"), bench.clock.now()))


def _answer_at_desk(session: Session) -> None:
    with session.bench(INCIDENT) as bench:
        bench.incident = bench.journal.incident()
        path = f"issues/{desk.number(bench)}/comments"
        bench.ops.write("POST", path, {"body": "/tick escalate.call everybody is on the line"}, dict)


_PEOPLE = (
    Part(_approve_by_token, PEOPLE["release-manager"]),
    Part(_answer_at_desk, PEOPLE["second-manager"]),
)


def _read(ground: Ground, incident: str = INCIDENT) -> Facts:
    return _sort(read_facts(ground.folder.path, incident))


def _read_all(ground: Ground) -> Facts:
    return {name: _read(ground, name) for name in _INCIDENTS}


def _sort(facts: Facts) -> Facts:
    """Return facts without the order in which notices were drafted: it is that in which people acted."""
    journal = facts["journal"]
    return {**facts, "journal": {**journal, "notices": sorted(journal["notices"])}}
