"""`relauto pick --write --push`, as a person types it."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from relauto.hub.server import Hub
from relauto.model.names import Branch, RepositoryName
from tests.git.conftest import Clone
from tests.tasks.test_tasks_pick import clone, identify, mask

__all__ = ["clone"]

pytestmark = pytest.mark.path


@pytest.fixture
def server(clone, tmp_path):
    """A bare repository with the lines of the clone, which calls it `hub`."""
    clone.run("clone", "--quiet", "--bare", ".", str(tmp_path / "hub.git"))
    clone.run("remote", "add", "hub", str(tmp_path / "hub.git"))
    identify(clone)
    return tmp_path / "hub.git"


@pytest.fixture
def push(relauto, clone):
    fixed = ("--repo", "clone", "--fix", clone.fix, "--onto", "release-1", "--onto", "release-2")
    return lambda *arguments: relauto("pick", *fixed, *arguments)


def list_branches(clone, server):
    return clone.git.read("ls-remote", str(server), "refs/heads/relauto/*")


def test_what_is_written_is_pushed_and_told(push, clone, server):
    ended = push("--write", "--push", "hub")
    assert ended.status == 0
    assert mask(ended.out) == (
        "release-1: ID Fix the crash (#12): clean, the same patch, as ID\n"
        "  relauto/pick/release-1/ID was created\n"
        "release-2: ID Fix the crash (#12): already there: ID says that it was picked from it\n"
        "hub: relauto/pick/release-1/ID was pushed\n"
    )
    branch = f"relauto/pick/release-1/{clone.fix[:10]}"
    head = clone.git.read("rev-parse", branch)
    assert list_branches(clone, server) == f"{head}\trefs/heads/{branch}"
    again = push("--write", "--push", "hub", "--json")
    assert again.document["push"] == {
        "remote": "hub",
        "atomic": True,
        "branches": [
            {"branch": branch, "state": "there", "reason": ""},
            {"branch": f"relauto/pick/release-2/{clone.fix[:10]}", "state": "none", "reason": ""},
        ],
    }


def test_a_dry_run_pushes_nothing(push, clone, server):
    ended = push("--write", "--push", "hub", "--dry-run")
    assert mask(ended.out).splitlines()[-1] == "hub: relauto/pick/release-1/ID would be pushed"
    assert (ended.status, list_branches(clone, server)) == (0, "")


def test_what_a_person_has_there_is_for_a_person(push, clone, server):
    branch = f"relauto/pick/release-1/{clone.fix[:10]}"
    clone.run("push", "--quiet", "hub", f"release-10:refs/heads/{branch}")
    ended = push("--write", "--push", "hub")
    assert ended.status == 3
    assert mask(ended.out).splitlines()[-1] == (
        "hub: relauto/pick/release-1/ID was left as it is there: relauto/pick/release-1/ID is at ID there, "
        "which is not what a pick makes alone"
    )
    assert list_branches(clone, server).startswith(clone.git.read("rev-parse", "release-10"))


def test_one_by_one_is_told(push, clone, server):
    Clone.run(clone, "-C", str(server), "config", "receive.advertiseAtomic", "false")
    assert mask(push("--write", "--push", "hub").out).splitlines()[-2:] == [
        "hub cannot move several branches in one step, so each was pushed by itself",
        "hub: relauto/pick/release-1/ID was pushed",
    ]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--push", "hub"), "--push goes with --write, which makes the branches\n  give both"),
        (("--write", "--push", "origin"), "has no remote called 'origin'\n  there are: hub"),
    ],
)
def test_bad_input_ends_with_2_and_one_message(push, clone, server, arguments, what):
    ended = push(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err
    assert clone.git.read("for-each-ref", "refs/heads/relauto") == ""


@pytest.fixture
def seen():
    """The addresses of servers that keep what they were sent as `Authorization`; they have nothing."""
    sent = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            sent.append(self.headers.get("Authorization"))
            self.send_error(404)

        def log_message(self, *_):
            pass

    servers = [ThreadingHTTPServer((host, 0), Handler) for host in ("127.0.0.1", "127.0.0.2")]
    for each in servers:
        Thread(target=each.serve_forever, daemon=True).start()
    yield sent, [f"http://{each.server_address[0]}:{each.server_port}/acme/stockroom.git" for each in servers]
    for each in servers:
        each.shutdown()
        each.server_close()


@pytest.mark.parametrize(
    "options", [("--write", "--push", "evil"), ("--pull", "7"), ("--fetch", "--onto", "release-10")]
)
def test_a_token_goes_to_no_host_that_only_a_clone_names(push, clone, monkeypatch, seen, options):
    identify(clone)
    sent, (near, _) = seen
    clone.run("remote", "add", "evil", near)
    clone.run("config", "remote.evil.promisor", "true")
    clone.run("config", "remote.evil.partialclonefilter", "blob:none")
    monkeypatch.setenv("RELAUTO_TOKEN", "ours-and-nobody-elses")
    if "--fetch" in options:
        # What a merge reads is absent, so git asks for it.
        blob = clone.git.read("rev-parse", f"{clone.fix}:app.py")
        (clone.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert push(*options).status != 0
    assert sent
    assert set(sent) == {None}


def test_a_token_goes_to_the_host_of_the_settings_and_where_a_person_says(
    relauto, clone, server, tmp_path, monkeypatch
):
    arguments = ("pick", "--fix", clone.fix, "--onto", "release-1")
    brought = (*arguments, "--repo", "clone", "--write", "--push", "private")
    monkeypatch.setenv("RELAUTO_TOKEN", "first")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Hub(tmp_path / "served") as hub:
        hub.add_user("bot", token="first")
        name = RepositoryName("acme/stockroom")
        access = {"bot": "write"}
        hub.add_repository(name, server, private=True, default_branch=Branch("main"), access=access)
        clone.run("remote", "add", "private", f"{hub.address}/{name}.git")
        refused = relauto(*brought)
        assert (refused.status, refused.out) == (2, "")
        github = f'[github]\napi = "{hub.address}/api/v3"\ngit = "{hub.address}"\n'
        settings = '[repositories]\nsource = "acme/stockroom"\nops = "acme/ops"\n'
        (tmp_path / "relauto.toml").write_text(settings + github)
        pushed = relauto(*brought)
        last = mask(pushed.out).splitlines()[-1]
        assert (pushed.status, last) == (0, "private: relauto/pick/release-1/ID was pushed")
        (tmp_path / "relauto.toml").unlink()
        assert relauto(*arguments, "--from", f"{hub.address}/{name}.git").status == 0


@pytest.mark.parametrize(
    "settings", ["", '[repositories]\nsource = "a/b"\nops = "a/c"\n[github]\ngit = "{}"\n']
)
def test_no_token_is_sent_over_http(relauto, clone, tmp_path, monkeypatch, seen, settings):
    identify(clone)
    sent, (_, far) = seen
    monkeypatch.setenv("RELAUTO_TOKEN", "ours-and-nobody-elses")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.2")
    arguments = ["pick", "--fix", clone.fix, "--onto", "release-1"]
    if settings:
        (tmp_path / "relauto.toml").write_text(settings.format(far.removesuffix("/acme/stockroom.git")))
        clone.run("remote", "add", "far", far)
        arguments += ["--repo", "clone", "--write", "--push", "far"]
    else:
        arguments += ["--from", far]
    ended = relauto(*arguments)
    assert (ended.status, set(sent)) == (2, {None})
    assert ended.err.startswith(f"no token is sent over http, so {far} gets none: name it by https\n")
