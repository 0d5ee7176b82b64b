"""The whole state of a pull request as one value, and how reviews reduce to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from relauto.errors import DecisionError
from relauto.github.branch_rules import BranchRules
from relauto.github.checks import Checks
from relauto.model.names import Commit, RepositoryName

OPINIONS = frozenset({"approved", "changes_requested", "dismissed"})


@dataclass(frozen=True)
class Review:
    """The latest review of one author that says yes or no; `commit` is what was reviewed.

    A later mere comment does not replace it. `counts` says whether GitHub lets the author push: anybody
    may review a public repository, and such a review decides nothing.
    """

    author: str
    state: Literal["approved", "changes_requested", "dismissed"]
    commit: Commit | None
    submitted_at: str
    counts: bool

    @property
    def is_approval(self) -> bool:
        """Whether a person who may push has approved."""
        return self.state == "approved" and self.counts and not self.author.endswith("[bot]")


@dataclass(frozen=True)
class Pull:
    """A pull request at one moment.

    Attributes:
        head_repository: where the head branch is; None when that fork is gone.
        merge_commit: what landed on the base, once merged (never GitHub's test merge).
        merged_by: whose merge it was; None before that, and where that is not told.
        mergeable: None while GitHub computes it: ask again.
        merge_state: GraphQL's MergeStateStatus in lower case (`clean`, `unstable`, `blocked`, …).
        review_decision: `approved`, `changes_requested`, `review_required`, or None. Where GraphQL
            is not served, it is told from the reviews and from rulesets alone.
        review_requests: logins still to review; teams are not told.
        checks: of the head commit; `required` is set in a look at one pull request.
        queued: it is in the merge queue (never, where GraphQL is not served).
        queue: where it stands there, in words.
        dequeued: why it was thrown out of the queue, where that was the last that happened to it there.
        removal: the id of that event; empty where it was not the last.
        auto_merge: who asked that it be merged by itself, or None.
        rules: what its base asks for; None where this look did not bring it.
        node: its id in GraphQL; empty where GraphQL is not served.
    """

    number: int
    url: str
    title: str
    body: str
    state: Literal["open", "closed", "merged"]
    draft: bool
    head_ref: str
    head_sha: Commit
    head_repository: RepositoryName | None
    base_ref: str
    merge_commit: Commit | None
    mergeable: bool | None
    merge_state: str
    review_decision: str | None
    reviews: tuple[Review, ...]
    review_requests: tuple[str, ...]
    checks: Checks
    queued: bool
    author: str
    labels: tuple[str, ...]
    queue: str = ""
    dequeued: str | None = None
    removal: str = ""
    auto_merge: str | None = None
    merged_by: str | None = None
    rules: BranchRules | None = None
    node: str = ""


def require_head(pull: Pull, head: Commit) -> None:
    """Refuse a pull request whose head is not the one that was decided on.

    Raises:
        DecisionError: the head has moved.
    """
    if pull.head_sha != head:
        raise DecisionError(
            f"the head of pull request {pull.number} was {head} and is {pull.head_sha}",
            todo="look at what was pushed, then approve the new head",
        )


def reduce_reviews(reviews: Iterable[Review]) -> tuple[Review, ...]:
    """Return each author's last review, by login; `reviews` come in the order of their submission."""
    latest = {review.author: review for review in reviews}
    return tuple(latest[author] for author in sorted(latest))


def decide_review(reviews: Iterable[Review], *, needed: int) -> str | None:
    """Return the review decision where GitHub does not tell it, `needed` approvals being required."""
    states = [review.state for review in reviews if review.counts]
    if "changes_requested" in states:
        return "changes_requested"
    if states.count("approved") >= max(needed, 1):
        return "approved"
    return "review_required" if needed else None
