"""Check runs, check suites, statuses and the apps behind them."""

from collections.abc import Sequence

from relauto.hub.checks import combine_statuses
from relauto.hub.place import Place
from relauto.hub.records import CheckRun, Pull, Status, User
from relauto.hub.views.common import Json, node_id, show_repository, show_user


def app_id(place: Place, slug: str) -> int:
    """Return the id of the app with that slug: that of the account that holds its token."""
    users = place.call.tx.all(User, "")
    return next((user.id for user in users if user.app == slug), 0)


def show_app(place: Place, slug: str) -> Json:
    """Show a GitHub App (`integration`)."""
    users = [user for user in place.call.tx.all(User, "") if user.app == slug]
    owner = show_user(place.call, users[0].login if users else "ghost")
    moment = users[0].created_at if users else place.repository.created_at
    return {
        "id": app_id(place, slug),
        "slug": slug,
        "node_id": node_id("App", slug),
        "client_id": f"Iv1.{slug}",
        "owner": owner,
        "name": slug,
        "description": "",
        "external_url": f"{place.call.host}/apps/{slug}",
        "html_url": f"{place.call.host}/apps/{slug}",
        "created_at": moment,
        "updated_at": moment,
        "permissions": {"checks": "write", "contents": "read", "metadata": "read"},
        "events": ["check_run"],
    }


def show_check_run(place: Place, run: CheckRun) -> Json:
    """Show a check run (`check-run`)."""
    url = f"{place.url}/check-runs/{run.id}"
    page = f"{place.page}/runs/{run.id}"
    return {
        "id": run.id,
        "node_id": node_id("CheckRun", run.id),
        "head_sha": run.head_sha,
        "name": run.name,
        "url": url,
        "html_url": page,
        "details_url": run.details_url or page,
        "external_id": run.external_id or "",
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "output": {
            "title": run.output.title,
            "summary": run.output.summary,
            "text": run.output.text,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.suite},
        "app": show_app(place, run.app),
        "pull_requests": [show_minimal_pull(place, pull) for pull in _pulls_at(place, run.head_sha)],
    }


def _pulls_at(place: Place, sha: str) -> list[Pull]:
    return [pull for pull in place.all(Pull) if pull.state == "open" and pull.head_sha == sha]


def show_minimal_pull(place: Place, pull: Pull) -> Json:
    """Show a pull request as checks and runs have it (`pull-request-minimal`)."""
    facts = place.repository
    repository = {"id": facts.id, "url": place.url, "name": facts.name}
    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{place.url}/pulls/{pull.number}",
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": repository},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": repository},
    }


def _show_simple_status(place: Place, status: Status) -> Json:
    return {
        "id": status.id,
        "node_id": node_id("StatusContext", status.id),
        "url": f"{place.url}/statuses/{status.sha}",
        "avatar_url": show_user(place.call, status.creator)["avatar_url"],
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "context": status.context,
        "created_at": status.created_at,
        "updated_at": status.created_at,
    }


def show_status(place: Place, status: Status) -> Json:
    """Show a commit status (`status`)."""
    return _show_simple_status(place, status) | {"creator": show_user(place.call, status.creator)}


def show_combined(place: Place, sha: str, statuses: Sequence[Status], page: Sequence[Status]) -> Json:
    """Show the combined status of a commit (`combined-commit-status`), one page of its contexts."""
    return {
        "state": combine_statuses(statuses),
        "statuses": [_show_simple_status(place, status) for status in page],
        "sha": sha,
        "total_count": len(statuses),
        "repository": show_repository(place),
        "commit_url": f"{place.url}/commits/{sha}",
        "url": f"{place.url}/commits/{sha}/status",
    }
