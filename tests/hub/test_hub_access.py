"""Who may do what, by the API and by git, and what every answer carries."""

import gzip

import pytest
import requests

OPS = "acme/ops"


@pytest.mark.parametrize(
    ("verb", "path", "body", "by", "status"),
    [
        ("GET", "", None, None, 200),
        ("GET", "", None, "stranger", 200),
        ("POST", "/issues", {"title": "x"}, None, 401),
        ("POST", "/issues", {"title": "x"}, "stranger", 201),
        ("PUT", "/issues/1/labels", {"labels": ["a"]}, "sam", 403),
        ("POST", "/git/refs", {"ref": "refs/heads/x", "sha": "0" * 40}, "tess", 403),
        ("POST", "/git/refs", {"ref": "refs/heads/x", "sha": "0" * 40}, "bot", 422),
        ("POST", "/check-runs", {"name": "x", "head_sha": "main"}, "robin", 403),
        ("POST", "/check-runs", {"name": "x", "head_sha": "main"}, "ci", 201),
        ("GET", "/branches/main/protection", None, "bot", 403),
        ("GET", "/branches/main/protection", None, "robin", 404),
        ("GET", "/branches/main/protection", None, "root", 404),
    ],
)
def test_rights(world, verb, path, body, by, status):
    response = world.ask(verb, path, body, by=by)
    assert response.status_code == status, response.text
    if status == 403 and "check-runs" not in path:
        assert response.headers["X-Accepted-GitHub-Permissions"]


def test_private_repository_is_not_there_for_strangers(world):
    url = f"{world.hub.api}/repos/{OPS}"
    for by, status in ((None, 404), ("stranger", 404), ("sam", 200), ("root", 200)):
        assert world.ask("GET", url, by=by).status_code == status
    refused = requests.get(url, headers={"Authorization": "Bearer nobody"}, timeout=20)
    assert (refused.status_code, refused.json()["message"]) == (401, "Bad credentials")
    answer = world.query('{repository(owner: "acme", name: "ops") { name }}', by="stranger")
    assert answer["data"] == {"repository": None}
    assert answer["errors"][0]["type"] == "NOT_FOUND"


@pytest.mark.parametrize(("login", "reads", "writes"), [("bot", True, True), ("sam", True, False)])
def test_git_over_http_follows_the_rights(world, git_as, login, reads, writes):
    assert (git_as(login, "ls-remote", OPS).status == 0) == reads
    assert (git_as(login, "push", "acme/stockroom", "HEAD:refs/heads/x").status == 0) == writes


def test_git_over_http_refuses_with_the_right_status(world, git_as):
    url = f"{world.hub.address}/{OPS}.git/info/refs?service=git-upload-pack"
    refused = requests.get(url, timeout=20)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="GitHub"')
    basic = {"auth": ("x-access-token", "token-of-stranger"), "timeout": 20}
    assert requests.get(url, **basic).status_code == 404
    public = f"{world.hub.address}/acme/stockroom.git/info/refs?service=git-"
    assert requests.get(f"{public}upload-pack", timeout=20).status_code == 200
    assert requests.get(f"{public}receive-pack", **basic).status_code == 403
    assert requests.get(f"{public}receive-pack", timeout=20).status_code == 401
    assert "fatal" in git_as("stranger", "ls-remote", OPS).error


def test_gzipped_fetch_and_partial_clone_work(world, tmp_path, git_as):
    world.fork("fix")
    url = f"{world.hub.address}/acme/stockroom.git"
    body = b"0014command=ls-refs\n00010000"
    answers = [
        requests.post(
            f"{url}/git-upload-pack",
            data=data,
            headers={
                "Git-Protocol": "version=2",
                "Content-Type": "application/x-git-upload-pack-request",
                **more,
            },
            timeout=20,
        ).content
        for data, more in ((body, {}), (gzip.compress(body), {"Content-Encoding": "gzip"}))
    ]
    assert answers[0] == answers[1]
    assert b"refs/heads/fix" in answers[0]
    world.clone.run("clone", "-q", "--bare", "--filter=blob:none", url, str(tmp_path / "partial"))
    assert world.clone.ask("-C", str(tmp_path / "partial"), "rev-parse", "fix").status == 0


def test_big_push_comes_in_chunks(world):
    (world.clone.directory / "big").write_bytes(bytes(range(256)) * 10000)
    world.clone.run("-c", "core.compression=0", "add", "big")
    world.clone.run("commit", "-q", "-m", "Big")
    world.clone.run("config", "http.postBuffer", "65536")
    world.clone.run("config", "pack.compression", "0")
    assert world.push("HEAD:refs/heads/big") == 0
    assert world.bare.read("rev-parse", "big") == world.clone.read("rev-parse", "HEAD")


def test_protected_branch_refuses_pushes_and_moves(world, product, git_as):
    name, _, branch = product
    world.fork("fix")
    world.hub.protect(name, branch, reviews=1)
    refused = git_as("robin", "push", "acme/stockroom", "HEAD:refs/heads/main", "HEAD:refs/heads/free")
    assert refused.status == 1
    assert "GH006: Protected branch update failed for refs/heads/main" in refused.error
    assert "protected branch hook declined" in refused.error or "hook declined" in refused.error
    assert world.bare.ask("rev-parse", "--verify", "free").status == 0
    fix = world.bare.read("rev-parse", "fix")
    assert "pull request" in world.send("PATCH", "/git/refs/heads/main", {"sha": fix}, status=422)["message"]
    world.send("DELETE", "/git/refs/heads/main", status=422)
    world.hub.protect(name, branch, required_checks=["test"])
    assert git_as("bot", "push", "acme/stockroom", "HEAD:refs/heads/main").status == 1
    world.send("POST", f"/statuses/{fix}", {"state": "success", "context": "test"}, status=201)
    assert git_as("bot", "push", "acme/stockroom", "HEAD:refs/heads/main").status == 0
    world.hub.protect(name, branch)
    assert git_as("bot", "push", "acme/stockroom", "+HEAD~1:refs/heads/main").status == 1
    assert world.bare.read("rev-parse", "main") == fix
    world.hub.unprotect(name, branch)
    assert git_as("bot", "push", "acme/stockroom", "+HEAD~1:refs/heads/main").status == 0


def test_pages_are_linked_and_hold_everything_once(world):
    for number in range(5):
        world.send("POST", "/issues", {"title": f"{number}"}, status=201)
    url, numbers = f"{world.hub.api}/repos/acme/stockroom/issues?per_page=2&state=all", []
    while url:
        response = world.ask("GET", url)
        numbers += [issue["number"] for issue in response.json()]
        url = response.links.get("next", {}).get("url")
    assert numbers == [5, 4, 3, 2, 1]
    assert "first" in response.links
    assert world.ask("GET", "/issues", params={"per_page": 9}).links == {}
    world.fork("fix")
    page = world.ask("GET", "/commits", params={"sha": "fix", "per_page": 1})
    assert set(page.links) == {"next"}
    assert set(world.ask("GET", page.links["next"]["url"]).links) == {"prev", "first"}


def test_etag_saves_the_body_until_something_changes(world):
    world.send("POST", "/issues", {"title": "x"}, status=201)
    tag = world.ask("GET", "/issues/1").headers["ETag"]
    again = world.ask("GET", "/issues/1", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    world.send("PATCH", "/issues/1", {"title": "y"})
    assert world.ask("GET", "/issues/1", headers={"If-None-Match": tag}).status_code == 200


def test_budget_is_counted_and_ends(world, tmp_path):
    first = world.ask("GET", "")
    second = world.ask("GET", "")
    left = [int(answer.headers["X-RateLimit-Remaining"]) for answer in (first, second)]
    assert left[0] - left[1] == 1
    world.hub.application.limit = 1
    refused = world.ask("GET", "")
    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert refused.json()["message"].startswith("API rate limit exceeded")
    assert world.get(f"{world.hub.api}/rate_limit")["rate"]["remaining"] == 0


def test_unknown_routes_are_404_and_logged(world):
    world.send("GET", "/nothing/here", status=404)
    world.send("DELETE", "/pulls", status=404)
    logged = [event.payload for event in world.hub.events() if event.name == "unknown_route"]
    assert [(entry["method"], entry["path"]) for entry in logged] == [
        ("GET", "/api/v3/repos/acme/stockroom/nothing/here"),
        ("DELETE", "/api/v3/repos/acme/stockroom/pulls"),
    ]
    read = world.get(f"{world.hub.address}/_hub/events", after=1)
    assert [event["name"] for event in read] == ["unknown_route"]


def test_malformed_bodies_are_refused(world):
    refused = requests.post(
        f"{world.hub.api}/repos/acme/stockroom/issues",
        data=b"{",
        headers={"Authorization": "token token-of-bot"},
        timeout=20,
    )
    assert (refused.status_code, refused.json()["message"]) == (400, "Problems parsing JSON")
    world.send("POST", "/issues", {"body": "no title"}, status=422)
