"""Nobody passes a door, opens a gate or decides anything without the right to, whatever they write.

Every command of the desk is tried by everybody who may not give it. Afterwards the incident and every
repository are as they were, and each command is on record as refused.
"""

from functools import partial

import pytest

from relauto.errors import Status
from relauto.model.commands import parse_commands
from relauto.model.gate import GATES, NEVER

pytestmark = pytest.mark.path

RM, QA, TAM, DE = {"robin-rm", "sasha-rm"}, {"quinn-qa"}, {"tam-noor"}, {"dev"}
EVERYBODY = {*RM, *QA, *TAM, *DE, "mallory", "rae-reviewer", "ci-runner"}
"""`ci-runner` is an App on the roster as a release manager; `mallory` and the reviewer are on none."""

MAY = {
    "approve prepare.merge": RM,
    "approve prepare.release": RM,
    "approve deploy.send": RM | TAM,
    "accept": RM,
    "acknowledge": TAM,
    "tick": RM | QA | TAM | DE,
    "skip": RM,
    "reopen": RM,
    "waive": RM,
    "withdraw": RM | DE,
    "fail": RM | TAM | DE,
}
"""Who may, told once more beside the roster's own table: a change there has to be meant."""

FAST = {"mallory", "quinn-qa"}  # somebody on no roster, and somebody on it
SLOW = partial(pytest.param, marks=pytest.mark.slow)

DOORS = {"merge-door": "prepare.merge", "release-door": "prepare.release", "send-door": "deploy.send"}
CLOSED = {
    "opened": "investigate.pr",
    "merge-door": "prepare.merge",
    "pick": "prepare.pick",
    "verify": "prepare.verify",
    "release-door": "prepare.release",
    "send-door": "debt.main",
    "finished": "debt.line",
}
"""Where the gates of a step are looked at."""


def write_commands(world, step):
    """Return a line of each kind, right in everything but who writes it."""
    door = next(line for line in world.asked() if line.startswith(f"/approve {step} "))
    digest = next((line.split()[1] for line in world.asked() if line.startswith("/acknowledge ")), "0" * 64)
    return {
        f"approve {step}": door,
        "accept": f"/accept prepare.merge {'0' * 12} it is fine",
        "acknowledge": f"/acknowledge {digest} received",
        "tick": "/tick escalate.bridge they talk",
        "skip": "/skip escalate.call nobody is there",
        "reopen": "/reopen investigate.pr once more",
        "waive": "/waive prepare.verify:qa 4h it is night",
        "withdraw": "/withdraw fix/crash it is wrong",
        "fail": "/fail deploy.production it did not help",
    }


def see(world):
    """Return all that a decision would change."""
    incident = world.incident
    return (
        {place: (record.state, record.facts, record.reason) for place, record in incident.steps.items()},
        {place: door.approvals for place, door in incident.doors.items()},
        (incident.waivers, incident.fixes, incident.round, incident.losses, incident.refused),
        world.objects(),
        [(pull["state"], pull["merged_at"], pull["head"]["sha"]) for pull in world.pulls()],
    )


@pytest.mark.parametrize("chapter", DOORS)
@pytest.mark.parametrize("login", [one if one in FAST else SLOW(one) for one in sorted(EVERYBODY)])
def test_who_may_not_changes_nothing(at, chapter, login):
    world = at(chapter)
    step = DOORS[chapter]
    world.advance()
    lines = [line for deed, line in write_commands(world, step).items() if login not in MAY[deed]]
    if not lines:
        pytest.fail(f"{login} may do everything: the table says nothing about them")
    before = see(world)
    world.answer("\n".join(lines), by=login)
    outcome = world.advance()
    assert see(world) == before
    assert [(stop.place.step, stop.status) for stop in outcome.stops] == [(step, Status.DECISION)]
    refused = [line for line in world.said if f"by {login}" in line and "does not count" in line]
    assert len(refused) == len(lines) == len(parse_commands("\n".join(lines)))


@pytest.mark.parametrize(("chapter", "step"), CLOSED.items())
def test_no_gate_opens_for_who_may_not_waive(at, chapter, step):
    world = at(chapter)
    world.advance()
    gates = [name for name in GATES[step] if (step, name) not in NEVER]
    intruders = sorted(EVERYBODY - MAY["waive"])
    before = see(world)
    for login in intruders:
        world.answer("\n".join(f"/waive {step}:{gate} 4h it is night" for gate in gates), by=login)
    world.advance()
    assert see(world) == before
    refused = [
        line for line in world.said if "/waive" in line and " by " in line and "does not count" in line
    ]
    assert len(refused) == len(intruders) * len(gates)


def test_every_gate_is_tried():
    assert set(CLOSED.values()) == set(GATES)


@pytest.mark.parametrize("chapter", DOORS)
def test_relauto_does_not_answer_itself(at, chapter):
    world = at(chapter)
    world.advance()
    before = see(world)
    world.answer("\n".join(write_commands(world, DOORS[chapter]).values()), by="relauto-bot")
    world.advance()
    assert see(world) == before
    assert any("relauto runs as relauto-bot" in line for line in world.said)


@pytest.mark.parametrize("chapter", DOORS)
def test_words_of_another_are_nobodys(at, chapter):
    """An entitled person's comment that somebody else edited counts for neither."""
    world = at(chapter)
    world.advance()
    before = see(world)
    number = world.incident.desk.number
    line = write_commands(world, DOORS[chapter])[f"approve {DOORS[chapter]}"]
    for author in ("robin-rm", "sasha-rm"):
        written = world.api(author).post(f"repos/acme/ops/issues/{number}/comments", {"body": "Looking."})
        world.api("mallory").patch(f"repos/acme/ops/issues/comments/{written['id']}", {"body": line})
    world.advance()
    assert see(world) == before
    assert sum("it was edited" in line for line in world.said) == 2


@pytest.mark.parametrize("chapter", DOORS)
def test_an_approval_from_before_the_question_is_no_answer_to_it(at, chapter):
    """A commit may be known before relauto asks about it; a yes from then is replayed to no door."""
    step = DOORS[chapter]
    asked = at(chapter)
    asked.advance()
    (door,) = [door for place, door in asked.incident.doors.items() if place.step == step]
    asked.hub.close()
    earlier = {"merge-door": "opened", "release-door": "verify", "send-door": "release-door"}[chapter]
    world = at(earlier)
    world.advance()
    world.answer(f"/approve {step} {door.subject}")
    outcome = world.advance()
    assert step not in {place.step for place, door in world.incident.doors.items() if door.approvals}
    assert outcome.status is not Status.REACHED
    assert any("nothing is approved" in line for line in world.said)
