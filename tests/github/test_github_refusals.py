"""What is said when GitHub refuses: the repository, what was tried, what is missing, what to do."""

from types import NoneType

import pytest

from relauto.errors import Status
from relauto.github.faults import ForbiddenError, NotFoundError, TokenError, UnseenError
from relauto.github.needs import NEEDS, find_need, list_rights
from relauto.github.queries import ISSUE as ISSUE_FIELD
from relauto.github.queries import write_query

ISSUE = write_query("Issue", [("", ISSUE_FIELD)])

FINE = "Resource not accessible by personal access token"
APP = "Resource not accessible by integration"


def refusal(wire, client, status, message, headers=None, request=("POST", "pulls")):
    verb, path = request
    wire.refuse(verb, path, status, message, headers=headers or {})
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the tests look at what it is
        client.read(path, NoneType) if verb == "GET" else client.write(verb, path, {}, NoneType)
    return caught.value


def test_a_token_that_is_not_taken(wire, client):
    error = refusal(wire, client, 401, "Bad credentials")
    assert type(error) is TokenError
    assert error.status is Status.BAD_INPUT
    assert str(error) == (
        "acme/stockroom: GitHub does not take the token (POST pulls answered 401: Bad credentials); it is"
        " wrong, revoked, or has expired\n"
        "  set a valid one in the environment (RELAUTO_TOKEN, or the repository's own variable), then run"
        " again: what was done stays done"
    )


@pytest.mark.parametrize(
    ("status", "message", "headers", "missing"),
    [
        (403, FINE, {"X-Accepted-GitHub-Permissions": "pull_requests=write"}, "pull_requests: write"),
        (
            403,
            APP,
            {"X-Accepted-GitHub-Permissions": "contents=write,workflows=write; contents=admin"},
            "contents: write and workflows: write or contents: admin",
        ),
        (403, FINE, {}, "pull_requests: write"),
        (403, "Must have push access to repository", {}, "pull_requests: write"),
        (
            404,
            "Not Found",
            {"X-Accepted-OAuth-Scopes": "public_repo, repo", "X-OAuth-Scopes": "gist"},
            "the scope public_repo or repo",
        ),
        (404, "Not Found", {"X-Accepted-OAuth-Scopes": "repo", "X-OAuth-Scopes": ""}, "the scope repo"),
    ],
)
def test_the_missing_right_is_named(wire, client, status, message, headers, missing):
    error = refusal(wire, client, status, message, headers)
    assert type(error) is ForbiddenError
    assert error.status is Status.BAD_INPUT
    assert str(error) == (
        f"acme/stockroom: the token may not open a pull request (POST pulls): it lacks {missing}\n"
        f"  give the token {missing} (and its account the role for it), then run again: what was done stays"
        " done"
    )


def test_a_404_with_the_scope_there_is_what_it_says(wire, client):
    headers = {"X-Accepted-OAuth-Scopes": "repo", "X-OAuth-Scopes": "repo, workflow"}
    error = refusal(wire, client, 404, "Not Found", headers, ("POST", "issues/9/comments"))
    assert type(error) is NotFoundError


def test_what_else_github_says_is_shown(wire, client):
    words = "GitHub Actions is not permitted to create or approve pull requests."
    error = refusal(wire, client, 403, words)
    assert error.what == (
        f"acme/stockroom: the token may not open a pull request (POST pulls): GitHub says '{words}'"
    )


def test_single_sign_on_is_named(wire, client):
    words = "Resource protected by organization SAML enforcement."
    headers = {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=SECRET"}
    error = refusal(wire, client, 403, words, headers)
    assert words in error.what
    assert "single sign-on" in error.todo
    assert "SECRET" not in str(error)


def test_an_archived_repository_is_named(wire, client):
    error = refusal(
        wire, client, 403, "Repository was archived so is read-only.", request=("POST", "releases")
    )
    assert error.status is Status.BAD_INPUT
    assert str(error) == (
        "acme/stockroom is archived, so nobody can make a release (POST releases)\n"
        "  unarchive it on GitHub, or name another repository in the settings"
    )


def test_a_repository_that_is_not_seen(wire, client):
    error = refusal(wire, client, 404, "Not Found", request=("GET", ""))
    assert type(error) is UnseenError
    assert error.status is Status.BAD_INPUT
    assert "check repositories.* in the settings" in error.todo


@pytest.mark.parametrize(
    ("path", "message", "what", "todo"),
    [
        (
            ["repository", "issue"],
            APP,
            "may not read an issue (GraphQL Issue): it lacks issues: read",
            "give the token issues: read",
        ),
        (
            ["repository", "pullRequests"],
            FINE,
            "may not list pull requests (GraphQL Issue): it lacks pull_requests: read",
            "give the token pull_requests: read",
        ),
        (
            ["repository", "pullRequest", "commits", "nodes", 0, "commit", "statusCheckRollup", "contexts"],
            FINE,
            "may not read checks (GraphQL Issue): it lacks checks: read and statuses: read",
            "fine-grained tokens have no permission for checks",
        ),
        (["viewer"], APP, f"may not ask GraphQL Issue: {APP}", "give the token what is named"),
    ],
)
def test_a_field_that_graphql_forbids_is_named(wire, client, path, message, what, todo):
    wire.graphql({"repository": None}, errors=[{"type": "FORBIDDEN", "message": message, "path": path}])
    with pytest.raises(ForbiddenError) as caught:
        client.graphql(ISSUE, NoneType, number=1)
    assert what in caught.value.what
    assert caught.value.todo.startswith(todo)


def test_a_scope_that_graphql_asks_for_is_shown(wire, client):
    words = "The 'slug' field requires one of the following scopes: ['read:org']"
    wire.graphql(errors=[{"type": "INSUFFICIENT_SCOPES", "message": words}])
    with pytest.raises(ForbiddenError, match="read:org"):
        client.graphql(ISSUE, NoneType, number=1)


def test_graphql_tells_of_a_repository_that_is_not_seen(wire, client):
    words = "Could not resolve to a Repository with the name 'acme/stockroom'."
    error = {"type": "NOT_FOUND", "message": words, "path": ["repository"]}
    wire.graphql({"repository": None}, errors=[error])
    with pytest.raises(UnseenError):
        client.graphql(ISSUE, NoneType, number=1)


@pytest.mark.parametrize(
    ("request_", "right"),
    [
        ("PUT pulls/7/merge", "contents: write"),
        ("GET branches/release/5.35", "contents: read"),
        ("GET contents/relauto/roster.toml", "contents: read"),
        (f"GET commits/{'a' * 40}/check-runs", "checks: read"),
        ("PATCH issues/comments/12", "issues: write"),
        ("GET ", "metadata: read"),
        ("POST actions/workflows/build.yml/dispatches", "actions: write"),
    ],
)
def test_requests_are_known_by_their_endpoint(request_, right):
    need = find_need(request_)
    assert need is not None
    assert need.right == right


def test_no_request_is_listed_twice():
    assert len({need.request for need in NEEDS}) == len(NEEDS)


def test_each_part_needs_no_more_than_its_requests():
    assert list_rights("source") == (
        ("checks", "read"),
        ("contents", "write"),
        ("metadata", "read"),
        ("pull_requests", "write"),
        ("statuses", "read"),
    )
    assert list_rights("ops") == (("contents", "write"), ("issues", "write"), ("metadata", "read"))
    assert list_rights("qa") == (("issues", "write"), ("metadata", "read"))
