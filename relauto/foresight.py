"""What `advance` would write, up to the next wait: the list of a dry run.

Everything is read as `advance` reads it, answers at the desk included; nothing is written. What follows from
the first write at a step is told by `relauto.consequences`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from relauto.consequences.ahead import foresee_asking
from relauto.consequences.chain import follow
from relauto.engine import list_places
from relauto.errors import Status
from relauto.model.event import PlanSettled, StepProved
from relauto.model.facts import normalise
from relauto.model.incident import StepState
from relauto.model.target import Place, Target
from relauto.stages import claims, rides
from relauto.stages.bench import Bench
from relauto.stages.debt import DEBTS
from relauto.stages.people import answers, desk, doors, replies
from relauto.stages.people.losses import ask_loss, describe_loss, is_loss_accepted, is_lost
from relauto.stages.progress.due import describe_showing, will_show
from relauto.stages.qa import machines, superseded
from relauto.stages.registry import ADVISORY, Span, observe
from relauto.stages.step import Proved, Refused, Seal, Todo, Waiting


@dataclass
class Foreseen:
    """The writes in order, and where `advance` would stop, with its exit status.

    `stops` is where each target would stop, `owed` where the debts would: beside the rest, which goes on
    without them. `deeds` are the actions behind the writes, each with its step.
    """

    writes: list[str] = field(default_factory=list)
    stop: str = ""
    status: Status = Status.REACHED
    stops: list[tuple[Place, str, Status]] = field(default_factory=list)
    owed: list[tuple[str, Status]] = field(default_factory=list)
    deeds: list[tuple[str, str]] = field(default_factory=list)

    def end(self) -> "Foreseen":
        """Return this with what the debts wait for taken into account."""
        found = [*((f"{place}: {why}", status) for place, why, status in self.stops), *self.owed]
        self.stop = found[0][0] if found else ""
        self.status = min((status for _, status in found), default=Status.REACHED)
        return self


def foresee(
    bench: Bench,
    *,
    until: str | None = None,
    only: str | None = None,
    first: Callable[[Bench], Sequence[str]] | None = None,
) -> Foreseen:
    """Return what `advance` would do now.

    `first` supposes what would go on record before it, and returns the sentences for that.

    Raises:
        InputError: `until` or `only` names no automated step.
        RemoteError: the world cannot be read.
    """
    _look(bench)
    before = list(first(bench)) if first else []
    seen, span = Foreseen(before), Span(bench.incident, until, only)
    seen.writes.extend(_foresee_refreshing(bench))
    blocked: set[Target | None] = set()
    for place in list_places(bench, until, only):
        if blocked & {None, place.target} or (only in ADVISORY and place.step != only):
            continue
        if place.step in DEBTS:
            _foresee_debt(bench, place, seen, span)
        elif _settle(bench, place, seen, span) and span.stops_at(place.step):
            blocked.add(place.target)
    # A run stops at the earlier step first, whichever line it is of.
    seen.stops.sort(key=lambda stop: span.order.index(stop[0].step))
    seen.end()
    if will_show(bench, seen.deeds):
        seen.writes.append(describe_showing())
    if seen.status is Status.REACHED and desk.must_close(bench):
        seen.writes.append(desk.describe_closing())
    return seen


def foresee_refresh(bench: Bench) -> list[str]:
    """Return what a run would write before its first step; what it would put on record is supposed.

    Raises:
        RemoteError: the world cannot be read.
    """
    _look(bench)
    return list(_foresee_refreshing(bench))


def _foresee_refreshing(bench: Bench) -> Iterator[str]:
    if bench.incident.desk is None:
        yield desk.describe_desk(bench)
    closer = desk.find_closer(bench)
    if closer:
        yield desk.describe_reopening(closer)
    yield from replies.describe_untold(bench)
    yield from superseded.describe_superseded(bench)
    yield from machines.describe_stale(bench)
    yield from _foresee_claims(bench)


def _look(bench: Bench) -> None:
    bench.read_journal()
    bench.look()
    for said in answers.read_answers(bench):
        bench.suppose(said)


def _foresee_debt(bench: Bench, place: Place, seen: Foreseen, span: Span) -> None:
    found = Foreseen()
    if _settle(bench, place, found, span):
        seen.writes += found.writes
        seen.deeds += found.deeds
        seen.owed += [*found.owed, *((f"{at}: {why}", status) for at, why, status in found.stops)]


def _foresee_claims(bench: Bench) -> Iterator[str]:
    for body in claims.find_unsettled(bench):
        if isinstance(body, PlanSettled):
            yield claims.describe_settling(body.plan)
        bench.suppose(body)
    for claim, attached in rides.find_unattached(bench):
        yield rides.describe_attaching(claim, attached)


def _settle(bench: Bench, place: Place, seen: Foreseen, span: Span) -> bool:
    known = bench.incident.record(place)
    if known and known.state in (StepState.SKIPPED, StepState.WAIVED):
        return False
    found, ours = observe(bench, place), span.holds(place.step)
    if isinstance(found, Proved):
        bench.suppose(StepProved(place=place, facts=normalise(found.facts)))
        return False
    if is_loss_accepted(bench, place, found):
        return False
    if known and ours and is_lost(known, found):
        # What is shown at pull requests is told from the journal, which has the loss by then.
        bench.suppose(describe_loss(place, known, found))
        asking = foresee_asking(bench, place, ask_loss(place, known, found))
        seen.writes.extend(each.sentence for each in asking)
        if span.stops_at(place.step):
            seen.stops.append((place, "the proof is gone", Status.DECISION))
        return True
    if isinstance(found, Waiting | Refused):
        if isinstance(found, Refused):
            _foresee_refusal(bench, place, found, seen, ours=ours)
        if span.stops_at(place.step):
            status = Status.WAITING if isinstance(found, Waiting) else Status.DECISION
            seen.stops.append((place, found.reason, status))
        return True
    if not ours:
        seen.stops.append((place, "it is not done, and comes first", Status.DECISION))
    else:
        _foresee_todo(bench, place, found, seen, span)
    return True


def _foresee_refusal(bench: Bench, place: Place, found: Refused, seen: Foreseen, *, ours: bool) -> None:
    for burned in found.records:
        bench.suppose(burned)
    if found.question and ours:
        seen.writes.extend(each.sentence for each in foresee_asking(bench, place, found.question))


def _foresee_todo(bench: Bench, place: Place, todo: Todo, seen: Foreseen, span: Span) -> None:
    if todo.seal and not _is_open(bench, place, todo.seal, seen):
        need = doors.describe_need(doors.stand(bench, place), bench.incident.doors[place].people)
        seen.stops.append((place, f"{need} must approve: {todo.sentence}", Status.DECISION))
        return
    seen.writes.append(f"{place}: {todo.sentence}")
    seen.deeds.append((place.step, todo.action))
    for target in [place.target] if place.target else bench.incident.targets:
        stop = None
        for ahead in follow(bench, target, place, todo.action):
            if not span.holds(ahead.place.step):
                if ahead.place.step in DEBTS:
                    continue
                break
            if ahead.status is None:
                seen.writes.append(ahead.sentence)
                seen.deeds.extend([(ahead.place.step, ahead.action)] if ahead.action else [])
            elif ahead.place.step in DEBTS:
                seen.owed.append((f"{ahead.place}: {ahead.sentence}", ahead.status))
            else:
                stop = ahead.place, ahead.sentence, ahead.status
        seen.stops.extend([stop] if stop else [])


def _is_open(bench: Bench, place: Place, seal: Seal, seen: Foreseen) -> bool:
    reached = doors.reach(bench, place, seal)
    if reached:
        bench.suppose(reached)
    if doors.stand(bench, place).is_open:
        return True
    question = desk.make_question(bench, place)
    seen.writes.extend(each.sentence for each in foresee_asking(bench, place, question))
    if not desk.is_standing_told(bench, place, question):
        seen.writes.append(desk.describe_told(place))
    return False
