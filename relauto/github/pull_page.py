"""What a pull request's page shows beside its change: comments, labels, a milestone, reports on its head.

A report is what relauto says of a commit under a name of its own: a check run where the token is a GitHub
App's, which alone may make them, and a commit status otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec

from relauto.github.comments import Comment, CommentsNode, read_comments
from relauto.github.connections import PageInfo
from relauto.github.ensure import ensure
from relauto.github.faults import NotFoundError
from relauto.github.look import CutOffError, Look, require
from relauto.github.people import LabelNode, Labels
from relauto.github.queries import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relauto.github.client import Client
    from relauto.model.names import Commit

DESCRIPTION = 140
"""Characters that GitHub takes as the description of a commit status."""


@dataclass(frozen=True)
class Report:
    """What is said of a commit under a name, in one line of at most `DESCRIPTION` characters."""

    name: str
    state: Literal["success", "failure"]
    text: str


@dataclass(frozen=True)
class Page:
    """A pull request's page at one moment; `milestone` is its title, `reports` those on the head `head`.

    A report in another state than success and failure is left out: it is none of relauto's.
    """

    head: str
    comments: tuple[Comment, ...]
    labels: tuple[str, ...]
    milestone: str | None
    reports: tuple[Report, ...]


class _Milestone(msgspec.Struct, frozen=True):
    title: str
    number: int


class _RunNode(msgspec.Struct, frozen=True, tag="CheckRun", tag_field="__typename"):
    name: str
    conclusion: str | None
    title: str | None

    def fields(self) -> tuple[str, str | None, str | None]:
        return self.name, self.conclusion, self.title


class _StatusNode(msgspec.Struct, frozen=True, tag="StatusContext", tag_field="__typename"):
    context: str
    state: str
    description: str | None

    def fields(self) -> tuple[str, str | None, str | None]:
        return self.context, self.state, self.description


class _Contexts(msgspec.Struct, frozen=True, rename="camel"):
    page_info: PageInfo
    nodes: list[_RunNode | _StatusNode]


class _Rollup(msgspec.Struct, frozen=True):
    contexts: _Contexts


class _Commit(msgspec.Struct, frozen=True, rename="camel"):
    status_check_rollup: _Rollup | None


class _PullCommit(msgspec.Struct, frozen=True):
    commit: _Commit


class _PullCommits(msgspec.Struct, frozen=True):
    nodes: list[_PullCommit]


class _PageNode(msgspec.Struct, frozen=True, rename="camel"):
    head_ref_oid: str
    comments: CommentsNode
    labels: Labels | None
    milestone: _Milestone | None
    commits: _PullCommits

    def page(self) -> Page:
        rollup = self.commits.nodes[0].commit.status_check_rollup if self.commits.nodes else None
        if self.comments.page_info.has_next_page or (rollup and rollup.contexts.page_info.has_next_page):
            raise CutOffError
        reports = _gather(node.fields() for node in rollup.contexts.nodes) if rollup else ()
        return Page(
            self.head_ref_oid,
            tuple(comment.comment() for comment in self.comments.nodes),
            tuple(sorted(label.name for label in self.labels.nodes)) if self.labels else (),
            self.milestone.title if self.milestone else None,
            reports,
        )


class _RestRef(msgspec.Struct, frozen=True):
    sha: str


class _RestPull(msgspec.Struct, frozen=True):
    head: _RestRef
    labels: list[LabelNode]
    milestone: _Milestone | None = None


class _RestOutput(msgspec.Struct, frozen=True):
    title: str | None = None


class _RestRun(msgspec.Struct, frozen=True):
    name: str
    conclusion: str | None
    output: _RestOutput = _RestOutput()

    def fields(self) -> tuple[str, str | None, str | None]:
        return self.name, self.conclusion, self.output.title


class _RestRuns(msgspec.Struct, frozen=True):
    check_runs: list[_RestRun]


class _RestStatus(msgspec.Struct, frozen=True):
    context: str
    state: str
    description: str | None = None

    def fields(self) -> tuple[str, str | None, str | None]:
        return self.context, self.state, self.description


class _RestStatuses(msgspec.Struct, frozen=True):
    statuses: list[_RestStatus]


def _gather(told: Iterable[tuple[str, str | None, str | None]]) -> tuple[Report, ...]:
    found = []
    for name, state, text in told:
        match (state or "").lower():
            case "success":
                found.append(Report(name, "success", text or ""))
            case "failure":
                found.append(Report(name, "failure", text or ""))
    return tuple(sorted(found, key=lambda report: (report.name, report.state, report.text)))


def look_at_page(client: Client, number: int) -> Look[Page]:
    """Return the look at a pull request's page, to be had alone or with others."""

    def settle(answer: msgspec.Raw) -> Page:
        told = require(answer, f"{client.repository} has no pull request {number}")
        return client.decode(told, _PageNode, "GraphQL Page").page()

    def read() -> Page:
        pull = client.read(f"pulls/{number}", _RestPull)
        return Page(
            pull.head.sha,
            read_comments(client, number),
            tuple(sorted(label.name for label in pull.labels)),
            pull.milestone.title if pull.milestone else None,
            _read_reports(client, pull.head.sha),
        )

    return Look(client, PAGE, {"number": number}, settle, read)


def _read_reports(client: Client, commit: str) -> tuple[Report, ...]:
    runs = client.read_pages(f"commits/{commit}/check-runs", _RestRuns, filter="latest")
    states = client.read_pages(f"commits/{commit}/status", _RestStatuses)
    return _gather(
        [
            *(run.fields() for page in runs for run in page.check_runs),
            *(status.fields() for page in states for status in page.statuses),
        ]
    )


def report(client: Client, commit: Commit, told: Report, *, as_app: bool) -> None:
    """Say something of a commit: the latest under its name counts.

    Args:
        client: where the commit is.
        commit: the full id.
        told: what is said.
        as_app: by a check run; otherwise by a commit status.

    Raises:
        ForbiddenError: the token may not.
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    output = {"title": told.text, "summary": told.text}
    run = {"name": told.name, "head_sha": commit, "status": "completed", "conclusion": told.state}
    status = {"context": told.name, "state": told.state, "description": told.text}

    def look() -> Report | None:
        return next((one for one in _read_reports(client, commit) if one == told), None)

    def send() -> Report:
        if as_app:
            client.write("POST", "check-runs", run | {"output": output}, msgspec.Raw)
        else:
            client.write("POST", f"statuses/{commit}", status, msgspec.Raw)
        return told

    ensure(look, send, absent=True)


def remove_label(client: Client, number: int, name: str) -> None:
    """Take a label from a pull request, which has just been seen there.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    path = f"issues/{number}/labels"

    def look() -> bool | None:
        held = {label.name.lower() for label in client.read_all(path, LabelNode)}
        return None if name.lower() in held else True

    def send() -> bool:
        try:
            client.write("DELETE", f"{path}/{quote(name, safe='')}", None, msgspec.Raw)
        except NotFoundError:
            # It was taken away meanwhile, or all of it is gone, which the look says.
            look()
        return True

    ensure(look, send, absent=True)


def set_milestone(client: Client, number: int, title: str) -> None:
    """Put a pull request into the milestone of a title, which is made where there is none.

    Raises:
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    milestone = _ensure_milestone(client, title)
    path = f"issues/{number}"

    def look() -> bool | None:
        held = client.read(path, _Holder).milestone
        return True if held and held.number == milestone.number else None

    def send() -> bool:
        client.write("PATCH", path, {"milestone": milestone.number}, msgspec.Raw)
        return True

    ensure(look, send, absent=True)


class _Holder(msgspec.Struct, frozen=True):
    milestone: _Milestone | None = None


def _ensure_milestone(client: Client, title: str) -> _Milestone:
    def look() -> _Milestone | None:
        found = client.read_all("milestones", _Milestone, state="all")
        return next((one for one in found if one.title == title), None)

    def send() -> _Milestone:
        return client.write("POST", "milestones", {"title": title}, _Milestone)

    return ensure(look, send)
