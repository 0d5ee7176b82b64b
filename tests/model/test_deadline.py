"""Clocks: the outage's, the escalation's, and those that start when something was done."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from relauto.errors import InputError
from relauto.model.deadline import (
    Calendar,
    due_at,
    earliest_at,
    executive_needed,
    outage_end,
    outage_length,
    overdue,
    refuse_early,
    settled_at,
)
from relauto.model.event import (
    Body,
    Event,
    IncidentOpened,
    NoteAdded,
    RoundStarted,
    StepIntended,
    StepProved,
    StepReopened,
    StepSkipped,
    StepTicked,
)
from relauto.model.incident import Incident
from relauto.model.playbook import Executive, Playbook, load_playbook
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text

OUTAGE = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
ESCALATED = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
ONE, TWO = Target("acme/stockroom", "release-1.4"), Target("acme/stockroom", "release-1.3")


class Diary:
    """An incident, told moment by moment."""

    def __init__(self, *targets: Target) -> None:
        self.incident = Incident()
        self.at(
            ESCALATED,
            IncidentOpened(
                "INC-1", Text("U"), "1.4.2", OUTAGE, ESCALATED, targets or (ONE,), "a" * 64, "b" * 64, "0.1"
            ),
        )

    def at(self, moment: datetime, body: Body) -> None:
        number = self.incident.sequence + 1
        self.incident.apply(Event(number, f"{number}", moment, Person("robin-rm"), body))

    def tick(self, moment: datetime, *keys: str, target: Target | None = None) -> None:
        for key in keys:
            self.at(moment, StepTicked(Place(key, target), Text("seen")))

    def note(self, kind: str, moment: datetime) -> None:
        self.at(moment, NoteAdded(kind, Text("x"), moment))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return load_playbook()[0]


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), 1, datetime(2026, 3, 3, 9, tzinfo=UTC)),
        (FRIDAY, 1, datetime(2026, 3, 9, 15, tzinfo=UTC)),
        (FRIDAY, 3, datetime(2026, 3, 11, 15, tzinfo=UTC)),
        (datetime(2026, 3, 7, 15, tzinfo=UTC), 1, datetime(2026, 3, 9, 15, tzinfo=UTC)),
        (datetime(2026, 3, 8, 15, tzinfo=UTC), 2, datetime(2026, 3, 10, 15, tzinfo=UTC)),
        (FRIDAY, 0, FRIDAY),
    ],
)
def test_business_days_pass_over_weekends(start: datetime, days: int, end: datetime) -> None:
    assert Calendar().add_business_days(start, days) == end


def test_what_is_open_in_the_first_stages_is_overdue_once_a_later_one_has_begun(playbook: Playbook) -> None:
    diary = Diary()
    began = ESCALATED + timedelta(minutes=10)
    diary.tick(ESCALATED, "escalate.channel", "investigate.areas")
    assert overdue(diary.incident, playbook, began) == ()
    diary.at(began, StepIntended(Place("investigate.pr"), "open-pull:fix", {}))
    diary.tick(began, "gather.pin")
    early = [step.key for stage in playbook.stages[:3] for step in stage.steps]
    left = [key for key in early if key not in ("escalate.channel", "gather.pin")]
    late = overdue(diary.incident, playbook, began + timedelta(minutes=5))
    assert [each.step.key for each in late] == left
    assert {(each.due, each.late, each.begun) for each in late} == {
        (began, timedelta(minutes=5), "investigate.pr")
    }


def test_a_limit_that_was_passed_before_a_later_stage_began_is_what_counts(playbook: Playbook) -> None:
    diary = Diary()
    diary.at(ESCALATED + hours(1), StepProved(Place("prepare.merge"), {"pulls": []}))
    late = {each.step.key: each for each in overdue(diary.incident, playbook, ESCALATED + hours(2))}
    assert (late["escalate.reply"].late, late["escalate.reply"].begun) == (hours(1.5), "")
    assert (late["escalate.call"].late, late["escalate.call"].begun) == (hours(1), "prepare.merge")
    assert "investigate.areas" not in late


def test_business_days_are_those_of_the_zone() -> None:
    """Friday 23:00 in UTC is Saturday in Tokyo; and 9:00 in Berlin stays 9:00 across a change of clocks."""
    late = datetime(2026, 3, 6, 23, tzinfo=UTC)
    assert Calendar().add_business_days(late, 1) == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert Calendar(ZoneInfo("Asia/Tokyo")).add_business_days(late, 1) == datetime(2026, 3, 8, 23, tzinfo=UTC)
    before = datetime(2026, 3, 27, 8, tzinfo=UTC)
    assert Calendar(ZoneInfo("Europe/Berlin")).add_business_days(before, 1) == datetime(
        2026, 3, 30, 7, tzinfo=UTC
    )


def test_days_that_are_not_worked_can_be_named() -> None:
    calendar = Calendar(is_working_day=lambda day: day.weekday() < 5 and day != date(2026, 3, 9))
    assert calendar.add_business_days(FRIDAY, 1) == datetime(2026, 3, 10, 15, tzinfo=UTC)


def test_the_first_reply_is_due_from_the_escalation(playbook: Playbook) -> None:
    diary = Diary()
    step = playbook.step("escalate.reply")
    assert due_at(diary.incident, playbook, step) == ESCALATED + timedelta(minutes=30)
    late = ESCALATED + timedelta(minutes=45)
    assert [(late_.step.key, late_.late) for late_ in overdue(diary.incident, playbook, late)] == [
        ("escalate.reply", timedelta(minutes=15))
    ]
    assert overdue(diary.incident, playbook, ESCALATED + timedelta(minutes=30)) == ()
    diary.tick(late, "escalate.reply")
    assert overdue(diary.incident, playbook, late + hours(1)) == ()


def test_a_reply_is_due_when_its_stage_is_settled(playbook: Playbook) -> None:
    diary = Diary()
    step = playbook.step("review.reply")
    keys = [other.key for other in playbook.stage_of("review.reply").steps if other.key != step.key]
    diary.tick(ESCALATED + hours(2), *keys[1:])
    assert due_at(diary.incident, playbook, step) is None
    diary.at(ESCALATED + hours(3), StepSkipped(Place(keys[0]), Text("no time")))
    assert due_at(diary.incident, playbook, step) == ESCALATED + hours(3.5)


def test_the_retrospective_is_due_from_the_confirmation(playbook: Playbook) -> None:
    diary = Diary()
    steps = [playbook.step(key) for key in ("retro.meeting", "retro.draft", "retro.send")]
    assert [due_at(diary.incident, playbook, step) for step in steps] == [None, None, None]
    diary.tick(FRIDAY, "resolve.confirm")
    due = [due_at(diary.incident, playbook, step) for step in steps]
    assert due == [datetime(2026, 3, day, 15, tzinfo=UTC) for day in (9, 10, 11)]
    late = [
        found.step.key for found in overdue(diary.incident, playbook, datetime(2026, 3, 10, 16, tzinfo=UTC))
    ]
    assert late == ["escalate.reply", "retro.meeting", "retro.draft"]


def test_the_watch_begins_with_the_last_production_change(playbook: Playbook) -> None:
    diary = Diary(ONE, TWO)
    step = playbook.step("resolve.monitor")
    upgrade = "deploy.upgrade-production"
    diary.tick(ESCALATED + hours(5), upgrade, target=ONE)
    assert settled_at(diary.incident, playbook.step(upgrade)) is None
    assert earliest_at(diary.incident, playbook, step) is None
    diary.tick(ESCALATED + hours(7), upgrade, target=TWO)
    assert earliest_at(diary.incident, playbook, step) == ESCALATED + hours(31)
    diary.note("regression", ESCALATED + hours(9))
    assert earliest_at(diary.incident, playbook, step) == ESCALATED + hours(33)
    diary.note("regression", ESCALATED + hours(1))
    assert earliest_at(diary.incident, playbook, step) == ESCALATED + hours(33)
    diary.at(ESCALATED + hours(10), StepReopened(Place(upgrade, ONE), Text("rolled back")))
    assert earliest_at(diary.incident, playbook, step) is None
    assert due_at(diary.incident, playbook, step) is None


def test_a_step_is_refused_before_its_time_has_come(playbook: Playbook) -> None:
    diary, watch = Diary(), playbook.step("resolve.monitor")
    refuse_early(diary.incident, playbook, playbook.step("resolve.confirm"), ESCALATED)
    with pytest.raises(InputError) as caught:
        refuse_early(diary.incident, playbook, watch, ESCALATED + hours(99))
    assert caught.value.what == "resolve.monitor cannot be done before deploy.upgrade-production is"
    diary.tick(ESCALATED + hours(5), "deploy.upgrade-production", target=ONE)
    diary.note("regression", ESCALATED + hours(9))
    with pytest.raises(InputError) as caught:
        refuse_early(diary.incident, playbook, watch, ESCALATED + hours(32.9))
    assert str(caught.value) == (
        f"resolve.monitor cannot be done before {ESCALATED + hours(33):%Y-%m-%dT%H:%MZ}, counted from "
        "deploy.upgrade-production\n"
        "  tick it then, or give the reason why nobody waits: relauto skip resolve.monitor --reason …"
    )
    refuse_early(diary.incident, playbook, watch, ESCALATED + hours(33))


def test_the_watch_begins_anew_with_the_next_round(playbook: Playbook) -> None:
    diary, step = Diary(), playbook.step("resolve.monitor")
    upgrade, verify = Place("deploy.upgrade-production", ONE), Place("deploy.verify-production", ONE)
    diary.at(ESCALATED + hours(5), StepTicked(upgrade, Text("it says 1.4.3")))
    diary.note("mitigated", ESCALATED + hours(5))
    assert outage_end(diary.incident) == ESCALATED + hours(5)
    diary.at(ESCALATED + hours(6), RoundStarted(2, verify, Text("it hangs again")))
    assert earliest_at(diary.incident, playbook, step) is None
    assert outage_end(diary.incident) is None, "the customer is down again"
    again = Place(upgrade.step, ONE, 2)
    diary.at(ESCALATED + hours(9), StepTicked(again, Text("it says 1.4.4")))
    assert earliest_at(diary.incident, playbook, step) == ESCALATED + hours(33)


def test_steps_without_a_limit_have_no_moment(playbook: Playbook) -> None:
    diary = Diary()
    step = playbook.step("prepare.pick")
    assert due_at(diary.incident, playbook, step) is None
    assert earliest_at(diary.incident, playbook, step) is None


def test_the_outage_counts_until_it_is_mitigated() -> None:
    diary = Diary()
    now = OUTAGE + hours(4)
    assert outage_end(diary.incident) is None
    assert outage_length(diary.incident, now) == hours(4)
    diary.note("mitigated", OUTAGE + hours(2))
    assert outage_length(diary.incident, now) == hours(2)
    diary.note("regression", OUTAGE + hours(3))
    assert outage_length(diary.incident, now) == hours(4)
    diary.note("mitigated", OUTAGE + hours(3.5))
    diary.note("decision", OUTAGE + hours(3.7))
    assert outage_length(diary.incident, now) == hours(3.5)


def test_the_executive_is_needed_after_more_than_an_hour_of_outage() -> None:
    assert not executive_needed(OUTAGE, OUTAGE + hours(1))
    assert executive_needed(OUTAGE, OUTAGE + hours(1) + timedelta(seconds=1))
    assert executive_needed(OUTAGE, OUTAGE + timedelta(minutes=31), Executive("CEO", 30))
    berlin = (OUTAGE + hours(1)).astimezone(ZoneInfo("Europe/Berlin"))
    assert not executive_needed(OUTAGE, berlin)
