"""What a release grows from: what a prerelease would let in unasked has to be accepted, too."""

import pytest

from relauto.errors import Status
from tests.engine.agreement import agree

pytestmark = pytest.mark.path

PUSH = 'pick.via = "push"\nchecks.required = []\n'


def tag_prerelease(world):
    """Put two commits on the line and a prerelease that nobody made final; return its commit."""
    world.commit_on("release-1.0", "Unreleased", {"more.txt": "more\n"})
    commit = world.commit_on("release-1.0", "Unreleased, too", {"most.txt": "most\n"})
    world.product.run("tag", "v1.0.1-rc1", commit)
    return commit


def reach_candidate(world):
    world.unprotect()
    world.open(PUSH)
    world.advance(PUSH)
    world.decide("no: nothing to try")
    world.review(1)
    world.advance(PUSH)
    world.approve("prepare.merge")
    return agree(world, PUSH)


def test_a_base_that_was_never_final_has_to_be_accepted_by_name(at):
    world = at("blank")
    base = tag_prerelease(world)
    (stop,) = reach_candidate(world).stops
    (plan,) = world.incident.opening.plans
    assert (plan.base_tag, plan.version) == ("v1.0.1-rc1", "1.0.1")
    assert (stop.place.step, stop.status) == ("prepare.verify", Status.DECISION)
    assert (
        f"{base[:12]} v1.0.1-rc1 was never final and holds 2 commits that no final release does; "
        "the last: Unreleased, too (Dana Dev)"
    ) in stop.reason
    assert [line for line in world.asked() if line.startswith("/accept")] == [f"/accept {base} REASON"]
    world.answer(f"/accept {base} it was tested for a week")
    (stop,) = world.advance(PUSH).stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert world.record("prepare.verify").facts["accepted"] == [base]


def test_a_prerelease_that_became_final_elsewhere_is_not_asked_about(at):
    world = at("blank")
    commit = tag_prerelease(world)
    # A final on a branch of its own, as projects have that stamp the number there.
    world.product.run("branch", "stamp", commit)
    stamped = world.commit_on("stamp", "Stamp 1.0.1", {"VERSION": "1.0.1\n"})
    world.product.run("tag", "v1.0.1", stamped)
    (stop,) = reach_candidate(world).stops
    assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION)
    assert world.record("prepare.verify").facts["accepted"] == []
