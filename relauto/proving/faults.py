"""Every request of the whole path, and every fault that can befall it.

A case is a leg, the number of a request in it, and a fault. Its run restores what was kept before that leg,
lets that request fail once, calls relauto until a call ends by itself, and compares the world with that
after the undisturbed leg. There it stops: what follows from an identical world is the undisturbed rest.
`whole` goes on to the end of the path instead.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relauto.errors import InputError, RelautoError
from relauto.hub.script import Fault, Rule
from relauto.proving.comparison import compare, read_facts
from relauto.proving.ground import INCIDENT, Ground
from relauto.proving.legs import Leg, call, finish, list_requests
from relauto.proving.tally import Run
from relauto.session import TIMEOUTS, Timeouts

_CALLS = 4
"""How often relauto is called until it has to come to its end."""

IMPATIENT = Timeouts(api=1, git=1)

_BEFORE: tuple[Fault, ...] = ("500-before", "502-before", "503-before", "reset-before", "hang-before", "401")
_AFTER: tuple[Fault, ...] = ("500-after", "502-after", "503-after", "reset-after", "hang-after")
_LIMITS: tuple[Fault, ...] = ("limit-403-told", "limit-403", "limit-429-told", "limit-429", "limit-spent")
_DAMAGED: tuple[Fault, ...] = ("truncated", "cut", "shape")

_FAULTS: tuple[tuple[str, tuple[Fault, ...]], ...] = (
    (r"^GET .*\.git/info/refs", (*_BEFORE, "limit-429", "truncated")),
    (r"^POST .*\.git/git-upload-pack", (*_BEFORE, "limit-429", "truncated", "stale")),
    (r"^POST .*\.git/git-receive-pack", (*_BEFORE, *_AFTER, "limit-429", "truncated")),
    (r"^POST /api/graphql", (*_BEFORE, *_LIMITS, "limit-graphql", *_DAMAGED, "stale")),
    (r"^GET .*/releases/assets/\d+$", (*_BEFORE, *_LIMITS, "truncated", "cut")),
    (r"^GET ", (*_BEFORE, *_LIMITS, *_DAMAGED, "stale")),
    (r"^POST /api/uploads/", (*_BEFORE, *_AFTER, *_LIMITS, *_DAMAGED, "starter")),
    (r"", (*_BEFORE, *_AFTER, *_LIMITS, *_DAMAGED)),
)
"""What can befall a request, by its name; the first that fits counts.

A read has no effect that a fault could come after; git speaks to its own server, which knows one limit.
"""


@dataclass(frozen=True)
class Case:
    """A request of the path, and what befalls it."""

    leg: int
    at: int
    fault: Fault

    def __str__(self) -> str:
        return f"{self.leg}.{self.at}.{self.fault}"


def parse_case(text: str, cases: Sequence[Case]) -> Case:
    """Return the case of that name.

    Raises:
        InputError: there is none.
    """
    found = next((case for case in cases if str(case) == text), None)
    if found is None:
        raise InputError(f"there is no case {text!r}", todo=f"there are {len(cases)}, such as {cases[0]}")
    return found


def list_cases(legs: list[Leg]) -> Iterator[Case]:
    """Yield every case of the path, in its order."""
    for leg, at, request in list_requests(legs):
        for fault in next(faults for pattern, faults in _FAULTS if re.search(pattern, request)):
            yield Case(leg.number, at, fault)


def run_case(ground: Ground, legs: list[Leg], case: Case, *, whole: bool = False) -> Run:
    """Let one request fail, and return how the world that came of it differs from the undisturbed one."""
    leg = legs[case.leg]
    ground.restore(leg.kept)
    name = f"{case} ({leg.requests[case.at - 1]})"
    with ground.serve() as hub:
        hub.set_faults(Rule(fault=case.fault, first=case.at))
        ended = _call_until_it_ends(ground, case)
        fired = sum(rule.fired for rule in hub.faults())
    if ended:
        return Run(str(case), unfired=not fired, fault=f"{name}: {ended}")
    found = read_facts(ground.folder.path, INCIDENT)
    differences = compare(leg.expected, found)
    if whole and not differences:
        differences = compare(legs[-1].expected, finish(ground, case.leg))
    return Run(str(case), differences, unfired=not fired)


def _call_until_it_ends(ground: Ground, case: Case) -> str:
    """Call relauto until a call ends without an error; return how the last failed, empty where none did."""
    ended = ""
    for _ in range(_CALLS):
        try:
            call(ground, case.leg, timeouts=IMPATIENT if case.fault.startswith("hang") else TIMEOUTS)
        except RelautoError as error:
            ended = f"ended {int(error.status)}: {error.what}"
        except Exception as error:  # noqa: BLE001 - whatever it is, the run is not as it should be
            return f"a bug of relauto's own: {error!r}"
        else:
            return ""
    return f"{_CALLS} calls failed; the last {ended}"
