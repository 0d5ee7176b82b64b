"""GitHub as these tests see it.

`responses` is armed for each test, so no unplanned request passes. `say` builds GitHub's answers, a
pull request or check alike in both of its shapes.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import responses

from relauto.clock import ManualClock
from relauto.github.client import Address, Client
from relauto.github.releases import find_release
from relauto.github.retry import Patience
from relauto.model.names import RepositoryName, Tag

# PyGithub always writes the port.
API = "https://api.github.com:443"
REPOSITORY = f"{API}/repos/acme/stockroom"

Answer = Any
Json = dict[str, Any]

HEAD, BASE, MERGE = "a" * 40, "b" * 40, "c" * 40
WEB = "https://github.com/acme/stockroom"


def user(login: str) -> Json:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def actor(login: str) -> Json:
    return {
        "__typename": "Bot" if login.endswith("[bot]") else "User",
        "login": login.removesuffix("[bot]"),
    }


def run_node(name: str, status: str, conclusion: str | None, **more: Any) -> Json:
    return {
        "__typename": "CheckRun",
        "name": name,
        "status": status.upper(),
        "conclusion": conclusion and conclusion.upper(),
        "detailsUrl": f"{WEB}/runs/{name}",
        "checkSuite": {"app": {"slug": "ci", "databaseId": 15}},
        **more,
    }


def run(name: str, status: str, conclusion: str | None) -> Json:
    return {
        "name": name,
        "status": status,
        "conclusion": conclusion,
        "details_url": f"{WEB}/runs/{name}",
        "app": {"id": 15, "slug": "ci"},
    }


def status_node(context: str, state: str, **more: Any) -> Json:
    return {
        "__typename": "StatusContext",
        "context": context,
        "state": state.upper(),
        "targetUrl": None,
        "creator": actor("ci-runner"),
        **more,
    }


def status(context: str, state: str) -> Json:
    return {"context": context, "state": state, "target_url": None}


def commit_node(*contexts: Json, oid: str = HEAD, more: bool = False) -> Json:
    rollup = {"contexts": {"pageInfo": {"hasNextPage": more}, "nodes": list(contexts)}} if contexts else None
    return {"oid": oid, "statusCheckRollup": rollup}


def pull_node(number: int = 7, **changes: Any) -> Json:
    node = {
        "number": number,
        "url": f"{WEB}/pull/{number}",
        "title": "Orders of customer 7",
        "body": "Fixes it.",
        "state": "OPEN",
        "isDraft": False,
        "headRefName": "fix/orders",
        "headRefOid": HEAD,
        "headRepository": {"nameWithOwner": "acme/stockroom"},
        "baseRefName": "main",
        "mergeable": "MERGEABLE",
        "mergeStateStatus": "CLEAN",
        "reviewDecision": None,
        "mergeCommit": None,
        "isInMergeQueue": False,
        "author": actor("relauto-bot"),
        "labels": {"nodes": [{"name": "sev1"}, {"name": "backport"}]},
        "reviews": {"totalCount": 0, "nodes": []},
        "reviewRequests": {"nodes": []},
        "commits": {"nodes": [{"commit": commit_node()}]},
    }
    return {**node, **changes}


def pull(number: int = 7, **changes: Any) -> Json:
    answer = {
        "number": number,
        "html_url": f"{WEB}/pull/{number}",
        "title": "Orders of customer 7",
        "body": "Fixes it.",
        "state": "open",
        "draft": False,
        "head": {"ref": "fix/orders", "sha": HEAD, "repo": {"full_name": "acme/stockroom"}},
        "base": {"ref": "main", "sha": BASE, "repo": {"full_name": "acme/stockroom"}},
        "user": user("relauto-bot"),
        "labels": [{"name": "sev1"}, {"name": "backport"}],
        "requested_reviewers": [],
        "requested_teams": [],
        "merged": False,
        # Before the merge this is GitHub's test merge, which never lands anywhere.
        "merge_commit_sha": "d" * 40,
        "mergeable": True,
        "mergeable_state": "clean",
    }
    return {**answer, **changes}


def one_pull(**changes: Any) -> Json:
    return {"repository": {"pullRequest": pull_node(**changes)}}


def pulls(*nodes: Json, more: bool = False) -> Json:
    return {"repository": {"pullRequests": {"pageInfo": {"hasNextPage": more}, "nodes": list(nodes)}}}


def release(**changes: Any) -> Json:
    answer = {
        "id": 3,
        "tag_name": "v5.35.4",
        "name": "5.35.4",
        "draft": True,
        "prerelease": False,
        "assets": [],
        "html_url": f"{WEB}/releases/tag/v5.35.4",
        "upload_url": "https://uploads.github.com/repos/acme/stockroom/releases/3/assets{?name,label}",
        "body": "notes",
    }
    return {**answer, **changes}


def issue(number: int, body: str, **changes: Any) -> Json:
    answer = {
        "number": number,
        "title": "Verify v5.35.4-rc1",
        "body": body,
        "state": "open",
        "labels": [{"name": "relauto-qa"}],
        "html_url": f"{WEB}/issues/{number}",
    }
    return {**answer, **changes}


def comment(number: int, body: str, login: str = "quinn-qa") -> Json:
    return {
        "id": number,
        "user": user(login),
        "body": body,
        "created_at": "2026-03-02T03:00:00Z",
        "updated_at": "2026-03-02T03:00:00Z",
        "html_url": f"{WEB}/issues/1#issuecomment-{number}",
    }


SAY = SimpleNamespace(
    HEAD=HEAD,
    BASE=BASE,
    MERGE=MERGE,
    WEB=WEB,
    user=user,
    actor=actor,
    run_node=run_node,
    run=run,
    status_node=status_node,
    status=status,
    commit_node=commit_node,
    pull_node=pull_node,
    pull=pull,
    one_pull=one_pull,
    pulls=pulls,
    release=release,
    issue=issue,
    comment=comment,
)


class Wire:
    """Answers to expect, each given once and in this order for its address; the last one stays."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.mock = mock

    def answer(self, verb: str, path: str, json: Answer = None, status: int = 200, **rest: Any) -> None:
        url = f"{API}{path}" if path.startswith("/") else f"{REPOSITORY}/{path}".rstrip("/")
        if "body" not in rest and status != 204:
            rest["json"] = json
        self.mock.add(verb, url, status=status, **rest)

    def refuse(self, verb: str, path: str, status: int, message: str, **rest: Any) -> None:
        headers = rest.pop("headers", {})
        self.answer(verb, path, {"message": message, **rest}, status, headers=headers)

    def lose(self, verb: str, path: str, error: Exception | None = None) -> None:
        self.answer(verb, path, body=error or requests.ReadTimeout("no byte in 15 seconds"))

    def graphql(self, data: Answer = None, *, errors: Answer = None, **rest: Any) -> None:
        document = {"data": data, "errors": errors} if errors else {"data": data}
        self.answer("POST", "/graphql", document, **rest)

    def no_graphql(self) -> None:
        self.refuse("POST", "/graphql", 404, "Not Found")

    def sent(self) -> list[str]:
        """What was sent, as `VERB path`, without host and query."""
        return [
            f"{call.request.method} {str(call.request.path_url).partition('?')[0]}".replace(
                "/repos/acme/stockroom/", ""
            )
            for call in self.mock.calls
        ]


@pytest.fixture(autouse=True)
def armed() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
        # relauto takes a refused connection for a network failure; here it is a fault of the test.
        unplanned = [call.request.url for call in mock.calls if "refused by Responses" in str(call.response)]
    assert not unplanned


@pytest.fixture
def wire(armed: responses.RequestsMock) -> Wire:
    return Wire(armed)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def open_client(clock: ManualClock) -> Iterator[Callable[..., Client]]:
    opened: list[Client] = []

    def open_(**options: Any) -> Client:
        client = Client(
            Address("https://api.github.com"),
            RepositoryName("acme/stockroom"),
            "t0ken",
            clock=clock,
            **options,
        )
        opened.append(client)
        return client

    yield open_
    for client in opened:
        client.close()


@pytest.fixture
def client(open_client: Callable[..., Client]) -> Client:
    return open_client(patience=Patience(attempts=3, seconds=300))


@pytest.fixture
def say() -> SimpleNamespace:
    return SAY


@pytest.fixture
def draft(wire, client, say):
    """Return what reads a release of v5.35.4 as the server shows it."""

    def read(**changes):
        wire.answer("GET", "releases", [say.release(**changes)])
        found = find_release(client, Tag("v5.35.4"))
        wire.mock.reset()
        return found

    return read
