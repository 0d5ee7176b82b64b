"""Single requests fail on purpose as the script says: before their effect or after it."""

import pytest
import requests

from relauto.errors import InputError
from relauto.hub.script import Rule, meet
from relauto.hub.store import Store

ISSUES = r"POST .*/issues$"


def _open_issue(world):
    return world.ask("POST", "/issues", {"title": "One"})


def _titles(world):
    return [issue["title"] for issue in world.get("/issues")]


def _fail(world, fault, request=ISSUES, **more):
    world.hub.set_faults(Rule(fault=fault, request=request, **more))


def _signed():
    return {"Authorization": "Bearer token-of-bot"}


def _post(world, timeout=20.0):
    # Not by `World.ask`: what is no answer of GitHub's is held to no model.
    url = f"{world.hub.api}/repos/acme/stockroom/issues"
    return requests.post(url, json={"title": "One"}, headers=_signed(), timeout=timeout)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_error_comes_before_the_effect_or_after_it(world, status):
    for moment, titles in (("before", []), ("after", ["One"])):
        _fail(world, f"{status}-{moment}")
        assert _post(world).status_code == status
        assert _titles(world) == titles
    assert [rule.fired for rule in world.hub.faults()] == [1]


@pytest.mark.parametrize(("moment", "titles"), [("before", []), ("after", ["One"])])
def test_connection_is_closed(world, moment, titles):
    _fail(world, f"reset-{moment}")
    with pytest.raises(requests.ConnectionError):
        _post(world)
    assert _titles(world) == titles


@pytest.mark.parametrize(("moment", "titles"), [("before", []), ("after", ["One"])])
def test_connection_hangs_until_the_other_side_goes(world, moment, titles):
    _fail(world, f"hang-{moment}")
    with pytest.raises(requests.Timeout):
        _post(world, timeout=0.3)
    assert _titles(world) == titles


@pytest.mark.parametrize(
    ("fault", "status", "text", "headers"),
    [
        ("limit-403-told", 403, "secondary rate limit", {"Retry-After": "30"}),
        ("limit-403", 403, "secondary rate limit", {"Retry-After": None}),
        ("limit-429-told", 429, "Too many requests", {"Retry-After": "30"}),
        ("limit-429", 429, "Too many requests", {"Retry-After": None}),
        ("limit-spent", 403, "API rate limit exceeded", {"X-RateLimit-Remaining": "0"}),
        ("limit-graphql", 200, "RATE_LIMITED", {"X-RateLimit-Remaining": "0"}),
        ("401", 401, "Bad credentials", {}),
    ],
)
def test_refusals_come_before_the_effect(world, fault, status, text, headers):
    _fail(world, fault)
    answer = _post(world)
    assert (answer.status_code, _titles(world)) == (status, [])
    assert text in answer.text
    assert {name: answer.headers.get(name) for name in headers} == headers


def test_damaged_answers_come_after_the_effect(world):
    for fault in ("truncated", "cut", "shape"):
        _fail(world, fault)
        if fault == "truncated":
            with pytest.raises(requests.exceptions.ChunkedEncodingError):
                _post(world)
        elif fault == "cut":
            with pytest.raises(requests.exceptions.JSONDecodeError):
                _post(world).json()
        else:
            assert _post(world).json() == []
    assert _titles(world) == ["One"] * 3


def test_upload_that_breaks_off_leaves_a_starter(world):
    body = {"tag_name": "v1", "draft": True}
    release = world.send("POST", "/releases", body, status=201)
    _fail(world, "starter", "/assets")
    url = release["upload_url"].partition("{")[0]
    answer = requests.post(f"{url}?name=a.bin", data=b"x" * 5000, headers=_signed(), timeout=20)
    assert answer.status_code == 502
    # githubkit's model does not know the state that GitHub documents for this.
    assets = requests.get(release["assets_url"], headers=_signed(), timeout=20).json()
    assert [(asset["name"], asset["state"]) for asset in assets] == [("a.bin", "starter")]


def test_stale_read_answers_from_before_the_last_write(world):
    _open_issue(world)
    _fail(world, "stale", r"GET .*/issues$")
    _open_issue(world)
    assert len(_titles(world)) == 1
    assert len(_titles(world)) == 2


def test_stale_read_of_what_was_just_made_finds_nothing(world):
    world.fork("one")
    _fail(world, "stale", r"GET .*/git/ref/heads/two")
    world.fork("two", path="two.txt")
    world.get("/git/ref/heads/two", status=404)
    world.get("/git/ref/heads/two")


def test_stale_query_does_not_see_what_rest_sees(world):
    query = 'query { repository(owner: "acme", name: "stockroom") { issues(first: 5) { nodes { title } } } }'
    _fail(world, "stale", "/graphql")
    _open_issue(world)
    shown = [world.query(query)["data"]["repository"]["issues"]["nodes"] for _ in range(2)]
    assert shown == [[], [{"title": "One"}]]


def test_git_fetch_breaks_off_and_shows_old_refs(world):
    def fetch():
        answer = world.clone.ask("fetch", "-q", f"{world.hub.address}/acme/stockroom.git", "new:refs/x/new")
        return answer.status

    world.hub.keep_past()
    world.fork("new")
    world.clone.run("switch", "-q", "--detach", "origin/main")
    world.clone.run("branch", "-q", "-D", "new")
    for fault, request in (
        ("stale", "POST .*upload-pack$"),
        ("truncated", "POST .*upload-pack$"),
        ("503-before", "info/refs"),
    ):
        world.hub.set_faults(Rule(fault=fault, request=request))
        assert fetch() != 0
        assert [rule.fired for rule in world.hub.faults()] == [1]
    assert fetch() == 0


@pytest.mark.parametrize(
    ("fault", "landed"), [("reset-before", False), ("reset-after", True), ("503-after", True)]
)
def test_git_push_is_accepted_or_not_and_the_connection_lost(world, fault, landed):
    world.hub.set_faults(Rule(fault=fault, request="POST .*receive-pack$"))
    world.commit("new.txt", "new\n", branch="new")
    assert world.push("HEAD:refs/heads/new") != 0
    assert ("new" in {each["name"] for each in world.get("/branches")}) is landed


def test_rules_count_the_requests_that_they_mean(world):
    world.hub.set_faults(Rule(fault="500-before", request=ISSUES, first=2, times=2))
    assert [_post(world).status_code for _ in range(4)] == [201, 500, 500, 201]
    assert [(rule.met, rule.fired) for rule in world.hub.faults()] == [(4, 2)]
    world.hub.set_faults()
    assert _post(world).status_code == 201


def test_other_channels_join_the_script(world):
    world.hub.set_faults(Rule(fault="reset-after", channel="smtp", request="^DATA", times=None))
    assert _post(world).status_code == 201
    store = Store(world.root)
    try:
        assert [meet(store, "smtp", "DATA"), meet(store, "smtp", "QUIT"), meet(store, "http", "DATA")] == [
            "reset-after",
            None,
            None,
        ]
    finally:
        store.close()


def test_what_a_failing_request_brought_is_not_taken_for_the_next(world):
    world.hub.set_faults(Rule(fault="503-before", request=ISSUES))
    with requests.Session() as session:
        url = f"{world.hub.api}/repos/acme/stockroom/issues"
        said = [session.post(url, json={"title": "x" * 200}, headers=_signed(), timeout=20) for _ in range(2)]
    assert [answer.status_code for answer in said] == [503, 201]


def test_unusable_rules_are_refused(world):
    with pytest.raises(InputError, match="there is no fault 'fire'"):
        world.hub.set_faults(Rule(fault="fire"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="is no regular expression"):
        world.hub.set_faults(Rule(fault="401", request="("))
