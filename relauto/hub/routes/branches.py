"""Branches, their protection, and the rules in force on them."""

from typing import Any

from flask import Blueprint, Response, request

from relauto.hub.http import answer, answer_page, enter
from relauto.hub.place import ApiError, Place
from relauto.hub.records import Protection
from relauto.hub.views.commits import show_branch, show_commit, show_protection

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
    inner = show_protection(guard)["required_status_checks"]
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
    return answer(shown)


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
    guard = place.get(Protection, branch)
    rules = _show_rules(place, guard) if guard and guard.ruleset else []
    return answer_page(rules, lambda rule: rule)


def _show_rules(place: Place, guard: Protection) -> list[dict[str, Any]]:
    source = {"ruleset_source_type": "Repository", "ruleset_source": place.name, "ruleset_id": guard.id}
    rules: list[dict[str, Any]] = [{"type": "deletion"}, {"type": "non_fast_forward"}]
    if guard.required_checks:
        checks = {
            "required_status_checks": [{"context": name} for name in guard.required_checks],
            "strict_required_status_checks_policy": guard.strict,
        }
        rules.append({"type": "required_status_checks", "parameters": checks})
    if guard.reviews:
        review = {
            "required_approving_review_count": guard.reviews,
            "dismiss_stale_reviews_on_push": False,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_review_thread_resolution": False,
        }
        rules.append({"type": "pull_request", "parameters": review})
    return [rule | source for rule in rules]
