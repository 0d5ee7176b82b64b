"""One incident with two lines: what holds up the one does not hold up the other."""

import sys

import pytest

from relauto import engine, recording
from relauto.errors import Status
from relauto.model.event import IncidentOpened
from relauto.model.incident import StepState
from relauto.model.names import Branch
from relauto.model.target import Place, Target
from relauto.model.words import Text
from relauto.opening import make_attachment
from tests.engine.agreement import agree
from tests.engine.conftest import CHECK, INCIDENT, LINE, SOURCE, TARGET

pytestmark = pytest.mark.path

OTHER = Branch("release-1.1")
TARGETS = (TARGET, Target(SOURCE, OTHER))
# The version that the files carry tells which line it is.
RED_ON = "raise SystemExit('it is ' + 'red' if open('VERSION').read().startswith({!r}) else 0)"


def setting(line):
    return f"pick.verify = {[sys.executable, '-c', RED_ON.format(line)]!r}\n"


def open_both(world, more):
    """Open the incident for two lines, `release-1.0` and `release-1.1`, which has grown from it."""
    world.push(world.head(LINE), OTHER)
    world.commit_on(OTHER, "Release 1.1.0", {"VERSION": "1.1.0\n"})
    world.product.run("tag", "--annotate", "--message", "1.1.0", "v1.1.0", OTHER)
    world.hub.protect(SOURCE, OTHER, required_checks=[CHECK], reviews=1)
    opened = IncidentOpened(
        incident=INCIDENT,
        customer=Text("Initech"),
        installed="1.0.0",
        outage_started_at=world.clock.now(),
        escalated_at=world.clock.now(),
        targets=TARGETS,
        playbook_digest="",
        settings_digest="",
        relauto="0",
    )
    with world.session(more) as session, session.bench(INCIDENT) as bench:
        bench.incident = bench.journal.incident()
        recording.open_journal(bench, opened, make_attachment("fix/crash", None, None))
        bench.look()
        engine.settle_claims(bench)


def reach_picks(world, more):
    open_both(world, more)
    world.reach_merge_door(more)
    world.approve("prepare.merge")


def ends(outcome):
    """Return where a run stopped, by line."""
    return {
        stop.place.target.line if stop.place.target else "": (stop.place.step, stop.status)
        for stop in outcome.stops
    }


def branches(world):
    return world.product.read("for-each-ref", "--format=%(refname:short)", "refs/heads/relauto").split()


@pytest.mark.parametrize(("red", "green"), [(LINE, OTHER), (OTHER, LINE)], ids=["first", "second"])
def test_a_line_whose_pick_fails_its_trial_holds_up_no_other(at, red, green):
    world, more = at("blank"), setting(red.removeprefix("release-"))
    reach_picks(world, more)
    outcome = world.advance(more)
    refused = ("prepare.pick", Status.DECISION)
    assert ends(outcome) == {red: refused, green: ("prepare.pick", Status.WAITING)}
    assert outcome.status is Status.DECISION
    (told,) = [stop.reason for stop in outcome.stops if stop.status is Status.DECISION]
    assert told.endswith("ended with status 1 on it\nit is red")
    place = Place("prepare.pick", Target(SOURCE, red))
    assert world.incident.record(place).state is StepState.REFUSED
    assert branches(world) == [f"relauto/pick/{green}/inc-test-1"]
    assert world.pull(2)["base"]["ref"] == green
    world.pass_pull(2)
    assert ends(world.advance(more)) == {red: refused, green: ("prepare.verify", Status.WAITING)}
    version = f"v{green.removeprefix('release-')}.1-rc1"
    assert [tag for tag in world.tags() if "-rc" in tag] == [version]
    assert branches(world) == [f"relauto/pick/{green}/inc-test-1"]
    outcome = world.advance()
    waiting = {red: ("prepare.pick", Status.WAITING), green: ("prepare.verify", Status.WAITING)}
    assert (ends(outcome), outcome.status) == (waiting, Status.WAITING)
    assert world.pull(3)["base"]["ref"] == red


@pytest.mark.parametrize(("first", "number"), [(LINE, 2), (OTHER, 3)], ids=["first", "second"])
def test_a_plan_goes_on_with_the_line_that_nothing_holds_up(at, first, number):
    world = at("blank")
    reach_picks(world, "")
    waiting = ("prepare.pick", Status.WAITING)
    assert ends(agree(world)) == {LINE: waiting, OTHER: waiting}
    world.pass_pull(number)
    assert ends(agree(world)) == {
        line: ("prepare.verify", Status.WAITING) if line == first else waiting for line in (LINE, OTHER)
    }
