"""What `advance` would write, up to the next wait: the list of a dry run.

Everything is read as `advance` reads it, answers at the desk included; nothing is written. Behind
the first write the world cannot be asked, so what follows from it is told by the playbook's order
and by rules about what each step then finds; ids that do not exist yet are called `a new commit`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from relauto.engine import list_places
from relauto.errors import Status
from relauto.model.event import StepProved, normalise
from relauto.model.incident import StepState
from relauto.model.names import Tag
from relauto.model.target import Place, Target
from relauto.stages import desk
from relauto.stages.bench import Bench
from relauto.stages.prepare.candidate import describe_cut, next_candidate
from relauto.stages.prepare.landing import describe_pick, describe_push, list_landings
from relauto.stages.prepare.qa import describe_request
from relauto.stages.prepare.verify import describe_publication, find_strangers
from relauto.stages.registry import ADVISORY, STEPS
from relauto.stages.step import Proved, Question, Refused, Todo, Waiting

NEW = "a new commit"


@dataclass
class Foreseen:
    """The writes in order, and where `advance` would stop, with its exit status."""

    writes: list[str] = field(default_factory=list)
    stop: str = ""
    status: Status = Status.REACHED


def foresee(bench: Bench, *, until: str | None = None, only: str | None = None) -> Foreseen:
    """Return what `advance` would do now.

    Raises:
        InputError: `until` or `only` names no automated step.
        RemoteError: the world cannot be read.
    """
    _look(bench)
    seen = Foreseen()
    if bench.incident.desk is None:
        seen.writes.append(desk.describe_desk(bench))
    for place in list_places(bench, until, only):
        if only in ADVISORY and place.step != only:
            continue
        found = _settle(bench, place, seen, quiet=only not in (None, place.step))
        if found and (place.step not in ADVISORY or only == place.step):
            return seen
    return seen


def _look(bench: Bench) -> None:
    bench.journal.fetch()
    bench.incident = bench.journal.incident()
    bench.look()
    for said in desk.read_answers(bench):
        bench.suppose(said)


def _settle(bench: Bench, place: Place, seen: Foreseen, *, quiet: bool) -> bool:
    known = bench.incident.record(place)
    if known and known.state in (StepState.SKIPPED, StepState.WAIVED):
        return False
    found = STEPS[place.step].observe(bench, place)
    if isinstance(found, Proved):
        bench.suppose(StepProved(place=place, facts=normalise(found.facts)))
        return False
    if isinstance(found, Waiting | Refused):
        if isinstance(found, Refused) and found.question and not quiet:
            _foresee_asking(bench, place, found.question, seen)
        if place.step not in ADVISORY:
            seen.stop = f"{place}: {found.reason}"
            seen.status = Status.WAITING if isinstance(found, Waiting) else Status.DECISION
        return True
    if quiet:
        seen.stop, seen.status = f"{place}: it is not done, and comes first", Status.DECISION
    else:
        _foresee_todo(bench, place, found, seen)
    return True


def _foresee_todo(bench: Bench, place: Place, todo: Todo, seen: Foreseen) -> None:
    if todo.seal:
        door = bench.incident.doors.get(place)
        if door is None or not door.approved(todo.seal.subject, normalise(todo.seal.facts)):
            question = desk.make_question(bench, place, todo.seal.subject, normalise(todo.seal.facts))
            _foresee_asking(bench, place, question, seen)
            seen.stop = f"{place}: a person must approve: {todo.sentence}"
            seen.status = Status.DECISION
            return
    seen.writes.append(f"{place}: {todo.sentence}")
    targets = [place.target] if place.target else list(bench.incident.targets)
    for target in targets:
        seen.writes.extend(_follow(bench, target, place.step, todo.action, seen))


def _foresee_asking(bench: Bench, place: Place, question: Question, seen: Foreseen) -> None:
    if not desk.is_asked(bench, place, question):
        seen.writes.append(desk.describe_question(place, question.door))


def _follow(bench: Bench, target: Target, step: str, action: str, seen: Foreseen) -> Iterator[str]:
    seen.status = Status.WAITING
    action, _, subject = action.partition(":")
    if action == "open-pull":
        yield from _foresee_decision(bench)
    if action in ("open-pull", "open-pick"):
        seen.stop = f"{step}: CI and reviewers look at the pull request"
    elif action == "merge":
        yield from _foresee_pick(bench, target, seen)
    elif action in ("merge-pick", "push-pick"):
        yield from _foresee_candidate(bench, target, seen)
    elif action == "cut":
        yield from _foresee_verification(bench, target, Tag(subject), seen)
    elif action == "publish":
        yield from _foresee_question(bench, target, Tag(subject), seen)
    elif action == "ask-qa":
        seen.stop = "prepare.verify: QA looks at the candidate"
    elif action == "release":
        yield desk.describe_question(bench.place("deploy.send", target), "deploy.send")
        seen.stop, seen.status = "deploy.send: a person must approve the hand-over", Status.DECISION
    else:
        yield desk.describe_question(bench.place("deploy.send", target), "deploy.acknowledge")
        seen.stop = "deploy.send: the customer acknowledges the kit"


def _foresee_decision(bench: Bench) -> Iterator[str]:
    place = bench.place("investigate.qa-decision")
    found = STEPS[place.step].observe(bench, place)
    if isinstance(found, Refused) and found.question and not desk.is_asked(bench, place, found.question):
        yield desk.describe_question(place, found.question.door)


def _foresee_pick(bench: Bench, target: Target, seen: Foreseen) -> Iterator[str]:
    place = bench.place("prepare.pick", target)
    landing = list_landings(bench, target)[0]
    bumped = landing.lacks_number()
    if bench.settings.pick.via == "push":
        yield f"{place}: {describe_push(bench.release_branch(target), NEW, bumped=bumped)}"
        yield from _foresee_candidate(bench, target, seen)
        return
    yield f"{place}: {describe_pick(landing.branch, landing.pick_branch, NEW, bumped=bumped)}"
    seen.stop = "prepare.pick: CI and reviewers look at the pull request"


def _foresee_candidate(bench: Bench, target: Target, seen: Foreseen) -> Iterator[str]:
    (_, tag), place = next_candidate(bench, target, NEW), bench.place("prepare.candidate", target)
    yield f"{place}: {describe_cut(bench.release_branch(target), NEW, tag)}"
    yield from _foresee_verification(bench, target, tag, seen)


def _foresee_verification(bench: Bench, target: Target, tag: Tag, seen: Foreseen) -> Iterator[str]:
    place = bench.place("prepare.verify", target)
    if find_strangers(bench, target, list_landings(bench, target)[0].head):
        yield desk.describe_question(place, "prepare.accept")
        seen.stop, seen.status = (
            f"{place}: commits that are no part of the fix must be accepted",
            Status.DECISION,
        )
        return
    yield f"{place}: {describe_publication(tag)}"
    yield from _foresee_question(bench, target, tag, seen)


def _foresee_question(bench: Bench, target: Target, tag: Tag, seen: Foreseen) -> Iterator[str]:
    place = bench.place("prepare.verify", target)
    decided = bench.facts("investigate.qa-decision").get("verify")
    if decided:
        yield f"{place}: {describe_request(bench, tag)}"
    seen.stop = f"{place}: CI{' and QA look' if decided else ' looks'} at the candidate"
