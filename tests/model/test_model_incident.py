"""The fold: whatever happened, in whatever order, adds up; and what each event means for the steps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.model import event as events
from relauto.model.acceptance import is_accepted
from relauto.model.door import judge_door
from relauto.model.event import KINDS, Event, locate
from relauto.model.facts import digest_facts, normalise
from relauto.model.gate import Held
from relauto.model.incident import FIX_STEPS, StepState, fold
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
ONE, TWO = Target("acme/stockroom", "release-1.0"), Target("acme/stockroom", "release-2.0")
MERGE, PICK = Place("prepare.merge"), Place("prepare.pick", ONE)
CANDIDATE, VERIFY = Place("prepare.candidate", ONE), Place("prepare.verify", ONE)
RELEASE, SEND = Place("prepare.release", ONE), Place("deploy.send", ONE)
OPENED = events.IncidentOpened(
    "INC-test", Text("Initech"), "1.0.0", START, START, (ONE,), "a" * 64, "b" * 64, "0.1"
)

keys = st.sampled_from([*FIX_STEPS, "deploy.send", "escalate.people", "investigate.qa-decision"])
places = st.builds(Place, keys, st.sampled_from([None, ONE, TWO]), st.integers(1, 2))
words = st.text(max_size=5)
texts = words.map(Text)
facts = st.dictionaries(words, st.one_of(words, st.integers(), st.lists(words, max_size=2)), max_size=2)
subjects = st.sampled_from(["a" * 40, "b" * 40])
sources = st.sampled_from(["", "http://h/acme/ops/issues/1#issuecomment-1", "http://h/acme/qa/issues/1"])
FIELDS = {
    "place": places,
    "target": st.sampled_from([ONE, TWO]),
    "facts": facts,
    "reason": texts,
    "evidence": texts,
    "text": texts,
    "subject": subjects,
    "commit": subjects,
    "source": sources,
    "pull": st.none() | st.integers(1, 9),
    "branch": st.none() | st.just("fix/crash"),
    "instruction": st.none() | texts,
    "number": st.integers(1, 9),
    "tag": st.sampled_from(["v1.0.1-rc1", "v1.0.1-rc2"]),
    "verdict": st.sampled_from(["pass", "fail"]),
    "by": st.sampled_from(["relauto", "others"]),
    "note": st.sampled_from(["mitigated", "regression", "decision", "customer"]),
    "happened_at": st.just(START),
    "until": st.just(START),
    "given_at": st.none() | st.just(START),
    "people": st.integers(1, 2),
    "hours": st.sampled_from([0, 24]),
    "author": st.just(Person("dev")),
    "whom": texts,
    "command": texts,
    "shown": st.sampled_from(["", "a" * 64]),
    "round": st.integers(1, 3),
    "holder_round": st.integers(1, 2),
    "plan": st.builds(events.Plan, st.sampled_from([ONE, TWO]), words, subjects, subjects, words),
}


def bodies_of(kind):
    if kind is events.IncidentOpened:
        return st.just(OPENED)
    return st.builds(kind, **{name: FIELDS.get(name, words) for name in kind.__struct_fields__})


bodies = st.one_of([bodies_of(kind) for kind in KINDS.values()])


def happened(*what):
    return [
        Event(number, str(number), START + timedelta(minutes=number), Person("robin-rm"), body)
        for number, body in enumerate(what, 1)
    ]


def after(*what):
    return fold(happened(OPENED, *what))


def proved(place, **facts):
    return events.StepProved(place, facts)


@given(st.lists(bodies, max_size=25))
def test_any_order_of_events_adds_up(what):
    incident = fold(happened(*what))
    assert incident.sequence == len(what)
    if incident.opened:
        assert {incident.state(place.step) for place in incident.steps} <= set(StepState)
    attached = sum(isinstance(body, events.FixAttached) for body in what)
    assert len(incident.fixes) + len(incident.withdrawn) == attached
    for place, door in incident.doors.items():
        reached = [body for body in what if isinstance(body, events.DoorReached) and body.place == place]
        assert (door.subject, door.facts) == (reached[-1].subject, reached[-1].facts)


@given(st.lists(bodies, max_size=20), st.integers(0, 20))
def test_a_fold_can_go_on_where_it_was(what, cut):
    incident = fold(happened(*what)[:cut])
    for event in happened(*what)[cut:]:
        incident.apply(event)
    assert incident == fold(happened(*what))


@given(st.sampled_from(sorted(KINDS)))
def test_every_kind_has_a_handler(kind):
    assert fold([]).sequence == 0
    assert KINDS[kind].kind == kind
    assert KINDS[kind].version >= 1


def test_a_journal_without_an_opening_is_no_incident():
    with pytest.raises(LookupError):
        assert fold([]).id


def test_a_further_fix_opens_what_covers_all_fixes():
    done = [proved(place) for place in (MERGE, PICK, CANDIDATE, VERIFY, RELEASE, SEND)]
    kept = events.StepTicked(Place("investigate.qa-decision"), Text("yes: x"))
    incident = after(*done, kept, events.FixAttached("fix/again"))
    assert set(incident.steps) == {SEND, kept.place}
    assert [str(fix) for fix in incident.fixes] == ["fix/again"]


def test_a_refused_candidate_opens_the_candidate_again():
    burned = events.CandidateRefused(VERIFY, "v1.0.1-rc1", "a" * 40, Text("it stops"))
    incident = after(proved(PICK), proved(CANDIDATE, tag="v1.0.1-rc1"), burned)
    assert incident.state("prepare.candidate") is StepState.OPEN
    assert incident.state("prepare.verify") is StepState.REFUSED
    assert incident.state("prepare.pick") is StepState.DONE
    assert incident.refused == [burned]


def test_reopening_a_verification_takes_its_refusal_back():
    burned = events.CandidateRefused(VERIFY, "v1.0.1-rc1", "a" * 40, Text("it stops"))
    other = events.CandidateRefused(Place("prepare.verify", TWO), "v2.0.1-rc1", "b" * 40, Text("it stops"))
    incident = after(burned, other, events.StepReopened(VERIFY, Text("a flaky check")))
    assert incident.refused == [other]
    assert incident.record(VERIFY) is None


@given(subjects, facts, subjects, facts)
def test_an_approval_counts_for_exactly_what_was_shown(subject, shown, asked, would_show):
    reached, again = events.DoorReached(MERGE, subject, shown), events.DoorReached(MERGE, asked, would_show)
    incident = after(reached, events.DoorApproved(MERGE, subject, "s"), again)
    assert judge_door(incident.doors[MERGE], START).is_open is ((subject, shown) == (asked, would_show))


def test_an_approval_is_worth_nothing_once_the_facts_changed():
    first = events.DoorReached(MERGE, "a" * 40, {"method": "squash"})
    approved = events.DoorApproved(MERGE, "a" * 40, "s")
    second = events.DoorReached(MERGE, "a" * 40, {"method": "merge"})
    assert not judge_door(after(first, approved, second).doors[MERGE], START).is_open
    back = after(first, approved, second, first)
    assert not judge_door(back.doors[MERGE], START).is_open
    assert judge_door(after(first, approved, first).doors[MERGE], START).is_open


def test_an_approval_of_a_door_that_was_not_reached_is_none():
    assert after(events.DoorApproved(MERGE, "a" * 40, "s")).doors == {}


def test_reopening_shuts_the_door():
    shown = events.DoorReached(MERGE, "a" * 40, {})
    incident = after(shown, events.DoorApproved(MERGE, "a" * 40, "s"), events.StepReopened(MERGE, Text("no")))
    assert (incident.doors, incident.steps) == ({}, {})


def test_a_step_shows_its_least_advanced_target():
    incident = fold(happened(OPENED))
    incident.opened = events.IncidentOpened(
        "INC-test", Text(""), "1", START, START, (ONE, TWO), "a", "b", "0.1"
    )
    for event in happened(proved(PICK)):
        incident.apply(event)
    assert incident.state("prepare.pick") is StepState.OPEN
    other = Place("prepare.pick", TWO)
    for event in happened(events.StepRefused(other, Text("conflict"))):
        incident.apply(event)
    assert incident.state("prepare.pick") is StepState.REFUSED
    for event in happened(proved(other)):
        incident.apply(event)
    assert incident.state("prepare.pick") is StepState.DONE


def test_a_newer_word_takes_the_place_of_a_proof():
    record = after(
        proved(VERIFY, tag="v1"), events.StepRefused(VERIFY, Text("open scope"), {"strangers": []})
    ).record(VERIFY)
    assert (record.state, record.facts) == (StepState.REFUSED, {"strangers": []})
    lost = after(proved(VERIFY, tag="v1"), events.StepLost(VERIFY, Text("gone"))).record(VERIFY)
    assert (lost.state, lost.facts, lost.reason) == (StepState.LOST, {"tag": "v1"}, "gone")


def test_the_words_of_a_tick_stay_when_it_is_proved():
    place = Place("investigate.qa-decision")
    incident = after(events.StepTicked(place, Text("yes: sure")), proved(place, verify=True))
    assert incident.record(place).reason == "yes: sure"


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("http://127.0.0.1:1/acme/ops/issues/1#issuecomment-2", "/acme/ops/issues/1#issuecomment-2"),
        ("https://github.com/acme/ops/issues/1", "/acme/ops/issues/1"),
        ("", ""),
    ],
)
def test_an_answer_is_known_whatever_the_server_is_called(source, where):
    assert locate(source) == where


@given(facts)
def test_facts_are_as_they_come_back(found):
    assert normalise(found) == found
    assert normalise({"t": (Text("x"), ONE.name)}) == {"t": ["x", "acme/stockroom"]}


def test_a_loss_that_was_accepted_counts_as_done_for_exactly_what_was_seen():
    seen = {"now": "the tag is gone"}
    lost = events.StepLost(CANDIDATE, Text("gone"), digest_facts(seen))
    accepted = events.StepAccepted(CANDIDATE, digest_facts(seen), Text("as it is"))
    incident = after(proved(CANDIDATE, tag="v1"), lost, accepted)
    record = incident.record(CANDIDATE)
    assert (record.state, record.facts, record.reason) == (StepState.DONE, {"tag": "v1"}, "as it is")
    assert is_accepted(incident, CANDIDATE, seen)
    assert not is_accepted(incident, CANDIDATE, {"now": "the tag has moved"})
    assert not is_accepted(incident, VERIFY, seen)
    assert [(each.kind, each.what) for each in incident.overrides] == [("loss accepted", str(CANDIDATE))]


def test_nobody_accepts_what_has_changed_since():
    lost = events.StepLost(CANDIDATE, Text("gone"), digest_facts({"now": "moved"}))
    accepted = events.StepAccepted(CANDIDATE, digest_facts({"now": "gone"}), Text("as it is"))
    incident = after(proved(CANDIDATE, tag="v1"), lost, accepted)
    assert incident.state("prepare.candidate") is StepState.LOST
    assert incident.overrides == []


@pytest.mark.parametrize(
    "further",
    [
        events.StepLost(CANDIDATE, Text("gone"), "c" * 64),
        events.StepReopened(CANDIDATE, Text("x")),
        proved(CANDIDATE, tag="v1"),
    ],
)
def test_an_accepted_loss_is_forgotten_when_the_step_goes_on(further):
    seen = {"now": "gone"}
    lost = events.StepLost(CANDIDATE, Text("gone"), digest_facts(seen))
    accepted = events.StepAccepted(CANDIDATE, digest_facts(seen), Text("as it is"))
    assert not is_accepted(after(proved(CANDIDATE), lost, accepted, further), CANDIDATE, seen)


def test_a_withdrawn_fix_opens_what_stood_on_it():
    one, two = events.FixAttached("fix/one"), events.FixAttached(pull=7)
    withdrawn = events.FixWithdrawn(Text("another mends it"), pull=7)
    incident = after(one, two, proved(MERGE), proved(VERIFY), proved(SEND), withdrawn)
    assert set(incident.steps) == {SEND}
    assert [str(fix) for fix in incident.fixes] == ["fix/one"]
    assert incident.revision_of(1) == 3
    assert [(each.kind, each.what) for each in incident.overrides] == [("fix withdrawn", "#7")]


def test_a_fix_that_is_not_attached_cannot_be_withdrawn():
    incident = after(events.FixAttached("fix/one"), proved(MERGE), events.FixWithdrawn(Text("x"), "fix/two"))
    assert (len(incident.fixes), set(incident.steps), incident.overrides) == (1, {MERGE}, [])


def test_a_waiver_lets_a_burned_candidate_be_judged_again():
    burned = events.CandidateRefused(VERIFY, "v1.0.1-rc1", "a" * 40, Text("red"))
    waived = events.GateWaived(VERIFY, "checks", "a" * 40, START, Text("the runner's disk"))
    incident = after(burned, waived)
    assert (incident.refused, incident.record(VERIFY)) == ([], None)
    other = after(burned, events.GateWaived(VERIFY, "checks", "b" * 40, START, Text("x")))
    assert (other.refused, other.state("prepare.verify")) == ([burned], StepState.REFUSED)


def test_the_commit_that_gates_are_about_is_known_since_it_was_first_seen():
    def waiting(reason, commit):
        return events.StepWaiting(MERGE, "CI", Text(reason), {"commit": commit, "gates": ["checks"]})

    incident = after(waiting("two checks", "a" * 40), waiting("one check", "a" * 40))
    assert incident.held[MERGE] == Held("a" * 40, START + timedelta(minutes=2))
    assert after(waiting("x", "a" * 40), waiting("x", "b" * 40)).held[MERGE].commit == "b" * 40


def test_a_desk_that_is_gone_is_given_up():
    opened = events.DeskOpened(4, "http://h/acme/ops/issues/4")
    assert after(opened, events.DeskAbandoned(Text("deleted"))).desk is None


def test_an_answer_that_does_not_count_is_settled():
    source = "http://h/acme/ops/issues/4#issuecomment-9"
    refused = events.AnswerRefused(Person("mallory"), Text("/approve"), Text("not entitled"), source)
    incident = after(refused)
    assert incident.unheard == {locate(source): (refused,)}
    assert locate(source) in incident.answered


FAILED = events.RoundStarted(2, Place("deploy.verify-production", ONE), Text("it hangs"))
PLANNED = events.Plan(ONE, "v1.0.1", "c" * 40, "c" * 40, "1.0.2")


def test_a_round_opens_what_has_rounds_and_keeps_what_was_proved():
    known = [proved(place) for place in (Place("escalate.channel"), MERGE, RELEASE, SEND)]
    ticked = [
        events.StepTicked(FAILED.place, Text("fine")),
        events.StepTicked(Place("resolve.monitor"), Text("x")),
    ]
    incident = after(*known, *ticked, FAILED)
    assert set(incident.steps) == {Place("escalate.channel"), MERGE, RELEASE, SEND}
    opened = ("prepare.merge", "prepare.release", "deploy.send", "resolve.monitor", FAILED.place.step)
    assert {incident.state(step) for step in opened} == {StepState.OPEN}
    assert incident.state("escalate.channel") is StepState.DONE
    assert incident.place("prepare.merge") == Place("prepare.merge", None, 2)
    assert incident.place("escalate.channel") == Place("escalate.channel")
    assert [note.kind for note in incident.notes] == ["regression"]


def test_a_step_shows_its_least_advanced_round():
    again = Place("prepare.verify", ONE, 2)
    waiting = events.StepWaiting(VERIFY, "QA", Text("asked"))
    assert after(waiting, FAILED, proved(again)).state("prepare.verify") is StepState.WAITING
    assert after(waiting, FAILED, proved(again)).state("prepare.verify", now=True) is StepState.DONE
    assert after(proved(VERIFY), FAILED).state("prepare.verify") is StepState.OPEN
    assert after(proved(VERIFY), FAILED, proved(again)).state("prepare.verify") is StepState.DONE


def test_a_fix_belongs_to_the_round_that_it_came_in():
    one, two = events.FixAttached("fix/one"), events.FixAttached("fix/two")
    incident = after(one, proved(MERGE), FAILED, two)
    assert [str(fix) for fix in incident.current_fixes] == ["fix/two"]
    assert MERGE in incident.steps, "a fix of round 2 takes nothing from round 1"


@given(st.lists(st.builds(events.RoundStarted, st.integers(1, 5), places, texts), max_size=12))
def test_rounds_begin_one_after_the_other(started):
    incident = after(*started)
    assert len(incident.rounds.failures) == incident.round - 1
    assert incident.round <= 1 + len({body.round for body in started})


@given(st.lists(bodies, max_size=20))
def test_a_fix_of_a_later_round_takes_nothing_from_the_earlier_ones(what):
    told = [OPENED, FAILED, *what]
    before, incident = fold(happened(*told)), fold(happened(*told, events.FixAttached("fix/new")))
    kept = {place: record for place, record in before.steps.items() if place.round < before.round}
    assert kept.items() <= incident.steps.items()


@pytest.mark.parametrize(
    ("body", "state", "holder"),
    [
        (events.PlanSettled(PLANNED, 1), "held", ""),
        (events.ReleaseAwaited(ONE, "INC-two", 1), "awaited", "INC-two"),
        (events.ReleaseJoined(PLANNED, 1, "INC-two", 1), "joined", "INC-two"),
    ],
)
def test_a_line_is_ours_or_somebody_elses(body, state, holder):
    claim = after(body).rounds.claim(ONE)
    assert (claim.state, claim.holder) == (state, holder)
    assert after(body, FAILED).rounds.claim(ONE) is None, "each round has a claim of its own"


def test_what_is_given_up_is_ours_no_more():
    freed = events.ReleaseFreed(ONE, "1.0.2", Text("a workaround helps"))
    assert after(events.PlanSettled(PLANNED, 1), freed).rounds.claim(ONE).state == "freed"
    other = events.ReleaseFreed(ONE, "1.0.9", Text("x"))
    assert after(events.PlanSettled(PLANNED, 1), other).rounds.claim(ONE).state == "held"


def test_lines_behind_are_those_of_the_current_round_as_last_told():
    first = events.LinesCompared(ONE, 1, ("release-2", "release-3"))
    later = events.LinesCompared(ONE, 1, ("release-3",))
    assert after(first).behind == [first]
    assert after(first, later).behind == [later]
    assert after(first, events.LinesCompared(ONE, 1)).behind == []
    assert after(first, FAILED).behind == []
    untold = events.LinesCompared(ONE, 1, unknown=("release-2",))
    assert after(untold).behind == [untold]
