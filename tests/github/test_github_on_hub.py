"""Every function against the hub, with answers that are lost before or after the effect."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import responses

from relauto.clock import ManualClock
from relauto.errors import DecisionError
from relauto.git.runner import Git
from relauto.github.assets import digest_bytes, download_asset, upload_asset
from relauto.github.checks import RequiredCheck, judge, look_at_checks, required_checks
from relauto.github.client import Address, Client
from relauto.github.comments import edit_comment, post_comment
from relauto.github.faults import ForbiddenError, NotFoundError, TokenError, UnseenError
from relauto.github.issues import edit_issue, find_issue, open_issue, read_issue
from relauto.github.pulls import (
    add_labels,
    find_pulls,
    merge_pull,
    open_pull,
    read_pull,
    request_reviewers,
)
from relauto.github.releases import create_release, find_release, publish_release
from relauto.github.repositories import read_branch, read_login, read_repository
from relauto.hub import Hub
from relauto.model.names import Branch, Commit, RepositoryName, Tag

PRODUCT, MAIN, FIX, TAG = RepositoryName("acme/stockroom"), Branch("main"), Branch("fix"), Tag("v1.0.1")
ACCESS = {"relauto-bot": "write", "rae-reviewer": "write", "ci-runner": "write", "tam-noor": "read"}
DATA = bytes(range(256))
IDENTITY = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    **{f"GIT_{who}_NAME": "Ann Author" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ann@example.com" for who in ("AUTHOR", "COMMITTER")},
}


class Made(msgspec.Struct):
    id: int


@dataclass
class Network:
    """Stands before the hub: loses the next write, before or after its effect, or hides GraphQL."""

    application: Any = None
    lose: str = ""
    graphql: bool = True
    writes: list[str] = field(default_factory=list)

    def wrap(self, application: Any) -> "Network":
        self.application = application
        return self

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path, verb = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "/api/graphql" and not self.graphql:
            return self._fail(start, "404 Not Found")
        if verb == "GET" or path == "/api/graphql":
            return self.application(environ, start)
        self.writes.append(f"{verb} {path}")
        lost, self.lose = self.lose, ""
        if lost == "before":
            return self._fail(start, "502 Bad Gateway")
        answer = self.application(environ, start if not lost else lambda *_, **__: None)
        if lost == "after":
            b"".join(answer)
            return self._fail(start, "502 Bad Gateway")
        return answer

    def _fail(self, start: Callable[..., Any], status: str) -> list[bytes]:
        start(status, [("Content-Type", "application/json")])
        return [b'{"message": "lost"}']


@dataclass
class World:
    hub: Hub
    bare: Git
    network: Network
    clients: list[Client] = field(default_factory=list)

    def client(self, login: str = "relauto-bot", **options: Any) -> Client:
        client = Client(Address(self.hub.api), PRODUCT, f"token-{login}", clock=ManualClock(), **options)
        self.clients.append(client)
        return client

    def commit(self, branch: str, parent: str | None, text: str) -> Commit:
        blob = self.bare.read("hash-object", "-w", "--stdin", input=text.encode())
        tree = self.bare.read("mktree", input=f"100644 blob {blob}\tfile\n".encode())
        parents = ["-p", parent] if parent else []
        commit = Commit(self.bare.read("commit-tree", tree, *parents, "-m", f"Write {text}"))
        self.bare.run("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def tip(self, branch: str) -> Commit:
        return Commit(self.bare.read("rev-parse", f"refs/heads/{branch}"))


@pytest.fixture
def world(tmp_path: Path, armed: responses.RequestsMock) -> Iterator[World]:
    Git(tmp_path).run("init", "-q", "--bare", "-b", "main", "stockroom.git")
    bare = Git(tmp_path / "stockroom.git", IDENTITY)
    network = Network()
    hub = Hub(tmp_path / "hub", clock=ManualClock(), wrap=network.wrap)
    world = World(hub, bare, network)
    first = world.commit("main", None, "one")
    world.commit("fix", first, "two")
    for login in ACCESS:
        hub.add_user(login, token=f"token-{login}", app="ci" if login == "ci-runner" else None)
    hub.add_repository(PRODUCT, bare.directory, private=True, default_branch=MAIN, access=ACCESS)
    with hub:
        armed.add_passthru(hub.address)
        yield world
        for client in world.clients:
            client.close()


@pytest.fixture(params=["", "before", "after"])
def lost(request: pytest.FixtureRequest) -> str:
    """What happens to the write of the test: nothing, lost before, or lost after its effect."""
    return str(request.param)


def open_fix(client: Client, **more: Any) -> Any:
    return open_pull(client, head=FIX, base=MAIN, title="Fix it", body="It was broken.", **more)


def writes_after(lost: str) -> int:
    return 2 if lost == "before" else 1


def report(world: World, name: str, conclusion: str | None) -> None:
    body: dict[str, Any] = {"name": name, "head_sha": world.tip("fix"), "status": "in_progress"}
    if conclusion:
        body |= {"status": "completed", "conclusion": conclusion}
    world.client("ci-runner").write("POST", "check-runs", body, Made)


def review(world: World, number: int, event: str) -> None:
    body = {"event": event, "body": "seen", "commit_id": world.tip("fix")}
    world.client("rae-reviewer").write("POST", f"pulls/{number}/reviews", body, Made)


def test_a_pull_is_opened_once(world, lost):
    client = world.client()
    world.network.lose = lost
    made = open_fix(client)
    assert open_fix(client).number == made.number
    assert len(world.network.writes) == writes_after(lost)
    assert [pull.number for pull in find_pulls(client, FIX, MAIN)] == [made.number]


def test_opening_answers_what_a_look_then_finds(world):
    client = world.client()
    made = open_fix(client, draft=True)
    found = read_pull(client, made.number)
    assert (made.draft, made.title, made.head_sha, made.author) == (
        True,
        "Fix it",
        world.tip("fix"),
        "relauto-bot",
    )
    assert (found.number, found.head_sha, found.url) == (made.number, made.head_sha, made.url)


def without_graphql(pull):
    """Leave out what REST tells elsewhere, or not at all."""
    return replace(pull, rules=None, node="")


@pytest.mark.parametrize("ruleset", [False, True])
def test_graphql_and_rest_agree_at_every_stage(world, ruleset):
    world.hub.protect(PRODUCT, MAIN, required_checks=["build"], reviews=1, ruleset=ruleset)
    client, by_rest = world.client(), world.client()

    def compare() -> Any:
        world.network.graphql = True
        one, several = read_pull(client, number), find_pulls(client, FIX)
        checks = look_at_checks(client, world.tip("fix")).read()
        world.network.graphql = False
        assert read_pull(by_rest, number) == without_graphql(one)
        assert find_pulls(by_rest, FIX) == [without_graphql(each) for each in several]
        assert look_at_checks(by_rest, world.tip("fix")).read() == checks
        return one

    number = open_fix(client).number
    if ruleset:
        assert compare().review_decision == "review_required"
    request_reviewers(client, number, ["rae-reviewer"])
    report(world, "build", None)
    report(world, "lint", "skipped")
    world.client("ci-runner").write(
        "POST", f"statuses/{world.tip('fix')}", {"state": "error", "context": "legacy"}, Made
    )
    review(world, number, "REQUEST_CHANGES")
    assert compare().review_decision == "changes_requested"
    review(world, number, "APPROVE")
    review(world, number, "COMMENT")
    report(world, "build", "success")
    found = compare()
    assert [(one.author, one.state, one.commit) for one in found.reviews] == [
        ("rae-reviewer", "approved", world.tip("fix"))
    ]
    assert [(one.name, one.required) for one in found.checks.checks if one.required] == [("build", True)]
    world.network.graphql = True
    merge_pull(client, found, head=found.head_sha, method="merge")
    merged = compare()
    assert (merged.state, merged.merged_by) == ("merged", "relauto-bot")


def test_required_checks_are_those_of_the_branch(world):
    client = world.client()
    assert required_checks(client, MAIN) == ()
    world.hub.protect(PRODUCT, MAIN, required_checks=["build"])
    world.hub.protect(PRODUCT, Branch("release"), required_checks=["docs"], ruleset=True)
    assert required_checks(client, MAIN) == (RequiredCheck("build"),)


def test_the_verdict_follows_the_check(world):
    client, required = world.client(), [RequiredCheck("build")]

    def verdict() -> str:
        return judge(look_at_checks(client, world.tip("fix")).read(), required).state

    assert verdict() == "pending"
    report(world, "build", "failure")
    assert verdict() == "failed"


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_merge_lands_once_and_tells_its_commit(world, lost, method):
    client = world.client()
    pull = open_fix(client)
    world.network.writes.clear()
    world.network.lose = lost
    landed = merge_pull(client, pull, head=world.tip("fix"), method=method)
    assert landed == world.tip("main")
    assert read_pull(client, pull.number).merge_commit == landed
    assert merge_pull(client, read_pull(client, pull.number), head=pull.head_sha, method=method) == landed
    assert len(world.network.writes) == writes_after(lost)


def test_a_head_that_moved_is_not_merged(world):
    client = world.client()
    pull = open_fix(client)
    before, main = world.tip("fix"), world.tip("main")
    world.commit("fix", before, "three")
    with pytest.raises(DecisionError, match="the head of pull request"):
        merge_pull(client, pull, head=before, method="merge")
    assert world.tip("main") == main


def test_a_merge_that_lacks_a_check_is_for_a_person(world):
    world.hub.protect(PRODUCT, MAIN, required_checks=["build"])
    client = world.client()
    pull = open_fix(client)
    with pytest.raises(DecisionError, match="was not merged"):
        merge_pull(client, pull, head=pull.head_sha, method="merge")


def test_a_method_that_is_off_is_named(world):
    world.hub.add_repository(
        PRODUCT, world.bare.directory, private=True, default_branch=MAIN, access=ACCESS, allow_squash=False
    )
    client = world.client()
    pull = open_fix(client)
    with pytest.raises(DecisionError, match="other than squash"):
        merge_pull(client, pull, head=pull.head_sha, method="squash")
    assert read_repository(client).merge_methods == {"merge", "rebase"}


def test_labels_and_reviewers_are_added_once(world, lost):
    client = world.client()
    number = open_fix(client).number
    for act in (
        lambda: add_labels(client, number, ["sev1", "backport"]),
        lambda: request_reviewers(client, number, ["rae-reviewer"]),
    ):
        world.network.writes.clear()
        world.network.lose = lost
        act()
        act()
        assert len(world.network.writes) == writes_after(lost)
    found = read_pull(client, number)
    assert (found.labels, found.review_requests) == (("backport", "sev1"), ("rae-reviewer",))


def make_release(client: Client, world: World, **more: Any) -> Any:
    return create_release(
        client,
        tag=TAG,
        commit=world.tip("main"),
        name="1.0.1",
        body="notes",
        draft=True,
        prerelease=False,
        make_latest="false",
        **more,
    )


def test_a_release_is_filled_and_published_once(world, lost):
    client = world.client()
    for act in (
        lambda: make_release(client, world),
        lambda: upload_asset(client, find_release(client, TAG), "stockroom.pyz", DATA),
        lambda: publish_release(client, find_release(client, TAG), prerelease=False, make_latest="false"),
    ):
        world.network.writes.clear()
        world.network.lose = lost
        act()
        act()
        assert len(world.network.writes) == writes_after(lost)
    found = find_release(client, TAG)
    assert (found.draft, found.prerelease, [one.name for one in found.assets]) == (
        False,
        False,
        ["stockroom.pyz"],
    )
    assert found.assets[0].digest == digest_bytes(DATA)
    assert download_asset(client, found.assets[0]) == DATA
    with pytest.raises(DecisionError, match="never replaced"):
        upload_asset(client, found, "stockroom.pyz", b"other")


def test_an_issue_and_its_comments_are_made_once(world, lost):
    client = world.client()
    for act in (
        lambda: open_issue(client, "INC-1:desk", title="Desk", body="doors", labels=["relauto-desk"]),
        lambda: post_comment(client, 1, "INC-1:door", "/approve"),
    ):
        world.network.writes.clear()
        world.network.lose = lost
        act()
        act()
        assert len(world.network.writes) == writes_after(lost)
    found, comments = read_issue(client, 1)
    assert find_issue(client, "INC-1:desk", "relauto-desk") == found
    assert [(one.author, one.author_type) for one in comments] == [("relauto-bot", "User")]
    world.network.graphql = False
    assert read_issue(world.client(), 1) == (found, comments)


def test_issues_and_comments_are_edited(world, lost):
    client = world.client()
    number = open_issue(client, "INC-1", title="Desk", body="doors", labels=["relauto-desk"]).number
    said = post_comment(client, number, "door", "old")
    world.network.lose = lost
    assert edit_comment(client, said.id, "door", "new").body.startswith("new")
    world.network.lose = lost
    assert edit_issue(client, number, state="closed").state == "closed"
    found, comments = read_issue(client, number)
    assert found.state == "closed"
    assert [one.body for one in comments] == ["new\n\n<!-- relauto:door -->\n"]


def test_the_repository_is_read_as_the_token_sees_it(world):
    facts = read_repository(world.client())
    assert (facts.name, facts.default_branch, facts.private) == (PRODUCT, MAIN, True)
    assert "push" in facts.permissions
    assert "push" not in read_repository(world.client("tam-noor")).permissions
    assert read_login(world.client()) == "relauto-bot"
    assert read_branch(world.client(), FIX).commit == world.tip("fix")


def test_tokens_are_refused_in_githubs_ways(world):
    world.hub.add_user("mallory", token="token-mallory")
    with pytest.raises(UnseenError, match="private repository"):
        read_repository(world.client("mallory"))
    with pytest.raises(ForbiddenError, match="it lacks pull_requests: write"):
        open_fix(world.client("tam-noor"))
    with pytest.raises(TokenError, match="does not take the token"):
        read_repository(world.client("nobody"))
    with pytest.raises(NotFoundError):
        read_pull(world.client(), 99)


def test_many_comments_are_all_read(world):
    client = world.client()
    number = open_issue(client, "INC-1", title="Desk", body="doors", labels=["relauto-desk"]).number
    for index in range(101):
        client.write("POST", f"issues/{number}/comments", {"body": f"said {index}"}, Made)
    assert [one.body for one in read_issue(client, number)[1]] == [f"said {index}" for index in range(101)]


def test_the_path_of_a_fix_costs_what_it_should(world):
    client = world.client()
    assert find_pulls(client, FIX, MAIN) == []
    pull = open_fix(client, absent=True)
    pull = read_pull(client, pull.number)
    merge_pull(client, pull, head=pull.head_sha, method="merge")
    assert (client.counts.read, client.counts.write) == (2, 2)
