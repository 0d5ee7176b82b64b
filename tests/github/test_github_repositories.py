import pytest

from relauto.github.faults import NotFoundError, UnseenError
from relauto.github.repositories import read_branch, read_file, read_login, read_repository
from relauto.model.names import Branch, Commit

FACTS = {
    "full_name": "acme/stockroom",
    "default_branch": "main",
    "private": True,
    "archived": False,
    "clone_url": "https://github.com/acme/stockroom.git",
}


def test_settings_and_rights_are_read(wire, client):
    rights = {"admin": False, "maintain": False, "push": True, "triage": True, "pull": True}
    methods = {"allow_merge_commit": True, "allow_squash_merge": False, "allow_rebase_merge": True}
    wire.answer("GET", "", {**FACTS, **methods, "permissions": rights})
    facts = read_repository(client)
    assert facts.permissions == {"push", "triage", "pull"}
    assert facts.merge_methods == {"merge", "rebase"}


def test_what_github_does_not_tell_is_not_taken_for_off(wire, client):
    wire.answer("GET", "", FACTS)
    facts = read_repository(client)
    assert facts.permissions is None
    assert facts.merge_methods is None


def test_the_login_is_that_of_the_token(wire, client):
    wire.answer("GET", "/user", {"login": "relauto-bot", "type": "User"})
    assert read_login(client) == "relauto-bot"


def test_the_login_of_an_app_is_told_by_graphql(wire, client):
    wire.refuse("GET", "/user", 403, "Resource not accessible by integration")
    wire.graphql({"viewer": {"login": "relauto[bot]"}})
    assert read_login(client) == "relauto[bot]"


def test_nothing_is_absent_from_a_repository_that_is_not_seen(wire, client):
    wire.refuse("GET", "contents/roster.toml", 404, "Not Found")
    wire.refuse("GET", "", 404, "Not Found")
    with pytest.raises(UnseenError, match="acme/stockroom was not found: there is no such repository, or"):
        read_file(client, "roster.toml")


def test_whether_a_repository_is_seen_is_asked_once(wire, client):
    wire.refuse("GET", "contents/roster.toml", 404, "Not Found")
    wire.answer("GET", "", FACTS)
    assert [read_file(client, "roster.toml") for _ in range(2)] == [None, None]
    assert client.counts.read == 3


def test_a_branch_with_odd_characters_is_asked_for_by_its_name(wire, client):
    tip = {"name": "fix/#7 é".replace(" ", ""), "commit": {"sha": "a" * 40}, "protected": True}
    wire.answer("GET", "branches/fix/%237%C3%A9", tip)
    assert read_branch(client, Branch("fix/#7é")).commit == Commit("a" * 40)


def test_a_branch_that_is_not_there_is_not_found(wire, client):
    wire.refuse("GET", "branches/gone", 404, "Branch not found")
    wire.answer("GET", "", FACTS)
    with pytest.raises(NotFoundError):
        read_branch(client, Branch("gone"))
