"""Who one is, and how much one may still ask."""

from flask import Blueprint, Response, g

from relauto.hub.access import read_budget
from relauto.hub.http import answer, current_call
from relauto.hub.place import ApiError, not_found
from relauto.hub.records import User
from relauto.hub.views.common import show_profile

routes = Blueprint("users", __name__, url_prefix="/api/v3")

_OTHERS = (
    "search",
    "code_search",
    "source_import",
    "integration_manifest",
    "actions_runner_registration",
    "scim",
    "dependency_snapshots",
    "dependency_sbom",
    "code_scanning_autofix",
    "copilot_usage_records",
)


@routes.get("/user")
def read_self() -> Response:
    """GET /user; an app's token has no user behind it."""
    call = current_call()
    user = call.require_viewer()
    if user.app:
        raise ApiError(403, "Resource not accessible by integration")
    return answer(show_profile(call, user, private=True))


@routes.get("/users/<login>")
def read_user(login: str) -> Response:
    """GET /users/{username}."""
    call = current_call()
    user = call.tx.get(User, "", login.lower())
    if user is None:
        raise not_found()
    return answer(show_profile(call, user, private=False))


@routes.get("/rate_limit")
def read_limits() -> Response:
    """GET /rate_limit, which costs nothing."""
    call = current_call()
    core, graphql = (
        read_budget(call.tx, call.viewer, resource, call.moment, g.limit, spend=False).show()
        for resource in ("core", "graphql")
    )
    untouched = core | {"remaining": core["limit"], "used": 0}
    resources = {"core": core, "graphql": graphql} | dict.fromkeys(_OTHERS, untouched)
    return answer({"resources": resources, "rate": core})
