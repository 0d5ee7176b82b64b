"""Every request of the whole path, every append to the journal among them, and a kill around it.

A case is a leg, the number of a request in it, and when its sender is killed: before the request is taken,
or, where it may change something, after that was done and before the answer is sent. relauto and all that
it has started die by SIGKILL at once. Its run restores what was kept before that leg, lets a process begin
the leg and die, lets another one, on the same folder and cache, play the leg to its end, and compares the
world with that after the undisturbed leg.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from relauto.errors import Status
from relauto.proving.comparison import compare, read_facts
from relauto.proving.ground import INCIDENT, Ground
from relauto.proving.legs import Leg, is_read
from relauto.proving.lives import Life, begin
from relauto.proving.moves import By, call, name_case
from relauto.proving.tally import Run

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Moment = Literal["before", "after"]

_KILLED = -9
_ENDED = (Status.REACHED, Status.DECISION, Status.WAITING)


@dataclass(frozen=True)
class Crash:
    """A request of the path, and when whoever sends it is killed."""

    leg: int
    at: int
    when: Moment
    request: str
    by: By = "hand"

    def __str__(self) -> str:
        return name_case(self.by, f"{self.leg}.{self.at}.{self.when}")


@dataclass(frozen=True)
class CrashMatrix:
    """A kill around every request of the path."""

    by: By = "hand"

    def list_cases(self, legs: Sequence[Leg]) -> list[Crash]:
        """Return every case of the path, in its order."""
        return [
            Crash(leg.number, at, when, request, self.by)
            for leg in legs
            for at, request in enumerate(leg.requests, 1)
            for when in list_moments(request)
        ]

    def run(self, ground: Ground, legs: Sequence[Leg], case: Crash) -> Run:
        """Kill a process in one case, let another go on, and compare."""
        leg = legs[case.leg]
        ground.restore(leg.kept)
        deeds = [partial(call, ground, do) for do in (leg.move.do, leg.move.again)]
        with begin(deeds) as (first, second), ground.serve(Killer(case, first).wrap):
            first.start()
            unfired = first.wait().status != _KILLED
            second.start()
            second.wait()
        if second.status not in _ENDED:
            return Run(
                str(case), unfired=unfired, fault=f"{case.request}: ended {second.status}: {second.said}"
            )
        return Run(str(case), compare(leg.expected, read_facts(ground.folder.path, INCIDENT)), unfired)


def list_moments(request: str) -> tuple[Moment, ...]:
    """Return when its sender is killed: a read that was answered is one that was not, to all the world."""
    return ("before",) if is_read(request) else ("before", "after")


@dataclass
class Killer:
    """What is put around the hub's application to kill who sends one request; it lives on itself."""

    case: Crash
    sender: Life
    _seen: int = 0
    _lock: Lock = field(default_factory=Lock)

    def wrap(self, application: "WSGIApplication") -> "WSGIApplication":
        """Return the application with a kill around one request."""
        return partial(self._answer, application)

    def _answer(
        self, application: Callable[..., Iterable[bytes]], environ: dict[str, Any], start: Any
    ) -> Iterable[bytes]:
        with self._lock:
            self._seen += 1
            last = self._seen == self.case.at
        if not last:
            return application(environ, start)
        if self.case.when == "after":
            # What a request does, it may do while its answer is read.
            b"".join(application(environ, start))
        else:
            start("503 Service Unavailable", [])
        self.sender.kill()
        return []
