"""Many writers at once: nobody's event is lost or doubled, and each writer's own stay in their order.

Every writer is a process with a cache of its own. All move through the incidents in one order, each at
random among a few neighbours, so that several meet at each; they open it, append a handful of events as one
decision, as the engine does, and go on to the next.
"""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path

from relauto.clock import SystemClock
from relauto.counting import name_count
from relauto.errors import InputError, RelautoError
from relauto.git.address import Address
from relauto.journal.log import Journal, JournalReader
from relauto.model.event import Body, Event, IncidentOpened, NoteAdded, StepProved
from relauto.model.incident import Incident
from relauto.model.target import Place, Target
from relauto.model.words import Text
from relauto.proving.sabotage import break_code
from relauto.proving.tally import Run

_AT_ONCE = (5, 20)
_NEIGHBOURS = 3
_NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)
_LINE = Target("acme/stockroom", "release-1.4")
_PLACE = Place("prepare.candidate", _LINE)
_GATHER = 120.0


@dataclass(frozen=True)
class Batch:
    """What one append records: so many events, numbered by their writer from `first` on."""

    incident: str
    first: int
    count: int

    @property
    def numbers(self) -> range:
        """The numbers of its events."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True)
class Load:
    """So many events, beside the opening of each incident, by so many writers; alike for the same seed."""

    events: int = 10_000
    incidents: int = 50
    writers: int = 8
    seed: int = 0

    def __post_init__(self) -> None:
        """Check that there is a race to be had, and something in every incident.

        Raises:
            InputError: there is not.
        """
        if min(self.incidents, self.writers - 1) < 1 or not self._reaches_all():
            raise InputError(
                f"{name_count(self.events, 'event')} by {name_count(self.writers, 'writer')} in "
                f"{name_count(self.incidents, 'incident')} are no load",
                todo="give two writers or more, and some dozen events for each of them and each incident",
            )

    def _reaches_all(self) -> bool:
        plans = [self.plan(writer) for writer in range(self.writers)]
        return all(plans) and {batch.incident for plan in plans for batch in plan} == {*self.names()}

    def names(self) -> list[str]:
        """Return the ids of the incidents."""
        return [f"INC-{number:03}" for number in range(1, self.incidents + 1)]

    def plan(self, writer: int) -> list[Batch]:
        """Return the appends of one writer, from 0 on, in their order."""
        chance = random.Random(f"{self.seed}.{writer}")  # noqa: S311  # nosec B311 - to be alike
        share = self.events // self.writers + (writer < self.events % self.writers)
        names, batches, done = self.names(), list[Batch](), 0
        while done < share:
            count = min(chance.randint(*_AT_ONCE), share - done)
            at = done * self.incidents // share + chance.randrange(_NEIGHBOURS)
            batches.append(Batch(names[at % self.incidents], done, count))
            done += count
        return batches


@dataclass(frozen=True)
class Written:
    """What one writer came to: seconds of each append, races lost, and how it failed, empty where not."""

    seconds: Sequence[float]
    races: int
    fault: str = ""


def write(ops: Path, work: Path, load: Load, *, sabotage: str = "") -> list[Written]:
    """Let all writers of a load write to the repository `ops`, with their caches in `work`.

    `sabotage` says how the code is broken in them (`relauto.proving.sabotage`), empty for not at all.
    """
    context = multiprocessing.get_context("spawn")
    sign = context.Barrier(load.writers, timeout=_GATHER)
    with ProcessPoolExecutor(load.writers, context, initializer=_gather, initargs=(sign, sabotage)) as pool:
        return list(pool.map(partial(_write, ops, work, load), range(load.writers)))


def check(ops: Path, load: Load, written: Sequence[Written]) -> Iterator[Run]:
    """Yield a run for each writer, whether it came to its end in a race, and one for each incident."""
    raced = sum(each.races for each in written) > 0
    for writer, each in enumerate(written):
        yield Run(name_writer(writer), unfired=not raced, fault=each.fault)
    plans = {name_writer(writer): load.plan(writer) for writer in range(load.writers)}
    for name in load.names():
        own = {who: [batch for batch in plan if batch.incident == name] for who, plan in plans.items()}
        yield _check_incident(ops, name, own)


def compare_events(events: Sequence[Event], plans: dict[str, list[Batch]]) -> list[str]:
    """Return how an incident's events differ from what its writers were to write."""
    told = [] if events and isinstance(events[0].body, IncidentOpened) else ["its opening: not the first"]
    openings = sum(isinstance(event.body, IncidentOpened) for event in events)
    told += [f"its opening: doubled, there {openings} times"] * (openings > 1)
    rest = [event for event in events if not isinstance(event.body, IncidentOpened)]
    told += [f"event {event.sequence}: of nobody" for event in rest if str(event.actor) not in plans]
    for who, batches in plans.items():
        planned = [number for batch in batches for number in batch.numbers]
        found = [_read_number(event) for event in rest if str(event.actor) == who]
        told += _compare_numbers(who, planned, found)
    return told


def name_writer(writer: int) -> str:
    """Return the login that a writer goes by."""
    return f"writer-{writer + 1}"


def decide(incident: Incident, *, name: str, numbers: range) -> list[Body]:
    """Return what a writer records: proofs, which carry facts, and notes, which carry words, in turn.

    Whoever comes first opens the incident too.
    """
    opening = IncidentOpened(name, Text("U"), "1.4.2", _NIGHT, _NIGHT, (_LINE,), "a" * 64, "b" * 64, "0.1")
    bodies: list[Body] = [opening] if incident.opened is None else []
    return bodies + [_make_body(number) for number in numbers]


def _make_body(number: int) -> Body:
    if number % 2:
        return StepProved(_PLACE, {"tag": f"v{number}", "commit": f"{number:040x}"})
    return NoteAdded("decision", Text(f"v{number}"), _NIGHT)


def _read_number(event: Event) -> int:
    """Return the number that its writer gave an event, -1 for one that no writer makes."""
    body = event.body
    if isinstance(body, NoteAdded):
        return int(str(body.text).removeprefix("v"))
    return int(str(body.facts["tag"]).removeprefix("v")) if isinstance(body, StepProved) else -1


def _compare_numbers(who: str, planned: Sequence[int], found: Sequence[int]) -> list[str]:
    counts = Counter(found)
    told = [f"{who}, event {number}: lost" for number in planned if number not in counts]
    told += [f"{who}, event {number}: doubled" for number, count in counts.items() if count > 1]
    told += [f"{who}, event {number}: never written" for number in sorted(set(counts) - set(planned))]
    return told or ([] if list(found) == list(planned) else [f"{who}: the order is not the one of writing"])


def _check_incident(ops: Path, name: str, plans: dict[str, list[Batch]]) -> Run:
    try:
        with JournalReader.open_local(ops, name) as journal:
            faults = [f"{fault.place}: {fault.what}" for fault in journal.verify()]
            return Run(name, compare_events(journal.events(), plans), fault="; ".join(faults))
    except RelautoError as error:
        return Run(name, fault=str(error))


def _gather(sign: Barrier, sabotage: str) -> None:
    break_code(sabotage)
    sign.wait()


def _write(ops: Path, work: Path, load: Load, writer: int) -> Written:
    who, seconds, tries = name_writer(writer), [], []
    chance = random.Random(f"{load.seed}.{writer}.wait")  # noqa: S311  # nosec B311 - to be alike

    def propose(incident: Incident, batch: Batch) -> list[Body]:
        tries.append(batch)
        return decide(incident, name=batch.incident, numbers=batch.numbers)

    try:
        for batch in load.plan(writer):
            where = partial(Journal.open, Address(str(ops)), batch.incident, cache=work / who)
            with where(clock=SystemClock(), actor=who, chance=chance) as journal:
                began = time.perf_counter()
                journal.append(partial(propose, batch=batch))
                seconds.append(time.perf_counter() - began)
    except RelautoError as error:
        return Written(seconds, len(tries) - len(seconds), str(error))
    return Written(seconds, len(tries) - len(seconds))
