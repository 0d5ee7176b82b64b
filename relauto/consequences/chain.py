"""What follows from a write of a step: further writes, and the wait or the decision behind them.

Behind the first write the world cannot be asked, so what follows from it is told by the playbook's order
and by rules about what each step then finds; ids that do not exist yet are called `a new commit`.
"""

from collections.abc import Iterator, Sequence

from relauto.consequences.ahead import AWAITED, NEW, Ahead, foresee_asking, foresee_refusal, foresee_write
from relauto.consequences.candidate import follow_candidate, foresee_verification
from relauto.errors import Status
from relauto.model.debt import due_after, list_unpaid
from relauto.model.names import Branch, Commit
from relauto.model.target import Place, Target
from relauto.picking.presence import find_presence
from relauto.stages import claims
from relauto.stages.bench import Bench
from relauto.stages.debt import DEBTS
from relauto.stages.following import find_required
from relauto.stages.investigate import OpenPull, describe_opening, find_pull
from relauto.stages.people import desk
from relauto.stages.prepare import bringing
from relauto.stages.prepare.candidate import describe_cut, next_candidate
from relauto.stages.prepare.drafts import SETTLED, foresee_settled
from relauto.stages.prepare.landing import Landing, Part, find_owed, list_landings
from relauto.stages.prepare.prospects import Prospects
from relauto.stages.prepare.replaced import CLOSING, describe_closing, list_replaced
from relauto.stages.prepare.trial import describe_trial
from relauto.stages.registry import observe
from relauto.stages.step import Observation, Refused, Todo, Waiting

_UNSETTLED = "a person settles the conflict in the draft"


def follow(bench: Bench, target: Target, place: Place, action: str) -> Iterator[Ahead]:
    """Yield what follows for a target from an action of a step, which nobody has done yet.

    The first that has a status is where it stops; a debt's stop is beside the rest.

    Raises:
        RemoteError: the world cannot be read.
    """
    action, _, subject = action.partition(":")
    if action in ("open-pull", "equip"):
        yield from _foresee_pulls(bench, place)
    elif action in AWAITED:
        yield from _foresee_closings(bench, target, place, subject)
        yield Ahead(place, AWAITED[action], Status.WAITING)
    elif action in ("open-draft", "open-proposal"):
        yield from _foresee_closings(bench, target, place, subject)
        yield from _foresee_unsettled(place, action)
    elif action == CLOSING:
        yield from _foresee_replaced(bench, target, place, subject)
    elif action in ("ready", "lift"):
        yield from _foresee_ready(bench, target, place, subject)
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
    else:
        yield from _follow_candidate(bench, target, action, subject)


def _follow_candidate(bench: Bench, target: Target, action: str, subject: str) -> Iterator[Ahead]:
    """Tell what follows from the candidate on; an embargoed release is where ports fall due."""
    if action == "release":
        yield from _foresee_debts(bench, target, "prepare.release", Prospects.read(bench))
    yield from follow_candidate(bench, target, action, subject)


def _foresee_pulls(bench: Bench, place: Place) -> Iterator[Ahead]:
    """Tell what follows from the first pull request that is opened: those of further fixes, then the wait."""
    if place.step == "prepare.pick":
        yield Ahead(place, AWAITED["open-pick"], Status.WAITING)
        return
    lacking = [fix for fix in bench.incident.current_fixes if fix.branch and find_pull(bench, fix) is None]
    for fix in lacking[1:]:
        opened = OpenPull().open(bench, place, fix)
        if isinstance(opened, Refused):
            yield from foresee_refusal(bench, place, opened)
            return
        yield foresee_write(place, "open-pull", describe_opening(bench, Branch(str(fix.branch)), alone=False))
    decision = bench.place("investigate.qa-decision")
    found = observe(bench, decision)
    if isinstance(found, Refused) and found.question:
        yield from foresee_asking(bench, decision, found.question)
    merging = bench.place("prepare.merge")
    if not bench.settings.pull.approvals and not find_required(bench, bench.rules_of(bench.home)):
        yield Ahead(merging, desk.describe_question(merging, merging.step))
        yield Ahead(merging, "a person must approve the merge", Status.DECISION)
        return
    yield Ahead(merging, AWAITED["open-pick"], Status.WAITING)


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
            yield from foresee_refusal(bench, debt.place, held)
            continue
        if landing.branch in ahead.drafts:
            yield from _foresee_draft(debt.place, landing, proposed=ahead.drafts[landing.branch])
            continue
        told = bringing.describe_pick(landing.branch, landing.pick_branch, NEW, bumped=False)
        yield foresee_write(debt.place, "open-pick", told + describe_trial(bench))
        yield from _close_replaced(debt.place, landing)
        yield Ahead(debt.place, AWAITED["open-pick"], Status.WAITING)


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
    return head is not None and any(
        find_presence(bench.product, each, head, series=commits) is None for each in commits
    )


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
        if held:
            told = foresee_refusal(bench, place, held)
        elif landing.branch in ahead.drafts:
            told = _foresee_draft(place, landing, proposed=ahead.drafts[landing.branch])
        else:
            told = _foresee_part(bench, place, landing, part)
        for each in told:
            yield each
            if each.status is not None:
                return
    (_, tag), cutting = next_candidate(bench, target, NEW), bench.place("prepare.candidate", target)
    yield foresee_write(cutting, f"cut:{tag}", describe_cut(bench.release_branch(target), NEW, tag))
    yield from foresee_verification(bench, target, tag, ahead)


def _foresee_draft(place: Place, landing: Landing, *, proposed: bool) -> Iterator[Ahead]:
    action = "open-proposal" if proposed else "open-draft"
    told = bringing.describe_draft(landing.branch, landing.pick_branch, NEW, proposed=proposed)
    yield foresee_write(place, action, told)
    yield from _close_replaced(place, landing)
    yield from _foresee_unsettled(place, action)


def _foresee_unsettled(place: Place, action: str) -> Iterator[Ahead]:
    if action == "open-proposal":
        yield Ahead(place, desk.describe_question(place, SETTLED))
    yield Ahead(place, _UNSETTLED, Status.DECISION)


def _foresee_ready(bench: Bench, target: Target, place: Place, number: str) -> Iterator[Ahead]:
    """Tell what follows once a pull request is no draft: it may have all that it needs already."""
    for landing in _list_bringing(bench, target, place):
        pull = bench.find_pull(landing.pick_branch, landing.branch)
        if pull and str(pull.number) == number:
            found = bringing.merge(landing, place, foresee_settled(landing.bench, pull))
            yield from _foresee_next(bench, target, place, found)


def _foresee_next(bench: Bench, target: Target, place: Place, found: Observation) -> Iterator[Ahead]:
    if isinstance(found, Todo):
        yield foresee_write(place, found.action, found.sentence)
        yield from follow(bench, target, place, found.action)
    elif isinstance(found, Waiting):
        yield Ahead(place, found.reason, Status.WAITING)
    elif isinstance(found, Refused):
        yield from foresee_refusal(bench, place, found)


def _list_bringing(bench: Bench, target: Target, place: Place) -> list[Landing]:
    return [find_owed(bench, place)] if place.step in DEBTS else list_landings(bench, target)


def _foresee_closings(bench: Bench, target: Target, place: Place, branch: str) -> Iterator[Ahead]:
    """Tell which drafts are closed once the pull request of a branch for picks is open."""
    for landing in _list_bringing(bench, target, place) if branch.startswith("relauto/pick/") else ():
        if landing.pick_branch == branch:
            yield from _close_replaced(place, landing)


def _close_replaced(place: Place, landing: Landing, but: str = "") -> Iterator[Ahead]:
    for pull in list_replaced(landing, place):
        if str(pull.number) != but:
            yield foresee_write(place, f"{CLOSING}:{pull.number}", describe_closing(pull))


def _foresee_replaced(bench: Bench, target: Target, place: Place, number: str) -> Iterator[Ahead]:
    """Tell what follows once a draft is closed whose place another pull request takes, which is open."""
    for landing in _list_bringing(bench, target, place):
        if number in {str(pull.number) for pull in list_replaced(landing, place)}:
            yield from _close_replaced(place, landing, but=number)
            pull = bench.find_pull(landing.pick_branch, landing.branch)
            if pull:
                yield from _foresee_next(bench, target, place, bringing.go_on(landing, place, pull))


def _foresee_part(bench: Bench, place: Place, landing: Landing, part: Part) -> Iterator[Ahead]:
    fixes, trial = (NEW, describe_trial(bench)) if part.fixes else ("", "")
    if landing.via == "push":
        told = bringing.describe_push(landing.branch, fixes, bumped=part.number)
        yield foresee_write(place, "push-pick", told + trial)
        return
    if not part.fixes and bench.find_pull(landing.bump_branch, landing.branch):
        yield from _foresee_bump(place, bringing.bring(landing, place, []))
        return
    branch = landing.pick_branch if part.fixes else landing.bump_branch
    yield foresee_write(
        place,
        "open-pick" if part.fixes else "open-bump",
        bringing.describe_pick(landing.branch, branch, fixes, bumped=part.number) + trial,
    )
    if part.fixes:
        yield from _close_replaced(place, landing)
    yield Ahead(place, AWAITED["open-pick"], Status.WAITING)


def _foresee_bump(place: Place, found: Observation) -> Iterator[Ahead]:
    """Tell what becomes of a bump whose pull request was there before the pick landed."""
    if isinstance(found, Todo):
        yield foresee_write(place, found.action, found.sentence)
        word = found.action.partition(":")[0]
        if word != "merge-bump":
            yield Ahead(place, AWAITED.get(word, AWAITED["open-bump"]), Status.WAITING)
    elif isinstance(found, Waiting | Refused):
        status = Status.WAITING if isinstance(found, Waiting) else Status.DECISION
        yield Ahead(place, found.reason, status)
