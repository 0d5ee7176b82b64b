"""What each kind of token may do, and how it is told what it lacks."""

from datetime import timedelta

import pytest

from relauto.errors import InputError
from relauto.hub.rights import NEEDS
from relauto.model.names import RepositoryName

PRODUCT, OPS = RepositoryName("acme/stockroom"), RepositoryName("acme/ops")
APP = "relauto[bot]"
ALL = dict.fromkeys(
    ("actions", "administration", "checks", "contents", "issues", "pull_requests", "statuses"), "write"
)
FINE = {name: access for name, access in ALL.items() if name != "checks"}
ISSUE = '{ repository(owner: "acme", name: "stockroom") { name issue(number: 1) { title } } }'


@pytest.fixture
def serve(world, product, access):
    name, directory, branch = product

    def again(**more):
        more = {"private": True, **more}
        world.hub.add_repository(name, directory, default_branch=branch, access=access, **more)

    return again


@pytest.fixture
def private(world, serve):
    serve()
    return world


def give(world, kind, permissions=None, *, login=None, **more):
    """Give a token of a kind, and return the name that `ask(by=…)` knows it by."""
    owner = login or {"app": APP, "actions": "github-actions[bot]"}.get(kind, "bot")
    world.hub.add_token(owner, token="token-of-it", kind=kind, permissions=permissions, **more)
    return "it"


def test_every_route_of_a_repository_says_what_it_needs(world):
    rules = [rule for rule in world.hub.application.url_map.iter_rules() if "<name>" in rule.rule]
    endpoints = {rule.endpoint for rule in rules if not rule.endpoint.startswith("git.")}
    assert endpoints == set(NEEDS)


NEEDED = [
    ("GET", "/branches/main", None, "contents=read", 200),
    ("GET", "/branches/main/protection", None, "administration=read", 404),
    ("GET", "/commits/main/check-runs", None, "checks=read", 200),
    ("GET", "/commits/main/status", None, "statuses=read", 200),
    ("GET", "/issues", None, "issues=read", 200),
    ("GET", "/pulls", None, "pull_requests=read", 200),
    ("GET", "/pulls/1", None, "contents=read; pull_requests=read", 404),
    ("GET", "/actions/runs", None, "actions=read", 200),
    ("GET", "/actions/runs/999999/approvals", None, "actions=read", 404),
    ("POST", "/issues", {"title": "x"}, "issues=write", 201),
    ("POST", "/labels", {"name": "x"}, "issues=write; pull_requests=write", 201),
    ("POST", "/pulls", {"title": "x", "head": "x", "base": "main"}, "pull_requests=write", 422),
    ("PUT", "/pulls/1/merge", {}, "contents=write", 404),
    ("POST", "/releases", {"tag_name": "v1"}, "contents=write", 201),
    ("POST", "/check-runs", {"name": "x", "head_sha": "main"}, "checks=write", 201),
]


@pytest.mark.parametrize(("verb", "path", "body", "need", "status"), NEEDED)
@pytest.mark.parametrize("kind", ["fine_grained", "app"])
def test_an_endpoint_needs_its_permission_and_no_other(private, kind, verb, path, body, need, status):
    names, access = [pair.split("=")[0] for pair in need.split("; ")], need.rpartition("=")[2]
    if kind == "fine_grained" and "checks" in names:
        pytest.skip("there is no such fine-grained token")
    every, login = (FINE, "robin") if kind == "fine_grained" else (ALL, APP)
    by = give(private, kind, {name: right for name, right in every.items() if name not in names}, login=login)
    refused = private.ask(verb, path, body, by=by)
    word = "integration" if kind == "app" else "personal access token"
    assert (refused.status_code, refused.json()["message"]) == (403, f"Resource not accessible by {word}")
    assert refused.headers["X-Accepted-GitHub-Permissions"] == need
    give(private, kind, {names[-1]: access}, login=login)
    assert private.ask(verb, path, body, by=by).status_code == status


def test_read_is_not_enough_to_write(private):
    by = give(private, "fine_grained", {"issues": "read"})
    assert private.ask("POST", "/issues", {"title": "x"}, by=by).status_code == 403


def test_permissions_for_pull_requests_do_not_reach_an_issue(private):
    private.send("POST", "/issues", {"title": "x"}, status=201)
    by = give(private, "app", {"pull_requests": "write"})
    assert private.ask("POST", "/issues/1/comments", {"body": "x"}, by=by).status_code == 403


def test_a_token_never_gives_more_than_its_account_has(private):
    by = give(private, "fine_grained", FINE, login="sam")
    assert private.ask("POST", "/releases", {"tag_name": "v1"}, by=by).status_code == 403
    by = give(private, "classic", login="sam", scopes=["repo"])
    assert private.ask("POST", "/releases", {"tag_name": "v1"}, by=by).status_code == 403


@pytest.mark.parametrize("kind", ["fine_grained", "app"])
def test_other_repositories_show_such_a_token_their_public_side_alone(world, serve, kind):
    by = give(world, kind, FINE, repositories=[OPS])
    assert world.ask("GET", "/pulls", by=by).status_code == 200
    assert world.ask("POST", "/issues", {"title": "x"}, by=by).status_code == 403
    serve()
    assert world.ask("GET", "/pulls", by=by).status_code == 404


def test_a_classic_token_sees_and_does_what_its_scopes_say(private, serve):
    by = give(private, "classic", scopes=["public_repo", "read:org"])
    hidden = private.ask("GET", "/pulls", by=by)
    assert hidden.status_code == 404
    assert hidden.headers["X-OAuth-Scopes"] == "public_repo, read:org"
    assert hidden.headers["X-Accepted-OAuth-Scopes"] == "repo"
    serve(private=False)
    assert private.ask("POST", "/issues", {"title": "x"}, by=by).status_code == 201
    by = give(private, "classic", scopes=[])
    assert private.ask("GET", "/issues", by=by).status_code == 200
    refused = private.ask("POST", "/issues", {"title": "x"}, by=by)
    assert (refused.status_code, refused.headers["X-Accepted-OAuth-Scopes"]) == (404, "public_repo, repo")


def test_an_app_is_a_bot_without_a_user(world):
    by = give(world, "app", {"issues": "write"})
    refused = world.ask("GET", f"{world.hub.api}/user", by=by)
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    assert world.query("{ viewer { login } }", by=by)["data"] == {"viewer": {"login": APP}}
    made = world.ask("POST", "/issues", {"title": "x"}, by=by).json()
    assert (made["user"]["login"], made["user"]["type"]) == (APP, "Bot")
    query = ISSUE.replace("title", "author { __typename login }")
    author = world.query(query, by=by)["data"]["repository"]["issue"]["author"]
    assert author == {"__typename": "Bot", "login": "relauto"}
    assert not any(world.get("", by=by)["permissions"].values())


@pytest.mark.parametrize(("kind", "hours"), [("app", 1), ("actions", 6)])
def test_tokens_expire(world, git_as, kind, hours):
    by = give(world, kind, {"issues": "read"})
    world.clock.moment += timedelta(hours=hours) - timedelta(seconds=1)
    told = world.ask("GET", "/issues", by=by)
    assert told.status_code == 200
    end = world.clock.moment + timedelta(seconds=1)
    assert told.headers["GitHub-Authentication-Token-Expiration"] == f"{end:%Y-%m-%d %H:%M:%S} UTC"
    world.clock.moment = end
    refused = world.ask("GET", "/issues", by=by)
    assert (refused.status_code, refused.json()["message"]) == (401, "Bad credentials")
    assert "could not read Username" in git_as(by, "ls-remote", PRODUCT).error


def test_another_full_token_takes_the_place_of_the_one_before(world):
    world.hub.add_user("bot", token="token-of-new")
    assert [world.ask("GET", "", by=name).status_code for name in ("bot", "new")] == [401, 200]


@pytest.mark.parametrize(
    ("login", "kind", "more"),
    [
        ("bot", "fine_grained", {"permissions": {"checks": "read"}}),
        ("github-actions[bot]", "actions", {"permissions": {"workflows": "write"}}),
        ("bot", "classic", {"permissions": {"contents": "read"}}),
        ("bot", "app", {}),
        ("relauto[bot]", "classic", {}),
        ("relauto[bot]", "actions", {}),
        ("nobody", "classic", {}),
    ],
)
def test_there_is_no_such_token_on_github(world, login, kind, more):
    with pytest.raises(InputError):
        world.hub.add_token(login, token="t", kind=kind, **more)


# GraphQL.


@pytest.mark.parametrize(
    ("kind", "word"), [("app", "integration"), ("fine_grained", "personal access token")]
)
def test_graphql_forbids_the_field_and_answers_the_rest(private, kind, word):
    private.send("POST", "/issues", {"title": "x"}, status=201)
    by = give(private, kind, {"contents": "read"})
    answer = private.query(ISSUE, by=by)
    assert answer["data"] == {"repository": {"name": "stockroom", "issue": None}}
    (error,) = answer["errors"]
    assert (error["type"], error["path"]) == ("FORBIDDEN", ["repository", "issue"])
    assert (error["message"], error["extensions"]) == (
        f"Resource not accessible by {word}",
        {"saml_failure": False},
    )


def test_graphql_hides_check_runs_from_a_token_without_checks(private):
    head = private.fork("fix")
    private.send("POST", "/check-runs", {"name": "x", "head_sha": head}, by="ci", status=201)
    private.send("POST", f"/statuses/{head}", {"state": "success", "context": "lint"}, status=201)
    by = give(private, "fine_grained", {"contents": "read", "statuses": "read"})
    query = """query($oid: GitObjectID!) { repository(owner: "acme", name: "stockroom") { object(oid: $oid) {
      ... on Commit { statusCheckRollup { contexts(first: 9) { nodes { __typename } } } } } } }"""
    answer = private.query(query, by=by, oid=head)
    nodes = answer["data"]["repository"]["object"]["statusCheckRollup"]["contexts"]["nodes"]
    assert nodes == [None, {"__typename": "StatusContext"}]
    assert answer["errors"][0]["path"][-4:] == ["statusCheckRollup", "contexts", "nodes", 0]


def test_graphql_names_the_scope_that_a_classic_token_lacks(world):
    query = """{ repository(owner: "acme", name: "stockroom") { pullRequests(first: 1) { nodes {
      reviewRequests(first: 1) { nodes { requestedReviewer { ... on Team { slug } } } } } } } }"""
    (error,) = world.query(query, by=give(world, "classic", scopes=["repo"]))["errors"]
    assert error["type"] == "INSUFFICIENT_SCOPES"
    assert (
        "The 'slug' field requires one of the following scopes: ['read:org', 'read:discussion']"
        in (error["message"])
    )
    assert "errors" not in world.query(query, by=give(world, "classic", scopes=["repo", "read:org"]))


# git.


@pytest.fixture
def push(git_as):
    return lambda *refspecs, by="it": git_as(by, "push", PRODUCT, "--porcelain", *refspecs)


@pytest.mark.parametrize(
    ("permissions", "fetch", "pushed"),
    [
        ({}, "Write access to repository not granted.", f"Permission to {PRODUCT}.git denied to {APP}."),
        ({"contents": "read"}, "", f"Permission to {PRODUCT}.git denied to {APP}."),
        ({"contents": "write"}, "", ""),
    ],
)
def test_git_follows_the_permission_for_contents(private, git_as, push, permissions, fetch, pushed):
    give(private, "app", permissions)
    answers = git_as("it", "ls-remote", PRODUCT), push("HEAD:refs/heads/x")
    for said, wanted in zip(answers, (fetch, pushed), strict=True):
        assert (said.status == 0) == (not wanted)
        if wanted:
            assert f"remote: {wanted}" in said.error
            assert "The requested URL returned error: 403" in said.error


def test_git_does_not_find_what_the_token_must_not_see(private, git_as):
    give(private, "classic", scopes=["public_repo"])
    assert "remote: Repository not found." in git_as("it", "ls-remote", PRODUCT).error


def write_workflow(world, text, branch):
    world.clone.run("switch", "-q", "-C", branch, "origin/main")
    folder = world.clone.directory / ".github/workflows"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ci.yml").write_text(text)
    world.clone.run("add", ".")
    world.clone.run("commit", "-q", "-m", "Change the workflow")
    return world.clone.read("rev-parse", "HEAD")


CLASSIC = "a Personal Access Token", "`workflow` scope"
FINE_GRAINED = "a Personal Access Token", "`workflows` permission"
INTEGRATION = "a GitHub App", "`workflows` permission"


@pytest.mark.parametrize(
    ("kind", "rights", "enough", "words"),
    [
        ("classic", {"scopes": ["repo"]}, {"scopes": ["repo", "workflow"]}, CLASSIC),
        ("fine_grained", {"permissions": ALL | {"checks": None}}, {"workflows": "write"}, FINE_GRAINED),
        ("app", {"permissions": {"contents": "write"}}, {"workflows": "write"}, INTEGRATION),
        ("actions", {"permissions": {"contents": "write"}}, None, INTEGRATION),
    ],
)
def test_new_workflow_files_need_a_right_of_their_own(private, push, kind, rights, enough, words):
    permissions = {name: right for name, right in rights.get("permissions", {}).items() if right}
    give(private, kind, permissions, scopes=rights.get("scopes", ()))
    write_workflow(private, "on: push\n", "flow")
    refused = push("HEAD:refs/heads/flow")
    file = ".github/workflows/ci.yml"
    reason = f"refusing to allow {words[0]} to create or update workflow `{file}` without {words[1]}"
    assert f"!\tHEAD:refs/heads/flow\t[remote rejected] ({reason})" in refused.text
    assert private.bare.ask("rev-parse", "--verify", "-q", "flow").status
    if enough is None:
        return
    scopes = enough.get("scopes", ())
    give(private, kind, {} if scopes else permissions | enough, scopes=scopes)
    assert push("HEAD:refs/heads/flow").status == 0


def test_a_workflow_file_that_stands_on_another_branch_may_be_pushed(private, push):
    write_workflow(private, "on: push\n", "flow")
    assert push("HEAD:refs/heads/flow", by="bot").status == 0
    give(private, "app", {"contents": "write", "pull_requests": "write"})
    private.clone.run("commit", "-q", "--allow-empty", "-m", "More")
    assert push("HEAD:refs/heads/more", "HEAD:refs/tags/v1").status == 0
    assert push(":refs/heads/more").status == 0
    private.send("POST", "/pulls", {"title": "x", "head": "flow", "base": "main"}, status=201)
    refused = private.ask("PUT", "/pulls/1/merge", {}, by="it")
    assert (refused.status_code, refused.headers["X-Accepted-GitHub-Permissions"]) == (
        403,
        "contents=write,workflows=write",
    )
    assert "without `workflows` permission" in refused.json()["message"]


def test_refs_and_releases_bring_no_new_workflow_file_either(private, push):
    old = write_workflow(private, "on: push\n", "flow")
    new = write_workflow(private, "on: [push, pull_request]\n", "flow")
    assert push(f"{old}:refs/heads/flow", by="bot").status == 0
    assert push(f"+{new}:refs/heads/flow", by="bot").status == 0
    give(private, "actions", {"contents": "write"})
    made = {"ref": "refs/heads/old", "sha": old}, {"tag_name": "v1", "target_commitish": old}
    for path, body in zip(("/git/refs", "/releases"), made, strict=True):
        assert private.ask("POST", path, body, by="it").status_code == 403
    assert private.ask("POST", "/git/refs", {"ref": "refs/heads/new", "sha": new}, by="it").status_code == 201


# Archived repositories.


def test_an_archived_repository_is_read_only(world, serve, push):
    world.fork("fix")
    serve(private=False, archived=True)
    assert world.get("")["archived"] is True
    assert world.get("/issues") == []
    refused = world.ask("POST", "/issues", {"title": "x"})
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Repository was archived so is read-only.",
    )
    said = push("HEAD:refs/heads/x", by="bot")
    assert "remote: This repository was archived so it is read-only." in said.error
    assert "The requested URL returned error: 403" in said.error
    query = '{ repository(owner: "acme", name: "stockroom") { isArchived } }'
    assert world.query(query)["data"]["repository"] == {"isArchived": True}
