from collections.abc import Callable
from types import NoneType

import msgspec
import pytest
import requests

from relauto.clock import ManualClock
from relauto.errors import InputError, RemoteError, UnknownOutcomeError
from relauto.github.client import Address, Client
from relauto.github.counts import Row
from relauto.github.faults import (
    ForbiddenError,
    LimitError,
    NoGraphQLError,
    NoReplyError,
    NotFoundError,
    RefusedError,
    ServerError,
)
from relauto.github.queries import ISSUE as ISSUE_FIELD
from relauto.github.queries import write_query
from relauto.github.retry import Patience

ISSUE = write_query("Issue", [("", ISSUE_FIELD)])


class Named(msgspec.Struct):
    name: str


def test_a_read_is_decoded_into_the_type_that_is_asked_for(wire, client):
    wire.answer("GET", "branches/main", {"name": "main", "commit": {}})
    assert client.read("branches/main", Named) == Named("main")


def test_the_token_the_version_and_the_agent_are_sent(wire, client):
    wire.answer("GET", "", {"name": "stockroom"})
    client.read("", Named)
    headers = wire.mock.calls[0].request.headers
    assert headers["Authorization"] == "token t0ken"
    assert headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert headers["User-Agent"].startswith("relauto/")


def test_an_answer_of_another_shape_names_endpoint_and_field(wire, client):
    wire.answer("GET", "branches/main", {"name": 7})
    with pytest.raises(RemoteError, match=r"GET branches/main .*\$\.name"):
        client.read("branches/main", Named)


def test_an_answer_that_is_no_json_is_refused(wire, client):
    wire.answer("GET", "branches/main", body="<html>sorry</html>")
    with pytest.raises(RemoteError, match="GET branches/main"):
        client.read("branches/main", Named)


def test_a_list_is_read_to_its_last_page(wire, client):
    following = {"Link": '<https://api.github.com/repositories/9/labels?page=2&per_page=100>; rel="next"'}
    wire.answer("GET", "labels", [{"name": "a"}, {"name": "b"}], headers=following)
    wire.answer("GET", "/repositories/9/labels", [{"name": "c"}])
    assert [one.name for one in client.read_all("labels", Named)] == ["a", "b", "c"]
    assert "page=2" in wire.mock.calls[1].request.url


def test_a_next_page_elsewhere_never_gets_the_token(wire, client):
    following = {"Link": '<https://evil.example/labels?page=2>; rel="next"'}
    wire.answer("GET", "labels", [{"name": "a"}], headers=following)
    wire.answer("GET", "/labels", [])
    assert len(client.read_all("labels", Named)) == 1
    assert wire.mock.calls[1].request.url.startswith("https://api.github.com")


@pytest.mark.parametrize("failure", [500, 502, 503])
def test_a_read_is_repeated_after_a_failure_of_the_server(wire, client, clock, failure):
    wire.answer("GET", "", {}, failure)
    wire.answer("GET", "", {"name": "stockroom"})
    assert client.read("", Named).name == "stockroom"
    assert clock.slept == [1.0]


def test_a_read_is_repeated_after_silence_and_ends_after_its_attempts(wire, client, clock):
    wire.lose("GET", "", requests.ConnectionError("reset"))
    with pytest.raises(NoReplyError):
        client.read("", Named)
    assert clock.slept == [1.0, 2.0]
    assert client.counts.read == 3


def test_a_server_that_asks_for_time_gets_it(wire, client, clock):
    wire.answer("GET", "", {}, 503, headers={"Retry-After": "40"})
    wire.answer("GET", "", {"name": "stockroom"})
    client.read("", Named)
    assert clock.slept == [40.0]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422, 451])
def test_a_refused_read_is_never_repeated(wire, client, status):
    wire.refuse("GET", "", status, "no")
    with pytest.raises(RefusedError):
        client.read("", Named)
    assert client.counts.read == 1


LIMITS = [
    pytest.param(429, {"Retry-After": "30"}, "slow down", 30.0, id="retry-after"),
    pytest.param(403, {"Retry-After": "7"}, "You have exceeded a secondary rate limit", 7.0, id="secondary"),
    pytest.param(403, {}, "You have exceeded a secondary rate limit", 60.0, id="secondary, untold"),
    pytest.param(429, {}, "too many", 60.0, id="429 alone"),
]


@pytest.mark.parametrize(("status", "headers", "message", "wait"), LIMITS)
def test_a_limit_is_waited_for_by_reads(wire, client, clock, status, headers, message, wait):
    wire.refuse("GET", "", status, message, headers=headers)
    wire.answer("GET", "", {"name": "stockroom"})
    client.read("", Named)
    assert clock.slept == [wait]


@pytest.mark.parametrize(("status", "headers", "message", "wait"), LIMITS)
def test_a_limit_refused_the_write_before_it_did_anything(
    wire, client, clock, status, headers, message, wait
):
    wire.refuse("POST", "issues", status, message, headers=headers)
    wire.answer("POST", "issues", {"name": "made"}, 201)
    assert client.write("POST", "issues", {}, Named).name == "made"
    assert clock.slept == [wait]


def test_the_primary_limit_is_waited_for_until_its_reset(wire, client, clock):
    reset = int(clock.now().timestamp()) + 90
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    wire.refuse("GET", "", 403, "API rate limit exceeded", headers=headers)
    wire.answer("GET", "", {"name": "stockroom"})
    client.read("", Named)
    assert clock.slept == [91.0]


def test_a_limit_beyond_patience_says_when_to_come_back(wire, client, clock):
    wire.refuse("GET", "", 429, "slow down", headers={"Retry-After": "3000"})
    with pytest.raises(LimitError, match="3000 seconds"):
        client.read("", Named)
    assert clock.slept == []


def test_patience_bounds_the_waiting_in_all(wire, open_client, clock):
    wire.refuse("GET", "", 429, "slow down", headers={"Retry-After": "50"})
    with pytest.raises(LimitError):
        open_client(patience=Patience(attempts=9, seconds=120)).read("", Named)
    assert clock.slept == [50.0, 50.0]


@pytest.mark.parametrize(
    "failure", [requests.ReadTimeout(), requests.ConnectTimeout(), requests.ConnectionError(), 500, 502]
)
def test_a_lost_write_is_unknown_and_sent_once(wire, client, clock, failure):
    if isinstance(failure, int):
        wire.answer("POST", "issues", {}, failure)
    else:
        wire.lose("POST", "issues", failure)
    with pytest.raises(UnknownOutcomeError):
        client.write("POST", "issues", {}, Named)
    assert client.counts.write == 1
    assert clock.slept == []


def test_a_refusal_keeps_githubs_words(wire, client):
    wire.refuse(
        "POST",
        "pulls",
        422,
        "Validation Failed",
        errors=[{"resource": "PullRequest", "field": "head", "code": "invalid"}],
    )
    with pytest.raises(RefusedError, match="PullRequest head invalid") as refused:
        client.write("POST", "pulls", {}, Named)
    assert refused.value.http_status == 422
    assert not refused.value.exists


def test_an_answer_without_a_body_is_none(wire, client):
    wire.answer("DELETE", "releases/assets/1", status=204)
    assert client.write("DELETE", "releases/assets/1", None, NoneType) is None


def test_a_partial_graphql_answer_is_refused_whole(wire, client):
    wire.graphql({"repository": None}, errors=[{"type": "SOMETHING", "message": "went wrong"}])
    with pytest.raises(RemoteError, match="GraphQL Issue failed for acme/stockroom: went wrong"):
        client.graphql(ISSUE, NoneType, number=1)


@pytest.mark.parametrize(("kind", "error"), [("NOT_FOUND", NotFoundError), ("FORBIDDEN", ForbiddenError)])
def test_graphql_errors_are_told_apart(wire, client, kind, error):
    wire.graphql({"repository": None}, errors=[{"type": kind, "message": "no"}])
    with pytest.raises(error):
        client.graphql(ISSUE, NoneType, number=1)


def test_a_graphql_limit_comes_with_status_200(wire, client, clock):
    reset = {"X-RateLimit-Reset": str(int(clock.now().timestamp()) + 20)}
    wire.graphql(errors=[{"type": "RATE_LIMITED", "message": "limit"}], headers=reset)
    wire.graphql({"name": "x"})
    assert client.graphql(ISSUE, Named, number=1).name == "x"
    assert clock.slept == [21.0]


def test_a_server_without_graphql_is_asked_once(wire, client):
    wire.no_graphql()
    for _ in range(2):
        with pytest.raises(NoGraphQLError):
            client.graphql(ISSUE, NoneType, number=1)
    assert client.counts.read == 1


def test_requests_are_counted_by_kind_and_endpoint(wire, client):
    sha = "a" * 40
    wire.answer("GET", f"commits/{sha}/status", {"name": "x"})
    wire.answer("GET", f"commits/{'b' * 40}/status", {"name": "x"})
    wire.answer("POST", "issues/7/comments", {"name": "x"}, 201)
    wire.answer("GET", "branches/release/5.35", {"name": "x"})
    client.read(f"commits/{sha}/status", Named)
    client.read(f"commits/{'b' * 40}/status", Named)
    client.read("branches/release/5.35", Named)
    client.write("POST", "issues/7/comments", {}, Named)
    assert client.counts.table() == (
        Row("path", "read", "GET commits/{sha}/status", 2),
        Row("path", "read", "GET branches/{branch}", 1),
        Row("path", "write", "POST issues/{n}/comments", 1),
    )
    assert (client.counts.read, client.counts.write) == (3, 1)


@pytest.mark.parametrize(
    "api",
    [
        "http://github.example/api/v3",
        "https://api.github.com/",
        "https://user:secret@github.example",
        "github.com",
        "https://",
    ],
)
def test_an_address_that_would_lose_the_token_is_refused(api):
    with pytest.raises(InputError):
        Address(api)


def test_a_missing_token_is_told_before_any_request(clock: ManualClock):
    with pytest.raises(InputError, match="RELAUTO_TOKEN"):
        Client(Address("https://api.github.com"), "acme/stockroom", "", clock=clock)


def test_the_token_is_not_shown(client: Client):
    assert "t0ken" not in repr(client)


def test_a_repository_that_has_moved_is_named(wire, open_client: Callable[..., Client]):
    wire.refuse("POST", "issues", 307, "Moved Permanently")
    with pytest.raises(RefusedError, match="has moved"):
        open_client().write("POST", "issues", {}, Named)


def test_a_server_error_survives_as_itself_when_patience_ends(wire, client):
    wire.answer("GET", "", {}, 500)
    with pytest.raises(ServerError, match="500"):
        client.read("", Named)
