"""Several processes at work at the same moment, each as on a machine of its own or all on one.

Four kinds of case, each with a seed that says how late each process comes: eight advance one incident
(`advance`), eight open incidents on one line (`line`) and on eight lines (`lines`), and two engineers, one
by a token and one at the desk, decide while workflows advance (`crew`). When all have ended, relauto is
called once more alone, and the world is compared with one in which everybody came after the other. What
meets by events stands in `crossings`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal

from relauto import recording
from relauto.errors import Status
from relauto.git.runner import Git
from relauto.model.event import Body, NoteAdded
from relauto.model.words import Text
from relauto.opening import open_incident
from relauto.proving.comparison import Facts, compare
from relauto.proving.crossings import cross, list_crossings
from relauto.proving.ground import INCIDENT, Ground
from relauto.proving.legs import Leg
from relauto.proving.meeting import Part, Race, end_alone, find_fault, meet, read_sorted, sort
from relauto.proving.moves import By, Move, advance, call_served
from relauto.proving.tally import Run
from relauto.rehearsal.world import PEOPLE
from relauto.session import Session
from relauto.stages.people import decisions, desk, doors

Kind = Literal["advance", "line", "lines", "crew"]

_MANY = 8
_SEEDS: dict[Kind, int] = {"advance": 10, "line": 24, "lines": 12, "crew": 10}
_INCIDENTS = tuple(f"INC-r{number}ce" for number in range(_MANY))


@dataclass(frozen=True)
class RaceMatrix:
    """Every leg and every kind of encounter, with some seeds each."""

    by: By = "hand"

    def list_cases(self, legs: Sequence[Leg]) -> list[Race]:
        """Return every case, by their seeds: all kinds and legs come before any comes again."""
        if self.by == "events":
            return list_crossings(legs)
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
        if case.by == "events":
            return cross(ground, leg, case)
        match case.kind:
            case "advance":
                return _race_to_advance(ground, leg, case)
            case "crew":
                return _race_with_people(ground, leg, case)
            case "line":
                return _race_for_line(ground, leg, case)
            case _:
                return _race_on_lines(ground, case)


def _race_to_advance(ground: Ground, leg: Leg, case: Race) -> Run:
    fault = find_fault(meet(ground, case, [Part(advance)] * _MANY)) or end_alone(ground, advance)
    return Run(str(case), [] if fault else compare(sort(leg.expected), read_sorted(ground)), fault=fault)


def _race_with_people(ground: Ground, leg: Leg, case: Race) -> Run:
    kept, expected = _keep_stop(ground, leg.move, leg.number)
    ground.restore(kept)
    fault = find_fault(meet(ground, case, [*_PEOPLE, *[Part(advance)] * 2])) or end_alone(ground, advance)
    return Run(str(case), [] if fault else compare(expected, read_sorted(ground)), fault=fault)


def _race_for_line(ground: Ground, leg: Leg, case: Race) -> Run:
    line = str(ground.world.line)
    lives = meet(ground, case, [Part(partial(_open, ground, name, line)) for name in _INCIDENTS])
    won = [name for name, life in zip(_INCIDENTS, lives, strict=True) if life.status == Status.REACHED]
    fault = find_fault(lives) or ("" if len(won) == 1 else f"the line is that of {won}, and not of one alone")
    return Run(
        str(case), [] if fault else compare(sort(leg.expected), read_sorted(ground, *won)), fault=fault
    )


def _race_on_lines(ground: Ground, case: Race) -> Run:
    kept, expected = _keep_lines(ground)
    ground.restore(kept)
    lives = meet(ground, case, _open_everywhere(ground))
    fault = find_fault(lives)
    return Run(str(case), [] if fault else compare(expected, _read_all(ground)), fault=fault)


@cache
def _keep_stop(ground: Ground, move: Move, number: int) -> tuple[Path, Facts]:
    """Play a leg, keep where it stops, and return that with the world after the people and one more call."""
    call_served(ground, move.do)
    kept = ground.keep(f"stop-{number:02}")
    with ground.serve():
        for part in (*_PEOPLE, Part(advance)):
            part.play(ground)
    return kept, read_sorted(ground)


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


def _read_all(ground: Ground) -> Facts:
    return {name: read_sorted(ground, name) for name in _INCIDENTS}
