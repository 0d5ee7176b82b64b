"""People, repositories, and what every other view is made of."""

import base64
from typing import Any

from relauto.hub.place import Call, Place
from relauto.hub.records import User

Json = dict[str, Any]

_TEMPLATES = {
    "archive": "/{archive_format}{/ref}",
    "assignees": "{/user}",
    "branches": "{/branch}",
    "collaborators": "{/collaborator}",
    "comments": "{/number}",
    "commits": "{/sha}",
    "contributors": "",
    "deployments": "",
    "downloads": "",
    "events": "",
    "forks": "",
    "hooks": "",
    "issues": "{/number}",
    "keys": "{/key_id}",
    "labels": "{/name}",
    "languages": "",
    "merges": "",
    "milestones": "{/number}",
    "notifications": "{?since,all,participating}",
    "pulls": "{/number}",
    "releases": "{/id}",
    "stargazers": "",
    "statuses": "/{sha}",
    "subscribers": "",
    "subscription": "",
    "tags": "",
    "teams": "",
}
_PATHS = {
    "blobs_url": "/git/blobs{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "trees_url": "/git/trees{/sha}",
}


def node_id(kind: str, key: object) -> str:
    """Return the opaque id of GraphQL."""
    return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode()


def show_user(call: Call, login: str) -> Json:
    """Show an account (`simple-user`)."""
    user = call.user(login)
    api = f"{call.host}/api/v3/users/{login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id("User", user.id),
        "avatar_url": f"{call.host}/avatars/u/{user.id}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{call.host}/{login}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": "Bot" if user.app else "User",
        "site_admin": user.site_admin,
    }


def show_profile(call: Call, user: User, *, private: bool) -> Json:
    """Show an account's page (`public-user`), or one's own (`private-user`)."""
    absent = dict.fromkeys(("bio", "blog", "company", "email", "hireable", "location"), None)
    shown = {
        **show_user(call, user.login),
        **absent,
        "name": user.login,
        "followers": 0,
        "following": 0,
        "public_gists": 0,
        "public_repos": 0,
        "created_at": user.created_at,
        "updated_at": user.created_at,
    }
    counts = ("collaborators", "disk_usage", "owned_private_repos", "private_gists", "total_private_repos")
    return shown | dict.fromkeys(counts, 0) | {"two_factor_authentication": True} if private else shown


def show_owner(place: Place) -> Json:
    """Show the account that owns the repository; the hub's owners are organizations."""
    owner = place.repository.owner
    return show_user(place.call, owner) | {
        "id": 10_000_000 + place.repository.id,
        "node_id": node_id("Organization", owner),
        "type": "Organization",
    }


def show_repository(place: Place) -> Json:
    """Show a repository as it stands inside other answers (`minimal-repository`, `repository`)."""
    facts, url = place.repository, place.url
    links = {f"{name}_url": f"{url}/{name}{tail}" for name, tail in _TEMPLATES.items()}
    links["archive_url"] = f"{url}/{{archive_format}}{{/ref}}"
    links |= {name: url + path for name, path in _PATHS.items()}
    counts = dict.fromkeys(("forks", "open_issues", "watchers"), 0)
    counts |= dict.fromkeys(("forks_count", "open_issues_count", "watchers_count", "stargazers_count"), 0)
    return {
        "id": facts.id,
        "node_id": node_id("Repository", facts.id),
        "name": facts.name,
        "full_name": facts.full_name,
        "private": facts.private,
        "visibility": "private" if facts.private else "public",
        "owner": show_owner(place),
        "html_url": place.page,
        "description": None,
        "fork": False,
        "url": url,
        **links,
        "git_url": f"{place.page}.git",
        "ssh_url": f"{place.page}.git",
        "clone_url": f"{place.page}.git",
        "svn_url": place.page,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "default_branch": facts.default_branch,
        "size": 0,
        **counts,
        "has_issues": True,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": True,
        "has_discussions": False,
        "archived": facts.archived,
        "disabled": False,
        "topics": [],
        "is_template": False,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "pushed_at": facts.updated_at,
        "created_at": facts.created_at,
        "updated_at": facts.updated_at,
        "permissions": show_permissions(place),
    }


def show_permissions(place: Place) -> Json:
    """Show the viewer's role, which is not what the token may do; an app has none."""
    token = place.call.token
    if token and token.kind in ("app", "actions"):
        return dict.fromkeys(("admin", "maintain", "push", "triage", "pull"), False)
    return {
        "admin": place.may("admin"),
        "maintain": place.may("admin"),
        "push": place.may("write"),
        "triage": place.may("triage"),
        "pull": True,
    }


def show_full_repository(place: Place) -> Json:
    """Show a repository by itself (`full-repository`); how it merges is shown to those who may push."""
    shown = show_repository(place) | {"network_count": 0, "subscribers_count": 0}
    if place.may_push:
        facts = place.repository
        shown |= {
            "allow_merge_commit": facts.allow_merge,
            "allow_squash_merge": facts.allow_squash,
            "allow_rebase_merge": facts.allow_rebase,
            "allow_auto_merge": facts.allow_auto_merge,
            "delete_branch_on_merge": False,
            "allow_update_branch": False,
            "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
            "squash_merge_commit_message": "COMMIT_MESSAGES",
            "merge_commit_title": "MERGE_MESSAGE",
            "merge_commit_message": "PR_TITLE",
        }
    return shown


def show_association(place: Place, login: str) -> str:
    """Return how GitHub says a person belongs to the repository."""
    return "MEMBER" if login in place.repository.access else "NONE"
