"""Pull requests as GitHub sends them, by GraphQL and by REST, made into `Pull` values."""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec

from relauto.github.check_shapes import CommitNode
from relauto.github.checks import Checks, gather_checks
from relauto.github.people import ActorNode, LabelNode, Labels, RestUser, name_actor, name_user
from relauto.github.pull_state import OPINIONS, Pull, Review, reduce_reviews
from relauto.github.rule_shapes import RefNode
from relauto.model.names import Commit, RepositoryName

_Opinion = Literal["approved", "changes_requested", "dismissed"]


# The nearest that REST tells to "may push".
_INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class _Oid(msgspec.Struct, frozen=True):
    oid: str


class _ReviewNode(msgspec.Struct, frozen=True, rename="camel"):
    author: ActorNode | None
    state: str
    submitted_at: str | None
    commit: _Oid | None
    author_can_push_to_repository: bool


class _Reviews(msgspec.Struct, frozen=True, rename="camel"):
    total_count: int
    nodes: list[_ReviewNode]


class _Reviewer(msgspec.Struct, frozen=True):
    kind: str = msgspec.field(name="__typename")
    login: str = ""


class _Request(msgspec.Struct, frozen=True, rename="camel"):
    requested_reviewer: _Reviewer | None


class _Requests(msgspec.Struct, frozen=True):
    nodes: list[_Request]


class _HeadRepository(msgspec.Struct, frozen=True, rename="camel"):
    name_with_owner: str


class _PullCommit(msgspec.Struct, frozen=True):
    commit: CommitNode


class _PullCommits(msgspec.Struct, frozen=True):
    nodes: list[_PullCommit]


class _Entry(msgspec.Struct, frozen=True):
    position: int
    state: str


class _AutoMerge(msgspec.Struct, frozen=True, rename="camel"):
    enabled_by: ActorNode | None


class _QueueMove(msgspec.Struct, frozen=True):
    kind: str = msgspec.field(name="__typename")
    id: str = ""
    reason: str | None = None


class _Timeline(msgspec.Struct, frozen=True):
    nodes: list[_QueueMove] = []


class PullNode(msgspec.Struct, frozen=True, rename="camel"):
    """GraphQL's PullRequest."""

    number: int
    url: str
    title: str
    body: str
    state: Literal["OPEN", "CLOSED", "MERGED"]
    is_draft: bool
    head_ref_name: str
    head_ref_oid: str
    head_repository: _HeadRepository | None
    base_ref_name: str
    mergeable: Literal["MERGEABLE", "CONFLICTING", "UNKNOWN"]
    merge_state_status: str
    review_decision: str | None
    merge_commit: _Oid | None
    is_in_merge_queue: bool
    author: ActorNode | None
    labels: Labels | None
    reviews: _Reviews | None
    review_requests: _Requests | None
    commits: _PullCommits
    id: str = ""
    merge_queue_entry: _Entry | None = None
    auto_merge_request: _AutoMerge | None = None
    merged_by: ActorNode | None = None
    timeline_items: _Timeline = _Timeline()
    base_ref: RefNode | None = None

    def pull(self) -> Pull | None:
        """Return the value, or None when the answer was cut off or is of two moments.

        The last commit can lag behind a push that has just moved the head.
        """
        checks = self._checks()
        reviews, removed = self.reviews, self._removed()
        if checks is None or (reviews and reviews.total_count > len(reviews.nodes)):
            return None
        return Pull(
            number=self.number,
            url=self.url,
            title=self.title,
            body=self.body,
            state=cast(Literal["open", "closed", "merged"], self.state.lower()),
            draft=self.is_draft,
            head_ref=self.head_ref_name,
            head_sha=Commit(self.head_ref_oid),
            head_repository=(
                RepositoryName(self.head_repository.name_with_owner) if self.head_repository else None
            ),
            base_ref=self.base_ref_name,
            merge_commit=Commit(self.merge_commit.oid) if self.merge_commit else None,
            mergeable={"MERGEABLE": True, "CONFLICTING": False, "UNKNOWN": None}[self.mergeable],
            merge_state=self.merge_state_status.lower(),
            review_decision=self.review_decision.lower() if self.review_decision else None,
            reviews=reduce_reviews(_opinions_of(reviews.nodes if reviews else [])),
            review_requests=self._requests(),
            checks=checks,
            queued=self.is_in_merge_queue,
            author=name_actor(self.author),
            labels=tuple(sorted(label.name for label in self.labels.nodes)) if self.labels else (),
            queue=self._queue(),
            dequeued=(removed.reason or "GitHub does not say why") if removed else None,
            removal=removed.id if removed else "",
            auto_merge=name_actor(self.auto_merge_request.enabled_by) if self.auto_merge_request else None,
            merged_by=name_actor(self.merged_by) if self.merged_by else None,
            rules=self.base_ref.gather(self.base_ref_name) if self.base_ref else None,
            node=self.id,
        )

    def _queue(self) -> str:
        entry = self.merge_queue_entry
        return f"number {entry.position}, {entry.state.lower().replace('_', ' ')}" if entry else ""

    def _removed(self) -> _QueueMove | None:
        last = self.timeline_items.nodes[-1:]
        if self.is_in_merge_queue or not last or last[0].kind != "RemovedFromMergeQueueEvent":
            return None
        return last[0]

    def _checks(self) -> Checks | None:
        if not self.commits.nodes or self.commits.nodes[0].commit.oid != self.head_ref_oid:
            return None
        return gather_checks(self.commits.nodes[0].commit)

    def _requests(self) -> tuple[str, ...]:
        nodes = self.review_requests.nodes if self.review_requests else []
        asked = [node.requested_reviewer for node in nodes if node.requested_reviewer]
        return tuple(sorted(ActorNode(one.login, one.kind).name for one in asked if one.login))


def _opinions_of(nodes: list[_ReviewNode]) -> list[Review]:
    return [
        Review(
            name_actor(node.author),
            cast(_Opinion, node.state.lower()),
            Commit(node.commit.oid) if node.commit else None,
            node.submitted_at or "",
            node.author_can_push_to_repository,
        )
        for node in nodes
        if node.state.lower() in OPINIONS
    ]


class _RestRepository(msgspec.Struct, frozen=True):
    full_name: str


class _RestRef(msgspec.Struct, frozen=True):
    ref: str
    sha: str
    repo: _RestRepository | None = None


class RestReview(msgspec.Struct, frozen=True):
    """REST's pull request review."""

    user: RestUser | None
    state: str
    commit_id: str | None = None
    submitted_at: str | None = None
    author_association: str = ""


class _RestAutoMerge(msgspec.Struct, frozen=True):
    enabled_by: RestUser | None = None


class RestPull(msgspec.Struct, frozen=True):
    """REST's pull request; a list leaves out what only one of them tells (`mergeable`, `merged`)."""

    number: int
    html_url: str
    title: str
    body: str | None
    state: Literal["open", "closed"]
    head: _RestRef
    base: _RestRef
    user: RestUser | None
    labels: list[LabelNode]
    requested_reviewers: list[RestUser] = []
    draft: bool = False
    merged: bool = False
    merge_commit_sha: str | None = None
    mergeable: bool | None = None
    mergeable_state: str = "unknown"
    auto_merge: _RestAutoMerge | None = None
    merged_by: RestUser | None = None

    def pull(self, reviews: tuple[Review, ...], checks: Checks, decision: str | None) -> Pull:
        """Return the value, given what REST tells elsewhere."""
        requests = [user.login for user in self.requested_reviewers]
        merged: Any = self.merged and self.merge_commit_sha
        return Pull(
            number=self.number,
            url=self.html_url,
            title=self.title,
            body=self.body or "",
            state="merged" if self.merged else self.state,
            draft=self.draft,
            head_ref=self.head.ref,
            head_sha=Commit(self.head.sha),
            head_repository=RepositoryName(self.head.repo.full_name) if self.head.repo else None,
            base_ref=self.base.ref,
            merge_commit=Commit(merged) if merged else None,
            mergeable=self.mergeable,
            merge_state=self.mergeable_state,
            review_decision=decision,
            reviews=reviews,
            review_requests=tuple(sorted(requests)),
            checks=checks,
            queued=False,
            author=name_user(self.user),
            labels=tuple(sorted(label.name for label in self.labels)),
            auto_merge=name_user(self.auto_merge.enabled_by) if self.auto_merge else None,
            merged_by=name_user(self.merged_by) if self.merged_by else None,
        )


def gather_reviews(reviews: list[RestReview]) -> tuple[Review, ...]:
    """Return each author's last opinion among REST's reviews, which come oldest first."""
    return reduce_reviews(
        Review(
            name_user(review.user),
            cast(_Opinion, review.state.lower()),
            Commit(review.commit_id) if review.commit_id else None,
            review.submitted_at or "",
            review.author_association in _INSIDERS,
        )
        for review in reviews
        if review.state.lower() in OPINIONS
    )
