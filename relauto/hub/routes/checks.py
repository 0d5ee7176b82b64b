"""Check runs and commit statuses."""

from typing import Literal

import msgspec
from flask import Blueprint, Response, request
from msgspec import UNSET, UnsetType

from relauto.hub.checks import read_contexts
from relauto.hub.events import publish
from relauto.hub.http import answer, answer_page, cut_page, enter, link_pages, read_body
from relauto.hub.place import ApiError, Place, not_found
from relauto.hub.queue import settle_queue
from relauto.hub.records import CheckRun, Output, Status, Suite
from relauto.hub.routes.commits import find_commit
from relauto.hub.views.checks import show_check_run, show_combined, show_status

routes = Blueprint("checks", __name__, url_prefix="/api/v3/repos/<owner>/<name>")

_State = Literal["queued", "in_progress", "completed", "waiting", "requested", "pending"]
_Conclusion = Literal["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]


class _NewRun(msgspec.Struct):
    name: str
    head_sha: str
    status: _State = "queued"
    conclusion: _Conclusion | None = None
    details_url: str | None = None
    external_id: str | None = None
    output: Output = Output()
    started_at: str | None = None
    completed_at: str | None = None


class _EditedRun(msgspec.Struct):
    name: str | UnsetType = UNSET
    status: _State | UnsetType = UNSET
    conclusion: _Conclusion | UnsetType = UNSET
    details_url: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    output: Output | UnsetType = UNSET
    started_at: str | UnsetType = UNSET
    completed_at: str | UnsetType = UNSET


class _NewStatus(msgspec.Struct):
    state: Literal["error", "failure", "pending", "success"]
    context: str = "default"
    description: str | None = None
    target_url: str | None = None


def _enter_as_app(owner: str, name: str) -> tuple[Place, str]:
    """Go in with the right to write checks, which no other token than a GitHub App's has."""
    place = enter(owner, name)
    app = place.call.require_viewer().app
    if app is None:
        raise ApiError(403, "You must authenticate via a GitHub App.")
    place.require("write")
    return place, app


@routes.post("/check-runs")
def create_run(owner: str, name: str) -> Response:
    """POST check-runs, for GitHub Apps alone."""
    place, app = _enter_as_app(owner, name)
    asked = read_body(_NewRun)
    commit = find_commit(place, asked.head_sha).sha
    done = asked.conclusion is not None or asked.status == "completed"
    if done and asked.conclusion is None:
        raise ApiError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    run = CheckRun(
        id=place.new_id(),
        head_sha=commit,
        name=asked.name,
        app=app,
        suite=_ensure_suite(place, commit, app),
        status="completed" if done else asked.status,
        conclusion=asked.conclusion,
        details_url=asked.details_url,
        external_id=asked.external_id,
        output=asked.output,
        started_at=asked.started_at or place.call.now,
        completed_at=(asked.completed_at or place.call.now) if done else None,
    )
    place.put(run.id, run)
    publish(place, "check_run", "completed" if done else "created", check_run=show_check_run(place, run))
    settle_queue(place)
    return answer(show_check_run(place, run), 201)


def _ensure_suite(place: Place, sha: str, app: str) -> int:
    suite = place.get(Suite, f"{sha} {app}")
    if suite is None:
        suite = Suite(id=place.new_id(), head_sha=sha, app=app, created_at=place.call.now)
        place.put(f"{sha} {app}", suite)
    return suite.id


@routes.patch("/check-runs/<int:key>")
def edit_run(owner: str, name: str, key: int) -> Response:
    """PATCH check-runs/{id}, for the app that made it."""
    place, app = _enter_as_app(owner, name)
    run = place.find(CheckRun, key)
    if run.app != app:
        raise ApiError(
            403, "Invalid app_id - check run can only be modified by the GitHub App that created it."
        )
    asked = msgspec.structs.asdict(read_body(_EditedRun))
    changes = {field: value for field, value in asked.items() if value is not UNSET}
    if "conclusion" in changes:
        changes = {"completed_at": place.call.now, **changes, "status": "completed"}
    elif changes.get("status") == "completed" and run.conclusion is None:
        raise ApiError(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    elif changes.get("status", "completed") != "completed":
        changes |= {"conclusion": None, "completed_at": None}
    changed = msgspec.structs.replace(run, **changes)
    place.put(key, changed)
    action = "completed" if changed.status == "completed" else "rerequested"
    publish(place, "check_run", action, check_run=show_check_run(place, changed))
    settle_queue(place)
    return answer(show_check_run(place, changed))


@routes.get("/check-runs/<int:key>")
def read_run(owner: str, name: str, key: int) -> Response:
    """GET check-runs/{id}."""
    place = enter(owner, name)
    return answer(show_check_run(place, place.find(CheckRun, key)))


@routes.get("/commits/<path:revision>/check-runs")
def list_runs(owner: str, name: str, revision: str) -> Response:
    """GET commits/{ref}/check-runs; `filter` is `latest` unless `all` is asked for."""
    place = enter(owner, name)
    sha = find_commit(place, revision).sha
    if request.args.get("filter") == "all":
        runs = [run for run in place.all(CheckRun) if run.head_sha == sha]
    else:
        runs = list(read_contexts(place, sha).runs)
    args = request.args
    runs = [
        run
        for run in runs
        if args.get("check_name", run.name) == run.name and args.get("status", run.status) == run.status
    ]
    return answer_page(runs[::-1], lambda run: show_check_run(place, run), "check_runs")


@routes.post("/statuses/<sha>")
def create_status(owner: str, name: str, sha: str) -> Response:
    """POST statuses/{sha}: appended, the latest of a context counts."""
    place = enter(owner, name, "write")
    asked = read_body(_NewStatus)
    commit = find_commit(place, sha).sha
    status = Status(
        id=place.new_id(),
        sha=commit,
        state=asked.state,
        context=asked.context,
        description=asked.description,
        target_url=asked.target_url,
        creator=place.call.login,
        created_at=place.call.now,
    )
    place.put(status.id, status)
    facts = {"sha": commit, "state": asked.state, "context": asked.context}
    publish(place, "status", None, **facts)
    settle_queue(place)
    return answer(show_status(place, status), 201)


@routes.get("/commits/<path:revision>/statuses")
def list_statuses(owner: str, name: str, revision: str) -> Response:
    """GET commits/{ref}/statuses: all, the newest first."""
    place = enter(owner, name)
    sha = find_commit(place, revision).sha
    found = [status for status in place.all(Status) if status.sha == sha]
    return answer_page(found[::-1], lambda status: show_status(place, status))


@routes.get("/commits/<path:revision>/status")
def read_combined(owner: str, name: str, revision: str) -> Response:
    """GET commits/{ref}/status: the latest of each context and their sum."""
    place = enter(owner, name)
    sha = place.bare.resolve(revision)
    if sha is None:
        raise not_found()
    statuses = read_contexts(place, sha).statuses
    shown = show_combined(place, sha, statuses, cut_page(statuses))
    return answer(shown, headers=link_pages(len(statuses)))
