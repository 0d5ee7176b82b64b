"""A walk over every route, held to GitHub's own OpenAPI description and GraphQL schema.

The descriptions are large, so they are not shipped: `RELAUTO_OPENAPI` and `RELAUTO_GRAPHQL` name the files
(`generated/api.github.com.json` of npm's `@octokit/openapi`, `schema.graphql` of `@octokit/graphql-schema`).
"""

import json
import os
import re
from functools import cache
from pathlib import Path

import pytest
import requests
from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
)

import relauto.hub
from relauto.hub.application import Application


def walk(world):
    """Ask every route at least once for something that is there."""
    (world.clone.directory / ".github/workflows").mkdir(parents=True)
    world.commit(".github/workflows/ci.yml", "on: {workflow_dispatch: {inputs: {a: {}}}}\n", "Add a workflow")
    world.push("HEAD:main")
    world.clone.run("fetch", "-q")
    head = world.fork("fix")
    tag = {"tag": "v0", "message": "zero", "object": head, "type": "commit"}
    sha = world.send("POST", "/git/tags", tag, status=201)["sha"]
    world.send("POST", "/git/refs", {"ref": "refs/tags/v0", "sha": sha}, status=201)
    world.send("POST", "/git/refs", {"ref": "refs/heads/x", "sha": head}, status=201)
    world.send("PATCH", "/git/refs/heads/x", {"sha": head})
    world.send("DELETE", "/git/refs/heads/x", status=204)
    world.open("fix")
    world.send("PATCH", "/pulls/1", {"body": "text"})
    world.send("POST", f"/statuses/{head}", {"state": "success"}, status=201)
    run = world.send("POST", "/check-runs", {"name": "test", "head_sha": head}, by="ci", status=201)
    world.send("PATCH", f"/check-runs/{run['id']}", {"conclusion": "success"}, by="ci")
    world.send("POST", "/pulls/1/requested_reviewers", {"reviewers": ["rae", "tess"]}, status=201)
    world.send("DELETE", "/pulls/1/requested_reviewers", {"reviewers": ["tess"]})
    review = world.send("POST", "/pulls/1/reviews", {}, by="rae")
    events = f"/pulls/1/reviews/{review['id']}"
    world.send("POST", f"{events}/events", {"event": "APPROVE"}, by="rae")
    world.get(events)
    world.send("PUT", f"{events}/dismissals", {"message": "no"})
    walk_issues(world)
    dispatch = {"ref": "main", "inputs": {"a": "b"}}
    world.send("POST", "/actions/workflows/ci.yml/dispatches", dispatch, status=204)
    ran = world.send("POST", "/actions/workflows/ci.yml/dispatches", dispatch | {"return_run_details": True})
    done = {"status": "completed", "conclusion": "success"}
    own = f"{world.hub.address}/_hub/repos/acme/stockroom/runs/{ran['workflow_run_id']}"
    world.send("POST", f"{own}/reviews", {"environment": "production"}, status=201)
    assert world.send("POST", own, done)["conclusion"] == "success"
    release = world.send("POST", "/releases", {"tag_name": "v1", "draft": True}, status=201)
    asset = walk_uploads(world, release)
    world.send("POST", "/releases/generate-notes", {"tag_name": "v1"})
    world.get("/pulls/1/merge", status=404)
    told = {"event_type": "relauto", "client_payload": {"event": "status", "id": ""}}
    world.send("POST", "/dispatches", told, status=204)
    reads = [
        "", "/branches", "/branches/main", "/collaborators/rae/permission", "/commits", "/commits/fix",
        f"/commits/{head}/pulls", "/commits/fix/status", "/commits/fix/statuses", "/commits/fix/check-runs",
        "/compare/main...fix", "/contents/new.txt?ref=fix", "/tags", "/git/ref/heads/fix",
        "/git/matching-refs/heads/f", f"/git/tags/{sha}", f"/git/commits/{head}",
        "/git/trees/fix?recursive=1",
        "/pulls", "/pulls/1", "/pulls/1/commits", "/pulls/1/files", "/pulls/1/reviews",
        "/pulls/1/requested_reviewers", f"/check-runs/{run['id']}", "/releases", f"/releases/{release['id']}",
        "/releases/latest", "/releases/tags/v1", f"/releases/{release['id']}/assets",
        f"/releases/assets/{asset['id']}", "/actions/workflows", "/actions/workflows/ci.yml", "/actions/runs",
        "/actions/workflows/ci.yml/runs", f"/actions/runs/{ran['workflow_run_id']}",
        f"/actions/runs/{ran['workflow_run_id']}/approvals",
    ]  # fmt: skip
    for path in reads:
        world.get(path)
    for path in ("user", "users/rae", "rate_limit"):
        world.get(f"{world.hub.api}/{path}")
    walk_protection(world)
    world.send("PUT", "/pulls/1/merge")
    world.ask("GET", "/pulls/1/merge")
    world.fork("two", path="two")
    world.open("two")
    world.send("PUT", "/pulls/3/update-branch", {}, status=202)
    world.send("DELETE", f"/releases/assets/{asset['id']}", status=204)
    world.send("DELETE", f"/releases/{release['id']}", status=204)


def walk_issues(world):
    world.send("POST", "/milestones", {"title": "m"}, status=201)
    world.send("POST", "/issues", {"title": "a", "labels": ["l"], "milestone": 1}, status=201)
    comment = world.send("POST", "/issues/2/comments", {"body": "hi"}, status=201)
    path = f"/issues/comments/{comment['id']}"
    world.send("PATCH", path, {"body": "ho"})
    world.send("POST", f"{path}/reactions", {"content": "eyes"}, status=201)
    for read in (
        f"{path}/reactions",
        "/issues/2/events",
        "/issues",
        "/issues/2",
        "/issues/1",
        "/issues/2/comments",
        "/issues/comments",
        path,
        "/labels",
    ):
        world.get(read)
    world.send("DELETE", path, status=204)
    world.send("PATCH", "/issues/2", {"state": "closed"})
    world.send("POST", "/issues/2/labels", {"labels": ["k"]})
    world.send("PUT", "/issues/2/labels", {"labels": ["k", "l"]})
    world.send("DELETE", "/issues/2/labels/k")
    world.get("/issues/2/labels")
    world.send("POST", "/labels", {"name": "n", "color": "ff0000", "description": "d"}, status=201)
    world.get("/labels/n")
    world.send("DELETE", "/labels/n", status=204)
    world.get("/milestones")
    world.get("/milestones/1")
    world.send("PATCH", "/milestones/1", {"description": "d"})


def walk_uploads(world, release):
    url = release["upload_url"].partition("{")[0]
    headers = {"Authorization": "token token-of-bot", "Content-Type": "application/zip"}
    response = requests.post(url, params={"name": "a.zip"}, data=b"a", headers=headers, timeout=20)
    world.seen.append(response)
    asset = response.json()
    world.send("PATCH", f"/releases/assets/{asset['id']}", {"label": "A"})
    page = world.send("PATCH", f"/releases/{release['id']}", {"draft": False})["assets"][0]
    assert requests.get(page["browser_download_url"], timeout=20).content == b"a"
    return asset


def walk_protection(world):
    from relauto.model.names import Branch, RepositoryName

    name = RepositoryName("acme/stockroom")
    world.hub.protect(name, Branch("line"), required_checks=["test"], reviews=1, ruleset=True)
    assert [rule["type"] for rule in world.get("/rules/branches/line")][2:] == [
        "required_status_checks",
        "pull_request",
    ]
    made = world.send(
        "POST", "/rulesets", {"name": "n", "enforcement": "active", "rules": [{"type": "deletion"}]},
        by="robin", status=201,
    )  # fmt: skip
    world.get("/rulesets")
    world.get(f"/rulesets/{made['id']}")
    world.hub.protect(name, Branch("fix"), required_checks=["test"], reviews=1)
    world.get("/branches/fix/protection", by="robin")
    world.get("/branches/fix/protection/required_status_checks", by="robin")
    assert world.get("/rules/branches/fix") == []
    world.hub.unprotect(name, Branch("fix"))


def routes_of(application):
    for rule in application.url_map.iter_rules():
        for verb in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if rule.rule.startswith(("/api/v3", "/api/uploads")):
                yield verb, rule


def test_walk_reaches_every_route(world):
    walk(world)
    application = world.hub.application
    assert isinstance(application, Application)
    adapter = application.url_map.bind("hub")
    reached = set()
    for response in world.seen:
        request = response.request
        path = request.path_url.partition("?")[0]
        if path.startswith("/api/") and response.status_code < 400:
            rule, _ = adapter.match(requests.utils.unquote(path), method=request.method, return_rule=True)
            reached.add((request.method, rule.rule))
    assert {(verb, rule.rule) for verb, rule in routes_of(application)} - reached == set()


@cache
def openapi():
    path = os.environ.get("RELAUTO_OPENAPI")
    if not path:
        pytest.skip("RELAUTO_OPENAPI does not name GitHub's OpenAPI description")
    return translate(json.loads(Path(path).read_text("utf-8")))


def translate(node):
    """Turn OpenAPI 3.0's `nullable` into what JSON Schema says for it."""
    if isinstance(node, list):
        return [translate(item) for item in node]
    if not isinstance(node, dict):
        return node
    turned = {key: translate(value) for key, value in node.items() if key not in ("example", "examples")}
    if turned.get("nullable") is True:
        turned.pop("nullable")
        return {"anyOf": [{"type": "null"}, turned]}
    return turned


def operation_of(verb, path):
    """Return GitHub's description of a route: of those that fit, the one with the most literal text."""
    path = re.sub(r"^/api/(v3|uploads)", "", path)
    found = []
    for template, item in openapi()["paths"].items():
        shape = re.sub(r"\\\{(ref|basehead|branch|path|tag)\\\}", ".+", re.escape(template))
        if verb.lower() in item and re.fullmatch(re.sub(r"\\\{[^/]+\\\}", "[^/]+", shape), path):
            found.append((len(re.sub(r"\{.*?\}", "", template)), template, item[verb.lower()]))
    assert found, f"GitHub has no {verb} {path}"
    return max(found, key=lambda one: one[:2])[2]


@pytest.mark.contract
def test_answers_are_what_githubs_description_says(world):
    from jsonschema import Draft4Validator

    description = openapi()
    walk(world)
    faults = []
    for response in world.seen:
        verb, path = response.request.method, response.request.path_url.partition("?")[0]
        if not path.startswith("/api/"):
            continue
        told = operation_of(verb, requests.utils.unquote(path))["responses"].get(str(response.status_code))
        if told is None:
            faults.append(f"{verb} {path}: {response.status_code} is not described")
            continue
        while "$ref" in told:
            told = description["components"]["responses"][told["$ref"].rpartition("/")[2]]
        schema = told.get("content", {}).get("application/json", {}).get("schema")
        if schema is None or not response.content:
            continue
        validator = Draft4Validator({**schema, "components": description["components"]})
        faults += [
            f"{verb} {path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
            for error in validator.iter_errors(response.json())
        ]
    assert not faults, "\n".join(sorted(set(faults)))


# Fields that GitHub serves, and the package with its schema lacks: the digests of releases' files came in
# June 2025, by GraphQL too (github.blog/changelog/2025-06-03-releases-now-expose-digests-for-release-assets;
# read by GraphQL in tetratelabs/archive-envoy#77). A server without the field is read by REST.
NEWER = {("ReleaseAsset", "digest")}


@pytest.mark.contract
def test_schema_is_a_true_part_of_githubs():
    path = os.environ.get("RELAUTO_GRAPHQL")
    if not path:
        pytest.skip("RELAUTO_GRAPHQL does not name GitHub's GraphQL schema")
    ours = Path(relauto.hub.__file__).parent / "graph" / "schema.graphql"
    whole = build_schema(Path(path).read_text("utf-8"), assume_valid=True).type_map
    for name, kind in build_schema(ours.read_text("utf-8")).type_map.items():
        if name.startswith("__"):
            continue
        assert type(kind) is type(whole[name]), name
        if isinstance(kind, GraphQLEnumType):
            assert set(kind.values) == set(whole[name].values), name
        elif isinstance(kind, GraphQLUnionType):
            assert {one.name for one in kind.types} <= {one.name for one in whole[name].types}, name
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field, facts in kind.fields.items():
                if (name, field) in NEWER:
                    assert field not in whole[name].fields, f"{name}.{field} is no exception any more"
                    continue
                theirs = whole[name].fields[field]
                assert str(facts.type) == str(theirs.type), f"{name}.{field}"
                for argument, shape in facts.args.items():
                    assert str(shape.type) == str(theirs.args[argument].type), f"{name}.{field}({argument})"
