"""Two incidents on one line: the second rides on the first one's release, or comes after it."""

from contextlib import contextmanager

import pytest

from relauto import engine, foresight, recording
from relauto.errors import InputError, Status
from relauto.freeing import free_release
from relauto.model.target import Place
from relauto.opening import open_incident
from relauto.stages import claims, rides

from .conftest import SOURCE, TARGET

pytestmark = pytest.mark.path

TWO = "INC-two"


@contextmanager
def second(world):
    with world.session() as session, session.bench(TWO) as bench:
        yield bench


def open_second(world, **changed):
    with world.session() as session:
        open_incident(session, world.request(incident=TWO, fix="fix/again", **changed))


def advance_second(world):
    """Plan and run the second incident; both agree. Return how it ended and what its journal says."""
    with second(world) as bench:
        foreseen = foresight.foresee(bench)
    world.said.clear()
    with second(world) as bench:
        outcome = engine.advance(bench)
        found = bench.incident
    deeds = [line for line in world.said if not line.endswith((": done", "(by others)"))]
    assert foreseen.writes == deeds
    assert foreseen.status == outcome.status
    return outcome, found


def free(world, version="1.0.1"):
    """Give a version up as the release manager."""
    with world.session() as session:
        return free_release(session, version, "the customer took the workaround")


def record_of(world, version):
    with world.session() as session, session.releases() as releases:
        return releases.read(SOURCE, version)


def test_who_joins_puts_the_fix_into_the_other_release(at):
    world = at("opened")
    open_second(world, join="INC-test", customer="Globex")
    assert record_of(world, "1.0.1").joined == (TWO,)
    outcome, found = advance_second(world)
    assert outcome.status is Status.WAITING
    assert outcome.stops[0].whom == "INC-test"
    assert outcome.stops[0].reason == "INC-test makes the release, and its investigate.pr is open"
    assert found.rounds.plan(TARGET).version == "1.0.1"
    world.advance()
    assert [(str(fix), fix.of) for fix in world.incident.fixes] == [("fix/crash", ""), ("fix/again", TWO)]
    assert {pull["head"]["ref"] for pull in world.pulls()} == {"fix/crash", "fix/again"}
    assert "Globex" not in world.rendered("README.md"), "each customer stays with their incident"
    outcome, found = advance_second(world)
    (pull,) = found.steps[Place("investigate.pr")].facts["pulls"]
    assert pull["fix"] == "fix/again"
    assert outcome.stops[0].place.step == "prepare.merge"


@pytest.mark.slow
def test_one_release_proves_both(at):
    world = at("opened")
    open_second(world, join="INC-test")
    world.advance()
    world.decide("no: each customer tries it first")
    world.pass_pull(1)
    world.pass_pull(2)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.pass_pull(3)
    world.advance()
    world.check(world.head("v1.0.1-rc1"))
    world.advance()
    outcome, _ = advance_second(world)
    assert (outcome.stops[0].place.step, outcome.stops[0].whom) == ("prepare.release", "INC-test")
    world.approve("prepare.release")
    world.approve("prepare.release", by="sasha-rm")
    world.advance()
    outcome, found = advance_second(world)
    assert (outcome.stops[0].place.step, outcome.stops[0].status) == ("deploy.send", Status.DECISION)
    released = found.steps[Place("prepare.release", TARGET)]
    assert (released.facts["tag"], released.by_others) == ("v1.0.1", True)
    told = {(notice.place.step, notice.audience) for notice in found.notices}
    assert ("prepare.reply", "customer") in told, "its own customer gets its own notices"
    for line in ("line five", "line fifteen"):
        assert line in world.product.read("show", "v1.0.1:app.txt")
    with world.session() as session, session.releases() as releases:
        assert [record.version for record in releases.read_all(SOURCE)] == ["1.0.1"], "one release"


@pytest.mark.slow
def test_a_ride_that_was_given_up_goes_on_by_itself(at):
    world = at("opened")
    open_second(world, join="INC-test")
    free(world)
    outcome, found = advance_second(world)
    assert found.rounds.claim(TARGET).state == "held"
    assert record_of(world, "1.0.1").incident == TWO
    assert outcome.stops[0].place.step == "prepare.merge"
    (stop,) = world.advance().stops
    assert stop.place.step == "prepare.merge", "what needs no line goes on"


@pytest.mark.slow
def test_who_waits_comes_after_the_release(at):
    world = at("verify")
    open_second(world, wait_for="INC-test")
    outcome, found = advance_second(world)
    assert found.rounds.claim(TARGET).state == "awaited"
    with second(world) as bench:
        stopped = claims.check_claim(bench, TARGET)
    assert (stopped.whom, stopped.elsewhere) == ("INC-test", True)
    world.reach_release_door()
    world.reach_send_door()
    outcome, found = advance_second(world)
    plan = found.rounds.plan(TARGET)
    assert (plan.base_tag, plan.base_commit, plan.version) == ("v1.0.1", world.head("v1.0.1"), "1.0.2")
    assert record_of(world, "1.0.2").incident == TWO
    assert outcome.stops[0].place.step == "prepare.merge"


def test_who_waits_stops_before_the_line(at):
    world = at("verify")
    open_second(world, wait_for="INC-test")
    advance_second(world)
    with second(world) as bench:
        world.pass_pull(3)
        number = bench.incident.desk.number
        head = world.pull(3)["head"]["sha"]
    advance_second(world)
    body = {"body": f"/approve prepare.merge {head}"}
    world.api("robin-rm").post(f"repos/acme/ops/issues/{number}/comments", body)
    line = world.head("release-1.0")
    outcome, found = advance_second(world)
    assert (outcome.stops[0].place.step, outcome.status) == ("prepare.pick", Status.WAITING)
    assert outcome.stops[0].reason == "release-1.0 is INC-test's until its release is out or given up"
    assert found.steps[Place("prepare.pick", TARGET)].state == "waiting"
    assert world.head("release-1.0") == line


def test_who_waits_may_still_join(at):
    world = at("verify")
    open_second(world, wait_for="INC-test")
    with second(world) as bench:
        bench.look("refs")
        line = claims.read_line(bench.releases, TARGET, TWO, bench.tags())
        recording.record(bench, rides.join(bench, TARGET, line, "INC-test"))
        engine.settle_claims(bench)
        assert bench.incident.rounds.claim(TARGET).state == "joined"
    world.advance()
    assert [str(fix) for fix in world.incident.fixes] == ["fix/crash", "fix/again"]
    assert world.incident.state("prepare.candidate") == "open", "a further fix needs a further candidate"


def test_who_makes_a_release_joins_no_other(at):
    world = at("send-door")
    open_second(world)
    with world.bench() as bench:
        bench.look("refs")
        line = claims.read_line(bench.releases, TARGET, "INC-test", bench.tags())
        with pytest.raises(InputError, match=r"INC-test makes 1\.0\.1 itself"):
            rides.join(bench, TARGET, line, TWO)


def test_releases_that_are_made_otherwise_are_not_joined(at):
    world = at("opened")
    with pytest.raises(InputError, match="by --base tip --order main-first --visibility open"):
        open_second(world, join="INC-test", base="tag")


def test_what_is_given_up_is_free_and_its_incident_stops_before_the_line(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"), "failure")
    world.advance()
    assert free(world).incident == "INC-test"
    record = record_of(world, "1.0.1")
    assert (record.incident, record.burned) == ("", (1,))
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.DECISION)
    assert "gave up its version" in stop.reason
    open_second(world)
    assert record_of(world, "1.0.1").incident == TWO


def test_what_is_out_is_not_given_up(at):
    world = at("send-door")
    with pytest.raises(InputError, match=r"1\.0\.1 was released by INC-test"):
        free(world)
    with pytest.raises(InputError, match=r"nobody holds 1\.0\.9"):
        free(world, "1.0.9")
