"""Several processes at work at the same moment, each as on a machine of its own or all on one."""

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from relauto.clock import ManualClock, SystemClock
from relauto.engine import Outcome
from relauto.errors import Status
from relauto.proving.comparison import Facts, read_facts
from relauto.proving.ground import INCIDENT, Ground
from relauto.proving.lives import Life, begin
from relauto.proving.moves import By, Do, name_case
from relauto.rehearsal.world import BOT

_LATEST = 1.0
"""Seconds until the last process has come."""

_PACE = 0.2
"""How long a pause takes, of a second."""

_ENDED = (Status.REACHED, Status.DECISION, Status.WAITING, Status.REMOTE)


@dataclass(frozen=True)
class Race:
    """What is done at once, from where on the path, and how late each comes."""

    kind: str
    leg: int
    seed: int
    by: By = "hand"

    def __str__(self) -> str:
        return name_case(self.by, f"{self.kind}.{self.leg}.{self.seed}")


class HastyClock(ManualClock):
    """A clock of one process, whose pauses take some time, so that the others come to their turn."""

    def sleep(self, seconds: float) -> None:
        """Move the clock by `seconds`, and let a part of it pass."""
        super().sleep(seconds)
        SystemClock().sleep(seconds * _PACE)


@dataclass(frozen=True)
class Part:
    """What one process does, and by whose token."""

    do: Do
    login: str = BOT

    def play(self, ground: Ground, late: float = 0, cache: Path | None = None) -> Outcome | None:
        """Come late, connect from a machine with a `cache` of its own or the common one, and do it."""
        SystemClock().sleep(late)
        clock = HastyClock(ground.clock.now())
        with closing(ground.connect(login=self.login, cache=cache, clock=clock)) as session:
            return self.do(session)


def meet(ground: Ground, case: Race, parts: Sequence[Part]) -> list[Life]:
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
        for life in lives[:1]:
            life.start()
        return [life.wait() for life in lives]


def find_fault(lives: Sequence[Life]) -> str:
    """Return how the first ended that did not end as a command may, empty where all did."""
    bad = [
        life
        for life in lives
        if life.status not in _ENDED or (life.status == Status.REMOTE and not life.said)
    ]
    return f"ended {bad[0].status}: {bad[0].said}" if bad else ""


def end_alone(ground: Ground, do: Do) -> str:
    """Call relauto once alone; return the error it ended with, empty where it did not."""
    with begin([partial(Part(do).play, ground)]) as (life,), ground.serve():
        life.start()
        life.wait()
    return f"alone, it ended {life.status}: {life.said}" if life.said else ""


def read_sorted(ground: Ground, incident: str = INCIDENT) -> Facts:
    """Return the world without what follows from who was faster."""
    return sort(read_facts(ground.folder.path, incident))


def sort(facts: Facts) -> Facts:
    """Return facts without the order in which notices were drafted: it is that in which people acted."""
    journal = facts["journal"]
    return {**facts, "journal": {**journal, "notices": sorted(journal["notices"])}}
