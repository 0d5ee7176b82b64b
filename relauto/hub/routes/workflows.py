"""Workflows: dispatches and their runs. The hub runs nothing: whoever plays CI tells how a run ends."""

from typing import Literal

import msgspec
from flask import Blueprint, Response, request

from relauto.hub.events import publish
from relauto.hub.http import answer, answer_page, enter, no_content, read_body
from relauto.hub.place import ApiError, Place, not_found
from relauto.hub.records import EnvironmentReview, Run, Workflow
from relauto.hub.triggers import read_trigger
from relauto.hub.views.workflows import show_approval, show_run, show_workflow

routes = Blueprint("workflows", __name__, url_prefix="/api/v3/repos/<owner>/<name>/actions")
own_routes = Blueprint("runs", __name__, url_prefix="/_hub/repos/<owner>/<name>")


class _Dispatch(msgspec.Struct):
    ref: str
    inputs: dict[str, str] = {}
    return_run_details: bool = False


class _EnvironmentReview(msgspec.Struct):
    environment: str
    state: Literal["approved", "rejected"] = "approved"
    comment: str = ""


class _Report(msgspec.Struct):
    status: Literal["queued", "in_progress", "completed"]
    conclusion: Literal["success", "failure", "cancelled", "skipped", "timed_out"] | None = None


def _list_workflows(place: Place) -> list[Workflow]:
    """Return the workflow files of the default branch, each with the id that it keeps."""
    listing = place.bare.git.ask(
        "ls-tree", "--name-only", "-z", f"refs/heads/{place.repository.default_branch}", ".github/workflows/"
    )
    paths = [path for path in listing.text.split("\0") if path.endswith((".yml", ".yaml"))]
    found = []
    for path in paths:
        workflow = place.get(Workflow, path)
        if workflow is None:
            workflow = Workflow(id=place.new_id(), path=path, created_at=place.call.now)
            place.put(path, workflow)
        found.append(workflow)
    return found


def _find_workflow(place: Place, key: str) -> Workflow:
    for workflow in _list_workflows(place):
        if key in (str(workflow.id), workflow.path.rpartition("/")[2]):
            return workflow
    raise not_found()


@routes.get("/workflows")
def list_workflows(owner: str, name: str) -> Response:
    """GET actions/workflows."""
    place = enter(owner, name)
    return answer_page(_list_workflows(place), lambda one: show_workflow(place, one), "workflows")


@routes.get("/workflows/<key>")
def read_workflow(owner: str, name: str, key: str) -> Response:
    """GET actions/workflows/{id or file name}."""
    place = enter(owner, name)
    return answer(show_workflow(place, _find_workflow(place, key)))


@routes.post("/workflows/<key>/dispatches")
def dispatch(owner: str, name: str, key: str) -> Response:
    """POST dispatches: 204, or 200 with the run when `return_run_details` is set."""
    place = enter(owner, name, "write")
    workflow = _find_workflow(place, key)
    asked = read_body(_Dispatch)
    branch = asked.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    sha = place.bare.resolve(branch)
    if sha is None:
        raise ApiError(422, f"No ref found for: {asked.ref}")
    trigger = read_trigger(place.bare, sha, workflow.path)
    inputs = trigger.fill(asked.inputs)
    run = Run(
        id=place.new_id(),
        workflow=workflow.id,
        path=workflow.path,
        name=trigger.name,
        title=trigger.title(inputs, {"ref_name": branch, "actor": place.call.login, "sha": sha}),
        run_number=place.call.tx.next(f"run {place.name} {workflow.path}"),
        event="workflow_dispatch",
        head_branch=branch,
        head_sha=sha,
        status="queued",
        conclusion=None,
        actor=place.call.login,
        inputs=inputs,
        created_at=place.call.now,
        started_at=place.call.now,
        updated_at=place.call.now,
    )
    place.put(run.id, run)
    publish(place, "workflow_dispatch", None, ref=asked.ref, inputs=inputs, workflow=workflow.path)
    publish(place, "workflow_run", "requested", workflow_run=show_run(place, run))
    if not asked.return_run_details:
        return no_content()
    shown = show_run(place, run)
    return answer({"workflow_run_id": run.id, "run_url": shown["url"], "html_url": shown["html_url"]})


@routes.get("/runs")
def list_runs(owner: str, name: str) -> Response:
    """GET actions/runs, the newest first."""
    return _answer_runs(enter(owner, name), None)


@routes.get("/workflows/<key>/runs")
def list_runs_of(owner: str, name: str, key: str) -> Response:
    """GET actions/workflows/{id}/runs."""
    place = enter(owner, name)
    return _answer_runs(place, _find_workflow(place, key).id)


def _answer_runs(place: Place, workflow: int | None) -> Response:
    args = request.args
    since = args.get("created", "").removeprefix(">=")
    found = [
        run
        for run in place.all(Run)
        if workflow in (None, run.workflow)
        and args.get("event", run.event) == run.event
        and args.get("head_sha", run.head_sha) == run.head_sha
        and args.get("branch", run.head_branch) == run.head_branch
        and args.get("actor", run.actor) == run.actor
        and args.get("status", run.status) in (run.status, run.conclusion)
        and run.created_at >= since
    ]
    return answer_page(found[::-1], lambda run: show_run(place, run), "workflow_runs")


@routes.get("/runs/<int:key>")
def read_run(owner: str, name: str, key: int) -> Response:
    """GET actions/runs/{id}."""
    place = enter(owner, name)
    return answer(show_run(place, place.find(Run, key)))


@routes.get("/runs/<int:key>/approvals")
def list_approvals(owner: str, name: str, key: int) -> Response:
    """GET actions/runs/{id}/approvals: of all attempts, and without a moment, as GitHub tells them."""
    place = enter(owner, name)
    run = place.find(Run, key)
    said = [each for each in place.all(EnvironmentReview) if each.run == run.id]
    return answer([show_approval(place, each) for each in said])


@own_routes.post("/runs/<int:key>/reviews")
def review_environment(owner: str, name: str, key: int) -> Response:
    """Approve or reject the environment that a run waits for; the hub knows no environments' settings."""
    place = enter(owner, name)
    asked = read_body(_EnvironmentReview)
    review = EnvironmentReview(
        id=place.new_id(),
        run=place.find(Run, key).id,
        environment=asked.environment,
        state=asked.state,
        comment=asked.comment,
        user=place.call.login,
        at=place.call.now,
    )
    place.put(review.id, review)
    return answer(show_approval(place, review), 201)


@own_routes.post("/runs/<int:key>")
def report_run(owner: str, name: str, key: int) -> Response:
    """Tell how far a run is: the hub's own route, since a runner's talk with GitHub is not public."""
    place = enter(owner, name, "write")
    run = place.find(Run, key)
    asked = read_body(_Report)
    # A run that is over begins anew when somebody runs it again.
    again = run.status == "completed" and asked.status != "completed"
    changed = msgspec.structs.replace(
        run,
        status=asked.status,
        conclusion=asked.conclusion,
        attempt=run.attempt + again,
        started_at=place.call.now if again else run.started_at,
        updated_at=place.call.now,
    )
    place.put(key, changed)
    publish(place, "workflow_run", asked.status, workflow_run=show_run(place, changed))
    return answer(show_run(place, changed))
