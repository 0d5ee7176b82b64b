"""Branches, their protection, and the rules in force on them."""

from typing import Any

from flask import Blueprint, Response, request

from relauto.hub.http import answer, answer_page, enter
from relauto.hub.place import ApiError, Place
from relauto.hub.records import Protection
from relauto.hub.views import rules
from relauto.hub.views.commits import show_branch, show_commit, show_protection
from relauto.hub.views.common import show_user

routes = Blueprint("branches", __name__, url_prefix="/api/v3/repos/<owner>/<name>")


@routes.get("/branches")
def list_branches(owner: str, name: str) -> Response:
    """GET branches."""
    place = enter(owner, name)
    refs = place.bare.refs("refs/heads/")
    guards = {guard.branch: guard for guard in place.all(Protection)}
    names = [(ref.name.removeprefix("refs/heads/"), ref.sha) for ref in refs]
    wanted = request.args.get("protected")
    chosen = [item for item in names if wanted is None or (item[0] in guards) == (wanted == "true")]
    return answer_page(chosen, lambda item: show_branch(place, *item, guards.get(item[0])))


@routes.get("/branches/<path:branch>")
def read_branch(owner: str, name: str, branch: str) -> Response:
    """GET branches/{branch}."""
    place = enter(owner, name)
    sha = place.bare.branch(branch)
    commit = place.bare.commit(sha) if sha else None
    if commit is None:
        raise ApiError(404, "Branch not found")
    shown = show_branch(place, branch, commit.sha, place.get(Protection, branch))
    shown["commit"] = show_commit(place, commit)
    shown["_links"] = {"self": f"{place.url}/branches/{branch}", "html": f"{place.page}/tree/{branch}"}
    return answer(shown)


def _find_classic(place: Place, branch: str) -> Protection:
    place.require("admin")
    if place.bare.branch(branch) is None:
        raise ApiError(404, "Branch not found")
    guard = place.get(Protection, branch)
    if guard is None or guard.ruleset:
        raise ApiError(404, "Branch not protected")
    return guard


def _show_policy(place: Place, guard: Protection) -> dict[str, Any]:
    url = f"{place.url}/branches/{guard.branch}/protection/required_status_checks"
    inner = show_protection(place, guard)["required_status_checks"]
    return {
        "url": url,
        "strict": guard.strict,
        "contexts": inner["contexts"],
        "contexts_url": f"{url}/contexts",
        "checks": inner["checks"],
    }


@routes.get("/branches/<path:branch>/protection")
def read_protection(owner: str, name: str, branch: str) -> Response:
    """GET branches/{branch}/protection, for administrators."""
    place = enter(owner, name)
    guard = _find_classic(place, branch)
    url = f"{place.url}/branches/{branch}/protection"
    shown: dict[str, Any] = {"url": url, "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": True}}
    if guard.required_checks:
        shown["required_status_checks"] = _show_policy(place, guard)
    if guard.reviews:
        shown["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": False,
            "required_approving_review_count": guard.reviews,
        }
    if guard.pushers is not None:
        shown["restrictions"] = _show_pushers(place, url, guard.pushers)
    switches = {
        "required_linear_history": guard.linear,
        "allow_force_pushes": False,
        "allow_deletions": False,
        "lock_branch": guard.locked,
    }
    shown |= {name: {"enabled": on} for name, on in switches.items()}
    signatures = {"url": f"{url}/required_signatures", "enabled": guard.signatures}
    return answer(shown | {"required_signatures": signatures})


def _show_pushers(place: Place, url: str, logins: tuple[str, ...]) -> dict[str, Any]:
    address = f"{url}/restrictions"
    return {
        "url": address,
        **{f"{kind}_url": f"{address}/{kind}" for kind in ("users", "teams", "apps")},
        "users": [show_user(place.call, login) for login in logins],
        "teams": [],
        "apps": [],
    }


@routes.get("/branches/<path:branch>/protection/required_status_checks")
def read_required_checks(owner: str, name: str, branch: str) -> Response:
    """GET branches/{branch}/protection/required_status_checks, for administrators."""
    place = enter(owner, name)
    guard = _find_classic(place, branch)
    if not guard.required_checks:
        raise ApiError(404, "Required status checks not enabled")
    return answer(_show_policy(place, guard))


@routes.get("/rules/branches/<path:branch>")
def list_rules(owner: str, name: str, branch: str) -> Response:
    """GET rules/branches/{branch}: what rulesets ask; the branch need not exist."""
    place = enter(owner, name)
    return answer_page(rules.list_rules(place, branch), lambda rule: rule)
