"""Looks that share a request, on recorded answers and on the hub's schema."""

import json
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

import relauto.hub.graph
from relauto.github.checks import look_at_checks
from relauto.github.faults import ServerError
from relauto.github.issues import look_at_issue, look_for_issue
from relauto.github.look import read_together
from relauto.github.markers import write_marker
from relauto.github.pull_reads import look_at_pull, look_at_pulls
from relauto.github.queries import write_query
from relauto.github.releases import look_at_files, look_at_release
from relauto.model.names import Branch, Tag

SCHEMA = build_schema(Path(relauto.hub.graph.__file__).with_name("schema.graphql").read_text("utf-8"))
ISSUE = {
    "number": 7,
    "title": "Desk",
    "body": "Here",
    "state": "OPEN",
    "url": "https://github.com/acme/stockroom/issues/7",
    "labels": None,
    "comments": {"pageInfo": {"hasNextPage": False}, "nodes": []},
}
USER = {"__typename": "User", "login": "relauto-bot"}


def release(**changed):
    digest = "sha256:" + "a" * 64
    asset = {"name": "a.zip", "size": 3, "digest": digest, "uploadedBy": USER}
    told = {
        "databaseId": 5,
        "tagName": "v1.0.1",
        "name": "Stockroom 1.0.1",
        "description": "",
        "isDraft": False,
        "isPrerelease": False,
        "url": "https://github.com/acme/stockroom/releases/tag/v1.0.1",
        "author": USER,
        "releaseAssets": {"pageInfo": {"hasNextPage": False}, "nodes": [asset]},
    }
    return told | changed


def test_several_looks_are_one_request(wire, client, say):
    wire.graphql({"r": {"a0": ISSUE, "a1": say.pull_node(4)}})
    found = read_together({"desk": look_at_issue(client, 7), "pull": look_at_pull(client, 4)})
    assert found["desk"]()[0].title == "Desk"
    assert found["pull"]().number == 4
    (sent,) = [json.loads(call.request.body) for call in wire.mock.calls]
    assert sent["variables"] == {"owner": "acme", "name": "stockroom", "number_0": 7, "number_1": 4}
    assert "a1: pullRequest(number: $number_1)" in sent["query"]
    assert "isRequired(pullRequestNumber: $number_1)" in sent["query"]
    assert [row.endpoint for row in client.counts.table()] == ["GraphQL Look"]


def test_a_look_by_itself_is_not_shared(wire, client):
    assert read_together({"desk": look_at_issue(client, 7)}) == {}
    assert wire.sent() == []


def test_what_is_cut_off_is_read_by_rest_and_only_when_it_is_wanted(wire, client, say):
    cut = {**say.pull_node(4), "reviews": {"totalCount": 200, "nodes": []}}
    wire.graphql({"r": {"a0": ISSUE, "a1": cut}})
    look = look_at_pull(client, 4)
    found = read_together({"desk": look_at_issue(client, 7), "pull": look})
    assert found["pull"] == look.by_rest
    assert wire.sent() == ["POST /graphql"]


def test_what_is_gone_is_left_to_be_asked_alone(wire, client):
    wire.graphql({"r": {"a0": ISSUE, "a1": None}}, errors=[{"message": "no", "type": "NOT_FOUND"}])
    assert read_together({"desk": look_at_issue(client, 7), "pull": look_at_pull(client, 4)}) == {}


def test_a_field_that_a_server_does_not_know_is_left_to_be_asked_alone(wire, client):
    wire.graphql(None, errors=[{"message": "Field 'digest' doesn't exist on type 'ReleaseAsset'"}])
    looks = {"desk": look_at_issue(client, 7), "files": look_at_files(client, Tag("v1"))}
    assert read_together(looks) == {}


def test_a_server_that_is_away_is_not_asked_again_one_by_one(wire, client):
    for _ in range(3):
        wire.refuse("POST", "/graphql", 502, "Bad Gateway")
    with pytest.raises(ServerError):
        read_together({"desk": look_at_issue(client, 7), "pull": look_at_pull(client, 4)})
    assert len(wire.sent()) == 3


def test_a_release_that_is_wholly_ones_own_is_told(wire, client):
    wire.graphql({"repository": {"release": release()}})
    found = look_at_release(client, Tag("v1.0.1"), "relauto-bot").read()
    assert (found.tag, found.by, [asset.name for asset in found.assets]) == (
        "v1.0.1",
        "relauto-bot",
        ["a.zip"],
    )


OTHER = {"__typename": "User", "login": "jenkins"}
FOREIGN = {"name": "a.zip", "size": 3, "digest": "sha256:" + "a" * 64, "uploadedBy": OTHER}
UNFINISHED = {"name": "a.zip", "size": 3, "digest": None, "uploadedBy": USER}


@pytest.mark.parametrize(
    "changed",
    [
        {"isDraft": True},
        {"author": None},
        {"author": OTHER},
        {"releaseAssets": {"pageInfo": {"hasNextPage": False}, "nodes": [FOREIGN]}},
        {"releaseAssets": {"pageInfo": {"hasNextPage": False}, "nodes": [UNFINISHED]}},
        {"releaseAssets": {"pageInfo": {"hasNextPage": True}, "nodes": []}},
    ],
    ids=["draft", "maker unknown", "other maker", "other's file", "unfinished", "more files"],
)
def test_a_release_that_graphql_tells_too_little_of_is_read_by_rest(wire, client, say, changed):
    wire.graphql({"repository": {"release": release(**changed)}})
    wire.answer("GET", "releases", [])
    assert look_at_release(client, Tag("v1.0.1"), "relauto-bot").read() is None
    assert wire.sent() == ["POST /graphql", "GET releases"]


def test_an_issue_is_found_by_its_marker_the_oldest_first(wire, client):
    marked = ISSUE | {"body": f"x {write_marker('INC-a:desk')}"}
    nodes = [marked | {"number": 9}, marked | {"number": 8}, ISSUE]
    wire.graphql({"repository": {"issues": {"pageInfo": {"hasNextPage": False}, "nodes": nodes}}})
    assert look_for_issue(client, "INC-a:desk", "relauto-desk").read().number == 8


def test_a_shared_document_is_one_of_githubs(client):
    looks = [
        look_at_issue(client, 7),
        look_for_issue(client, "INC-a:desk", "relauto-desk"),
        look_at_pull(client, 4),
        look_at_pulls(client, Branch("fix"), Branch("main")),
        look_at_checks(client, "a" * 40),
        look_at_release(client, Tag("v1"), "me"),
        look_at_files(client, Tag("v0")),
    ]
    document = write_query(
        "Look", [("" if number < 4 else "_1", look.field) for number, look in enumerate(looks)]
    )
    assert validate(SCHEMA, parse(document)) == []
    assert len(re.findall(r"repository\(", document)) == 2
