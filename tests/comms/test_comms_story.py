"""The story: the fold as named values, and nothing that is not proven."""

from datetime import timedelta

import pytest

from relauto.comms.story import Story, tell
from relauto.errors import InputError
from relauto.model import event as events
from relauto.model.event import Body
from relauto.model.playbook import load_playbook
from relauto.model.target import Place
from relauto.model.words import Text
from relauto.settings.options import Contacts
from tests.comms.world import CUT, PATH, PICK, SUMS, at, told

PLAYBOOK = load_playbook()[0]


def story_of(*bodies: Body) -> Story:
    incident = told(*bodies)
    now = incident.opening.outage_started_at + timedelta(hours=1)
    return tell(incident, PLAYBOOK, now=now, contacts=Contacts(), product="Stockroom")


def test_a_line_grows_with_its_proofs() -> None:
    (line,) = story_of().lines
    assert (line.picks.picks, line.candidate, line.verification, line.release, line.sent) == (
        (),
        None,
        None,
        None,
        None,
    )
    assert line.version == ""
    (line,) = story_of(*PATH).lines
    assert line.candidate is not None
    assert line.release is not None
    assert line.sent is not None
    assert (line.version, line.release.commit, line.sent.digest) == ("1.4.3", PICK, SUMS)


@pytest.mark.parametrize(
    "body",
    [
        events.StepLost(at("prepare.candidate"), Text("the tag is gone")),
        events.CandidateRefused(at("prepare.candidate"), "v1.4.3-rc1", PICK, Text("incomplete")),
        events.StepReopened(at("prepare.candidate"), Text("again")),
    ],
)
def test_what_is_no_longer_proven_is_not_told(body: Body) -> None:
    (line,) = story_of(*PATH[:3], CUT, body).lines
    assert line.candidate is None
    assert line.version == "1.4.3", "the number is the pick's"


def test_a_proof_that_cannot_be_read_is_refused() -> None:
    broken = events.StepProved(at("prepare.candidate"), {"tag": "v1.4.3-rc1"})
    with pytest.raises(InputError, match=r"the proof of prepare\.candidate cannot be read: .*`commit`"):
        story_of(broken)


def test_mitigation_and_resolution_are_what_people_recorded() -> None:
    assert (story_of(*PATH).mitigated_at, story_of(*PATH).resolved_at) == (None, None)
    begun = told().opening.outage_started_at
    mitigated = events.NoteAdded("mitigated", Text("restarted"), begun + timedelta(minutes=20))
    confirmed = events.StepTicked(Place("resolve.confirm"), Text("mail"))
    story = story_of(mitigated, confirmed)
    assert story.outage == timedelta(minutes=20)
    assert story.mitigated_at == begun + timedelta(minutes=20)
    assert story.resolved_at is not None
    again = events.NoteAdded("regression", Text("back"), begun + timedelta(minutes=30))
    assert story_of(mitigated, again).mitigated_at is None


def test_a_step_is_found_by_its_key() -> None:
    assert story_of().step("prepare.pick").roles == PLAYBOOK.step("prepare.pick").roles
    with pytest.raises(LookupError):
        story_of().step("prepare.nothing")
