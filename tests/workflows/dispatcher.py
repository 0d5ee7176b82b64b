"""What GitHub does between an event and a job: which workflows of which repository an event starts, and when.

Time is the clock's that is passed in: events come late by it, and a run lasts `LASTS` seconds of it. Of a
concurrency group one run is under way and one waits, and gives way to a later one.
"""

import heapq
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from relauto.clock import ManualClock
from relauto.hub.records import Event as Happened
from tests.workflows.machine import Event, Job, Machine, read_workflow

_TARGETED = {"pull_request": "pull_request_target"}
"""Workflows see an event of this name under another, too."""

LASTS = timedelta(seconds=40)
NOTICE = "relauto-notice.yml"

Place = tuple[Machine, Path, Mapping[str, str]]
"""A repository with workflows: its machine, the folder of its workflows, and its secrets."""


@dataclass
class Disorder:
    """What becomes of events on their way: each comes `copies` times, late, and a part of that never."""

    copies: int = 1
    latest: float = 0.0
    lost: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    dropped: int = 0

    def list_delays(self) -> Iterator[timedelta]:
        """Yield how late an event comes, each time that it does."""
        for _ in range(self.copies):
            if self.chance.random() < self.lost:
                self.dropped += 1
            else:
                yield timedelta(seconds=self.chance.uniform(0, self.latest))


@dataclass(frozen=True)
class Start:
    """A workflow's run that an event starts; it waits in `group`, of its repository, where it has one."""

    place: Place
    path: Path
    event: Event
    group: tuple[str, str] | None


@dataclass
class Dispatcher:
    """The repositories with workflows by their names, and the runs that are on their way or wait.

    `jobs` are all that were run, with the names of their workflows; `cancelled` are the workflows of runs
    that gave way to later ones.
    """

    places: Mapping[str, Place]
    disorder: Disorder = field(default_factory=Disorder)
    clock: ManualClock = field(default_factory=ManualClock)
    jobs: list[tuple[str, Job]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    _coming: list[tuple[datetime, int, Start]] = field(default_factory=list)
    _busy: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _waiting: dict[tuple[str, str], Start] = field(default_factory=dict)
    _count: int = 0

    def deliver(self, happened: list[Happened]) -> None:
        """Send events on their way to the workflows that they start."""
        for each in happened:
            if each.repository is not None and each.repository.lower() in self.places:
                for delay in self.disorder.list_delays():
                    self._send(each.repository.lower(), each.name, each.payload, delay)

    def tick(self, repository: str) -> None:
        """Start what a repository starts by its schedule; that comes once, in its time."""
        self._send(repository, "schedule", {"schedule": "* * * * *"}, timedelta())

    def run(self) -> bool:
        """Do what comes next, and return whether there was anything."""
        ended = min((self._busy[group], group) for group in self._waiting) if self._waiting else None
        if ended and (not self._coming or ended[0] <= self._coming[0][0]):
            self._move_to(ended[0])
            self._start(self._waiting.pop(ended[1]))
        elif self._coming:
            due, _, start = heapq.heappop(self._coming)
            self._move_to(due)
            self._take(start)
        else:
            return False
        return True

    def _send(self, repository: str, name: str, payload: Mapping[str, Any], delay: timedelta) -> None:
        place = self.places[repository]
        machine, folder, _ = place
        for path, event in _find_workflows(folder, name, payload):
            group = machine.find_group(path, event)
            start = Start(place, path, event, (repository, group) if group else None)
            self._count += 1
            heapq.heappush(self._coming, (self.clock.now() + delay, self._count, start))

    def _move_to(self, moment: datetime) -> None:
        self.clock.sleep(max(0.0, (moment - self.clock.now()).total_seconds()))

    def _take(self, start: Start) -> None:
        if start.group is None or self._busy.get(start.group, self.clock.now()) <= self.clock.now():
            self._start(start)
            return
        if start.group in self._waiting:
            self.cancelled.append(self._waiting[start.group].path.name)
        self._waiting[start.group] = start

    def _start(self, start: Start) -> None:
        if start.group:
            self._busy[start.group] = self.clock.now() + LASTS
        machine, _, secrets = start.place
        ran = machine.start(start.path, start.event, secrets)
        self.jobs += [(start.path.name, job) for job in ran]
        if ran and start.path.name == NOTICE:
            told = {"full_name": machine.repository, "default_branch": "main"}
            for delay in self.disorder.list_delays():
                ended = {"action": "completed", "repository": told}
                self._send(machine.repository.lower(), "workflow_run", ended, delay)


def _find_workflows(folder: Path, name: str, payload: Mapping[str, Any]) -> Iterator[tuple[Path, Event]]:
    for path in sorted(folder.glob("*.yml")):
        told = read_workflow(path)["on"]
        for known in {name, _TARGETED.get(name, name)} & told.keys():
            if _listens(told[known] or {}, payload):
                yield path, Event(known, payload)


def _listens(told: Any, payload: Mapping[str, Any]) -> bool:
    if not isinstance(told, Mapping):
        return True
    if "tags" in told and not str(payload.get("ref", "")).startswith("refs/tags/"):
        return False
    return payload.get("action") in told["types"] if "types" in told else True
