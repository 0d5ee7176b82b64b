"""Notices: from facts alone, to the right people, and honest about what is not known."""

from datetime import timedelta

import pytest

from relauto.comms.guard import find_leaks
from relauto.comms.notices import CUSTOMER, INTERNAL, render_notice
from relauto.comms.story import Story, tell
from relauto.errors import InputError
from relauto.guard.guard import Guard, Passage
from relauto.guard.terms import Term
from relauto.model import event as events
from relauto.model.event import Body
from relauto.model.playbook import load_playbook
from relauto.model.target import Place
from relauto.model.words import Text
from relauto.settings.options import Contacts
from tests.comms.world import CUT, MERGED, PATH, PICKED, PULLS, START, at, told

PLAYBOOK = load_playbook()[0]
REFUSED = events.CandidateRefused(
    at("prepare.candidate"), "v1.4.3-rc1", "9" * 40, Text("the last page is @still missing")
)
CONTACTS = Contacts(executive="chief@acme.example")


def story_of(*bodies: Body, minutes: int = 45, contacts: Contacts = CONTACTS) -> Story:
    now = START + timedelta(minutes=minutes)
    return tell(told(*bodies), PLAYBOOK, now=now, contacts=contacts, product="Stockroom")


REPLY = """\
State at 2026-03-02 04:30 UTC: **correction released**. Your outage of Stockroom 1.4.2 began 2026-03-02 03:00 UTC; it has lasted 1 h 30 min so far.

Version 1.4.3 is released for you. It is exactly the build that was verified.

- `stockroom.pyz`: SHA-256 `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc`

Anticipated timeline: not yet known, because the release has not been handed over yet.

You receive it with notes for the upgrade and for going back. Please upgrade your staging environment first.

As the outage has lasted over 1 h, our executive is in the loop and in copy.
"""  # noqa: E501

VERIFIED = """\
`v1.4.3-rc1` at `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`:

| gate | verdict |
| --- | --- |
| contained | passed |
| qa | passed |

- `stockroom.pyz`: SHA-256 `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc`

Next: the approval to release exactly this commit.

Outage: 45 min, since 2026-03-02 03:00 UTC. As of 2026-03-02 03:45 UTC.
"""


def test_a_reply_to_the_customer() -> None:
    notice = render_notice("prepare.reply", "customer", story_of(*PATH[:6], minutes=90))
    assert notice.subject == "[Sev 1] Stockroom - correction released - INC-7f3k"
    assert notice.to == ("customer",)
    assert notice.cc == ("TAM", "CEO", "chief@acme.example")
    assert notice.body == REPLY


def test_a_notice_inside() -> None:
    notice = render_notice("prepare.verify", "internal", story_of(*PATH[:5]))
    assert notice.subject == "[INC-7f3k] candidate v1.4.3-rc1 is verified"
    assert (notice.to, notice.cc) == (("RM", "TAM"), ())
    assert notice.body == VERIFIED


@pytest.mark.parametrize("step", sorted(INTERNAL))
def test_every_notice_inside_renders(step: str) -> None:
    notice = render_notice(step, "internal", story_of(*PATH, REFUSED))
    assert notice.subject.startswith("[INC-7f3k] ")
    assert "Outage: 45 min" in notice.body


def test_a_refused_candidate_is_told_with_its_reason() -> None:
    notice = render_notice("candidate.refused", "internal", story_of(PULLS, MERGED, PICKED, CUT, REFUSED))
    assert notice.subject == "[INC-7f3k] candidate v1.4.3-rc1 is refused"
    assert "> the last page is @\u200bstill missing" in notice.body


@pytest.mark.parametrize("step", sorted(CUSTOMER))
@pytest.mark.parametrize("length", range(len(PATH) + 1))
def test_no_reply_says_what_is_ours_alone(step: str, length: int) -> None:
    bodies = (events.FixAttached(branch="fix/last-page"), *PATH[:length], REFUSED)
    notice = render_notice(step, "customer", story_of(*bodies))
    said = f"{notice.subject}\n{notice.body}"
    guard = Guard({"": (Term("repository", "acme/ops"), Term("branch", "release-1.4"))})
    guard.learn({"initech": [Term("name", "Initech")]})
    assert find_leaks(guard, [Passage("the reply", said, 1)], told(*bodies)) == ()
    assert "rc1" not in said


@pytest.mark.parametrize(
    ("bodies", "reason"),
    [
        ((), "the cause has not been found yet"),
        (
            (events.StepTicked(Place("investigate.cause"), Text("x")),),
            "the solution has not been decided yet",
        ),
        ((PULLS,), "the correction is still being reviewed"),
        ((PULLS, MERGED), "the correction still has to be brought to your version"),
        (
            (PULLS, MERGED, events.StepRefused(at("prepare.pick"), Text("conflict"))),
            "the correction does not fit your version as it is and has to be adapted",
        ),
        (PATH[:4], "the release candidate is still being verified"),
        (PATH[:5], "the verified candidate has not been released yet"),
        (PATH, "the upgrade of your staging environment has not been reported yet"),
    ],
)
def test_an_unknown_timeline_says_what_it_depends_on(bodies: tuple[Body, ...], reason: str) -> None:
    notice = render_notice("investigate.reply", "customer", story_of(*bodies))
    assert f"Anticipated timeline: not yet known, because {reason}.\n" in notice.body


def test_a_timeline_is_what_a_person_gave_last() -> None:
    notes = [
        events.NoteAdded("customer", Text(text), START)
        for text in ("timeline: by noon", "Timeline: Tuesday, 2 pm", "orders stand still")
    ]
    notice = render_notice("review.reply", "customer", story_of(*notes))
    assert "Anticipated timeline: Tuesday, 2 pm\n" in notice.body
    assert "> orders stand still\n" in notice.body
    assert "by noon" not in notice.body


@pytest.mark.parametrize("step", ["review.reply", "investigate.reply", "prepare.reply", "deploy.reply"])
def test_the_replies_that_need_a_timeline_have_one(step: str) -> None:
    assert "Anticipated timeline: " in render_notice(step, "customer", story_of()).body


@pytest.mark.parametrize(
    ("minutes", "notes", "needed"),
    [
        (60, (), False),
        (61, (), True),
        (300, (events.NoteAdded("mitigated", Text("restarted"), START + timedelta(minutes=30)),), False),
        (300, (events.NoteAdded("mitigated", Text("restarted"), START + timedelta(minutes=70)),), True),
    ],
)
def test_after_an_hour_of_outage_the_executive_is_in_the_loop(
    minutes: int, notes: tuple[Body, ...], needed: bool
) -> None:
    for step, audience in (("escalate.reply", "customer"), ("prepare.merge", "internal")):
        notice = render_notice(step, audience, story_of(*notes, minutes=minutes))  # type: ignore[arg-type]
        assert ("chief@acme.example" in notice.cc) is needed
        assert ("in the loop" in notice.body) is needed


def test_without_a_contact_nobody_is_said_to_be_in_the_loop() -> None:
    notice = render_notice("escalate.reply", "customer", story_of(minutes=90, contacts=Contacts()))
    assert "executive" not in notice.body
    assert notice.cc == ("TAM",)
    assert notice.warnings == (
        "the outage lasts over the limit and the settings name no contacts.executive: add them by hand",
    )


def test_a_reply_does_not_claim_what_is_not_done() -> None:
    notice = render_notice("resolve.reply", "customer", story_of(*PATH))
    assert "being watched" in notice.subject
    assert "We have not received your confirmation" in notice.body
    confirmed = events.StepTicked(Place("resolve.confirm"), Text("mail of 3 March"))
    assert "resolved" in render_notice("resolve.reply", "customer", story_of(*PATH, confirmed)).subject


def test_a_notice_that_there_is_not() -> None:
    with pytest.raises(InputError, match=r"no customer notice for prepare\.merge"):
        render_notice("prepare.merge", "customer", story_of())


def test_every_reply_of_the_playbook_has_a_notice() -> None:
    assert set(CUSTOMER) == {"release.failed", *(step.key for step in PLAYBOOK.steps if step.reply)}
