"""Looks at pull requests: one GraphQL read each, or as many REST reads as it takes for the same value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from relauto.errors import RemoteError
from relauto.github.checks import read_checks_by_rest, read_rules, required_checks
from relauto.github.faults import NoGraphQLError
from relauto.github.pull_shapes import PullNode, RestPull, RestReview, gather_reviews
from relauto.github.pull_state import Pull, decide_review
from relauto.github.queries import PULL, PULLS
from relauto.model.names import Branch, Commit

if TYPE_CHECKING:
    from relauto.github.client import Client


class _OnePull(msgspec.Struct, frozen=True, rename="camel"):
    pull_request: PullNode | None


class _PullAnswer(msgspec.Struct, frozen=True):
    repository: _OnePull | None


class _PageInfo(msgspec.Struct, frozen=True, rename="camel"):
    has_next_page: bool


class _Connection(msgspec.Struct, frozen=True, rename="camel"):
    page_info: _PageInfo
    nodes: list[PullNode]


class _SeveralPulls(msgspec.Struct, frozen=True, rename="camel"):
    pull_requests: _Connection


class _PullsAnswer(msgspec.Struct, frozen=True):
    repository: _SeveralPulls | None


def read_pull(client: Client, number: int) -> Pull:
    """Return the whole state of one pull request, with which of its checks are required.

    Raises:
        NotFoundError: there is none of that number.
        RemoteError: it cannot be read, or not in full.
    """
    try:
        answer = client.graphql(PULL, _PullAnswer, number=number)
    except NoGraphQLError:
        return _read_by_rest(client, number, flagged=True)
    node = answer.repository.pull_request if answer.repository else None
    if node is None:
        raise RemoteError(f"{client.repository} has no pull request {number}")
    return node.pull() or _read_by_rest(client, number, flagged=True)


def find_pulls(client: Client, head: Branch, base: Branch | None = None) -> list[Pull]:
    """Return the pull requests from a branch of this repository, newest first, whatever their state.

    Forks' branches of the same name are left out (GitHub's own filter takes them in, and ignores a
    `head` without an owner: PyGithub#1566). Which checks are required is not told (`required` is None).

    Raises:
        RemoteError: they cannot be read, or not in full.
    """
    optional = {"base": str(base)} if base else {}
    try:
        answer = client.graphql(PULLS, _PullsAnswer, head=str(head), **optional)
    except NoGraphQLError:
        return _find_by_rest(client, head, base)
    if answer.repository is None:
        raise RemoteError(f"{client.repository} was not found by GraphQL")
    found = answer.repository.pull_requests
    if found.page_info.has_next_page:
        return _find_by_rest(client, head, base)
    pulls = [node.pull() or _read_by_rest(client, node.number, flagged=False) for node in found.nodes]
    return [pull for pull in pulls if _is_from(pull.head_repository, pull.head_ref, client, head)]


class _Listed(msgspec.Struct, frozen=True):
    sha: str


_LISTED = 250
"""GitHub lists so many commits of a pull request at most
(https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request)."""


def read_commits(client: Client, number: int) -> tuple[Commit, ...]:
    """Return the commits of a pull request, oldest first.

    Raises:
        RemoteError: they cannot be read, or are more than GitHub lists.
    """
    found = tuple(Commit(one.sha) for one in client.read_all(f"pulls/{number}/commits", _Listed))
    if len(found) >= _LISTED:
        raise RemoteError(
            f"{client.repository}#{number} has {len(found)} commits or more: GitHub does not list them all",
            todo="pick by hand and push to the line; relauto recognises it",
        )
    return found


def _is_from(repository: str | None, ref: str, client: Client, head: Branch) -> bool:
    # GitHub compares owners and names without regard to case.
    return ref == head and (repository or "").lower() == client.repository.lower()


def _find_by_rest(client: Client, head: Branch, base: Branch | None) -> list[Pull]:
    optional = {"base": str(base)} if base else {}
    found = client.read_all(
        "pulls",
        RestPull,
        state="all",
        head=f"{client.repository.owner}:{head}",
        sort="created",
        direction="desc",
        **optional,
    )
    return [
        _read_by_rest(client, one.number, flagged=False)
        for one in found
        if _is_from(one.head.repo.full_name if one.head.repo else None, one.head.ref, client, head)
        and base in (None, one.base.ref)
    ]


def _read_by_rest(client: Client, number: int, *, flagged: bool) -> Pull:
    found = client.read(f"pulls/{number}", RestPull)
    reviews = gather_reviews(client.read_all(f"pulls/{number}/reviews", RestReview))
    base = Branch(found.base.ref)
    rules = read_rules(client, base)
    required = required_checks(client, base, rules) if flagged else None
    checks = read_checks_by_rest(client, Commit(found.head.sha), required)
    needed = [rule.parameters.required_approving_review_count for rule in rules if rule.parameters]
    return found.pull(reviews, checks, decide_review(reviews, needed=max(needed, default=0)))
