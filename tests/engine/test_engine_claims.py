"""A line and its version belong to one incident at a time; numbers that are spent are never used again."""

import multiprocessing

import pytest

from relauto.clock import ManualClock
from relauto.errors import DecisionError, InputError, Status
from relauto.git.address import Address
from relauto.journal.releases import Releases
from relauto.model.target import Target
from relauto.opening import open_incident
from relauto.stages.prepare.candidate import next_candidate

from .conftest import SOURCE, TARGET

pytestmark = pytest.mark.path


def records(world):
    with world.session() as session, session.releases() as releases:
        return {each.version: each for each in releases.read_all(SOURCE)}


def open_second(world, **changed):
    with world.session() as session:
        open_incident(session, world.request(fix="fix/again", **({"incident": "INC-two"} | changed)))


def test_the_line_is_claimed_when_the_incident_is_opened(at):
    world = at("opened")
    (record,) = records(world).values()
    assert (record.target, record.version, record.incident) == (TARGET, "1.0.1", "INC-test")
    world.open()
    assert records(world) == {"1.0.1": record}, "the same incident opened again changes nothing"


@pytest.mark.parametrize("version", [None, "1.0.1", "1.0.7"])
def test_a_second_incident_on_the_line_is_told_who_holds_it(at, version):
    world = at("opened")
    before = world.journal()
    with pytest.raises(DecisionError, match=r"INC-test is making 1\.0\.1 from release-1\.0") as caught:
        open_second(world, version=version)
    assert "--join INC-test" in caught.value.todo
    assert "--wait-for INC-test" in caught.value.todo
    assert world.journal() == before


def test_a_line_is_free_again_once_its_release_is_out(at):
    world = at("send-door")
    open_second(world)
    assert {each.version: each.incident for each in records(world).values()} == {
        "1.0.1": "INC-test",
        "1.0.2": "INC-two",
    }


@pytest.mark.parametrize("option", ["join", "wait_for"])
def test_only_who_makes_a_release_can_be_joined_or_waited_for(at, option):
    world = at("opened")
    with pytest.raises(InputError, match=r"INC-other is making no release from release-1\.0"):
        open_second(world, **{option: "INC-other"})


def test_a_release_that_is_out_can_not_be_joined(at):
    world = at("send-door")
    with pytest.raises(InputError, match="the line is free"):
        open_second(world, join="INC-test")


def test_a_refused_candidate_is_burned_for_everybody(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"), "failure")
    world.advance()
    assert records(world)["1.0.1"].burned == (1,)
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    world.attach("fix/again")
    with world.session() as session, session.bench("INC-test") as bench:
        bench.look()
        assert next_candidate(bench, TARGET, "f" * 40) == (2, "v1.0.1-rc2")


def test_another_incident_does_not_get_what_was_burned(at):
    world = at("release-door")
    world.product.run("tag", "--delete", "v1.0.1-rc1")
    world.advance()
    with world.session() as session, session.releases() as releases:
        releases.free(SOURCE, "1.0.1", "INC-test")
    open_second(world)
    assert records(world)["1.0.1"].incident == "INC-two"
    with world.session() as session, session.bench("INC-two") as bench:
        bench.look()
        assert next_candidate(bench, TARGET, "f" * 40) == (2, "v1.0.1-rc2")


def test_a_release_that_is_gone_is_no_other_release(at):
    world = at("send-door")
    commit, tag = world.head("v1.0.1"), world.product.read("rev-parse", "v1.0.1")
    world.product.run("tag", "--delete", "v1.0.1")
    assert "the proof is gone" in world.advance().stops[0].reason
    assert records(world)["1.0.1"].withdrawn
    world.reopen("prepare.release")
    (stop,) = world.advance().stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert stop.reason == "v1.0.1 was published and is gone: its number is burned"
    assert commit[:10] in stop.todo
    open_second(world)
    assert records(world)["1.0.2"].incident == "INC-two"
    world.product.run("update-ref", "refs/tags/v1.0.1", tag)
    assert world.advance().stops[0].place.step == "deploy.send"


def test_two_who_claim_different_versions_at_once_do_not_both_get_the_line(at, tmp_path, monkeypatch):
    world = at("blank")
    with world.session() as session, session.releases() as releases:
        claim = Releases.claim

        def late(self, target: Target, version: str, incident: str):
            monkeypatch.setattr(Releases, "claim", claim)
            claim(releases, TARGET, "1.0.7", "INC-fast")
            return claim(self, target, version, incident)

        monkeypatch.setattr(Releases, "claim", late)
        with pytest.raises(DecisionError, match="INC-fast is making"):
            open_second(world)
    assert {each.version: each.incident for each in records(world).values()} == {
        "1.0.1": "",
        "1.0.7": "INC-fast",
    }


def test_of_two_processes_that_claim_a_version_at_once_one_gets_it(at, tmp_path):
    world = at("blank")
    start = multiprocessing.get_context("fork")
    gate, answers = start.Barrier(4), start.Queue()
    workers = [
        start.Process(
            target=claim_alone, args=(str(world.root / "ops.git"), tmp_path / name, name, gate, answers)
        )
        for name in ("INC-a", "INC-b", "INC-c", "INC-d")
    ]
    for worker in workers:
        worker.start()
    told = dict(answers.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join(timeout=60)
    (winner,) = [name for name, won in told.items() if won]
    assert records(world)["1.0.1"].incident == winner


def claim_alone(ops, cache, name, gate, answers):
    with Releases.open(Address(ops), cache=cache, clock=ManualClock(), actor=name) as releases:
        gate.wait(timeout=60)
        try:
            releases.claim(TARGET, "1.0.1", name)
        except DecisionError:
            answers.put((name, False))
        else:
            answers.put((name, True))


def test_a_release_stays_as_it_was_proved_when_a_newer_one_comes_out(at):
    world = at("send-door")
    known = world.record("prepare.release").facts
    world.product.run("tag", "v1.0.2", "main")
    world.advance()
    assert known["latest"] is True
    assert not any("prepare.release" in said for said in world.said)
