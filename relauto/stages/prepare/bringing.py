"""Bringing picks onto a branch that a release is cut from, or that is owed the fix.

The picks are made in the object database and reach the branch by a pull request of their own (the
default) or by a direct push. The version bump comes with them, or by itself once they are there. A
branch that does not exist yet is created by the same push.
"""

from collections.abc import Callable, Sequence
from functools import partial

from relauto.comms.neutral import shorten
from relauto.errors import DecisionError
from relauto.git.errors import PushRejectedError
from relauto.git.outgoing import list_brought
from relauto.git.refs import RefUpdate
from relauto.github import pull_merge, pulls
from relauto.github.faults import ForbiddenError, RefusedError
from relauto.github.pull_merge import Method
from relauto.github.pull_page import DESCRIPTION, Report
from relauto.github.pull_state import Pull
from relauto.guard.guard import Passage
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit
from relauto.model.target import Place
from relauto.stages.auto_merge import follow_auto_merge
from relauto.stages.following import choose_method, equip_pull, finish_opening, follow_pull
from relauto.stages.leaks import hold_leaks
from relauto.stages.prepare.draft_text import write_draft_pull
from relauto.stages.prepare.drafts import CONFLICT
from relauto.stages.prepare.landing import Landing
from relauto.stages.prepare.picks import Made, Recipe, Signed, Unsettled, name_commits, name_paths
from relauto.stages.prepare.proposing import find_resolvers, makes_drafts
from relauto.stages.prepare.pushed import find_draft, refuse_pushed
from relauto.stages.prepare.replaced import close_replaced
from relauto.stages.prepare.trial import describe_trial, hold_trial, try_commit
from relauto.stages.queueing import enqueue, follow_queue, needs_queue
from relauto.stages.reporting import send_report
from relauto.stages.signing import find_commit_signer
from relauto.stages.step import Observation, Refused, Todo
from relauto.stages.texts.pulls import write_bump_pull, write_pick_pull

# A rebase keeps author, message and trailer of each pick; a merge keeps the commits themselves;
# a squash keeps only what its message says.
_KEEPING_TRAILERS: tuple[Method, ...] = ("rebase", "merge", "squash")

# What was settled on top of a commit with the conflict markers, or of picks: these need not stay apart.
_SQUASHING: tuple[Method, ...] = ("squash", "rebase", "merge")


def bring(landing: Landing, place: Place, missing: Sequence[Commit]) -> Observation:
    """Return what is next until the branch holds the missing commits and the number."""
    if landing.via == "push":
        return _push(landing, place, missing)
    branch = _choose_branch(landing, place, missing)
    pull = landing.bench.find_pull(branch, landing.branch)
    if pull is None:
        return _open(landing, place, branch, missing)
    if pull.state == "open":
        return _follow(landing, place, pull)
    return Refused(
        f"pull request #{pull.number} is {pull.state}, but {landing.branch} lacks "
        f"{name_commits(missing) or 'its version bump'}",
        todo=f"reopen it, or put the {landing.tell_what(branch)} on the branch by hand",
    )


def _follow(landing: Landing, place: Place, pull: Pull) -> Observation:
    return close_replaced(landing, place, pull) or go_on(landing, place, pull)


def go_on(landing: Landing, place: Place, pull: Pull) -> Observation:
    """Return what is next about an open pull request, whatever it takes the place of."""
    draft = find_draft(landing, place, pull)
    unfinished = finish_opening(landing.bench, place, pull, _list_labels(landing, draft=draft is not None))
    return unfinished or (draft.observe() if draft else None) or merge(landing, place, pull)


def _list_labels(landing: Landing, *, draft: bool) -> tuple[str, ...]:
    wanted = landing.bench.settings.pick
    return (*wanted.labels, *([wanted.conflict_label] if draft and wanted.conflict_label else []))


def _choose_branch(landing: Landing, place: Place, missing: Sequence[Commit]) -> Branch:
    """Return the branch whose pull request brings what is lacking.

    The number alone has its own, unless it comes along with picks that somebody else brought faster.
    """
    if missing:
        return landing.pick_branch
    if landing.bench.ref(landing.pick_branch.ref) and landing.takes_bump_along:
        pull = landing.bench.find_pull(landing.pick_branch, landing.branch)
        if pull and pull.state == "open" and find_draft(landing, place, pull) is None:
            return landing.pick_branch
    return landing.bump_branch


def _plan(landing: Landing, missing: Sequence[Commit]) -> Recipe:
    bumped = landing.numbered and (landing.takes_bump_along or not missing)
    bench, via = landing.bench, landing.via
    return Recipe(
        bench,
        landing.target,
        landing.branch,
        tuple(missing),
        bumped,
        makes_drafts(bench, via),
        find_resolvers(bench, via),
    )


def _open(landing: Landing, place: Place, branch: Branch, missing: Sequence[Commit]) -> Observation:
    bench = landing.bench
    known, signer = bench.ref(branch.ref), find_commit_signer(bench, landing.branch)
    if isinstance(signer, Refused):
        return signer
    if known:
        made = _plan(landing, missing).make_again(landing.head, branch, known)
    else:
        made = _plan(landing, missing).make(landing.head, bench.sign())
    if isinstance(made, Refused):
        return made
    held = _hold(landing, place, branch, made, landing.head)
    if held:
        return held
    signed = Signed(bench, landing.head, made, None if known else signer)

    left = made.unsettled

    def run(facts: Facts) -> None:
        pick_ref = [] if known else [RefUpdate(branch.ref, None, facts["head"])]
        bench.mirror.push([*_creation(landing), *pick_ref])
        if left:
            _report_conflict(landing, facts["head"], left)
        _open_pull(landing, branch, signed.made)

    fixes = name_commits(missing)
    return Todo(
        f"open-{_name_draft(left) if left else landing.tell_what(branch)}:{branch}",
        describe_draft(landing.branch, branch, left.fix.short, proposed=left.is_proposed)
        if left
        else describe_pick(landing.branch, branch, fixes, bumped=made.bump is not None)
        + _describe_trial(landing, missing),
        run,
        prepare=signed.describe,
        changes=("refs", "pulls"),
        trial=None if left else _plan_trial(landing, made),
    )


def _describe_trial(landing: Landing, missing: Sequence[Commit]) -> str:
    return describe_trial(landing.bench) if missing else ""


def _plan_trial(landing: Landing, made: Made) -> Callable[[], Refused | None] | None:
    """Return what tries picks before they are pushed; the number alone needs no trial."""
    return partial(try_commit, landing.bench, made.head) if made.picked else None


def _open_pull(landing: Landing, branch: Branch, made: Made) -> None:
    title, body = _write_texts(landing, made)
    draft = made.unsettled is not None
    try:
        pull = pulls.open_pull(
            landing.bench.source,
            head=branch,
            base=landing.branch,
            title=title,
            body=body,
            draft=draft,
            absent=True,
        )
    except RefusedError as error:
        if draft and error.says("draft"):
            raise DecisionError(
                f"{landing.bench.source.repository} has no drafts: {error.message}",
                todo='set pick.conflicts = "stop", and put the pick on the line by hand',
            ) from error
        raise
    equip_pull(landing.bench, pull.number, _list_labels(landing, draft=draft))


def _report_conflict(landing: Landing, head: str, left: Unsettled) -> None:
    """Let the commit itself say that it must not be merged, before there is a pull request of it."""
    deed = "accept what was made of" if left.is_proposed else "settle"
    begun = f"{landing.bench.incident.id}: a person has to {deed} the conflict"
    told = shorten(f"{begun} in {name_paths(left.paths)}", DESCRIPTION)
    if landing.bench.guard.find([Passage("its text", told)]):
        told = begun
    try:
        send_report(landing.bench, Commit(head), Report(CONFLICT, "failure", told))
    except ForbiddenError as error:
        landing.bench.say(f"{head[:10]} cannot be marked as failing: {error.what}")


def make(landing: Landing, missing: Sequence[Commit], onto: Commit) -> Made | Refused:
    """Return what the branch would get once it is at `onto`, or why it would not apply there."""
    return _plan(landing, missing).make(onto, landing.bench.sign())


def judge(
    landing: Landing, place: Place, missing: Sequence[Commit], made: Made, onto: Commit
) -> Refused | None:
    """Hold up what `make` has made where it cannot be tried here, or everybody must not read it."""
    branch = None if landing.via == "push" else landing.pick_branch if missing else landing.bump_branch
    return _hold(landing, place, branch, made, onto)


def _hold(landing: Landing, place: Place, branch: Branch | None, made: Made, onto: Commit) -> Refused | None:
    """Hold up a pull request, or a push without a `branch` for one, that must not be made.

    Its picks cannot be tried here, or everybody must not read it.
    """
    untried = hold_trial(landing.bench) if made.picked and not made.unsettled else None
    if untried:
        return untried
    brought = list_brought(landing.bench.product, made.head, [onto])
    if branch is None:
        return hold_leaks(landing.bench, place, f"the push to {landing.branch}", brought)
    title, body = _write_texts(landing, made)
    told = [Passage("its title", title), Passage("its text", body, 1)]
    return hold_leaks(landing.bench, place, f"the pull request of {branch}", [*told, *brought])


def _write_texts(landing: Landing, made: Made) -> tuple[str, str]:
    if made.unsettled:
        return write_draft_pull(landing.bench, landing.target, landing.branch, landing.pick_branch, made)
    if made.bump and not made.picked:
        return write_bump_pull(landing.bench, landing.target, landing.branch, made.bump)
    return write_pick_pull(
        landing.bench, landing.target, landing.branch, made.picked, bumped=made.bump is not None
    )


def _creation(landing: Landing) -> list[RefUpdate]:
    exists = landing.bench.ref(landing.branch.ref) is not None
    return [] if exists else [RefUpdate(landing.branch.ref, None, landing.base)]


def _push(landing: Landing, place: Place, missing: Sequence[Commit]) -> Observation:
    refused = landing.bench.rules(landing.branch).refuse_push()
    if refused:
        return Refused(
            f"{landing.branch} refuses pushes: {refused}",
            todo='set pick.via = "pull", or have relauto excepted from the rules of the branch',
        )
    signer = find_commit_signer(landing.bench, landing.branch)
    if isinstance(signer, Refused):
        return signer
    made = _plan(landing, missing).make(landing.head, landing.bench.sign())
    if isinstance(made, Refused):
        return made
    held = _hold(landing, place, None, made, landing.head)
    if held:
        return held
    known = landing.bench.ref(landing.branch.ref)

    def run(facts: Facts) -> None:
        try:
            landing.bench.mirror.push([RefUpdate(landing.branch.ref, known, facts["head"])])
        except PushRejectedError as error:
            raise DecisionError(
                f"{landing.branch} refused the push: {error.what}",
                todo="advance again if somebody pushed just now; a line that takes pull requests "
                'only needs pick.via = "pull"',
            ) from error

    return Todo(
        f"push-{'pick' if missing else 'bump'}:{landing.branch}:{landing.head.short}",
        describe_push(landing.branch, name_commits(missing), bumped=made.bump is not None)
        + _describe_trial(landing, missing),
        run,
        prepare=Signed(landing.bench, landing.head, made, signer).describe,
        changes=("refs", "pulls"),
        trial=_plan_trial(landing, made),
    )


def merge(landing: Landing, place: Place, pull: Pull) -> Observation:
    """Return what is next until an open pull request is merged."""
    bench = landing.bench
    lacking = (
        refuse_pushed(landing, place, pull)
        or follow_queue(bench, place, pull)
        or follow_pull(bench, place, pull, bench.rules_of(landing.branch))
    )
    lacking = follow_auto_merge(bench, place, pull, lacking, is_door=False)
    if lacking is not None:
        return lacking
    if needs_queue(bench, pull):
        return enqueue(bench, pull, is_door=False)
    draft = find_draft(landing, place, pull)
    method = choose_method(bench, pull, None, _SQUASHING if draft and draft.is_mixed else _KEEPING_TRAILERS)
    head = Commit(pull.head_sha)

    def run(_facts: Facts) -> None:
        told = [commit.message for commit in bench.product.commits(landing.head, head)]
        message = "\n\n".join(told) if method == "squash" else None
        title = pull.title if bench.public and method != "rebase" else None
        pull_merge.merge_pull(bench.source, pull, head=head, method=method, title=title, message=message)

    return Todo(
        f"merge-{landing.tell_what(pull.head_ref)}:{pull.number}",
        f"merge pull request #{pull.number} to {landing.branch} ({method}) at {head.short}",
        run,
        prepare=lambda: {"head": head, "method": method},
        changes=("refs", "pulls"),
    )


def describe_pick(onto: Branch, branch: Branch, fixes: str, *, bumped: bool) -> str:
    """Return the sentence for a pick that goes by pull request; without `fixes` it is the bump alone."""
    bump = " and the version bump" if bumped else ""
    content = f"{fixes} picked onto {onto}{bump}" if fixes else f"the version bump of {onto}"
    return f"push {branch} with {content}, and open its pull request"


def _name_draft(left: Unsettled) -> str:
    return "proposal" if left.is_proposed else "draft"


def describe_draft(onto: Branch, branch: Branch, fix: str, *, proposed: bool) -> str:
    """Return the sentence for a pick that conflicts and is left to a person in a draft."""
    how = "as rules settle its conflict" if proposed else "in conflict"
    return f"push {branch} with {fix} {how} with {onto}, and open its draft pull request for a person"


def describe_push(onto: Branch, fixes: str, *, bumped: bool) -> str:
    """Return the sentence for a pick that is pushed to the branch; without `fixes` it is the bump alone."""
    if not fixes:
        return f"push the version bump to {onto}"
    return f"push {fixes} picked onto {onto}" + (" and the version bump" if bumped else "")
