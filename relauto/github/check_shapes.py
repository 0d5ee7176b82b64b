"""Checks as GitHub sends them, by GraphQL and by REST, and their common fields.

`fields()` gives, for both ways alike: name, state, App's slug, App's id, address, kind, required.
"""

from typing import Literal

import msgspec

from relauto.github.connections import PageInfo

Fields = tuple[str, str, str | None, int | None, str | None, Literal["check_run", "status"], bool | None]


class AppNode(msgspec.Struct, frozen=True, rename="camel"):
    """The App behind a check run."""

    slug: str
    database_id: int | None = None


class SuiteNode(msgspec.Struct, frozen=True):
    """The check suite that a check run belongs to."""

    app: AppNode | None = None


class RunNode(msgspec.Struct, frozen=True, rename="camel", tag="CheckRun", tag_field="__typename"):
    """GraphQL's CheckRun."""

    name: str
    status: str
    conclusion: str | None
    details_url: str | None
    check_suite: SuiteNode
    is_required: bool | None = None

    def fields(self) -> Fields:
        """Return the common fields."""
        app = self.check_suite.app
        return (
            self.name,
            read_run_state(self.status, self.conclusion),
            app.slug if app else None,
            app.database_id if app else None,
            self.details_url,
            "check_run",
            self.is_required,
        )


class StatusNode(msgspec.Struct, frozen=True, rename="camel", tag="StatusContext", tag_field="__typename"):
    """GraphQL's StatusContext."""

    context: str
    state: str
    target_url: str | None
    is_required: bool | None = None

    def fields(self) -> Fields:
        """Return the common fields."""
        state = read_status_state(self.state)
        return (self.context, state, None, None, self.target_url, "status", self.is_required)


class Contexts(msgspec.Struct, frozen=True, rename="camel"):
    """GraphQL's StatusCheckRollupContextConnection."""

    page_info: PageInfo
    nodes: list[RunNode | StatusNode]


class Rollup(msgspec.Struct, frozen=True):
    """GraphQL's StatusCheckRollup."""

    contexts: Contexts


class CommitNode(msgspec.Struct, frozen=True, rename="camel"):
    """GraphQL's Commit with its checks; None where it has none."""

    oid: str = ""
    status_check_rollup: Rollup | None = None


class RestApp(msgspec.Struct, frozen=True):
    """The App behind a check run."""

    id: int
    slug: str | None = None


class RestRun(msgspec.Struct, frozen=True):
    """REST's check run."""

    name: str
    status: str
    conclusion: str | None
    details_url: str | None
    app: RestApp | None

    def fields(self) -> Fields:
        """Return the common fields."""
        state = read_run_state(self.status, self.conclusion)
        slug, number = (self.app.slug, self.app.id) if self.app else (None, None)
        return (self.name, state, slug, number, self.details_url, "check_run", None)


class RunPage(msgspec.Struct, frozen=True):
    """A page of check runs."""

    total_count: int
    check_runs: list[RestRun]


class RestStatus(msgspec.Struct, frozen=True):
    """The latest status of one context."""

    context: str
    state: str
    target_url: str | None

    def fields(self) -> Fields:
        """Return the common fields."""
        return (self.context, read_status_state(self.state), None, None, self.target_url, "status", None)


class StatusPage(msgspec.Struct, frozen=True):
    """A page of statuses."""

    statuses: list[RestStatus]


def read_run_state(status: str, conclusion: str | None) -> str:
    """Return a check run's conclusion in lower case once it is complete, else `pending`."""
    return conclusion.lower() if status.lower() == "completed" and conclusion else "pending"


def read_status_state(state: str) -> str:
    """Return a status' state in the words of check runs (`error` is a failure, `expected` pending)."""
    state = state.lower()
    return {"error": "failure", "expected": "pending"}.get(state, state)
