"""The proxy on the way: found, named without its password, told where it stops git, and gone around."""

import base64
from datetime import UTC, datetime

import pytest

from relauto.clock import SystemClock
from relauto.errors import AwayError
from relauto.git.address import Address as GitAddress
from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.refusals import find_refusal
from relauto.git.repository import Repository
from relauto.git.runner import Answer
from relauto.github.client import Address, Client
from relauto.hub.server import Hub
from relauto.model.names import Branch, RepositoryName
from relauto.proxy import Proxy as Named
from relauto.proxy import find_proxy
from tests.proxying import PASSWORD, QUOTED, Proxy

URL = "https://github.test/acme/ops.git"
DEAD = "127.0.0.1:9"
FATAL = f"fatal: unable to access '{URL}/': "


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, None),
        ({"HTTP_PROXY": "http://p:1"}, None),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:2/"}, Named("q:2", "https_proxy")),
        ({"ALL_PROXY": "socks5://me:a@b@p:1"}, Named("p:1", "ALL_PROXY")),
        ({"HTTPS_PROXY": "me:pw@p:1"}, Named("p:1", "HTTPS_PROXY")),
    ],
)
def test_proxy_is_named_without_its_password(environment, found):
    assert find_proxy(URL, environment) == found


@pytest.mark.parametrize(
    "said",
    [
        "CONNECT tunnel failed, response 407",
        "Received HTTP code 502 from proxy after CONNECT",
        "Could not resolve proxy: proxy.example",
        "Proxy CONNECT aborted",
        "Failed to connect to proxy.example port 3128: Connection refused",
    ],
)
def test_what_curl_says_of_a_proxy_is_told_by_its_name(monkeypatch, said):
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pw@proxy.example:3128")
    refusal = find_refusal(GitAddress(URL, "t0ken"), "fetch", Answer("fetch", 128, b"", FATAL + said))
    assert refusal.todo.startswith("the proxy proxy.example:3128 (HTTPS_PROXY) does not let it through")


def test_host_that_is_away_is_not_the_proxy(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    said = "Failed to connect to github.test port 443: Connection refused"
    refusal = find_refusal(GitAddress(URL, "t0ken"), "fetch", Answer("fetch", 128, b"", FATAL + said))
    assert refusal.todo == "check the address, the network and the token"


@pytest.mark.parametrize("refusal", [407, 403, 502])
def test_proxy_that_refuses_git_is_no_matter_of_the_token(monkeypatch, tmp_path, refusal):
    with Proxy(refusal=refusal) as proxy, Mirror.open(GitAddress(URL, "t0ken"), cache=tmp_path) as mirror:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        with pytest.raises(AwayError) as stopped:
            mirror.fetch(["refs/heads/main"])
    check_told(stopped.value, proxy.place)


def test_proxy_whose_password_is_missing_is_no_matter_of_the_token(monkeypatch, tmp_path):
    with (
        Proxy(password=PASSWORD) as proxy,
        Mirror.open(GitAddress(URL, "t0ken"), cache=tmp_path) as mirror,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://erin@{proxy.place}")
        with pytest.raises(AwayError) as stopped:
            mirror.fetch(["refs/heads/main"])
    check_told(stopped.value, proxy.place)


def check_told(error, place):
    assert error.todo.startswith(f"the proxy {place} (HTTPS_PROXY) does not let it through")
    forms = (PASSWORD, QUOTED, base64.b64encode(f"erin:{PASSWORD}".encode()).decode())
    assert not any(form in str(error) for form in forms)


def test_hub_on_this_machine_is_asked_past_any_proxy(monkeypatch, tmp_path):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{DEAD}")
    name = RepositoryName("acme/ops")
    who = Signature("Robin", "robin@example.com", datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
    with Repository.init(tmp_path / "ops.git") as repository:
        first = repository.write_commit(
            repository.write_files(EMPTY_TREE, {"a": b"a\n"}), [], "First", who, who
        )
        repository.update_refs([RefUpdate("refs/heads/main", None, first)])
    with Hub(tmp_path / "hub") as hub:
        hub.add_user("bot", token="t0ken")
        access = {"bot": "write"}
        hub.add_repository(
            name, tmp_path / "ops.git", private=True, default_branch=Branch("main"), access=access
        )
        with Client(Address(hub.api), name, "t0ken", clock=SystemClock()) as client:
            assert client.read("", dict)["full_name"] == name
            given, asked = "$owner: String!, $name: String!", "repository(owner: $owner, name: $name) { id }"
            query = f"query Ask({given}) {{ {asked} }}"
            assert client.graphql(query, dict)["repository"]["id"]
            made = client.write("POST", "releases", {"tag_name": "v1", "draft": True}, dict)
            url = made["upload_url"].partition("{")[0]
            asset = client.upload(url, "a.txt", b"a\n", dict)
            assert client.download(f"releases/assets/{asset['id']}") == b"a\n"
        address = GitAddress(f"{hub.address}/{name}.git", "t0ken")
        with Mirror.open(address, cache=tmp_path / "cache") as mirror:
            assert mirror.fetch_default() == first
            assert mirror.find_push_denial() is None
