"""The outbox: drafts of notices as files on the incident's branch. Nothing leaves from here.

A draft is written once for what it tells; when facts change it is a new draft with a new number.
"""

import hashlib
from collections.abc import Iterable

from relauto.comms.guard import find_leaks
from relauto.comms.notices import FAILED, INTERNAL, Notice, NoticeAudience, render_notice
from relauto.guard.guard import Passage, describe
from relauto.model.event import Body, CandidateRefused, Event, NoticeDrafted, RoundStarted, StepProved
from relauto.model.facts import Facts
from relauto.model.target import Place
from relauto.stages import texts
from relauto.stages.bench import Bench

REPLY_AFTER = {
    "escalate.channel": ("escalate.reply", "review.reply"),
    "investigate.pr": ("investigate.reply",),
    "prepare.release": ("prepare.reply",),
    "deploy.send": ("deploy.reply", "resolve.reply", "retro.reply"),
}
"""Which replies to the customer are drafted once a step is proved."""


def draft_proved(bench: Bench, place: Place, facts: Facts) -> None:
    """Draft what people ask about once a step is proved with these facts."""
    known = bench.incident.record(place)
    if known and known.facts == facts:
        return
    bench.after.append(place)


def draft_refused(bench: Bench, place: Place, burned: list[CandidateRefused]) -> None:
    """Draft the word that a candidate was refused."""
    if burned:
        bench.after.append(_refused_place(place))


def draft_told(bench: Bench, body: Body) -> None:
    """Draft the word that a release did not help, where that is what is recorded."""
    if isinstance(body, RoundStarted):
        bench.after.append(_failed_place(body))


def find_owed(happened: Iterable[Event]) -> list[Place]:
    """Return the places whose drafts are not in the log, because a run ended between proof and draft."""
    owed: dict[Place, None] = {}
    for event in happened:
        match event.body:
            case StepProved(place=place) if place.step in INTERNAL or place.step in REPLY_AFTER:
                owed[place] = None
            case CandidateRefused(place=place):
                owed[_refused_place(place)] = None
            case RoundStarted() as started:
                owed[_failed_place(started)] = None
            case NoticeDrafted(place=place):
                for each in [each for each in owed if _is_told_by(each, place)]:
                    del owed[each]
    return list(owed)


def _refused_place(place: Place) -> Place:
    return Place("candidate.refused", place.target, place.round)


def _failed_place(started: RoundStarted) -> Place:
    return Place(FAILED, started.place.target, started.round)


def _is_told_by(place: Place, drafted: Place) -> bool:
    replies = REPLY_AFTER.get(place.step, ())
    return place == drafted or (drafted.step in replies and drafted.round == place.round)


def flush(bench: Bench) -> None:
    """Write the drafts whose steps have been noted; the next append takes them along."""
    for place in bench.after:
        if place.step in INTERNAL:
            _draft(bench, place, place.step, "internal")
        for step in REPLY_AFTER.get(place.step, ()):
            # A round's replies are told anew, those on stages that have no rounds too.
            _draft(bench, Place(step, None, place.round), step, "customer")
        if place.step == FAILED:
            _draft(bench, place, FAILED, "customer")
    bench.after.clear()


def _draft(bench: Bench, place: Place, step: str, audience: NoticeAudience) -> None:
    told = [(notice.place, notice.audience) for notice in bench.incident.notices]
    if audience == "customer" and (place, audience) in told:
        return
    notice = render_notice(step, audience, texts.story(bench), bench.renderer)
    if audience == "customer" and _refuse(bench, place, notice):
        return
    content = write_notice(notice, audience)
    number = len(bench.incident.notices) + 1
    path = f"notices/{number:02}-{step}-{audience}.md"
    bench.files[path] = content
    digest = hashlib.sha256(content).hexdigest()
    drafted = NoticeDrafted(place=place, number=number, audience=audience, path=path, digest=digest)
    bench.suppose(drafted)
    bench.found.append(drafted)


def _refuse(bench: Bench, place: Place, notice: Notice) -> bool:
    """Say why a reply is not drafted, where it holds what its customer must not read; it stays owed."""
    told = [Passage("its subject", notice.subject), Passage("its text", notice.body, 1)]
    leaks = find_leaks(bench.guard, told, bench.incident, product=bench.settings.product)
    if leaks:
        bench.say(f"{place}: the leak guard refuses the reply to the customer: {describe(leaks)}")
    return bool(leaks)


def write_notice(notice: Notice, audience: str) -> bytes:
    """Return a notice as the file that people read, send by hand, or approve."""
    head = [f"Audience: {audience}", f"To: {', '.join(notice.to)}"]
    if notice.cc:
        head.append(f"Cc: {', '.join(notice.cc)}")
    head += [f"Subject: {notice.subject}", "State: draft, not sent"]
    head += [f"Before sending: {warning}" for warning in notice.warnings]
    return ("\n".join(head) + "\n\n" + notice.body.rstrip() + "\n").encode()
