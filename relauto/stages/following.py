"""Following a pull request until it may be merged: checks, reviews, mergeability.

Everything must hold for the exact head commit. What GitHub has not computed yet is waited for,
what it does not say is refused.
"""

from collections.abc import Sequence

from relauto.counting import name_count
from relauto.errors import RUN_AGAIN, InputError
from relauto.github import checks, pulls
from relauto.github.branch_rules import BranchRules
from relauto.github.checks import RequiredCheck
from relauto.github.pull_merge import Method
from relauto.github.pull_state import Pull, Review
from relauto.model.facts import Facts
from relauto.model.names import Branch
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.gates import hold, is_waived, list_overridden
from relauto.stages.step import Refused, Todo, Waiting

_GATE_OF = {"CI": "checks", "reviewer": "reviews"}

METHODS: tuple[Method, ...] = ("squash", "merge", "rebase")


def find_required(bench: Bench, branch: Branch) -> tuple[RequiredCheck, ...]:
    """Return the checks that must be green on a branch: those of the settings, else GitHub's.

    Raises:
        RemoteError: GitHub does not let them be read; nothing is assumed then.
    """
    named = bench.settings.checks.required
    if named is not None:
        return tuple(RequiredCheck(name, None) for name in named)
    return bench.remember("rules", branch, lambda: checks.required_checks(bench.source, branch))


def finish_opening(
    bench: Bench, place: Place, pull: Pull, labels: Sequence[str], reviewers: Sequence[str] = ()
) -> Todo | None:
    """Return what gives a pull request of ours the labels and reviewers that it lacks, or None.

    Only while the journal has no word on the step, which is when a run ended between opening and this:
    what people take away later stays away.
    """
    asked = (*pull.review_requests, *(review.author for review in pull.reviews))
    lacking = [*_subtract(labels, pull.labels), *_subtract(reviewers, asked)]
    if not lacking or pull.state != "open" or pull.author != bench.login or bench.incident.record(place):
        return None

    def run(_facts: Facts) -> None:
        equip_pull(bench, pull.number, labels, reviewers)

    return Todo(
        f"equip:{pull.number}", f"give pull request #{pull.number} what it lacks: {', '.join(lacking)}", run
    )


def _subtract(wanted: Sequence[str], held: Sequence[str]) -> list[str]:
    # GitHub's names of labels and people differ in more than case or not at all.
    known = {name.lower() for name in held}
    return [name for name in wanted if name.lower() not in known]


def equip_pull(bench: Bench, number: int, labels: Sequence[str], reviewers: Sequence[str] = ()) -> None:
    """Add labels to a pull request that lacks them and ask people for a review."""
    if labels:
        pulls.add_labels(bench.source, number, labels, absent=True)
    if reviewers:
        pulls.request_reviewers(bench.source, number, reviewers, absent=True)


def follow_pull(bench: Bench, place: Place, pull: Pull, rules_of: Branch) -> Waiting | Refused | None:
    """Return what an open pull request still lacks, or None when it may be merged.

    `rules_of` is the branch whose required checks count. Where a person waived a gate of the step at
    `place`, only what GitHub itself asks for holds: nobody here can waive that.
    """
    name = f"pull request #{pull.number}"
    if pull.draft:
        return Waiting("DE", f"{name} is a draft")
    if pull.mergeable is False:
        return Refused(
            f"{name} conflicts with {pull.base_ref}", todo="resolve the conflict on its branch and push"
        )
    bound = pull.rules.checks if pull.rules else ()
    untested = is_waived(bench, place, "checks", pull.head_sha)
    ours = () if untested else find_required(bench, rules_of)
    verdict = checks.judge(pull.checks, {*ours, *bound})
    if verdict.state == "failed":
        failed = f"{'; '.join(verdict.reasons)} on {pull.head_sha[:10]}"
        return Refused(
            f"{name}: {_insist(pull, [failed], waived=untested)[0]}",
            todo="mend it and push, or run the check again"
            + ("; else an administrator has to change GitHub's rules" if untested else ""),
            facts=hold(pull.head_sha, checks="failed"),
        )
    unread = is_waived(bench, place, "reviews", pull.head_sha)
    objected = _refuse_objections(bench, place, pull)
    if objected:
        return objected
    lacking = {
        "CI": _insist(pull, verdict.reasons, waived=untested),
        "reviewer": _insist(pull, _count_lacking(bench, pull, unread=unread), waived=unread),
    }
    return _wait_for(pull, {whom: reasons for whom, reasons in lacking.items() if reasons})


def _insist(pull: Pull, reasons: Sequence[str], *, waived: bool) -> list[str]:
    """Say with reasons that stand in spite of a waiver who still asks for it: GitHub itself."""
    why = f", which GitHub's own rules for {pull.base_ref} ask for whatever is waived here" if waived else ""
    return [f"{reason}{why if number == len(reasons) else ''}" for number, reason in enumerate(reasons, 1)]


def _wait_for(pull: Pull, lacking: dict[str, list[str]]) -> Waiting | None:
    name = f"pull request #{pull.number}"
    if pull.mergeable is None and not lacking:
        return Waiting("GitHub", f"{name}: GitHub is still computing whether it can be merged")
    if not lacking:
        return None
    told = "; ".join(reason for reasons in lacking.values() for reason in reasons)
    open_ = {_GATE_OF[whom]: "open" for whom in lacking}
    return Waiting(" and ".join(lacking), f"{name}: {told}", facts=hold(pull.head_sha, **open_))


def _count_lacking(bench: Bench, pull: Pull, *, unread: bool) -> list[str]:
    """Return what is said of approvals that are still needed: by the settings, or by GitHub alone."""
    approvals, wanted = count_approvals(pull), 0 if unread else bench.settings.pull.approvals
    if approvals >= wanted and pull.review_decision != "review_required":
        return []
    return [f"{approvals} of {name_count(max(1, wanted), 'approval')} of {pull.head_sha[:10]}"]


def _refuse_objections(bench: Bench, place: Place, pull: Pull) -> Refused | None:
    """Return the refusal while somebody objects whose objection nobody has seen and overridden."""
    objections, seen = list_objections(pull), list_overridden(bench, place, pull.head_sha)
    lately = [review.author for review in objections if review.submitted_at not in seen]
    if not lately:
        return None
    waived = is_waived(bench, place, "reviews", pull.head_sha)
    return Refused(
        f"pull request #{pull.number}: {', '.join(lately)} asked for changes"
        + (", which nobody knew who waived the reviews" if waived else ""),
        todo="answer the review; a waiver of the reviews from now on overrides it, where GitHub merges then",
        facts=hold(
            pull.head_sha, [review.submitted_at for review in objections], reviews="changes requested"
        ),
        objectors=tuple(review.author for review in objections),
    )


def show_objections(pull: Pull) -> Facts:
    """Return what the door of a merge shows of objections that were overridden, if there are any."""
    objections = [review.submitted_at for review in list_objections(pull)]
    return {"overridden objections": ", ".join(objections)} if objections else {}


def list_objections(pull: Pull) -> list[Review]:
    """Return the reviews that ask for changes, of those who may push."""
    return [review for review in pull.reviews if review.state == "changes_requested" and review.counts]


def count_approvals(pull: Pull) -> int:
    """Return how many people who may push, other than the author, approved the exact head commit."""
    return sum(
        review.is_approval and review.commit == pull.head_sha and review.author != pull.author
        for review in pull.reviews
    )


def choose_method(bench: Bench, pull: Pull, wanted: Method | None, order: tuple[Method, ...]) -> Method:
    """Return how a pull request is merged: as wanted, else the first of `order` that is allowed.

    It has to be allowed by the repository and by the rules of the pull request's base.

    Raises:
        InputError: none is allowed.
    """
    allowed = bench.repository_facts().merge_methods
    if allowed is None:
        raise InputError(
            f"{bench.source.repository}: the token may not merge: GitHub tells how to those alone that have"
            " contents: write",
            todo=f"give the token contents: write (and its account the role for it), {RUN_AGAIN}",
        )
    rules = pull.rules or bench.rules(Branch(pull.base_ref))
    refused = rules.narrow(allowed, own=pull.author == bench.login, signed=_is_signed(bench, rules, pull))
    for method in (wanted,) if wanted else order:
        if refused.get(method, "off") == "":
            return method
    told = [f"{pull.base_ref} refuses {method}: {why}" for method, why in sorted(refused.items()) if why]
    raise InputError(
        f"{bench.source.repository} does not allow merging by {wanted or 'any of ' + ', '.join(order)}"
        + "".join(f"; {each}" for each in told),
        todo="set pull.method to a method that the repository allows, or have the branch's rules changed",
    )


def _is_signed(bench: Bench, rules: BranchRules, pull: Pull) -> bool:
    """Return whether all commits of a pull request carry a signature; whose, GitHub judges."""
    base = bench.ref(f"refs/heads/{pull.base_ref}")
    if not rules.signatures or base is None:
        return False
    span = bench.product.list_commits(pull.head_sha, f"^{base}")
    return all(bench.product.is_signed(commit) for commit in span)
