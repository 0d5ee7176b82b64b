"""A whole incident by the workflows that are shipped alone: in order, and with events twice, late or lost."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from relauto.proving.comparison import Facts, compare, read_world
from relauto.rehearsal.options import PARTS
from relauto.rehearsal.stockroom import PRODUCT
from relauto.rehearsal.world import OPS, QA
from tests.workflows.conftest import OPEN, Stage, admit_relay, make_relay, set_stage
from tests.workflows.dispatcher import Disorder, Dispatcher

pytestmark = pytest.mark.slow

_MOST = 40


@dataclass
class Played:
    """What an incident left, the runs that it took, and the port of its hub, which stands in the settings."""

    facts: Facts
    port: int
    dispatcher: Dispatcher


def play(folder: Path, disorder: Disorder, *, ticks: bool, port: int = 0) -> Played:
    """Open an incident by hand, and let nothing but events bring it forward; with `ticks` the clock, too."""
    with set_stage(folder, port) as stage:
        dispatcher = Dispatcher(_list_places(stage), disorder)
        assert stage.dispatch(OPEN).conclusion == "success"
        seen = stage.hub.events()[-1].id
        for _ in range(_MOST):
            stage.cast.send(PARTS)
            after = _run_all(stage, dispatcher, seen)
            if ticks:
                dispatcher.tick(str(OPS))
                after = _run_all(stage, dispatcher, after)
            if after == seen:
                break
            seen = after
        [incident] = stage.list_incidents()
        repositories = stage.root / "repositories"
        product, ops = (repositories / f"{name}.git" for name in (PRODUCT, OPS))
        facts = read_world(product, ops, stage.root, incident)
        return Played(facts, int(stage.hub.address.rpartition(":")[2]), dispatcher)


def _list_places(stage: Stage) -> dict[str, tuple]:
    relay, qa = admit_relay(stage), make_relay(stage, str(QA), "qa")
    key = {"RELAUTO_APP_KEY": "PEM"}
    return {
        str(PRODUCT): (relay.machine, relay.folder, key),
        str(QA): (qa.machine, qa.folder, key),
        str(OPS): (stage.machine, stage.folder, {"RELAUTO_TOKEN": stage.token()}),
    }


def _run_all(stage: Stage, dispatcher: Dispatcher, seen: int) -> int:
    """Run what has happened since starts, and what that starts in turn; return the last event's id."""
    while True:
        new = stage.hub.events(after=seen)
        seen = new[-1].id if new else seen
        dispatcher.deliver(new)
        if not dispatcher.run():
            return seen


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("undisturbed"), Disorder(), ticks=False)


def test_a_whole_incident_is_driven_by_events_alone(undisturbed: Played) -> None:
    assert {job.conclusion for _, job in undisturbed.dispatcher.jobs} == {"success"}
    assert any(ref.startswith("refs/tags/v1.4.3 ") for ref in undisturbed.facts["refs"]["product"])


def test_events_twice_within_a_minute_one_in_five_lost_and_runs_cancelled_change_nothing(
    undisturbed: Played, tmp_path: Path
) -> None:
    disorder = Disorder(copies=2, latest=60, lost=0.2)
    played = play(tmp_path, disorder, ticks=True, port=undisturbed.port)
    names = {name for name, _ in played.dispatcher.jobs}
    assert {"relauto-clock.yml", "relauto-events.yml", "relauto-relay.yml"} <= names
    assert {"relauto-events.yml", "relauto-relay.yml"} == set(played.dispatcher.cancelled)
    assert disorder.dropped > 10
    assert {job.conclusion for _, job in played.dispatcher.jobs} == {"success"}
    assert compare(undisturbed.facts, played.facts) == []
