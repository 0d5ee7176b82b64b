"""The journal under load: that what is lost, doubled or out of order is seen, and that nothing is."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.model.event import Body, Event
from relauto.model.incident import Incident
from relauto.model.words import Person
from relauto.proving.growth import Growth, choose_sizes
from relauto.proving.journal import prove_journal
from relauto.proving.load import Batch, Load, Written, check, compare_events, decide, write

PLANS = {"writer-1": [Batch("INC-001", 0, 3)], "writer-2": [Batch("INC-001", 4, 2)]}
NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)


def events(*rows: tuple[str, int]) -> list[Event]:
    """Return the opening, then an event for each writer and number."""
    opening, *bodies = decide(Incident(), name="INC-001", numbers=range(6))
    said: Sequence[tuple[str, Body]] = [
        ("writer-1", opening),
        *((who, bodies[number]) for who, number in rows),
    ]
    return [Event(at, str(at), NIGHT, Person(who), body) for at, (who, body) in enumerate(said, 1)]


WHOLE = (("writer-1", 0), ("writer-2", 4), ("writer-1", 1), ("writer-1", 2), ("writer-2", 5))


ORDER = "the order is not the one of writing"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (WHOLE, []),
        (WHOLE[1:], ["writer-1, event 0: lost"]),
        ((*WHOLE, WHOLE[2]), ["writer-1, event 1: doubled"]),
        ((WHOLE[1], *WHOLE[1:]), ["writer-1, event 0: lost", "writer-2, event 4: doubled"]),
        ((*WHOLE, ("writer-1", 4)), ["writer-1, event 4: never written"]),
        ((*WHOLE, ("writer-3", 0)), ["event 7: of nobody"]),
        (tuple(reversed(WHOLE)), [f"writer-1: {ORDER}", f"writer-2: {ORDER}"]),
    ],
)
def test_what_differs_from_the_plan_is_told(rows: Sequence[tuple[str, int]], told: list[str]) -> None:
    assert compare_events(events(*rows), PLANS) == told


def test_an_incident_is_opened_once_and_first() -> None:
    opening, *rest = events(*WHOLE)
    assert compare_events(rest, PLANS) == ["its opening: not the first"]
    assert compare_events([opening, opening, *rest], PLANS) == ["its opening: doubled, there 2 times"]


def test_the_plans_hold_every_event_once_and_are_alike_for_a_seed() -> None:
    load = Load(events=1003, incidents=5, writers=4, seed=7)
    plans = [load.plan(writer) for writer in range(4)]
    assert [sum(batch.count for batch in plan) for plan in plans] == [251, 251, 251, 250]
    assert [number for batch in plans[0] for number in batch.numbers] == list(range(251))
    assert {batch.incident for plan in plans for batch in plan} == set(load.names())
    assert plans == [load.plan(writer) for writer in range(4)]
    assert plans[0] != Load(events=1003, incidents=5, writers=4, seed=8).plan(0)


@pytest.mark.parametrize(
    "few", [{"events": 100}, {"events": 7}, {"incidents": 0}, {"writers": 1}, {"writers": 0}]
)
def test_what_is_no_load_is_refused(few: dict[str, int]) -> None:
    with pytest.raises(InputError, match="are no load"):
        Load(**few)


def test_writers_that_never_met_and_journals_that_are_not_there_prove_nothing(tmp_path) -> None:
    Repository.init(tmp_path / "ops.git").close()
    runs = list(check(tmp_path / "ops.git", Load(80, 1, 2), [Written([0.1], 0), Written([], 0, "it broke")]))
    assert [(run.case, run.unfired, bool(run.fault)) for run in runs] == [
        ("writer-1", True, False),
        ("writer-2", True, True),
        ("INC-001", False, True),
    ]


@pytest.mark.parametrize(
    ("appends", "fold", "identical"),
    [
        ((0.1, 0.2), 0.5, [True, True]),
        ((0.1, 0.21), 0.1, [False, True]),
        ((0.1, 0.1), 0.51, [True, False]),
    ],
)
def test_an_append_that_grows_and_a_slow_fold_fail(
    appends: Sequence[float], fold: float, identical: list[bool]
) -> None:
    assert [run.identical for run in Growth((10, 100), appends, fold).check()] == identical


def test_growth_is_never_measured_at_one_size_alone() -> None:
    assert [choose_sizes(events) for events in (1, 999, 10_000)] == [
        (10, 100),
        (10, 100),
        (10, 100, 1_000, 10_000),
    ]


@pytest.mark.slow
def test_writers_who_race_lose_nothing() -> None:
    proof = prove_journal(Load(events=300, incidents=3, writers=4), rounds=5)
    assert [run for run in proof.runs if not run.identical] == []
    assert len(proof.runs) == 4 + 3 + 2
    assert proof.figures["races_lost"] > 0


@pytest.mark.slow
def test_writers_who_push_over_each_other_are_seen_to_lose(tmp_path) -> None:
    load = Load(events=300, incidents=3, writers=4)
    ops = tmp_path / "ops.git"
    Repository.init(ops).close()
    written = write(ops, tmp_path / "caches", load, sabotage="no-lease")
    assert any("lost" in told for run in check(ops, load, written) for told in run.differences)
