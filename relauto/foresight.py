"""What `advance` would write, up to the next wait: the list of a dry run.

Everything is read as `advance` reads it, answers at the desk included; nothing is written. Behind
the first write the world cannot be asked, so what follows from it is told by the playbook's order
and by rules about what each step then finds; ids that do not exist yet are called `a new commit`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from relauto.engine import list_places
from relauto.errors import Status
from relauto.git.presence import find_presence
from relauto.github.checks import Verdict, judge, look_at_checks
from relauto.model.debt import due_after, list_unpaid
from relauto.model.event import PlanSettled, StepProved
from relauto.model.facts import normalise
from relauto.model.incident import StepState
from relauto.model.names import Branch, Commit, Tag
from relauto.model.target import Place, Target
from relauto.stages import answers, claims, desk, doors, replies, rides
from relauto.stages.bench import Bench
from relauto.stages.debt import DEBTS
from relauto.stages.following import find_required
from relauto.stages.gates import is_waived
from relauto.stages.investigate import OpenPull, describe_opening, find_pull
from relauto.stages.losses import ask_loss, is_loss_accepted, is_lost
from relauto.stages.prepare import machines
from relauto.stages.prepare.candidate import describe_cut, next_candidate
from relauto.stages.prepare.landing import (
    Landing,
    Part,
    describe_pick,
    describe_push,
    find_owed,
    list_landings,
)
from relauto.stages.prepare.pick import describe_content, list_series
from relauto.stages.prepare.prospects import Prospects
from relauto.stages.prepare.qa import describe_request
from relauto.stages.prepare.release import hold_release
from relauto.stages.prepare.supply import foresee_artifacts, hold_prerelease
from relauto.stages.prepare.verify import find_strangers
from relauto.stages.progress.due import describe_showing, will_show
from relauto.stages.registry import ADVISORY, Span, observe
from relauto.stages.step import Observation, Proved, Question, Refused, Seal, Todo, Waiting
from relauto.stages.texts import Content, read_content

NEW = "a new commit"

_AWAITED = {
    "open-pick": "CI and reviewers look at the pull request",
    "open-bump": "CI and reviewers look at the pull request",
    "enqueue": "the merge queue tests the pull request",
    "dispatch": "CI builds the candidate",
    "ask-qa": "QA looks at the candidate",
    "ask-open": "QA ticks what is open",
}
"""What is waited for after an action that nothing else follows."""


@dataclass
class Foreseen:
    """The writes in order, and where `advance` would stop, with its exit status.

    `owed` is where the debts would stop: beside the rest, which goes on without them. `deeds` are the actions
    behind the writes, each with its step.
    """

    writes: list[str] = field(default_factory=list)
    stop: str = ""
    status: Status = Status.REACHED
    owed: list[tuple[str, Status]] = field(default_factory=list)
    deeds: list[tuple[str, str]] = field(default_factory=list)

    def end(self) -> "Foreseen":
        """Return this with what the debts wait for taken into account."""
        found = [(self.stop, self.status), *self.owed] if self.stop else self.owed
        self.stop = found[0][0] if found else ""
        self.status = min((status for _, status in found), default=Status.REACHED)
        return self


@dataclass(frozen=True)
class Ahead:
    """What follows at a place from a write: another write, or with a `status` the stop behind it.

    `action` names a write of the step as the step itself does.
    """

    place: Place
    sentence: str
    status: Status | None = None
    action: str = ""


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
    for place in list_places(bench, until, only):
        if only in ADVISORY and place.step != only:
            continue
        if place.step in DEBTS:
            _foresee_debt(bench, place, seen, span)
        elif _settle(bench, place, seen, span) and span.stops_at(place.step):
            break
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
        seen.writes.extend(found.writes)
        seen.deeds.extend(found.deeds)
        seen.owed.extend([*found.owed, *([(found.stop, found.status)] if found.stop else [])])


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
        asking = _foresee_asking(bench, place, ask_loss(place, known, found))
        seen.writes.extend(each.sentence for each in asking)
        if span.stops_at(place.step):
            seen.stop, seen.status = f"{place}: the proof is gone", Status.DECISION
        return True
    if isinstance(found, Waiting | Refused):
        if isinstance(found, Refused):
            _foresee_refusal(bench, place, found, seen, ours=ours)
        if span.stops_at(place.step):
            seen.stop = f"{place}: {found.reason}"
            seen.status = Status.WAITING if isinstance(found, Waiting) else Status.DECISION
        return True
    if not ours:
        seen.stop, seen.status = f"{place}: it is not done, and comes first", Status.DECISION
    else:
        _foresee_todo(bench, place, found, seen, span)
    return True


def _foresee_refusal(bench: Bench, place: Place, found: Refused, seen: Foreseen, *, ours: bool) -> None:
    for burned in found.records:
        bench.suppose(burned)
    if found.question and ours:
        seen.writes.extend(each.sentence for each in _foresee_asking(bench, place, found.question))


def _foresee_todo(bench: Bench, place: Place, todo: Todo, seen: Foreseen, span: Span) -> None:
    if todo.seal and not _is_open(bench, place, todo.seal, seen):
        need = doors.describe_need(doors.stand(bench, place), bench.incident.doors[place].people)
        seen.stop = f"{place}: {need} must approve: {todo.sentence}"
        seen.status = Status.DECISION
        return
    seen.writes.append(f"{place}: {todo.sentence}")
    seen.deeds.append((place.step, todo.action))
    for target in [place.target] if place.target else bench.incident.targets:
        for ahead in _follow(bench, target, place, todo.action):
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
                seen.stop, seen.status = f"{ahead.place}: {ahead.sentence}", ahead.status


def _is_open(bench: Bench, place: Place, seal: Seal, seen: Foreseen) -> bool:
    reached = doors.reach(bench, place, seal)
    if reached:
        bench.suppose(reached)
    if doors.stand(bench, place).is_open:
        return True
    question = desk.make_question(bench, place)
    seen.writes.extend(each.sentence for each in _foresee_asking(bench, place, question))
    if not desk.is_standing_told(bench, place, question):
        seen.writes.append(desk.describe_told(place))
    return False


def _foresee_asking(bench: Bench, place: Place, question: Question) -> Iterator[Ahead]:
    if not desk.is_asked(bench, place, question):
        yield Ahead(place, desk.describe_question(place, question.door))


def _refuse(bench: Bench, place: Place, found: Refused) -> Iterator[Ahead]:
    """Tell of a refusal that is met on the way: what is asked about it, then the stop."""
    yield from _foresee_asking(bench, place, found.question) if found.question else ()
    yield Ahead(place, found.reason, Status.DECISION)


def _write(place: Place, action: str, sentence: str) -> Ahead:
    return Ahead(place, f"{place}: {sentence}", action=action)


def _follow(bench: Bench, target: Target, place: Place, action: str) -> Iterator[Ahead]:
    action, _, subject = action.partition(":")
    sending = bench.place("deploy.send", target)
    if action in ("open-pull", "equip"):
        yield from _foresee_pulls(bench, place)
    elif action in _AWAITED:
        yield Ahead(place, _AWAITED[action], Status.WAITING)
    elif place.step in DEBTS:
        return
    elif action == "merge":
        ahead = Prospects.foresee(bench)
        yield from _foresee_debts(bench, target, "prepare.merge", ahead)
        yield from _foresee_picks(bench, target, _list_parts(bench, target, None), ahead)
    elif action in ("merge-pick", "push-pick", "merge-bump", "push-bump"):
        ahead = Prospects.read(bench)
        parts = [] if ahead.series is None else _list_parts(bench, target, ahead.series)
        for landing, part in parts[:1]:
            ahead.bring(bench.place("prepare.pick", target), landing, part)
        yield from _foresee_picks(bench, target, parts[1:], ahead)
    elif action == "cut":
        yield from _foresee_verification(bench, target, Tag(subject), Prospects.read(bench))
    elif action in ("publish", "adopt"):
        yield from _foresee_question(bench, target, Tag(subject), read_content(bench, target))
    elif action == "release":
        yield from _foresee_debts(bench, target, "prepare.release", Prospects.read(bench))
        yield Ahead(sending, desk.describe_question(sending, "deploy.send"))
        yield Ahead(sending, "a person must approve the hand-over", Status.DECISION)
    else:
        yield Ahead(sending, desk.describe_question(sending, "deploy.acknowledge"))
        yield Ahead(sending, "the customer acknowledges the kit", Status.WAITING)


def _foresee_pulls(bench: Bench, place: Place) -> Iterator[Ahead]:
    """Tell what follows from the first pull request that is opened: those of further fixes, then the wait."""
    if place.step == "prepare.pick":
        yield Ahead(place, "CI and reviewers look at the pull request", Status.WAITING)
        return
    lacking = [fix for fix in bench.incident.current_fixes if fix.branch and find_pull(bench, fix) is None]
    for fix in lacking[1:]:
        opened = OpenPull().open(bench, place, fix)
        if isinstance(opened, Refused):
            yield from _refuse(bench, place, opened)
            return
        yield _write(place, "open-pull", describe_opening(bench, Branch(str(fix.branch)), alone=False))
    decision = bench.place("investigate.qa-decision")
    found = observe(bench, decision)
    if isinstance(found, Refused) and found.question:
        yield from _foresee_asking(bench, decision, found.question)
    merging = bench.place("prepare.merge")
    if not bench.settings.pull.approvals and not find_required(bench, bench.rules_of(bench.home)):
        yield Ahead(merging, desk.describe_question(merging, merging.step))
        yield Ahead(merging, "a person must approve the merge", Status.DECISION)
        return
    yield Ahead(merging, "CI and reviewers look at the pull request", Status.WAITING)


def _foresee_debts(bench: Bench, target: Target, after: str, ahead: Prospects) -> Iterator[Ahead]:
    """Tell of the ports that fall due after a step: of a merge to the line, or of an embargoed release.

    What was embargoed until now nobody else can have brought anywhere.
    """
    hidden = bool(bench.incident.opening.private)
    if target != bench.incident.targets[0] or after != due_after(bench.incident):
        return
    if not hidden and not _lacks_fix(bench):
        return
    for debt in list_unpaid(bench.incident):
        if debt.place.round < bench.incident.round:
            continue
        landing = find_owed(bench, debt.place)
        held = ahead.bring(debt.place, landing, Part(fixes=True, number=False))
        if held:
            yield from _refuse(bench, debt.place, held)
            continue
        yield _write(
            debt.place, "open-pick", describe_pick(landing.branch, landing.pick_branch, NEW, bumped=False)
        )
        yield Ahead(debt.place, "CI and reviewers look at the pull request", Status.WAITING)


def _lacks_fix(bench: Bench) -> bool:
    """Return whether main lacks a commit of the fixes' pull requests."""
    head, home = bench.ref(bench.main.ref), bench.ref(bench.home.ref)
    pulls = [find_pull(bench, fix) for fix in bench.incident.current_fixes]
    commits = [
        each
        for pull in pulls
        if pull
        for each in bench.product.list_commits("--no-merges", pull.head_sha, *([f"^{home}"] if home else []))
    ]
    return head is not None and any(find_presence(bench.product, each, head) is None for each in commits)


def _list_parts(bench: Bench, target: Target, series: Sequence[Commit] | None) -> list[tuple[Landing, Part]]:
    """Return what the branches that shall hold the fix have yet to get, in its order.

    `series` are the commits of the fix, None while it is not merged: then its home alone will hold it.
    """
    return [
        (landing, part)
        for landing in list_landings(bench, target)
        for part in landing.list_parts(
            fixes=landing.branch != bench.home if series is None else None in landing.find(series).values(),
            number=landing.lacks_number(),
        )
    ]


def _foresee_picks(
    bench: Bench, target: Target, parts: Sequence[tuple[Landing, Part]], ahead: Prospects
) -> Iterator[Ahead]:
    place = bench.place("prepare.pick", target)
    stopped = claims.check_claim(bench, target)
    if stopped:
        status = Status.WAITING if isinstance(stopped, Waiting) else Status.DECISION
        yield Ahead(place, stopped.reason, status)
        return
    for landing, part in parts:
        held = ahead.bring(place, landing, part)
        for each in _refuse(bench, place, held) if held else _foresee_part(bench, place, landing, part):
            yield each
            if each.status is not None:
                return
    (_, tag), cutting = next_candidate(bench, target, NEW), bench.place("prepare.candidate", target)
    yield _write(cutting, f"cut:{tag}", describe_cut(bench.release_branch(target), NEW, tag))
    yield from _foresee_verification(bench, target, tag, ahead)


def _foresee_part(bench: Bench, place: Place, landing: Landing, part: Part) -> Iterator[Ahead]:
    fixes = NEW if part.fixes else ""
    if landing.via == "push":
        yield _write(place, "push-pick", describe_push(landing.branch, fixes, bumped=part.number))
        return
    if not part.fixes and bench.find_pull(landing.bump_branch, landing.branch):
        yield from _foresee_bump(place, landing.bring(place, []))
        return
    branch = landing.pick_branch if part.fixes else landing.bump_branch
    yield _write(
        place,
        "open-pick" if part.fixes else "open-bump",
        describe_pick(landing.branch, branch, fixes, bumped=part.number),
    )
    yield Ahead(place, _AWAITED["open-pick"], Status.WAITING)


def _foresee_bump(place: Place, found: Observation) -> Iterator[Ahead]:
    """Tell what becomes of a bump whose pull request was there before the pick landed."""
    if isinstance(found, Todo):
        yield _write(place, found.action, found.sentence)
        word = found.action.partition(":")[0]
        if word != "merge-bump":
            yield Ahead(place, _AWAITED.get(word, _AWAITED["open-bump"]), Status.WAITING)
    elif isinstance(found, Waiting | Refused):
        status = Status.WAITING if isinstance(found, Waiting) else Status.DECISION
        yield Ahead(place, found.reason, status)


def _foresee_verification(bench: Bench, target: Target, tag: Tag, ahead: Prospects) -> Iterator[Ahead]:
    place = bench.place("prepare.verify", target)
    if _has_strangers(bench, target):
        yield Ahead(place, desk.describe_question(place, "prepare.accept"))
        yield Ahead(place, "commits that are no part of the fix must be accepted", Status.DECISION)
        return
    found = foresee_artifacts(bench, place, target, tag, bench.release_head(target))
    if isinstance(found, Waiting):
        yield Ahead(place, found.reason, Status.WAITING)
    elif isinstance(found, Refused):
        yield from _refuse(bench, place, found)
    else:
        yield from _foresee_artifacts(bench, target, tag, found, ahead)


def _foresee_artifacts(
    bench: Bench, target: Target, tag: Tag, todo: Todo, ahead: Prospects
) -> Iterator[Ahead]:
    place, content = bench.place("prepare.verify", target), ahead.describe(target, tag)
    word = todo.action.partition(":")[0]
    held = hold_prerelease(bench, place, target, tag, content) if word == "publish" else None
    if held:
        yield from _refuse(bench, place, held)
        return
    yield _write(place, todo.action, todo.sentence)
    if word in ("publish", "adopt"):
        yield from _foresee_question(bench, target, tag, content)
    else:
        yield from _follow(bench, target, place, todo.action)


def _has_strangers(bench: Bench, target: Target) -> bool:
    """Return whether the branch holds, as it stands, what is neither the fix nor its number nor accepted."""
    landing, known = list_landings(bench, target)[0], list_series(bench)
    series = {} if isinstance(known, Refused) else known
    found = {commit: there for commit, there in landing.find(list(series)).items() if there}
    picked = describe_content(bench, bench.place("prepare.pick", target), series, landing, found)
    return bool(find_strangers(bench, target, landing.head, picked))


def _foresee_question(bench: Bench, target: Target, tag: Tag, content: Content) -> Iterator[Ahead]:
    place = bench.place("prepare.verify", target)
    verdict = _judge_checks(bench, place, target)
    if verdict.state == "failed":
        yield Ahead(place, f"the checks of {tag}: {'; '.join(verdict.reasons)}", Status.DECISION)
        return
    decided = bench.facts("investigate.qa-decision").get("verify")
    if decided:
        yield _write(place, "ask-qa", describe_request(bench, tag))
    elif verdict.state == "passed":
        releasing = bench.place("prepare.release", target)
        held = hold_release(bench, releasing, target, Commit(content.commit), content)
        if held:
            yield from _refuse(bench, releasing, held)
            return
        yield Ahead(releasing, desk.describe_question(releasing, releasing.step))
        yield Ahead(releasing, "a person must approve the release", Status.DECISION)
        return
    yield Ahead(place, f"CI{' and QA look' if decided else ' looks'} at the candidate", Status.WAITING)


def _judge_checks(bench: Bench, place: Place, target: Target) -> Verdict:
    """Return what CI says of the candidate's commit by now: nothing of one that is yet to be made."""
    required = find_required(bench, target.branch)
    if not bench.facts("prepare.pick", target):
        return Verdict("pending" if required else "passed")
    cut = bench.facts("prepare.candidate", target)
    commit = Commit(str(cut["commit"])) if cut else bench.release_head(target)
    if is_waived(bench, place, "checks", commit):
        return Verdict("passed")
    return judge(bench.see("checks", look_at_checks(bench.source, commit)), required)
