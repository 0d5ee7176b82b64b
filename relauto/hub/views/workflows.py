"""Workflows and their runs."""

from relauto.hub.place import Place
from relauto.hub.records import EnvironmentReview, Run, Workflow
from relauto.hub.views.common import Json, node_id, show_repository, show_user


def show_workflow(place: Place, workflow: Workflow) -> Json:
    """Show a workflow (`workflow`)."""
    file = workflow.path.rpartition("/")[2]
    return {
        "id": workflow.id,
        "node_id": node_id("Workflow", workflow.id),
        "name": workflow.path,
        "path": workflow.path,
        "state": "active",
        "created_at": workflow.created_at,
        "updated_at": workflow.created_at,
        "url": f"{place.url}/actions/workflows/{workflow.id}",
        "html_url": f"{place.page}/blob/{place.repository.default_branch}/{workflow.path}",
        "badge_url": f"{place.page}/workflows/{file}/badge.svg",
    }


def show_approval(place: Place, review: EnvironmentReview) -> Json:
    """Show what somebody said of an environment (`environment-approvals`)."""
    return {
        "environments": [
            {
                "id": review.id,
                "node_id": node_id("Environment", review.id),
                "name": review.environment,
                "url": f"{place.url}/environments/{review.environment}",
                "html_url": f"{place.page}/deployments/activity_log?environments_filter={review.environment}",
                "created_at": review.at,
                "updated_at": review.at,
            }
        ],
        "state": review.state,
        "user": show_user(place.call, review.user),
        "comment": review.comment,
    }


def show_run(place: Place, run: Run) -> Json:
    """Show a run (`workflow-run`)."""
    url, repository = f"{place.url}/actions/runs/{run.id}", show_repository(place)
    commit = place.bare.commit(run.head_sha)
    links = ("jobs", "logs", "cancel", "rerun", "artifacts")
    actor = show_user(place.call, run.actor)
    return {
        "id": run.id,
        "node_id": node_id("WorkflowRun", run.id),
        "name": run.name,
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "path": run.path,
        "display_title": run.title,
        "run_number": run.run_number,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": run.workflow,
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CheckSuite", run.id),
        "url": url,
        "html_url": f"{place.page}/actions/runs/{run.id}",
        "pull_requests": [],
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "run_started_at": run.started_at,
        "actor": actor,
        "triggering_actor": actor,
        **{f"{name}_url": f"{url}/{name}" for name in links},
        "check_suite_url": f"{place.url}/check-suites/{run.id}",
        "workflow_url": f"{place.url}/actions/workflows/{run.workflow}",
        "previous_attempt_url": None,
        "referenced_workflows": [],
        "head_commit": {
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": commit.committer.date,
            "author": {"name": commit.author.name, "email": commit.author.email},
            "committer": {"name": commit.committer.name, "email": commit.committer.email},
        }
        if commit
        else None,
        "repository": repository,
        "head_repository": repository,
    }
