"""When things are due. Pure: the moment that counts as now is passed in.

The clocks are kept apart: the outage's decides when the executive has to be in the loop, the
escalation's when the first reply is due, and the moment that counts as resolution, which the
playbook's anchors name, when the retrospective and the summary are. Elapsed time is counted in UTC,
so a change of daylight saving time changes no length.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import takewhile

from relauto.errors import InputError
from relauto.model.incident import SETTLED, Incident
from relauto.model.playbook import Executive, Limit, Playbook, Step
from relauto.model.target import Place

_SATURDAY = 5


def is_weekday(day: date) -> bool:
    """Return whether it is one of Monday to Friday."""
    return day.weekday() < _SATURDAY


@dataclass(frozen=True)
class Calendar:
    """Whose business days count: their time zone, and which days they work."""

    zone: tzinfo = UTC
    is_working_day: Callable[[date], bool] = is_weekday

    def add_business_days(self, moment: datetime, days: int) -> datetime:
        """Return the moment `days` business days later, at the same time of day, in UTC.

        Days that are not worked are passed over, the first one included: one business day after a
        Saturday afternoon is Monday afternoon.
        """
        local = moment.astimezone(self.zone)
        while days > 0:
            local += timedelta(days=1)
            days -= self.is_working_day(local.date())
        return local.astimezone(UTC)


EVERY_WEEKDAY = Calendar()


def places_of(incident: Incident, step: Step) -> tuple[Place, ...]:
    """Return where a step has to be done in the current round: once, or at every target."""
    if step.scope == "incident":
        return (incident.place(step.key),)
    return tuple(incident.place(step.key, target) for target in incident.targets)


def settled_at(incident: Incident, step: Step) -> datetime | None:
    """Return when a step was settled at the last of its places, or None while it is not."""
    records = [incident.record(place) for place in places_of(incident, step)]
    settled = [record.at for record in records if record and record.state in SETTLED]
    return max(settled) if records and len(settled) == len(records) else None


def anchor_at(incident: Incident, playbook: Playbook, step: Step, anchor: str) -> datetime | None:
    """Return the moment that an anchor of a step's limit stands for, or None before it has come.

    Raises:
        KeyError: the playbook has no such anchor; `parse_playbook` lets none through.
    """
    if anchor == "outage":
        return incident.opening.outage_started_at
    if anchor == "escalation":
        return incident.opening.escalated_at
    if anchor == "stage":
        others = [other for other in playbook.stage_of(step.key).steps if other.key != step.key]
        settled = [settled_at(incident, other) for other in others]
        known = [moment for moment in settled if moment]
        return max(known) if known and len(known) == len(settled) else None
    return settled_at(incident, playbook.step(playbook.anchors[anchor]))


def _reach(
    incident: Incident, playbook: Playbook, step: Step, limit: Limit | None, calendar: Calendar
) -> datetime | None:
    start = anchor_at(incident, playbook, step, limit.since) if limit else None
    if limit is None or start is None:
        return None
    return calendar.add_business_days(start + limit.elapsed, limit.business_days)


def due_at(
    incident: Incident, playbook: Playbook, step: Step, calendar: Calendar = EVERY_WEEKDAY
) -> datetime | None:
    """Return by when a step shall be done; None without a deadline, or before its anchor has come."""
    return _reach(incident, playbook, step, step.deadline, calendar)


def earliest_at(
    incident: Incident, playbook: Playbook, step: Step, calendar: Calendar = EVERY_WEEKDAY
) -> datetime | None:
    """Return before when a step cannot be done; None where nothing says so, or not yet.

    A regression that happened after the anchor starts the time again.
    """
    reached = _reach(incident, playbook, step, step.earliest, calendar)
    if reached is None or step.earliest is None:
        return None
    regressions = [note.happened_at for note in incident.notes if note.kind == "regression"]
    restarts = [
        calendar.add_business_days(moment + step.earliest.elapsed, step.earliest.business_days)
        for moment in regressions
    ]
    return max([reached, *restarts])


def refuse_early(incident: Incident, playbook: Playbook, step: Step, moment: datetime) -> None:
    """Refuse that a step is done at a moment that is too early for it.

    Raises:
        InputError: it is before `earliest_at`, or what that counts from has not come.
    """
    if step.earliest is None:
        return
    earliest = earliest_at(incident, playbook, step)
    if earliest and moment >= earliest.replace(second=0, microsecond=0):
        return
    since = playbook.anchors.get(step.earliest.since, step.earliest.since)
    when = f"{earliest:%Y-%m-%dT%H:%MZ}, counted from {since}" if earliest else f"{since} is"
    raise InputError(
        f"{step.key} cannot be done before {when}",
        todo=f"tick it then, or give the reason why nobody waits: relauto skip {step.key} --reason …",
    )


@dataclass(frozen=True)
class Overdue:
    """A step that is not settled although it was due.

    `begun` is the automated step of a later stage that began before it, where that alone made it due.
    """

    step: Step
    due: datetime
    late: timedelta
    begun: str = ""


def overdue(
    incident: Incident, playbook: Playbook, now: datetime, calendar: Calendar = EVERY_WEEKDAY
) -> tuple[Overdue, ...]:
    """Return the steps that are late at `now`, in the playbook's order.

    The stages before the first that relauto works in hold nothing up: what is open there is due once an
    automated step of a later stage has begun, even where its own limit has not come or it has none.
    """
    found = []
    begun = find_begun(incident, playbook)
    early = list_early(playbook)
    for step in playbook.steps:
        if settled_at(incident, step) is not None:
            continue
        due = due_at(incident, playbook, step, calendar)
        if due and now > due:
            found.append(Overdue(step, due, now - due))
        elif begun and step in early and begun[1] <= now:
            found.append(Overdue(step, begun[1], now - begun[1], begun[0]))
    return tuple(found)


def list_early(playbook: Playbook) -> tuple[Step, ...]:
    """Return the steps of the stages before the first with an automated step."""
    stages = takewhile(lambda stage: not any(step.automated for step in stage.steps), playbook.stages)
    return tuple(step for stage in stages for step in stage.steps)


def find_begun(incident: Incident, playbook: Playbook) -> tuple[str, datetime] | None:
    """Return the automated step that began first, and when; None before one has."""
    begun = [(step.key, incident.begun[step.key]) for step in playbook.steps if _has_begun(incident, step)]
    return min(begun, key=lambda pair: pair[1], default=None)


def _has_begun(incident: Incident, step: Step) -> bool:
    return step.automated and step.key in incident.begun


def outage_end(incident: Incident) -> datetime | None:
    """Return when the outage ended: the newest mitigation on record, unless a regression followed."""
    notes = [note for note in incident.notes if note.kind in {"mitigated", "regression"}]
    newest = max(notes, key=lambda note: note.happened_at, default=None)
    return newest.happened_at if newest and newest.kind == "mitigated" else None


def outage_length(incident: Incident, now: datetime) -> timedelta:
    """Return how long the customer has been, or was, down. It counts from the start of the outage."""
    return (outage_end(incident) or now) - incident.opening.outage_started_at


def executive_needed(started_at: datetime, now: datetime, rule: Executive | None = None) -> bool:
    """Return whether every reply needs the executive in the loop: the outage lasts over the limit.

    Args:
        started_at: when the outage began (not when it was escalated).
        now: the moment of the reply, or the end of the outage where that came before.
        rule: the playbook's; one hour without.
    """
    minutes = rule.outage_minutes if rule else 60
    return now - started_at > timedelta(minutes=minutes)
