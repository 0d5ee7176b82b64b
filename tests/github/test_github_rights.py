"""What a token lacks is found out by reads alone, as far as GitHub tells."""

from datetime import timedelta

import pytest

from relauto.clock import ManualClock
from relauto.git.runner import Git
from relauto.github.client import Address, Client
from relauto.github.faults import TokenError, UnseenError
from relauto.github.needs import list_rights
from relauto.github.rights import read_rights
from relauto.hub import Hub
from relauto.model.names import Branch, RepositoryName

NAME = RepositoryName("acme/stockroom")
GUESS = "GitHub does not tell what such a token may write"


class World:
    def __init__(self, hub, folder):
        self.hub, self.folder = hub, folder

    def serve(self, **more):
        told = {"private": True, "default_branch": Branch("main"), "access": {"dev": "write", "tam": "read"}}
        self.hub.add_repository(NAME, self.folder, **(told | more))

    def rights(self, part="source", *, token="it", **more):
        with Client(Address(self.hub.api), NAME, token, clock=ManualClock()) as client:
            found = read_rights(client, part, **more)
            self.counts = client.counts
        return found

    def give(self, kind, login="dev", **more):
        self.hub.add_token(login, token="it", kind=kind, **more)


@pytest.fixture
def world(tmp_path, armed):
    git = Git(tmp_path)
    git.run("init", "-q", "--bare", "-b", "main", "stockroom.git")
    bare = Git(tmp_path / "stockroom.git")
    tree = bare.read("mktree")
    who = {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    commit = bare.read("commit-tree", tree, "-m", "Begin", environment=who)
    bare.run("update-ref", "refs/heads/main", commit)
    with Hub(tmp_path / "hub", clock=ManualClock()) as hub:
        armed.add_passthru(hub.address)
        for login in ("dev", "tam"):
            hub.add_user(login, token=f"token-of-{login}")
        world = World(hub, bare.directory)
        world.serve()
        yield world


def needed(part, *without):
    return {name: access for name, access in list_rights(part) if name not in ("metadata", *without)}


def told(lacks):
    return [(lack.right, lack.why) for lack in lacks]


@pytest.mark.parametrize("scopes", [("repo",), ("repo", "workflow")])
def test_a_classic_token_tells_its_scopes(world, scopes):
    world.give("classic", scopes=scopes)
    rights = world.rights(beside={"workflows": "write"})
    assert rights.scopes == scopes
    wanted = [] if "workflow" in scopes else [("the scope workflow", "it has the scopes repo")]
    assert told(rights.missing) == wanted
    assert rights.unknown == ()
    assert world.counts.read == 1


def test_a_classic_token_without_a_scope_is_told_which(world):
    world.serve(private=False)
    world.give("classic", scopes=["gist"])
    (lack,) = world.rights("ops").lacks
    assert (
        str(lack) == "acme/stockroom: the token lacks the scope public_repo or repo: it has the scopes gist"
    )


def test_a_role_that_is_not_enough_is_told(world):
    world.give("classic", login="tam", scopes=["repo"])
    why = "the account behind it has only the rights pull there"
    assert told(world.rights().missing) == [("the role to push", why)]
    assert told(world.rights("qa").missing) == [("the role to triage", why)]


def test_what_an_app_may_write_is_not_told_beyond_contents(world):
    world.give("app", "relauto[bot]", permissions=needed("source"))
    rights = world.rights(beside={"workflows": "write"})
    assert rights.scopes is None
    assert rights.missing == ()
    assert told(rights.unknown) == [
        ("pull_requests: write", GUESS),
        ("workflows: write", GUESS),
    ]
    assert world.counts.write == 0


@pytest.mark.parametrize("permission", ["checks", "contents", "pull_requests", "statuses"])
def test_what_a_token_may_not_read_is_missing(world, permission):
    world.give("app", "relauto[bot]", permissions=needed("source", permission))
    access = dict(list_rights("source"))[permission]
    missing = world.rights().missing
    assert told(missing) == [(f"{permission}: {access}", "it may not even read them")]


def test_what_a_setting_needs_besides_is_asked_too(world):
    world.give("app", "relauto[bot]", permissions=needed("source"))
    assert told(world.rights(beside={"actions": "write"}).missing) == [
        ("actions: write", "it may not even read them")
    ]
    world.give("app", "relauto[bot]", permissions=needed("source") | {"actions": "read"})
    assert ("actions: write", GUESS) in told(world.rights(beside={"actions": "write"}).unknown)


def test_reading_contents_is_not_writing_them(world):
    world.give("app", "relauto[bot]", permissions={"contents": "read", "issues": "write"})
    rights = world.rights("ops")
    assert [lack.right for lack in rights.missing] == ["contents: write"]
    assert [lack.right for lack in rights.unknown] == ["issues: write"]


def test_a_fine_grained_token_lacks_checks_where_they_are_private(world):
    world.give("fine_grained", permissions=needed("source", "checks"))
    assert [lack.right for lack in world.rights().missing] == ["checks: read"]
    world.serve(private=False)
    assert world.rights().missing == ()


def test_an_empty_repository_has_nothing_to_try(world):
    Git(world.folder).run("update-ref", "-d", "refs/heads/main")
    world.give("app", "relauto[bot]", permissions=needed("source"))
    rights = world.rights()
    assert rights.missing == ()
    assert [lack.right for lack in rights.unknown] == [
        "checks: read",
        "pull_requests: write",
        "statuses: read",
    ]


def test_an_archived_repository_takes_nothing(world):
    world.serve(archived=True)
    world.give("classic", scopes=["repo"])
    assert told(world.rights().missing) == [("any write", "the repository is archived")]


def test_when_a_personal_token_ends_is_told(world):
    end = ManualClock().moment + timedelta(days=30)
    world.give("classic", scopes=["repo"], expires_at=end)
    assert world.rights().expires_at == end
    world.give("classic", scopes=["repo"])
    assert world.rights().expires_at is None


def test_what_cannot_be_asked_is_refused(world):
    with pytest.raises(TokenError):
        world.rights(token="guessed")
    world.give("fine_grained", repositories=[])
    with pytest.raises(UnseenError):
        world.rights()
