"""Every request of the whole path, and every fault that can befall it.

A case is a leg, the number of a request in it, and a fault. Its run restores what was kept before that leg,
lets that request fail once, calls relauto until a call ends by itself, and compares the world with that
after the undisturbed leg. There it stops: what follows from an identical world is the undisturbed rest.
One run in some goes on to the very end of the path, people and all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from relauto.errors import RelautoError
from relauto.hub.script import Fault, Rule
from relauto.proving.comparison import compare, read_facts
from relauto.proving.crew import choose, sample
from relauto.proving.ground import INCIDENT, Ground
from relauto.proving.legs import Leg, finish, is_read
from relauto.proving.moves import By, Move, call, name_case
from relauto.proving.tally import Run
from relauto.session import TIMEOUTS, Timeouts

_CALLS = 4
"""How often relauto is called until it has to come to its end."""

_ONE_WHOLE_IN = 100
IMPATIENT = Timeouts(api=1, git=1)

_ERRORS = ("500", "502", "503")
_BEFORE: tuple[str, ...] = ("500-before", "reset-before", "hang-before", "401")
_AFTER: tuple[str, ...] = ("500-after", "reset-after", "hang-after")
_LIMITS: tuple[str, ...] = ("limit-403-told", "limit-403", "limit-429-told", "limit-429", "limit-spent")
_OPENING = re.compile(r"^GET .*\.git/info/refs")
_SPREAD = 3
_ALIKE = 3
"""So many of the reads that are alike meet each fault by events."""

_NAME = re.compile(r"\d+|(?<==)[^&]+")
_ERROR = re.compile(r"^50[023]")

_UNSEEN = "500-after+stale"
"""The answer is lost, and the look that follows does not show what was made."""

_DAMAGED: tuple[str, ...] = ("truncated", "cut", "shape")

_FAULTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_OPENING.pattern, (*_BEFORE, "limit-429", "truncated")),
    (r"^POST .*\.git/git-upload-pack", (*_BEFORE, "limit-429", "truncated", "stale")),
    (r"^POST .*\.git/git-receive-pack", (*_BEFORE, *_AFTER, "limit-429", "truncated")),
    (r"^POST /api/graphql", (*_BEFORE, *_LIMITS, "limit-graphql", *_DAMAGED, "stale")),
    (r"^GET .*/releases/assets/\d+$", (*_BEFORE, *_LIMITS, "truncated", "cut")),
    (r"^GET ", (*_BEFORE, *_LIMITS, *_DAMAGED, "stale")),
    (r"^POST /api/uploads/", (*_BEFORE, *_AFTER, *_LIMITS, *_DAMAGED, _UNSEEN, "starter")),
    (r"", (*_BEFORE, *_AFTER, *_LIMITS, *_DAMAGED, _UNSEEN)),
)
"""What can befall a request, by its name; the first that fits counts.

A read has no effect that a fault could come after; git speaks to its own server, which knows one limit.
Each third request that fails with a 500 here does so with a 502, and each third with a 503.
"""


@dataclass(frozen=True)
class Case:
    """A request of the path, and what befalls it; a `whole` run is played to the very end of the path."""

    leg: int
    at: int
    fault: str
    request: str
    whole: bool = False
    by: By = "hand"

    def __str__(self) -> str:
        return name_case(self.by, f"{self.leg}.{self.at}.{self.fault}")

    def rules(self) -> list[Rule]:
        """Return what is to fail: this request, and where two faults are named the one after it, too."""
        faults = cast(list[Fault], self.fault.split("+"))
        return [Rule(fault=fault, first=self.at + after) for after, fault in enumerate(faults)]


@dataclass(frozen=True)
class FaultMatrix:
    """Every request of the whole path times every fault that can befall it.

    With `every` each request meets each fault; without, those that the same code meets are spread.
    """

    every: bool = False
    by: By = "hand"

    def list_cases(self, legs: Sequence[Leg]) -> list[Case]:
        """Return every case of the path, in its order.

        By events relauto reads what it reads by hand, and some things besides: there each fault befalls
        some of all the reads that are alike, spread over the path.
        """
        cases = self._list_by_leg(legs)
        return cases if self.every or self.by == "hand" else _spread(cases)

    def _list_by_leg(self, legs: Sequence[Leg]) -> list[Case]:
        """Return the cases of every leg.

        What several legs begin with, request by request alike, is the same code at the same work: its faults
        are spread over these legs, each once. So are, over three in a row, those of a request that opens an
        exchange of git's: it has no effect of its own, and the one that follows it meets every fault. And
        so are the ways in which the API tells of a limit, which are read in one place for all requests.
        """
        shared: dict[tuple[str, ...], list[int]] = {}
        for leg in legs:
            for at in range(1, len(leg.requests) + 1):
                shared.setdefault(leg.requests[:at], []).append(leg.number)
        return [
            Case(leg.number, at, fault, request, by=self.by)
            for leg in legs
            for at, request in enumerate(leg.requests, 1)
            for turn, fault in enumerate(list_faults(request, at))
            if self.every or _has_turn(shared[leg.requests[:at]], leg.number, turn + at)
            if self.every or not _is_spread(request, fault) or (turn + at + leg.number) % _SPREAD == 0
        ]

    def run(self, ground: Ground, legs: Sequence[Leg], case: Case) -> Run:
        """Let one request fail, and return how the world that came of it differs from the undisturbed one."""
        leg = legs[case.leg]
        if leg.requests[case.at - 1] != case.request:
            return Run(str(case), fault=f"another walk asked {case.request} there: what is walked varies")
        ground.restore(leg.kept)
        with ground.serve() as hub:
            hub.set_faults(*case.rules())
            failed = _call_until_it_ends(ground, leg.move, case.fault)
            unfired = not all(rule.fired for rule in hub.faults())
        if failed:
            return Run(str(case), unfired=unfired, fault=f"{case.request}: {failed}")
        differences = compare(leg.expected, read_facts(ground.folder.path, INCIDENT))
        if case.whole and not differences:
            differences = compare(legs[-1].expected, finish(ground, leg))
        return Run(str(case), differences, unfired)


def _spread(cases: Sequence[Case]) -> list[Case]:
    """Return the cases of all writes, and of reads that are alike but for names some, far from each other."""
    alike: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        fault = _ERROR.sub("500", case.fault)
        alike.setdefault((_NAME.sub("…", case.request), fault), []).append(case)
    kept = {
        str(group[at * len(group) // many])
        for (request, _), group in alike.items()
        for many in [_ALIKE if is_read(request) else len(group)]
        for at in range(many)
    }
    return [case for case in cases if str(case) in kept]


def list_faults(request: str, at: int = 0) -> tuple[str, ...]:
    """Return what can befall a request, which is the one of the number `at`; `+` joins two in a row."""
    faults = next(faults for pattern, faults in _FAULTS if re.search(pattern, request))
    return tuple(fault.replace("500", _ERRORS[at % len(_ERRORS)]) for fault in faults)


def _is_spread(request: str, fault: str) -> bool:
    return bool(_OPENING.search(request)) or fault in _LIMITS


def _has_turn(legs: Sequence[int], leg: int, turn: int) -> bool:
    return legs[turn % len(legs)] == leg


def choose_cases(cases: Sequence[Case], *, case: str = "", size: int = 0, whole: bool = False) -> list[Case]:
    """Return the one case that is named, a sample of `size`, or else all; some are played to the very end.

    Raises:
        InputError: there is no such case.
    """
    chosen = choose(cases, case=case, size=size)
    ends = set(map(str, chosen if whole or case else sample(chosen, -(-len(chosen) // _ONE_WHOLE_IN))))
    return [replace(each, whole=str(each) in ends) for each in chosen]


def _call_until_it_ends(ground: Ground, move: Move, fault: str) -> str:
    """Call relauto until a call ends without an error; return how the last failed, empty where none did.

    Who saw what was no longer so may have stopped early, without an error: one more call follows.
    """
    ended, looks = "", 2 if "stale" in fault else 1
    for number in range(_CALLS):
        do = move.again if number else move.do
        try:
            call(ground, do, timeouts=IMPATIENT if fault.startswith("hang") else TIMEOUTS)
        except RelautoError as error:
            ended = f"ended {int(error.status)}: {error.what}"
        except Exception as error:  # noqa: BLE001 - whatever it is, the run is not as it should be
            return f"a bug of relauto's own: {error!r}"
        else:
            looks -= 1
            if not looks:
                return ""
    return f"{_CALLS} calls failed; the last {ended}"
