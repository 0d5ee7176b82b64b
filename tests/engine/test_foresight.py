"""A dry run's list is what the real run then does, up to the next wait, ids aside."""

import re

import pytest

from relauto import foresight

_IDS = re.compile(r"a new commit|\b[0-9a-f]{10,40}\b")


def strip_ids(sentences):
    return [_IDS.sub("ID", sentence) for sentence in sentences]


def prepare_nothing(_world):
    return


def pass_pick(world):
    world.pass_pull(2)


def sign(world):
    world.check(world.head("v1.0.1-rc1"))
    world.tick_all()
    world.answer_qa("/qa pass v1.0.1-rc1")


MOMENTS = {
    "opened": prepare_nothing,
    "merge-door": lambda world: world.approve("prepare.merge"),
    "pick": pass_pick,
    "verify": sign,
    "release-door": lambda world: world.approve("prepare.release"),
    "send-door": lambda world: world.approve("deploy.send"),
    "finished": prepare_nothing,
}


@pytest.mark.parametrize("chapter", MOMENTS)
def test_the_list_is_what_then_happens(at, chapter):
    world = at(chapter)
    MOMENTS[chapter](world)
    objects, journal = world.objects(), world.journal()
    with world.bench() as bench:
        foreseen = foresight.foresee(bench)
    assert world.writes == 0
    assert (world.objects(), world.journal()) == (objects, journal)
    outcome = world.advance()
    happened = [said for said in world.said if not said.endswith((": done", "(by others)"))]
    assert strip_ids(foreseen.writes) == strip_ids(happened)
    assert foreseen.status == outcome.status
    assert bool(foreseen.stop) == bool(outcome.stops)
