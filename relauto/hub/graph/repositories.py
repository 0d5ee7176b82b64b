"""Repositories."""

from collections.abc import Callable
from typing import Any

from relauto.hub.graph.common import Node, guard
from relauto.hub.graph.issues import find_issue, list_issues
from relauto.hub.graph.objects import find_object
from relauto.hub.graph.pulls import find_pull, list_pulls
from relauto.hub.graph.refs import find_ref
from relauto.hub.graph.releases import find_release, list_releases
from relauto.hub.place import Place
from relauto.hub.views.common import node_id


def show_repository(place: Place) -> Node:
    """Show a repository, each of its parts to the tokens that may read it."""
    facts = place.repository
    return {
        "id": node_id("Repository", facts.id),
        "databaseId": facts.id,
        "name": facts.name,
        "nameWithOwner": facts.full_name,
        "isPrivate": facts.private,
        "isArchived": facts.archived,
        "url": place.page,
        **{
            field: guard(place, permission, resolve)
            for permission, fields in _list_fields(place).items()
            for field, resolve in fields.items()
        },
    }


def _list_fields(place: Place) -> dict[str, dict[str, Callable[..., Any]]]:
    default = f"refs/heads/{place.repository.default_branch}"
    return {
        "pull_requests": {
            "pullRequest": lambda _, number: find_pull(place, number, show_repository),
            "pullRequests": lambda info, **args: list_pulls(place, info, show_repository, **args),
        },
        "contents": {
            "defaultBranchRef": lambda _: find_ref(place, default),
            "object": lambda _, **args: find_object(place, **args),
            "ref": lambda _, qualifiedName: find_ref(place, qualifiedName),
            "release": lambda _, tagName: find_release(place, tagName),
            "releases": lambda info, **args: list_releases(place, info, **args),
        },
        "issues": {
            "issue": lambda _, number: find_issue(place, number),
            "issues": lambda info, **args: list_issues(place, info, **args),
        },
    }
