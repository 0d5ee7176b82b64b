import json

import pytest

from relauto.errors import InputError, RemoteError
from relauto.github.issues import (
    comment,
    edit_comment,
    edit_issue,
    find_issue,
    mark,
    open_issue,
    read_issue,
    write_marker,
)

KEY = "INC-7f3k:qa:v5.35.4-rc1"
BODY = mark(KEY, "- [ ] one")


def body_of(wire, index=-1):
    return json.loads(wire.mock.calls[index].request.body)


def open_qa(client, **more):
    return open_issue(
        client, KEY, title="Verify v5.35.4-rc1", body="- [ ] one", labels=["relauto-qa"], **more
    )


def test_a_marker_is_added_once():
    assert mark(KEY, BODY) == BODY == f"- [ ] one\n\n<!-- relauto:{KEY} -->\n"


@pytest.mark.parametrize("key", ["", "a b", "a-->b", "a--b", "-a", "a\nb"])
def test_a_key_that_would_end_the_marker_is_refused(key):
    with pytest.raises(InputError):
        write_marker(key)


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


def test_a_comment_is_posted_once(wire, client, say):
    wire.answer("GET", "issues/1/comments", [say.comment(1, "hello")])
    wire.answer("POST", "issues/1/comments", say.comment(2, mark("door", "approve")), 201)
    assert comment(client, 1, "door", "approve").id == 2
    wire.answer("GET", "issues/1/comments", [say.comment(2, mark("door", "approve"))])
    assert comment(client, 1, "door", "approve again").id == 2
    assert client.counts.write == 1


@pytest.mark.parametrize("first", [1, 3])
def test_of_two_comments_posted_at_once_the_first_stays(wire, client, say, first):
    door = mark("door", "approve")
    wire.answer("POST", "issues/1/comments", say.comment(2, door), 201)
    wire.answer("GET", "issues/1/comments", [say.comment(each, door) for each in sorted((first, 2))])
    wire.mock.add("DELETE", "https://api.github.com:443/repos/acme/stockroom/issues/comments/2", status=204)
    assert comment(client, 1, "door", "approve", absent=True).id == min(first, 2)
    assert client.counts.write == (2 if first == 1 else 1)


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_comment_is_never_doubled(wire, client, say, happened):
    made = say.comment(2, mark("door", "approve"))
    wire.lose("POST", "issues/1/comments")
    wire.answer("POST", "issues/1/comments", made, 201)
    wire.answer("GET", "issues/1/comments", [made] if happened else [])
    assert comment(client, 1, "door", "approve", absent=True).id == 2
    assert client.counts.write == (1 if happened else 2)


def test_a_lost_comment_that_is_not_shown_yet_is_never_doubled(wire, client, say):
    wire.lose("POST", "issues/1/comments")
    wire.answer("GET", "issues/1/comments", [])
    wire.answer("GET", "issues/1/comments", [say.comment(2, mark("door", "approve"))])
    began = client.clock.now()
    assert comment(client, 1, "door", "approve", absent=True).id == 2
    assert (client.counts.write, (client.clock.now() - began).seconds) == (1, 5)


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


def test_an_edited_comment_keeps_its_marker(wire, client, say):
    wire.answer("PATCH", "issues/comments/2", say.comment(2, mark("door", "new")))
    edit_comment(client, 2, "door", "new")
    assert body_of(wire) == {"body": mark("door", "new")}
