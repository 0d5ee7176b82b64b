"""Looks at pull requests: one GraphQL read each, or as many REST reads as it takes for the same value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from relauto.errors import RemoteError
from relauto.github.checks import read_checks_by_rest, read_rules, required_checks, watch_checks
from relauto.github.connections import PageInfo
from relauto.github.look import CutOffError, Look, require
from relauto.github.pull_shapes import PullNode, RestPull, RestReview, gather_reviews
from relauto.github.pull_state import Pull, decide_review
from relauto.github.queries import PULL, PULLS
from relauto.model.names import Branch, Commit

if TYPE_CHECKING:
    from relauto.github.client import Client


class _Connection(msgspec.Struct, frozen=True, rename="camel"):
    page_info: PageInfo
    nodes: list[PullNode]


def read_pull(client: Client, number: int) -> Pull:
    """Return the whole state of one pull request, with which of its checks are required.

    Raises:
        NotFoundError: there is none of that number.
        RemoteError: it cannot be read, or not in full.
    """
    return look_at_pull(client, number).read()


def look_at_pull(client: Client, number: int) -> Look[Pull]:
    """Return the look that `read_pull` takes, to be had alone or with others."""

    def settle(answer: msgspec.Raw) -> Pull:
        told = require(answer, f"{client.repository} has no pull request {number}")
        pull = client.decode(told, PullNode, "GraphQL Pull").pull()
        if pull is None:
            raise CutOffError
        return pull

    def read() -> Pull:
        return _read_by_rest(client, number, flagged=True)

    return Look(
        client, PULL, {"number": number}, settle, read, lambda pull: _watch_pull(pull) if pull else []
    )


def _watch_pull(pull: Pull) -> list[str]:
    if pull.state != "open":
        return []
    own = f"pulls/{pull.number}"
    return [own, f"{own}/reviews?per_page=100", *watch_checks(pull.head_sha)]


def find_pulls(client: Client, head: Branch, base: Branch | None = None) -> list[Pull]:
    """Return the pull requests from a branch of this repository, newest first, whatever their state.

    Forks' branches of the same name are left out (GitHub's own filter takes them in, and ignores a
    `head` without an owner: PyGithub#1566). Which checks are required is not told (`required` is None).

    Raises:
        RemoteError: they cannot be read, or not in full.
    """
    return look_at_pulls(client, head, base).read()


def look_at_pulls(client: Client, head: Branch, base: Branch | None = None) -> Look[list[Pull]]:
    """Return the look that `find_pulls` takes, to be had alone or with others."""

    def settle(answer: msgspec.Raw) -> list[Pull]:
        found = client.decode(answer, _Connection, "GraphQL Pulls")
        if found.page_info.has_next_page:
            raise CutOffError
        pulls = [node.pull() or _read_by_rest(client, node.number, flagged=False) for node in found.nodes]
        return [pull for pull in pulls if _is_from(pull.head_repository, pull.head_ref, client, head)]

    def read() -> list[Pull]:
        return _find_by_rest(client, head, base)

    def watch(pulls: list[Pull] | None) -> list[str]:
        return [path for pull in pulls or () for path in _watch_pull(pull)]

    values = {"head": str(head), "base": str(base) if base else None}
    return Look(client, PULLS, values, settle, read, watch)


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
