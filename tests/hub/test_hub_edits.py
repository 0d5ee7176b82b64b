"""The history of a text: who wrote which version when, as GitHub's GraphQL tells it."""

import pytest

EDITS = """query { repository(owner: "acme", name: "stockroom") { issue(number: 1) {
  lastEditedAt editor { login }
  userContentEdits(first: 100) { totalCount nodes { editedAt editor { login } diff deletedAt deletedBy { login } } }
  comments(first: 9) { nodes { editor { login } userContentEdits(first: 9) { nodes { editor { login } diff } } } }
} } }"""  # noqa: E501


def read(world, by="bot"):
    answer = world.query(EDITS, by=by)
    assert "errors" not in answer, answer
    return answer["data"]["repository"]["issue"]


def list_versions(node):
    return [(edit["editor"]["login"], edit["diff"]) for edit in node["userContentEdits"]["nodes"]]


def test_a_text_that_nobody_edited_has_no_history(world):
    world.send("POST", "/issues", {"title": "a", "body": "one"}, status=201)
    world.send("PATCH", "/issues/1", {"title": "b", "body": "one"})
    node = read(world)
    assert (node["lastEditedAt"], node["editor"], list_versions(node)) == (None, None, [])


def test_each_version_is_told_with_its_editor_and_the_first_one_is_among_them(world):
    world.send("POST", "/issues", {"title": "a", "body": "one"}, status=201)
    world.send("PATCH", "/issues/1", {"body": "two"}, by="rae")
    world.send("PATCH", "/issues/1", {"state": "closed"}, by="rae")
    world.send("PATCH", "/issues/1", {"body": None})
    node = read(world)
    assert node["editor"] == {"login": "bot"}
    assert list_versions(node) == [("bot", ""), ("rae", "two"), ("bot", "one")]


def test_versions_are_shown_to_those_alone_who_may_write(world):
    world.send("POST", "/issues", {"title": "a", "body": "one"}, by="sam", status=201)
    world.send("PATCH", "/issues/1", {"body": "two"}, by="sam")
    assert list_versions(read(world, by="sam")) == [("sam", None), ("sam", None)]


def test_comments_have_a_history_too(world):
    world.send("POST", "/issues", {"title": "a"}, status=201)
    said = world.send("POST", "/issues/1/comments", {"body": "hi"}, by="sam", status=201)
    world.send("PATCH", f"/issues/comments/{said['id']}", {"body": "ho"}, by="rae")
    (comment,) = read(world)["comments"]["nodes"]
    assert comment["editor"] == {"login": "rae"}
    assert list_versions(comment) == [("rae", "ho"), ("sam", "hi")]


def test_a_version_that_was_deleted_says_so_and_no_more(world):
    world.send("POST", "/issues", {"title": "a", "body": "one"}, status=201)
    for body in ("two", "three"):
        world.send("PATCH", "/issues/1", {"body": body}, by="rae")
    world.hub.delete_revision("acme/stockroom", 1, 1, by="rae")
    newest, gone, first = read(world)["userContentEdits"]["nodes"]
    assert (gone["diff"], gone["deletedBy"]["login"], gone["editor"]["login"]) == (None, "rae", "rae")
    assert (newest["diff"], first["diff"]) == ("three", "one")
    with pytest.raises(IndexError):
        world.hub.delete_revision("acme/stockroom", 1, 2, by="rae")
