import pytest

from relauto.github.faults import NotFoundError
from relauto.github.repositories import read_branch, read_login, read_repository
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


def test_a_branch_with_odd_characters_is_asked_for_by_its_name(wire, client):
    tip = {"name": "fix/#7 é".replace(" ", ""), "commit": {"sha": "a" * 40}, "protected": True}
    wire.answer("GET", "branches/fix/%237%C3%A9", tip)
    assert read_branch(client, Branch("fix/#7é")).commit == Commit("a" * 40)


def test_a_branch_that_is_not_there_is_not_found(wire, client):
    wire.refuse("GET", "branches/gone", 404, "Branch not found")
    with pytest.raises(NotFoundError):
        read_branch(client, Branch("gone"))
