"""Workflows' runs for events at the same moment: of what people did some tell twice, and some not at all.

Three kinds of case, from each place where people have acted: eight runs for one event (`same`); a run for
each event while two engineers advance by hand (`beside`); two runs for each event, in any order, of which
one in five never comes (`lossy`). Then the clock looks once, and the world is compared with one in which
each event was told of once, one after the other.
"""

import random
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from relauto.proving.comparison import Facts, compare
from relauto.proving.ground import Ground
from relauto.proving.legs import Leg
from relauto.proving.meeting import Part, Race, end_alone, find_fault, meet, read_sorted
from relauto.proving.moves import Do, advance, attend, list_hints, look_by_clock
from relauto.proving.tally import Run

_SAME = 8
_HANDS = 2
_TWICE = 2
_LOST = 0.2
_SEEDS = {"same": 4, "beside": 6, "lossy": 10}


def list_crossings(legs: Sequence[Leg]) -> list[Race]:
    """Return every case by events, by their seeds: all kinds and places come before any comes again."""
    places = [leg.number for leg in legs if leg.move.fresh]
    cases = [
        Race(kind, place, seed, "events")
        for kind, many in _SEEDS.items()
        for place in places
        for seed in range(many)
    ]
    return sorted(cases, key=lambda case: case.seed)


def cross(ground: Ground, leg: Leg, case: Race) -> Run:
    """Let the runs of a case begin at once from before a leg, and compare when all have ended."""
    expected = _tell_in_order(ground, leg.kept, leg.move.seen)
    ground.restore(leg.kept)
    deeds = _choose(case, _list_deeds(ground, leg.move.seen))
    fault = find_fault(meet(ground, case, [Part(do) for do in deeds])) or end_alone(ground, look_by_clock)
    return Run(str(case), [] if fault else compare(expected, read_sorted(ground)), fault=fault)


@cache
def _tell_in_order(ground: Ground, kept: Path, seen: int) -> Facts:
    ground.restore(kept)
    deeds = _list_deeds(ground, seen)
    with ground.serve():
        for do in [*deeds, look_by_clock]:
            Part(do).play(ground)
    return read_sorted(ground)


def _list_deeds(ground: Ground, seen: int) -> list[Do]:
    return [partial(attend, hint) for _, hint in list_hints(ground, seen)]


def _choose(case: Race, deeds: Sequence[Do]) -> list[Do]:
    """Return what is called at once."""
    if case.kind == "same":
        return [deeds[case.seed % len(deeds)]] * _SAME
    if case.kind == "beside":
        return [*deeds, *[advance] * _HANDS]
    chance = random.Random(case.seed)  # noqa: S311  # nosec B311 - to be alike is what it is for
    told = [do for do in deeds for _ in range(_TWICE)]
    chance.shuffle(told)
    return [do for do in told if chance.random() >= _LOST]
