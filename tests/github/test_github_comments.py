import json

import pytest

from relauto.github.comments import edit_comment, post_comment
from relauto.github.markers import mark


def test_a_comment_is_posted_once(wire, client, say):
    wire.answer("GET", "issues/1/comments", [say.comment(1, "hello")])
    wire.answer("POST", "issues/1/comments", say.comment(2, mark("door", "approve")), 201)
    assert post_comment(client, 1, "door", "approve").id == 2
    wire.answer("GET", "issues/1/comments", [say.comment(2, mark("door", "approve"))])
    assert post_comment(client, 1, "door", "approve again").id == 2
    assert client.counts.write == 1


@pytest.mark.parametrize("first", [1, 3])
def test_of_two_comments_posted_at_once_the_first_stays(wire, client, say, first):
    door = mark("door", "approve")
    wire.answer("POST", "issues/1/comments", say.comment(2, door), 201)
    wire.answer("GET", "issues/1/comments", [say.comment(each, door) for each in sorted((first, 2))])
    wire.mock.add("DELETE", "https://api.github.com:443/repos/acme/stockroom/issues/comments/2", status=204)
    assert post_comment(client, 1, "door", "approve", absent=True).id == min(first, 2)
    assert client.counts.write == (2 if first == 1 else 1)


@pytest.mark.parametrize("happened", [True, False])
def test_a_lost_comment_is_never_doubled(wire, client, say, happened):
    made = say.comment(2, mark("door", "approve"))
    wire.lose("POST", "issues/1/comments")
    wire.answer("POST", "issues/1/comments", made, 201)
    wire.answer("GET", "issues/1/comments", [made] if happened else [])
    assert post_comment(client, 1, "door", "approve", absent=True).id == 2
    assert client.counts.write == (1 if happened else 2)


def test_a_lost_comment_that_is_not_shown_yet_is_never_doubled(wire, client, say):
    wire.lose("POST", "issues/1/comments")
    wire.answer("GET", "issues/1/comments", [])
    wire.answer("GET", "issues/1/comments", [say.comment(2, mark("door", "approve"))])
    began = client.clock.now()
    assert post_comment(client, 1, "door", "approve", absent=True).id == 2
    assert (client.counts.write, (client.clock.now() - began).seconds) == (1, 5)


def test_an_edited_comment_keeps_its_marker(wire, client, say):
    wire.answer("PATCH", "issues/comments/2", say.comment(2, mark("door", "new")))
    edit_comment(client, 2, "door", "new")
    assert json.loads(wire.mock.calls[-1].request.body) == {"body": mark("door", "new")}
