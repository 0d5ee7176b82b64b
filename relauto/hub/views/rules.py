"""What rulesets and classic protection ask of a branch, as REST and GraphQL tell it."""

import re
from typing import Any

from relauto.hub.place import Place
from relauto.hub.records import Protection, Ruleset
from relauto.hub.rulesets import list_in_force
from relauto.hub.views.checks import app_id
from relauto.hub.views.common import Json, node_id

_PARAMETERS = {
    "required_status_checks": "RequiredStatusChecksParameters",
    "pull_request": "PullRequestParameters",
    "merge_queue": "MergeQueueParameters",
    "update": "UpdateParameters",
}


def list_rules(place: Place, branch: str) -> list[Json]:
    """Return the rulesets' rules in force on a branch (`repository-rule-detailed`)."""
    return [*_list_guard_rules(place, branch), *_list_ruleset_rules(place, branch)]


def _list_ruleset_rules(place: Place, branch: str) -> list[Json]:
    return [
        {"type": kind} | _name_source(place, ruleset.id)
        for ruleset in list_in_force(place, branch)
        for kind in ruleset.rules
    ]


def _name_source(place: Place, number: int) -> Json:
    return {"ruleset_source_type": "Repository", "ruleset_source": place.name, "ruleset_id": number}


def summarize_ruleset(place: Place, ruleset: Ruleset) -> Json:
    """Return a ruleset as lists show it (`repository-ruleset`)."""
    return {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": "branch",
        "source_type": "Repository",
        "source": place.name,
        "enforcement": ruleset.enforcement,
        "node_id": node_id("RepositoryRuleset", ruleset.id),
        "_links": {
            "self": {"href": f"{place.url}/rulesets/{ruleset.id}"},
            "html": {"href": f"{place.page}/rules/{ruleset.id}"},
        },
        "created_at": ruleset.created_at,
        "updated_at": ruleset.created_at,
    }


def show_ruleset(place: Place, ruleset: Ruleset) -> Json:
    """Return a ruleset with what it is about and what it asks for."""
    names = {"include": list(ruleset.include), "exclude": list(ruleset.exclude)}
    rules = [{"type": kind} for kind in ruleset.rules]
    return summarize_ruleset(place, ruleset) | {"conditions": {"ref_name": names}, "rules": rules}


def _list_guard_rules(place: Place, branch: str) -> list[Json]:
    guard = place.get(Protection, branch)
    if guard is None or not guard.ruleset:
        return []
    rules: list[Json] = [{"type": "deletion"}, {"type": "non_fast_forward"}]
    rules += [{"type": "required_linear_history"}] if guard.linear else []
    rules += [{"type": "required_signatures"}] if guard.signatures else []
    if guard.required_checks:
        rules.append({"type": "required_status_checks", "parameters": _list_checks(place, guard)})
    if guard.by_pull:
        rules.append({"type": "pull_request", "parameters": _show_reviews(guard)})
    if guard.queue:
        rules.append({"type": "merge_queue", "parameters": _show_queue(guard)})
    if guard.locked:
        rules.append({"type": "update", "parameters": {"update_allows_fetch_and_merge": False}})
    return [rule | _name_source(place, guard.id) for rule in rules]


def show_checks(place: Place, guard: Protection, field: str) -> list[Json]:
    """Return the required checks, each with the id of its App in `field`; GitHub's classic form has null."""
    shown: list[Json] = []
    for name in guard.required_checks:
        slug = guard.apps.get(name)
        bound: Json = {field: app_id(place, slug)} if slug else {}
        shown.append({"context": name, **({field: None} if field == "app_id" else {}), **bound})
    return shown


def _list_checks(place: Place, guard: Protection) -> Json:
    return {
        "required_status_checks": show_checks(place, guard, "integration_id"),
        "strict_required_status_checks_policy": guard.strict,
        "do_not_enforce_on_create": False,
    }


def _show_reviews(guard: Protection) -> Json:
    return {
        "required_approving_review_count": guard.reviews,
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
        **({"allowed_merge_methods": list(guard.methods)} if guard.methods else {}),
    }


def _show_queue(guard: Protection) -> Json:
    return {
        "check_response_timeout_minutes": 60,
        "grouping_strategy": "ALLGREEN",
        "max_entries_to_build": 1,
        "max_entries_to_merge": 1,
        "merge_method": str(guard.queue).upper(),
        "min_entries_to_merge": 1,
        "min_entries_to_merge_wait_minutes": 0,
    }


def show_rule_nodes(place: Place, branch: str) -> list[dict[str, Any]]:
    """Return the same rules as GraphQL's RepositoryRule."""
    nodes = []
    for at, rule in enumerate(list_rules(place, branch)):
        parameters = rule.get("parameters")
        told = _to_camel(parameters) | {"__typename": _PARAMETERS[rule["type"]]} if parameters else None
        key = node_id("RepositoryRule", f"{rule['ruleset_id']}:{at}")
        nodes.append({"id": key, "type": rule["type"].upper(), "parameters": told})
    return nodes


def show_update_rule(place: Place, branch: str) -> dict[str, Any] | None:
    """Return classic protection as GraphQL's RefUpdateRule tells it to whoever may read."""
    guard = place.get(Protection, branch)
    if guard is None or guard.ruleset:
        return None
    viewer = place.call.viewer
    named = guard.pushers is None or (viewer is not None and viewer.login in guard.pushers)
    return {
        "allowsDeletions": False,
        "allowsForcePushes": False,
        "blocksCreations": False,
        "pattern": branch,
        "requiredApprovingReviewCount": guard.reviews or None,
        "requiredStatusCheckContexts": list(guard.required_checks),
        "requiresCodeOwnerReviews": False,
        "requiresConversationResolution": False,
        "requiresLinearHistory": guard.linear,
        "requiresSignatures": guard.signatures,
        "viewerAllowedToDismissReviews": place.may("write"),
        "viewerCanPush": named and not guard.locked and place.may("write"),
    }


def _to_camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub(r"_(\w)", lambda found: found[1].upper(), key): _to_camel(each)
                for key, each in value.items()}  # fmt: skip
    return [_to_camel(each) for each in value] if isinstance(value, list) else value
