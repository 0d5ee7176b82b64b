"""The outbox: drafts of notices as files on the incident's branch. Nothing leaves from here.

A draft is written once for what it tells; when facts change it is a new draft with a new number.
"""

import hashlib
from collections.abc import Iterable, Iterator

from relauto.comms.guard import require_for
from relauto.comms.notices import FAILED, INTERNAL, Draft, Notice, NoticeAudience, render_notice
from relauto.comms.rendering import Renderer
from relauto.comms.story import Story
from relauto.guard.guard import Guard, LeakError, Passage, describe
from relauto.model.event import Body, CandidateRefused, Event, NoticeDrafted, RoundStarted, StepProved
from relauto.model.facts import Facts
from relauto.model.incident import Incident
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.texts.story import tell_story

REPLY_AFTER = {
    "escalate.channel": ("escalate.reply", "review.reply"),
    "investigate.pr": ("investigate.reply",),
    "prepare.release": ("prepare.reply",),
    "deploy.send": ("deploy.reply", "resolve.reply", "retro.reply"),
}
"""Which replies to the customer are drafted once a step is proved."""


def draft_begun(bench: Bench, place: Place) -> None:
    """Draft what people ask about once the incident is open, which proves its first step."""
    bench.after.extend(_list_drafts(place))


def draft_proved(bench: Bench, place: Place, facts: Facts) -> None:
    """Draft what people ask about once a step is proved with these facts."""
    known = bench.incident.record(place)
    if known and known.facts == facts:
        return
    bench.after.extend(_list_drafts(place))


def draft_refused(bench: Bench, place: Place, burned: list[CandidateRefused]) -> None:
    """Draft the word that a candidate was refused."""
    if burned:
        bench.after.extend(_list_drafts(_refused_place(place)))


def draft_told(bench: Bench, body: Body) -> None:
    """Draft the word that a release did not help, where that is what is recorded."""
    if isinstance(body, RoundStarted):
        bench.after.extend(_list_drafts(_failed_place(body)))


def find_owed(happened: Iterable[Event]) -> list[Draft]:
    """Return the drafts that are not in the log: a run ended before, or the leak guard refused them."""
    owed: dict[tuple[Place, str], Draft] = {}
    told: set[tuple[Place, str]] = set()
    for event in happened:
        match event.body:
            case StepProved(place=place):
                drafts = _list_drafts(place)
            case CandidateRefused(place=place):
                drafts = _list_drafts(_refused_place(place))
            case RoundStarted() as started:
                drafts = _list_drafts(_failed_place(started))
            case NoticeDrafted(place=place, audience=audience):
                owed.pop((place, audience), None)
                told.add((place, audience))
                continue
            case _:
                continue
        # The customer is told once in a round.
        owed.update({each: each for each in drafts if each.audience == "internal" or each not in told})
    return list(owed.values())


def _refused_place(place: Place) -> Place:
    return Place("candidate.refused", place.target, place.round)


def _failed_place(started: RoundStarted) -> Place:
    return Place(FAILED, started.place.target, started.round)


def _list_drafts(place: Place) -> Iterator[Draft]:
    """Yield what is drafted once something is settled at a place."""
    if place.step in INTERNAL:
        yield Draft(place, "internal")
    for step in REPLY_AFTER.get(place.step, ()):
        # A round's replies are told anew, those on stages that have no rounds too.
        yield Draft(Place(step, None, place.round), "customer")
    if place.step == FAILED:
        yield Draft(place, "customer")


def flush(bench: Bench) -> None:
    """Write the drafts whose steps have been noted; the next append takes them along."""
    for draft in bench.after:
        _write(bench, *draft)
    bench.after.clear()


def _write(bench: Bench, place: Place, audience: NoticeAudience) -> None:
    step = place.step
    told = [(notice.place, notice.audience) for notice in bench.incident.notices]
    if audience == "customer" and (place, audience) in told:
        return
    try:
        notice = make_notice(
            step, audience, bench.incident, tell_story(bench), guard=bench.guard, renderer=bench.renderer
        )
    except LeakError as error:
        whose = "reply to the customer" if audience == "customer" else "notice to our people"
        bench.say(f"{place}: the leak guard refuses the {whose}: {describe(error.leaks)}")
        return
    content = write_notice(notice, audience)
    number = len(bench.incident.notices) + 1
    path = f"notices/{number:02}-{step}-{audience}.md"
    bench.files[path] = content
    digest = hashlib.sha256(content).hexdigest()
    drafted = NoticeDrafted(place=place, number=number, audience=audience, path=path, digest=digest)
    bench.suppose(drafted)
    bench.found.append(drafted)


def make_notice(
    step: str,
    audience: NoticeAudience,
    incident: Incident,
    story: Story,
    *,
    guard: Guard,
    renderer: Renderer,
) -> Notice:
    """Return the notice of a step as its audience may read it.

    Raises:
        InputError: there is no notice for this step and audience, or its template is at fault.
        LeakError: it holds what its audience must not read.
    """
    notice = render_notice(step, audience, story, renderer)
    told = [Passage("its subject", notice.subject), Passage("its text", notice.body, 1)]
    require_for(audience, guard, told, incident, product=story.product)
    return notice


def write_notice(notice: Notice, audience: str) -> bytes:
    """Return a notice as the file that people read, send by hand, or approve."""
    head = [f"Audience: {audience}", f"To: {', '.join(notice.to)}"]
    if notice.cc:
        head.append(f"Cc: {', '.join(notice.cc)}")
    head += [f"Subject: {notice.subject}", "State: draft, not sent"]
    head += [f"Before sending: {warning}" for warning in notice.warnings]
    return ("\n".join(head) + "\n\n" + notice.body.rstrip() + "\n").encode()
