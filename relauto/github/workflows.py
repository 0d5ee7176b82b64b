"""Workflow runs: dispatched, found again by a nonce in their titles, and read.

GitHub tells the id of the run that a dispatch starts since it knows `return_run_details`; an older server
answers 400 to that field, or 204 without a word. Its run is then found by a nonce that the workflow puts
into its `run-name`. Runs show up some seconds after their dispatch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from relauto.github.faults import RefusedError
from relauto.github.people import RestUser, name_user

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relauto.github.client import Client


@dataclass(frozen=True)
class Run:
    """A run of a workflow. `status` is `completed` at its end alone; `conclusion` says how it ended.

    `title` is what `run-name` makes of it; `started_at` is when its newest attempt began, in UTC.
    """

    id: int
    title: str
    status: str
    conclusion: str | None
    head: str
    started_at: datetime
    url: str


class _RestRun(msgspec.Struct, frozen=True):
    id: int
    display_title: str
    status: str
    conclusion: str | None
    head_sha: str
    run_started_at: datetime
    html_url: str

    def run(self) -> Run:
        return Run(
            self.id,
            self.display_title,
            self.status,
            self.conclusion,
            self.head_sha,
            self.run_started_at,
            self.html_url,
        )


class _Actor(msgspec.Struct, frozen=True):
    login: str


class _StartedRun(msgspec.Struct, frozen=True):
    event: str
    status: str
    triggering_actor: _Actor | None


class _Runs(msgspec.Struct, frozen=True):
    workflow_runs: list[_RestRun]


class _Started(msgspec.Struct, frozen=True):
    workflow_run_id: int | None = None


def dispatch(client: Client, workflow: str, ref: str, inputs: Mapping[str, str]) -> int | None:
    """Start a workflow, by its file's name, on a branch or tag; return the run's id if it is told.

    Raises:
        NotFoundError: the default branch has no such workflow.
        RefusedError: it cannot be dispatched on that ref, or does not take these inputs.
        UnknownOutcomeError: it may have been started; look for its run.
    """
    path = f"actions/workflows/{workflow}/dispatches"
    wanted = {"ref": ref, "inputs": dict(inputs)}
    try:
        said = client.write("POST", path, {**wanted, "return_run_details": True}, msgspec.Raw)
    except RefusedError as error:
        if error.http_status != 400:
            raise
        said = client.write("POST", path, wanted, msgspec.Raw)
    return None if bytes(said) == b"null" else msgspec.json.decode(said, type=_Started).workflow_run_id


def list_runs(client: Client, workflow: str, branch: str, since: datetime) -> tuple[Run, ...]:
    """Return the runs of a workflow that were dispatched on a branch or tag since a moment, newest first.

    Raises:
        RemoteError: they cannot be read.
    """
    pages = client.read_pages(
        f"actions/workflows/{workflow}/runs",
        _Runs,
        event="workflow_dispatch",
        branch=branch,
        created=f">={since:%Y-%m-%dT%H:%M:%SZ}",
    )
    return tuple(one.run() for page in pages for one in page.workflow_runs)


def read_starter(client: Client, run: int) -> str | None:
    """Return the login of who has started a run by hand, and none once it is over or was started otherwise.

    Raises:
        NotFoundError: there is no run of that id.
        RemoteError: it cannot be read.
    """
    found = client.read(f"actions/runs/{run}", _StartedRun)
    if found.event != "workflow_dispatch" or found.status == "completed" or not found.triggering_actor:
        return None
    return found.triggering_actor.login


@dataclass(frozen=True)
class Reviewed:
    """A run in which people were asked to let an environment be used, and what they said.

    `starters` are who began it and who began its newest attempt; `path` is its workflow's file, taken from
    `branch`. `created_at` is in UTC.
    """

    title: str
    event: str
    status: str
    attempt: int
    path: str
    branch: str
    starters: frozenset[str]
    created_at: datetime
    url: str
    reviews: tuple[EnvironmentReview, ...]


@dataclass(frozen=True)
class EnvironmentReview:
    """What somebody said of environments in a run; GitHub tells no moment. `kind` is `User` for a person."""

    author: str
    kind: str
    state: str
    environments: frozenset[str]


class _RestReviewed(msgspec.Struct, frozen=True):
    display_title: str
    event: str
    status: str
    run_attempt: int
    path: str
    head_branch: str | None
    actor: _Actor | None
    triggering_actor: _Actor | None
    created_at: datetime
    html_url: str


class _Environment(msgspec.Struct, frozen=True):
    name: str


class _RestApproval(msgspec.Struct, frozen=True):
    environments: list[_Environment]
    state: str
    user: RestUser | None


def read_reviewed(client: Client, run: int) -> Reviewed:
    """Return a run with what people said of its environments.

    Raises:
        NotFoundError: there is no run of that id.
        RemoteError: it cannot be read.
    """
    found = client.read(f"actions/runs/{run}", _RestReviewed)
    said = client.read(f"actions/runs/{run}/approvals", list[_RestApproval])
    reviews = [
        EnvironmentReview(
            name_user(each.user),
            each.user.type if each.user else "",
            each.state,
            frozenset(one.name for one in each.environments),
        )
        for each in said
    ]
    return Reviewed(
        found.display_title,
        found.event,
        found.status,
        found.run_attempt,
        found.path.partition("@")[0],
        found.head_branch or "",
        frozenset(each.login for each in (found.actor, found.triggering_actor) if each),
        found.created_at,
        found.html_url,
        tuple(reviews),
    )


def read_run(client: Client, run: int) -> Run:
    """Return a run as it stands.

    Raises:
        NotFoundError: there is none of that id; GitHub deletes old ones.
        RemoteError: it cannot be read.
    """
    return client.read(f"actions/runs/{run}", _RestRun).run()
