"""What is left to read afterwards: the page, the retrospective's draft, the customer's summary."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from relauto.comms.guard import find_leaks
from relauto.comms.story import tell
from relauto.guard.guard import Guard, Passage
from relauto.guard.terms import Term
from relauto.model import event as events
from relauto.model.event import Body
from relauto.model.incident import fold
from relauto.model.playbook import load_playbook
from relauto.model.target import Place
from relauto.model.words import Person, Text
from relauto.report.page import render_page
from relauto.report.retrospective import render_retrospective
from relauto.report.summary import render_summary
from relauto.report.timeline import list_entries, measure_stages, measure_waits
from relauto.settings.options import Contacts
from tests.comms.world import PATH, PICK, START, TARGET, at, happen, told

PLAYBOOK = load_playbook()[0]
NOW = START + timedelta(hours=2)
BODIES: tuple[Body, ...] = (
    events.FixAttached(branch="fix/last-page"),
    PATH[0],
    events.StepWaiting(Place("prepare.merge"), "RM", Text("approval")),
    *PATH[1:4],
    events.CandidateRefused(
        at("prepare.candidate"), "v1.4.3-rc1", PICK, Text("<script>alert(1)</script> | @all")
    ),
    events.CommitAccepted(TARGET, "8" * 40, Text("harmless"), "source"),
    *PATH[3:],
    events.NoticeDrafted(at("deploy.send"), 1, "internal", "notices/01-deploy.send-internal.md", "7" * 64),
    events.NoteAdded("mitigated", Text("restarted the pool"), START + timedelta(minutes=16, seconds=30)),
    events.StepWaiting(at("deploy.upgrade-staging"), "TAM", Text("the customer's window")),
)


LACKING = events.LinesCompared(TARGET, 1, ("release-1.5", "release-2"))
UNKNOWN = events.LinesCompared(TARGET, 1, (), ("release-2",))


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (LACKING, "Newer than release-1.4 and without the fix: release-1.5 and release-2."),
        (UNKNOWN, "Whether release-2 got the fix cannot be told."),
        (events.LinesCompared(TARGET, 1), "Every supported line that is newer than release-1.4 has the fix."),
    ],
)
def test_the_timeline_tells_how_newer_lines_stand(body: Body, what: str) -> None:
    assert list_entries(happen(body))[-1].what == what


def summary(*bodies: Body) -> str:
    story = tell(told(*bodies), PLAYBOOK, now=NOW, contacts=Contacts(), product="Stockroom")
    return render_summary(story)


SUMMARY = """\
# Incident summary: Stockroom

Draft as of 2026-03-02 05:00 UTC. It holds what is on record; what is not known is marked so.

| what | which |
| --- | --- |
| incident | `INC-7f3k` |
| severity | 1 |
| installed version | `1.4.2` |
| version with the correction | `1.4.3` |
| outage | 16 min |

## What happened

Stockroom 1.4.2 was down for you from 2026-03-02 03:00 UTC to 2026-03-02 03:16 UTC.

Its effect on your users and data: not known.

## Timeline

| when | what |
| --- | --- |
| 2026-03-02 03:00 UTC | The outage began |
| 2026-03-02 03:10 UTC | It was escalated to our engineers |
| 2026-03-02 03:15 UTC | The correction was reviewed and accepted |
| 2026-03-02 03:16 UTC | The correction was brought to your version |
| 2026-03-02 03:16 UTC | The outage was mitigated |
| 2026-03-02 03:20 UTC | The release candidate was built |
| 2026-03-02 03:21 UTC | The release candidate was verified |
| 2026-03-02 03:22 UTC | The release was published |
| 2026-03-02 03:23 UTC | The release was handed to you |
| not yet | Your staging environment was upgraded |
| not yet | The correction was verified in your staging environment |
| not yet | Your production environment was upgraded |
| not yet | The correction was verified in your production environment |
| not yet | The correction had been watched for 24 hours |
| not yet | You confirmed the resolution |

## Cause

Not known from the record. A person who knows it writes it here.

## Correction

Version `1.4.3` is exactly the build that was verified before it was released.

- `stockroom.pyz`: SHA-256 `cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc`

## What follows

Your confirmation of the resolution is outstanding.
What we do so that it does not happen again: not known yet.
"""

RETROSPECTIVE = """\
# Retrospective of INC-7f3k

Status: draft, made from the journal as of 2026-03-02 05:00 UTC. Internal.

Stockroom 1.4.2 at Globex was down from 2026-03-02 03:00 UTC to 2026-03-02 03:16 UTC, 16 min. It was escalated 2026-03-02 03:10 UTC. 7 of 40 steps are settled.

## How long it took

| stage | from | to | length |
| --- | --- | --- | --- |
| Investigate | 2026-03-02 03:13 UTC | not finished | 1 h 47 min |
| Prepare the release | 2026-03-02 03:14 UTC | not finished | 1 h 46 min |
| Deploy | 2026-03-02 03:23 UTC | not finished | 1 h 37 min |

## What went wrong

- 2026-03-02 03:18 UTC: The candidate v1.4.3-rc1 was refused. &lt;\u200bscript&gt;alert(1)&lt;\u200b/script&gt; \\| @\u200ball

## What was waited for

- prepare.merge for RM: 1 min
- deploy.upgrade-staging on acme/stockroom@\u200brelease-1.4 for TAM: 1 h 34 min, still

## Promises not kept

- Tell the customer that we are on it: due 2026-03-02 03:40 UTC, 1 h 20 min late
- Tell the customer that the release is ready: due 2026-03-02 03:52 UTC, 1 h 8 min late

## What people decided

- `8888888888888888888888888888888888888888` on `acme/stockroom@release-1.4` was accepted by relauto-bot: harmless

## Open questions

- What was the root cause? The journal names none.
- Has the customer confirmed the resolution? No confirmation is on record.
- Which timeline was the customer given? None is on record.
- Why did the refused candidates get as far as their verification?
- Why did the line hold commits that were no part of the fix?
- How was it detected, and could it have been found earlier?
- What went well, and what was luck?
- Which actions follow: to mitigate, to prevent, to detect? Each with an owner and a date.

## Timeline

| when | who | what |
| --- | --- | --- |
| 2026-03-02 03:11 UTC | relauto-bot | The incident was opened for acme/stockroom@\u200brelease-1.4; installed is 1.4.2. |
| 2026-03-02 03:12 UTC | relauto-bot | A fix was attached: branch fix/last-page. |
| 2026-03-02 03:13 UTC | relauto-bot | investigate.pr is done. |
| 2026-03-02 03:14 UTC | relauto-bot | prepare.merge waits for RM. approval |
| 2026-03-02 03:15 UTC | relauto-bot | prepare.merge is done. |
| 2026-03-02 03:16 UTC | relauto-bot | prepare.pick on acme/stockroom@\u200brelease-1.4 is done. |
| 2026-03-02 03:16 UTC | relauto-bot | Note (mitigated). restarted the pool |
| 2026-03-02 03:17 UTC | relauto-bot | prepare.candidate on acme/stockroom@\u200brelease-1.4 is done. |
| 2026-03-02 03:18 UTC | relauto-bot | The candidate v1.4.3-rc1 was refused. &lt;\u200bscript&gt;alert(1)&lt;\u200b/script&gt; \\| @\u200ball |
| 2026-03-02 03:19 UTC | relauto-bot | The commit 8888888888 on acme/stockroom@\u200brelease-1.4 was accepted. harmless |
| 2026-03-02 03:20 UTC | relauto-bot | prepare.candidate on acme/stockroom@\u200brelease-1.4 is done. |
| 2026-03-02 03:21 UTC | relauto-bot | prepare.verify on acme/stockroom@\u200brelease-1.4 is done. |
| 2026-03-02 03:22 UTC | relauto-bot | prepare.release on acme/stockroom@\u200brelease-1.4 is done. |
| 2026-03-02 03:23 UTC | relauto-bot | deploy.send on acme/stockroom@\u200brelease-1.4 is done. |
| 2026-03-02 03:24 UTC | relauto-bot | A notice was drafted for deploy.send (internal). |
| 2026-03-02 03:26 UTC | relauto-bot | deploy.upgrade-staging on acme/stockroom@\u200brelease-1.4 waits for TAM. the customer's window |
"""  # noqa: E501


def test_the_customers_summary_is_whole() -> None:
    assert summary(*BODIES) == SUMMARY


def test_the_customers_summary_names_nobody_and_no_branch() -> None:
    private = ("Initech", "release-1.4", "fix/last-page", "restarted the pool")
    guard = Guard({"": tuple(Term("note", each) for each in private)})
    assert find_leaks(guard, [Passage("the summary", SUMMARY, 1)], told(*BODIES)) == ()


def test_the_summary_says_what_is_not_known() -> None:
    text = summary()
    assert "| outage | 2 h, not known to be over |" in text
    assert "| version with the correction | not known |" in text
    assert "No release with the correction has been published yet." in text
    assert "| not yet | You confirmed the resolution |" in text


def test_the_retrospective_is_whole() -> None:
    assert render_retrospective(happen(*BODIES), PLAYBOOK, now=NOW, product="Stockroom") == RETROSPECTIVE


class Elements(HTMLParser):
    """The tags of a page, open ones and all addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in {"href", "src", "srcset", "action"}
        ]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in {"meta", "br", "link", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_self_contained_and_well_formed() -> None:
    page = render_page(happen(*BODIES), PLAYBOOK, now=NOW, product="Stockroom")
    elements = Elements()
    elements.feed(page)
    assert elements.open == []
    assert not {"script", "link", "img", "iframe", "object"} & set(elements.seen)
    assert all(address.startswith("http://127.0.0.1:8000/acme/stockroom/") for address in elements.addresses)
    assert not re.search(r"url\(|@import", page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_shows_everything_that_a_reader_looks_for() -> None:
    page = render_page(happen(*BODIES), PLAYBOOK, now=NOW, product="Stockroom")
    for step in PLAYBOOK.steps:
        assert f"<code>{step.key}</code>" in page
    for shown in ("v1.4.3-rc1", "c" * 64, "5" * 64, "notices/01-deploy.send-internal.md", "8" * 40, "Globex"):
        assert shown in page


def test_every_kind_of_event_has_its_sentence() -> None:
    entries = list_entries(happen(*BODIES))
    assert [entry.what for entry in entries[:3]] == [
        "The incident was opened for acme/stockroom@release-1.4; installed is 1.4.2.",
        "A fix was attached: branch fix/last-page.",
        "investigate.pr is done.",
    ]
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert set(events.KINDS) == set(list_entries.__globals__["_SENTENCES"])


def test_waits_and_stages_are_measured_from_the_events() -> None:
    happened = happen(*BODIES)
    waits = measure_waits(happened, NOW)
    assert [(span.name, span.end is None) for span in waits] == [
        ("prepare.merge for RM", False),
        ("deploy.upgrade-staging on acme/stockroom@release-1.4 for TAM", True),
    ]
    assert waits[0].length == timedelta(minutes=1)
    stages = {span.name: span for span in measure_stages(happened, PLAYBOOK, NOW)}
    assert list(stages) == ["Investigate", "Prepare the release", "Deploy"]
    assert all(span.end is None for span in stages.values())


def test_a_stage_whose_steps_are_all_settled_has_an_end() -> None:
    steps = [step.key for step in PLAYBOOK.stages[0].steps]
    happened = happen(*(events.StepTicked(Place(step), Text("x")) for step in steps))
    (span,) = measure_stages(happened, PLAYBOOK, NOW)
    assert (span.end, span.length) == (happened[-1].at, timedelta(minutes=len(steps) - 1))


def test_erased_people_and_words_stay_erased() -> None:
    happened = happen(events.NoteAdded("decision", Text(erased=True), START))
    page = render_page(happened, PLAYBOOK, now=NOW)
    assert '<span class="words">(erased)</span>' in page
    nobody = [events.Event(e.sequence, e.id, e.at, Person(erased=True), e.body) for e in happened]
    assert "<td>(erased)</td>" in render_page(nobody, PLAYBOOK, now=NOW)
    assert fold(nobody).id == "INC-7f3k"
