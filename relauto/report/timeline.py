"""The journal told in sentences, one for each event, and how long things took."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from relauto.comms.wording import enumerate_words, format_moment, shorten
from relauto.counting import name_count
from relauto.model import event as events
from relauto.model.event import Event
from relauto.model.playbook import Playbook
from relauto.model.rounds import has_rounds
from relauto.model.target import Place
from relauto.model.words import Person, Text

_ENDS = (events.StepProved, events.StepTicked, events.StepSkipped, events.StepRefused, events.StepReopened)
_SETTLES = (events.StepProved, events.StepTicked, events.StepSkipped)


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `at` in UTC, `who` a login, `what` a sentence, `words` a person's own."""

    at: datetime
    who: Person
    what: str
    words: Text


@dataclass(frozen=True)
class Span:
    """How long something took: from `start` to `end`, or until now where `end` is None."""

    name: str
    start: datetime
    end: datetime | None
    length: timedelta


def list_entries(happened: Iterable[Event]) -> tuple[Entry, ...]:
    """Return a sentence for every event, by the moment it happened.

    A note stands at the moment it tells about, not at the one it was written.
    """
    entries = [_describe(event) for event in happened]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def measure_stages(happened: Sequence[Event], playbook: Playbook, now: datetime) -> tuple[Span, ...]:
    """Return how long each stage took in each round: from its first event to its last step's settling.

    Stages without an event are left out; one whose steps are not all settled has no end, or the end of
    its round.
    """
    begun = [event.at for event in happened if isinstance(event.body, events.RoundStarted)]
    spans = []
    for stage in playbook.stages:
        keys = {step.key for step in stage.steps}
        for number in range(1, len(begun) + 2):
            own = [event for event in happened if _step_of(event) in keys and _round_of(event) == number]
            if not own:
                continue
            settled = [event for event in own if isinstance(event.body, _SETTLES)]
            whole = {_step_of(event) for event in settled} == keys
            over = begun[number - 1] if number <= len(begun) and has_rounds(_step_of(own[0])) else None
            end = settled[-1].at if whole else over
            title = stage.title + (f" (round {number})" if number > 1 else "")
            spans.append(Span(title, own[0].at, end, (end or now) - own[0].at))
    return tuple(spans)


def measure_waits(happened: Iterable[Event], now: datetime) -> tuple[Span, ...]:
    """Return every time a step waited for somebody, in the order in which the waits began."""
    begun: dict[Place, tuple[datetime, str]] = {}
    spans: list[Span] = []
    for event in happened:
        body = event.body
        if isinstance(body, events.StepWaiting):
            begun.setdefault(body.place, (event.at, body.whom))
        elif isinstance(body, _ENDS) and body.place in begun:
            start, whom = begun.pop(body.place)
            spans.append(Span(f"{body.place} for {whom}", start, event.at, event.at - start))
    for place, (start, whom) in begun.items():
        spans.append(Span(f"{place} for {whom}", start, None, now - start))
    return tuple(sorted(spans, key=lambda span: span.start))


def _step_of(event: Event) -> str:
    place = getattr(event.body, "place", None)
    return place.step if isinstance(place, Place) else ""


def _round_of(event: Event) -> int:
    place = getattr(event.body, "place", None)
    return place.round if isinstance(place, Place) and has_rounds(place.step) else 1


def _describe(event: Event) -> Entry:
    body = event.body
    what = _SENTENCES[body.kind](body)
    at = body.happened_at if isinstance(body, events.NoteAdded) else event.at
    return Entry(at, event.actor, what, _words_of(body))


def _words_of(body: events.Body) -> Text:
    for name in ("reason", "evidence", "text"):
        words = getattr(body, name, None)
        if isinstance(words, Text):
            return words
    return Text()


_ORDERS = {
    "main-first": "",
    "line-first": "; the fix goes to the line first",
    "line-only": "; the fix goes to the line alone",
}


def _opened(body: events.IncidentOpened) -> str:
    lines = enumerate_words([str(target) for target in body.targets])
    on_behalf = f", on behalf of {body.on_behalf}" if body.on_behalf else ""
    return (
        f"The incident was opened for {lines}; installed is {body.installed}{_ORDERS[body.order]}{on_behalf}."
    )


def _compared(body: events.LinesCompared) -> str:
    if body.lacking:
        return f"Newer than {body.target.line} and without the fix: {enumerate_words(body.lacking)}."
    if body.unknown:
        return f"Whether {enumerate_words(body.unknown)} got the fix cannot be told."
    return f"Every supported line that is newer than {body.target.line} has the fix."


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "incident.opened": _opened,
    "round.started": lambda body: f"{body.place} failed: round {body.round} began.",
    "plan.settled": lambda body: (
        f"{body.plan.version} was claimed for {body.plan.target}, to grow from {body.plan.base_tag}."
    ),
    "release.awaited": lambda body: f"{body.target} is {body.holder}'s: its release comes first.",
    "release.joined": lambda body: f"The fix rides on {body.plan.version}, which {body.holder} makes.",
    "release.freed": lambda body: f"{body.release} of {body.target} was given up.",
    "lines.compared": _compared,
    "fix.attached": lambda body: (
        f"A fix was attached: {f'PR {body.pull}' if body.pull is not None else f'branch {body.branch}'}."
    ),
    "fix.withdrawn": lambda body: (
        f"A fix was withdrawn: {f'PR {body.pull}' if body.pull is not None else f'branch {body.branch}'}."
    ),
    "desk.abandoned": lambda _: "The desk's issue was gone; another is opened.",
    "desk.intended": lambda _: "The desk is about to be opened.",
    "desk.opened": lambda body: f"The desk was opened, issue {body.number}.",
    "step.intended": lambda body: f"{body.place}: about to {body.action}.",
    "step.proved": lambda body: f"{body.place} is done{' by others' if body.by == 'others' else ''}.",
    "step.waiting": lambda body: f"{body.place} waits for {body.whom}.",
    "step.refused": lambda body: f"{body.place} was refused.",
    "step.lost": lambda body: f"{body.place} was done, and its proof is gone.",
    "step.reopened": lambda body: f"{body.place} was reopened.",
    "step.accepted": lambda body: f"{body.place} counts as done without its proof.",
    "step.ticked": lambda body: f"{body.place} was ticked.",
    "step.skipped": lambda body: f"{body.place} was skipped.",
    "door.reached": lambda body: f"{body.place} waits for the approval of {shorten(body.subject)}.",
    "door.approved": lambda body: f"{body.place} was approved for {shorten(body.subject)}.",
    "gate.waived": lambda body: (
        f"The gate {body.place.step}:{body.gate} was waived for {shorten(body.commit)} "
        f"until {format_moment(body.until)}."
    ),
    "answer.refused": lambda body: f"An answer of {body.author} does not count.",
    "commit.accepted": lambda body: f"The commit {shorten(body.commit)} on {body.target} was accepted.",
    "build.started": lambda body: f"The workflow {body.workflow} was started for {body.tag}, run {body.run}.",
    "file.accepted": lambda body: (
        f"The file {body.name} ({shorten(body.sha256)}) was accepted for {body.tag}."
    ),
    "candidate.refused": lambda body: f"The candidate {body.tag} was refused.",
    "qa.requested": lambda body: f"QA was asked to verify {body.tag}.",
    "qa.answered": lambda body: f"QA answered {body.verdict} for {body.tag}.",
    "qa.checked": lambda body: f"QA ticked {name_count(len(body.items), 'item')} about {body.tag}.",
    "qa.revoked": lambda body: f"The verdict of {body.author} on {body.tag} was edited and counts no longer.",
    "kit.acknowledged": lambda body: f"The receipt of the kit {shorten(body.digest)} was put on record.",
    "notice.drafted": lambda body: f"A notice was drafted for {body.place.step} ({body.audience}).",
    "note.added": lambda body: f"Note ({body.note}).",
    "words.erased": lambda body: f"Words of people were erased: {len(body.digests)}.",
}
