import json

import pytest

from relauto.errors import RemoteError
from relauto.github.issues import edit_issue, find_issue, open_issue, read_issue
from relauto.github.markers import mark

KEY = "INC-7f3k:qa:v5.35.4-rc1"
BODY = mark(KEY, "- [ ] one")


def body_of(wire, index=-1):
    return json.loads(wire.mock.calls[index].request.body)


def open_qa(client, **more):
    return open_issue(
        client, KEY, title="Verify v5.35.4-rc1", body="- [ ] one", labels=["relauto-qa"], **more
    )


def test_the_lowest_number_wins_and_pull_requests_do_not_count(wire, client, say):
    listed = [
        say.issue(9, BODY),
        say.issue(5, BODY, state="closed"),
        say.issue(2, BODY, pull_request={"url": "x"}),
        say.issue(1, mark("INC-other", "")),
        say.issue(3, None),
    ]
    wire.answer("GET", "issues", listed)
    found = find_issue(client, KEY, "relauto-qa")
    assert (found.number, found.state, found.labels) == (5, "closed", ("relauto-qa",))
    assert wire.mock.calls[0].request.params == {"labels": "relauto-qa", "state": "all", "per_page": "100"}


def test_an_issue_is_opened_with_its_marker(wire, client, say):
    wire.answer("GET", "issues", [])
    wire.answer("POST", "issues", say.issue(4, BODY), 201)
    assert open_qa(client).number == 4
    assert body_of(wire) == {"title": "Verify v5.35.4-rc1", "body": BODY, "labels": ["relauto-qa"]}


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_issue_is_never_doubled(wire, client, say, happened):
    wire.lose("POST", "issues")
    wire.answer("POST", "issues", say.issue(4, BODY), 201)
    wire.answer("GET", "issues", [say.issue(4, BODY)] if happened else [])
    assert open_qa(client, absent=True).number == 4
    assert client.counts.write == (1 if happened else 2)


def test_an_issue_that_lost_its_label_could_not_be_found_again(wire, client, say):
    wire.answer("POST", "issues", say.issue(4, BODY, labels=[]), 201)
    with pytest.raises(RemoteError, match="without the label relauto-qa"):
        open_qa(client, absent=True)


def issue_node(say, *comments, more=False):
    nodes = [
        {
            "fullDatabaseId": str(one["id"]),
            "author": say.actor(one["user"]["login"]) if one["user"] else None,
            "body": one["body"],
            "createdAt": one["created_at"],
            "lastEditedAt": None,
            "url": one["html_url"],
        }
        for one in comments
    ]
    found = say.issue(1, BODY)
    return {
        "number": 1,
        "title": found["title"],
        "body": BODY,
        "state": "OPEN",
        "url": found["html_url"],
        "labels": {"nodes": found["labels"]},
        "comments": {"pageInfo": {"hasNextPage": more}, "nodes": nodes},
    }


def test_an_issue_is_the_same_both_ways(wire, client, open_client, say):
    comments = [
        say.comment(3_500_000_000, "/qa pass v5.35.4-rc1"),
        say.comment(12, "checked", "github-actions[bot]"),
        {**say.comment(13, "gone"), "user": None},
    ]
    wire.graphql({"repository": {"issue": issue_node(say, *comments)}})
    by_graphql = read_issue(client, 1)
    assert wire.sent() == ["POST /graphql"]
    wire.mock.reset()
    wire.no_graphql()
    wire.answer("GET", "issues/1", say.issue(1, BODY))
    wire.answer("GET", "issues/1/comments", comments)
    assert read_issue(open_client(), 1) == by_graphql
    assert [(one.author, one.author_type) for one in by_graphql[1]] == [
        ("quinn-qa", "User"),
        ("github-actions[bot]", "Bot"),
        ("ghost", "User"),
    ]


def test_comments_beyond_a_hundred_are_read_by_rest(wire, client, say):
    wire.graphql({"repository": {"issue": issue_node(say, say.comment(1, "a"), more=True)}})
    wire.answer("GET", "issues/1/comments", [say.comment(1, "a"), say.comment(2, "b")])
    assert [one.body for one in read_issue(client, 1)[1]] == ["a", "b"]


def test_an_edit_sends_what_is_given_alone(wire, client, say):
    wire.answer("PATCH", "issues/1", say.issue(1, "new", state="closed"))
    assert edit_issue(client, 1, state="closed").state == "closed"
    assert body_of(wire) == {"state": "closed"}


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_edit_is_read_back(wire, client, say, happened):
    wire.lose("PATCH", "issues/1")
    wire.answer("PATCH", "issues/1", say.issue(1, "new"))
    wire.answer("GET", "issues/1", say.issue(1, "new" if happened else "old"))
    assert edit_issue(client, 1, body="new").body == "new"
    assert client.counts.write == (1 if happened else 2)
