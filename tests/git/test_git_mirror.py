import base64
import fcntl
import os
import signal
import socket
import subprocess  # noqa: TID251 - a process of its own is killed
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.errors import RENEW_TOKEN, InputError, UnknownOutcomeError
from relauto.git.address import Address, set_config
from relauto.git.denial import DeniedError
from relauto.git.errors import PushRejectedError, PushUnknownError, UnreachableError
from relauto.git.merge import merge
from relauto.git.mirror import Mirror, find_default, widen
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.hub.server import Hub
from relauto.model.names import Branch, Commit, RepositoryName
from relauto.picking.patch import read_patches
from relauto.picking.pick import pick
from tests.git.conftest import run_both


@pytest.fixture
def remote(clone, tmp_path):
    """A bare repository with `main`, `release-5.35` and a tag, as a host would keep it."""
    clone.commit("First", {"a": "a\n", "b": "b\n"})
    clone.run("branch", "release-5.35")
    clone.run("tag", "v5.35.0")
    clone.run("clone", "--quiet", "--bare", ".", str(tmp_path / "remote.git"))
    with Repository.open(tmp_path / "remote.git") as repository:
        yield repository


@pytest.fixture
def mirror(remote, tmp_path):
    with Mirror.open(Address(str(remote.directory)), cache=tmp_path / "cache") as mirror:
        yield mirror


def grow(repository, parent, committer, message="More"):
    tree = repository.write_files(repository.commit(parent).tree, {"more": message.encode()})
    return repository.write_commit(tree, [parent], message, committer, committer)


# Fetching


def test_a_fetch_brings_what_is_wanted_and_no_more(remote, mirror):
    mirror.fetch(["refs/heads/release-5.35", "refs/tags/*"])
    head = remote.resolve("main")
    assert mirror.repository.refs() == {"refs/heads/release-5.35": head, "refs/tags/v5.35.0": head}
    assert not (mirror.repository.directory / "FETCH_HEAD").exists()


def test_a_push_is_noted_while_no_other_process_fetches(remote, mirror, monkeypatch):
    taken = []
    lock = mirror.repository.directory.with_suffix(".lock")

    def is_held(_git, _updates):
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                taken.append(True)

    monkeypatch.setattr("relauto.git.mirror.update_refs", is_held)
    mirror.take_note([RefUpdate("refs/heads/main", None, remote.resolve("main"))])
    assert taken == [True]


def test_a_ref_that_the_remote_lacks_is_no_error_and_goes(remote, mirror):
    mirror.fetch(["refs/heads/main", "refs/heads/release-5.35", "refs/heads/never"])
    remote.update_refs([RefUpdate("refs/heads/release-5.35", remote.resolve("main"), None)])
    mirror.fetch(["refs/heads/release-5.35", "refs/heads/never"])
    assert set(mirror.repository.refs()) == {"refs/heads/main"}


def test_the_default_branch_is_found_whatever_its_name(remote, mirror, committer):
    assert mirror.fetch_default() == remote.resolve("main")
    Git(remote.directory).run("symbolic-ref", "HEAD", "refs/heads/release-5.35")
    moved = grow(remote, remote.resolve("main"), committer)
    remote.update_refs([RefUpdate("refs/heads/release-5.35", remote.resolve("main"), moved)])
    assert mirror.fetch_default() == moved


def test_a_remote_to_which_nothing_was_pushed_has_no_default_branch(tmp_path):
    Repository.init(tmp_path / "empty.git").close()
    with Mirror.open(Address(str(tmp_path / "empty.git")), cache=tmp_path / "cache") as mirror:
        assert mirror.fetch_default() is None


def test_a_fetch_brings_the_default_branch_along_where_that_is_wanted(remote, tmp_path, monkeypatch):
    started = []
    ask = Git.ask

    def count(git, *arguments, **options):
        started.append(arguments[0])
        return ask(git, *arguments, **options)

    with Mirror.open(Address(str(remote.directory)), cache=tmp_path / "cache", default=True) as mirror:
        monkeypatch.setattr(Git, "ask", count)
        mirror.fetch(["refs/heads/never"])
        assert started == ["fetch"]
        assert find_default(mirror.repository) == remote.resolve("main")


def test_a_default_branch_that_is_gone_is_known_no_more_and_the_rest_is_fetched(remote, tmp_path):
    with Mirror.open(Address(str(remote.directory)), cache=tmp_path / "cache", default=True) as mirror:
        mirror.fetch(["refs/heads/main"])
        assert find_default(mirror.repository) is not None
        tip = remote.resolve("main")
        remote.update_refs([RefUpdate("refs/heads/other", None, tip)])
        Git(remote.directory).run("symbolic-ref", "HEAD", "refs/heads/none")
        mirror.fetch(["refs/heads/main", "refs/heads/other"])
        assert find_default(mirror.repository) is None
        assert mirror.repository.refs() == {"refs/heads/main": tip, "refs/heads/other": tip}


def test_the_default_branch_of_a_remote_that_is_away(tmp_path):
    gone = Mirror.open(Address(str(tmp_path / "gone.git")), cache=tmp_path / "cache")
    with gone as mirror, pytest.raises(UnreachableError):
        mirror.fetch_default()


def test_a_branch_that_was_rewritten_is_followed(remote, mirror, committer):
    mirror.fetch(["refs/heads/main"])
    old = remote.resolve("main")
    new = remote.write_commit(remote.commit(old).tree, [], "Rewritten", committer, committer)
    remote.update_refs([RefUpdate("refs/heads/main", old, new), RefUpdate("refs/heads/m/x", None, new)])
    mirror.fetch(["refs/heads/main", "refs/heads/m/*"])
    assert mirror.repository.refs() == {"refs/heads/main": new, "refs/heads/m/x": new}


def test_a_fetch_is_one_process(mirror, monkeypatch):
    started = []
    ask = Git.ask

    def count(git, *arguments, **options):
        started.append(arguments[0])
        return ask(git, *arguments, **options)

    monkeypatch.setattr(Git, "ask", count)
    mirror.fetch(["refs/heads/main", "refs/heads/never", "refs/tags/*"])
    mirror.fetch([])
    assert started == ["fetch"]


@pytest.mark.parametrize(
    "wanted", ["main", "--upload-pack=x", "refs/heads/*/*", "refs/heads/a..b", "+refs/a"]
)
def test_what_is_no_ref_is_not_asked_for(mirror, wanted):
    with pytest.raises(InputError):
        mirror.fetch([wanted])


@given(st.from_regex(r"refs/(heads|tags)/[a-z0-9]{1,5}([./-][a-z0-9]{1,3})?", fullmatch=True))
def test_a_widened_ref_still_matches_itself(ref):
    before, star, after = widen(ref).partition("*")
    assert star
    assert ref == before + after


def test_a_reference_saves_the_copying(remote, clone, tmp_path):
    address = Address(str(remote.directory))
    with Mirror.open(address, cache=tmp_path / "cache", reference=clone.directory) as mirror:
        mirror.fetch(["refs/heads/main"])
        objects = mirror.repository.directory / "objects"
        assert not [path for path in objects.rglob("*") if path.is_file() and path.parent.name != "info"]
        assert mirror.repository.commit(mirror.repository.resolve("main")).subject == "First"


def test_a_reference_can_be_added_to_a_mirror(remote, clone, mirror, tmp_path):
    mine = clone.commit("Not pushed", {"a": "mine\n"})
    with Mirror.open(mirror.address, cache=tmp_path / "cache", reference=clone.directory) as again:
        assert again.repository.directory == mirror.repository.directory
        assert again.repository.commit(mine).subject == "Not pushed"


def test_a_mirror_that_lost_what_it_borrowed_is_made_anew(remote, clone, tmp_path):
    address, cache = Address(str(remote.directory)), tmp_path / "cache"
    with Mirror.open(address, cache=cache, reference=clone.directory) as mirror:
        mirror.fetch(["refs/heads/main"])
    clone.directory.rename(tmp_path / "moved")
    with Mirror.open(address, cache=cache) as mirror:
        mirror.fetch(["refs/heads/main"])
        assert mirror.repository.commit(mirror.repository.resolve("main")).subject == "First"


@pytest.mark.parametrize("options", [("--filter=blob:none",), ("--depth=1",)])
def test_nothing_is_borrowed_from_a_clone_that_lacks_some(remote, clone, tmp_path, options):
    remote.git.run("config", "uploadpack.allowFilter", "true")
    address, lacking = Address(str(remote.directory)), tmp_path / "lacking"
    clone.run("clone", "--quiet", "--no-checkout", *options, f"file://{remote.directory}", str(lacking))
    with Mirror.open(address, cache=tmp_path / "cache", reference=lacking) as mirror:
        mirror.fetch(["refs/heads/main"])
        assert not (mirror.repository.directory / "objects" / "info" / "alternates").exists()
        assert mirror.repository.git.read("fsck", "--connectivity-only", "--no-dangling") == ""


@pytest.mark.parametrize("mark", ["shallow", "objects/pack/pack-1.promisor"])
def test_a_mirror_is_made_anew_where_what_it_borrowed_lacks_some_now(remote, clone, tmp_path, mark):
    address, cache = Address(str(remote.directory)), tmp_path / "cache"
    with Mirror.open(address, cache=cache, reference=clone.directory) as mirror:
        mirror.fetch(["refs/heads/main"])
    (clone.directory / ".git" / mark).write_text("")
    with Mirror.open(address, cache=cache) as mirror:
        assert mirror.repository.refs() == {}
        mirror.fetch(["refs/heads/main"])
        (clone.directory / ".git").rename(tmp_path / "away")
        assert mirror.repository.git.read("fsck", "--connectivity-only", "--no-dangling") == ""


def test_a_mirror_left_half_made_is_made_anew(remote, tmp_path):
    address, cache = Address(str(remote.directory)), tmp_path / "cache"
    with Mirror.open(address, cache=cache) as mirror:
        path = mirror.repository.directory
    (path / "made").write_text(address.url[:-1])  # it is written last
    (path / "left").touch()
    with Mirror.open(address, cache=cache) as mirror:
        mirror.fetch(["refs/heads/main"])
    assert not (path / "left").exists()


def test_a_partial_mirror_gets_files_only_when_asked(remote, tmp_path):
    remote.git.run("config", "uploadpack.allowFilter", "true")
    address = Address(f"file://{remote.directory}")
    with Mirror.open(address, cache=tmp_path / "cache", partial=True) as mirror:
        mirror.fetch(["refs/heads/main"])
        main = mirror.repository.resolve("main")
        assert [missing.path for missing in mirror.repository.missing_objects(main)] == ["b", "a"]
        assert mirror.repository.read_file(main, "a") == b"a\n"
        assert [missing.path for missing in mirror.repository.missing_objects(main)] == ["b"]


def test_a_partial_mirror_is_filled_in_one_go(remote, tmp_path):
    remote.git.run("config", "uploadpack.allowFilter", "true")
    remote.git.run("config", "uploadpack.allowAnySHA1InWant", "true")
    with Mirror.open(Address(f"file://{remote.directory}"), cache=tmp_path / "cache", partial=True) as mirror:
        mirror.fetch(["refs/heads/main"])
        main = mirror.repository.resolve("main")
        assert mirror.repository.missing_objects(main)
        mirror.fill(main)
        assert mirror.repository.missing_objects(main) == ()


@pytest.fixture
def hub(remote, tmp_path):
    """A hub with the private repository `acme/stockroom`, which `bot` reads by the token `first`."""
    name = RepositoryName("acme/stockroom")
    with Hub(tmp_path / "hub") as served:
        served.add_user("bot", token="first")
        served.add_repository(
            name, remote.directory, private=True, default_branch=Branch("main"), access={"bot": "read"}
        )
        yield served


def open_partial(hub, tmp_path, token):
    address = Address(f"{hub.address}/acme/stockroom.git", token)
    return Mirror.open(address, cache=tmp_path / "cache", partial=True)


UNTAKEN = "acme/stockroom: its host does not take the token (git fetch); it is wrong, revoked, or has expired"


@pytest.mark.parametrize("deed", ["read", "export", "compare", "merge", "pick", "archive"])
def test_token_that_expires_before_a_file_comes_is_told_as_that(hub, remote, tmp_path, committer, deed):
    main = remote.resolve("main")
    fix, other = (
        remote.write_commit(
            remote.write_files(remote.commit(main).tree, {"a": f"{word}\na\n".encode()}),
            [main], word, committer, committer,
        )
        for word in ("fix", "other")
    )  # fmt: skip
    updates = [RefUpdate("refs/heads/fix", None, fix), RefUpdate("refs/heads/other", None, other)]
    remote.update_refs(updates)

    def do(repository):
        tree = repository.commit_object(other).tree
        deeds = {
            "read": lambda: repository.read_file(main, "a"),
            "export": lambda: repository.export(main, tmp_path / "out"),
            "compare": lambda: read_patches(repository, [(main, fix)]),
            "merge": lambda: merge(repository, main, tree, fix),
            "pick": lambda: pick(repository, [fix], other, committer=committer),
            "archive": lambda: repository.archive(main, "product"),
        }
        deeds[deed]()

    with open_partial(hub, tmp_path, "first") as mirror:
        mirror.fetch(["refs/heads/*"])
        hub.add_user("bot", token="second")
        with pytest.raises(DeniedError) as denied:
            do(mirror.repository)
        assert (denied.value.what, denied.value.todo) == (UNTAKEN, RENEW_TOKEN)
    with open_partial(hub, tmp_path, "second") as mirror:
        do(mirror.repository)


def test_host_that_is_away_before_a_file_comes_is_told_as_that(hub, remote, tmp_path):
    with open_partial(hub, tmp_path, "first") as mirror:
        mirror.fetch(["refs/heads/main"])
        hub.close()
        with pytest.raises(UnreachableError, match="was not reached"):
            mirror.repository.read_file(remote.resolve("main"), "a")


def fetch_often(_: str, url: str, cache: Path) -> None:
    for _ in range(5):
        with Mirror.open(Address(url), cache=cache) as mirror:
            mirror.fetch(["refs/heads/*", "refs/tags/*"])


def test_two_processes_can_use_one_mirror(remote, tmp_path):
    assert run_both(fetch_often, str(remote.directory), tmp_path / "cache") == [0, 0]


# After a kill

DIE = "#!/bin/sh\ncat > /dev/null\n[ $1 = prepared ] && kill -9 $PPID\nexit 0\n"
FETCH = ("fetch", "--quiet", "--prune", "--no-tags", "origin", "+refs/heads/*:refs/heads/*")
REMAINS = (
    "packed-refs.lock",
    "packed-refs.new",
    "config.lock",
    "shallow.lock",
    "HEAD.lock",
    "refs/heads/a/b.lock",
    "refs/relauto/default.lock",
    "objects/info/commit-graph.lock",
    "objects/pack/multi-pack-index.lock",
    "objects/maintenance.lock",
    "gc.pid",
)


def kill_amid(mirror, tmp_path, *arguments):
    """Run git in a mirror, and kill it while it holds the locks of the refs that it is about to move."""
    hook = tmp_path / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(DIE)
    hook.chmod(0o755)
    git = Git(mirror.repository.directory, set_config({"core.hooksPath": str(hook.parent)}))
    assert git.ask(*arguments).status == -signal.SIGKILL


def list_remains(mirror):
    directory = mirror.repository.directory
    left = [*directory.rglob("*.lock"), *directory.glob("*.new"), *directory.glob("gc.pid")]
    return sorted(str(path.relative_to(directory)) for path in left)


@pytest.mark.parametrize(
    ("packed", "locks"), [(False, ["refs/heads/main.lock"]), (True, ["packed-refs.lock"])]
)
def test_locks_of_a_git_that_was_killed_while_it_moved_refs_are_deleted(
    remote, mirror, tmp_path, committer, caplog, packed, locks
):
    mirror.fetch(["refs/heads/*"])
    gone, head = "refs/heads/release-5.35", remote.resolve("main")
    if packed:
        mirror.repository.git.run("pack-refs", "--all")
        remote.update_refs([RefUpdate(gone, head, None)])
    else:
        head = grow(remote, head, committer)
        remote.update_refs([RefUpdate("refs/heads/main", remote.resolve("main"), head)])
    kill_amid(mirror, tmp_path, *FETCH)
    assert set(locks) <= set(list_remains(mirror))
    assert "File exists" in Git(mirror.repository.directory).ask(*FETCH).error
    mirror.fetch(["refs/heads/*"])
    assert mirror.repository.refs() == remote.refs("refs/heads")
    assert list_remains(mirror) == []
    (told,) = caplog.messages
    assert "lock file" in told
    assert told.endswith("of a git that was killed lay in relauto's cache and stopped every other: deleted")


@pytest.mark.parametrize("name", REMAINS)
def test_whatever_a_killed_git_left_stops_no_deed_of_the_mirror(remote, mirror, committer, name):
    mirror.fetch(["refs/heads/*"])
    path, head = mirror.repository.directory / name, remote.resolve("main")

    def leave():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whose number it was is dead, and somebody else may have got it.
        path.write_text(f"{os.getpid()} {socket.gethostname()}" if name == "gc.pid" else "")

    moved = grow(remote, head, committer)
    remote.update_refs([RefUpdate("refs/heads/a/b", None, moved)])
    leave()
    mirror.fetch(["refs/heads/*"])
    assert mirror.repository.refs("refs/heads/a") == {"refs/heads/a/b": moved}
    leave()
    assert mirror.fetch_default() == head
    leave()
    mirror.take_note([RefUpdate("refs/heads/a/b", moved, head)])
    assert mirror.repository.refs("refs/heads/a") == {"refs/heads/a/b": head}
    leave()
    mirror.forget()


FETCH_HERE = """\
import sys
from pathlib import Path
from relauto.git.address import Address
from relauto.git.mirror import Mirror
with Mirror.open(Address(sys.argv[1]), cache=Path(sys.argv[2])) as mirror:
    mirror.fetch(["refs/heads/*"])
"""


def test_a_git_that_outlives_who_began_it_still_holds_the_mirror(remote, mirror, tmp_path, committer):
    told, go, slow = tmp_path / "told", tmp_path / "go", tmp_path / "upload-pack"
    for pipe in (told, go):
        os.mkfifo(pipe)
    slow.write_text(f'#!/bin/sh\necho begun > {told}\nread line < {go}\nexec git-upload-pack "$@"\n')
    slow.chmod(0o755)
    git = Git(mirror.repository.directory)
    git.run("config", "remote.origin.uploadpack", str(slow))
    where = [str(remote.directory), str(tmp_path / "cache")]
    begun = subprocess.Popen([sys.executable, "-c", FETCH_HERE, *where])
    assert told.read_text() == "begun\n"
    begun.kill()
    begun.wait()
    with mirror.repository.directory.with_suffix(".lock").open("w") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        go.write_text("on\n")
        fcntl.flock(file, fcntl.LOCK_EX)
    assert mirror.repository.refs() == remote.refs("refs/heads")


# Pushing


@pytest.fixture
def ready(mirror, committer):
    """A mirror with main fetched and one commit more to push."""
    mirror.fetch(["refs/heads/main"])
    mirror.old = mirror.repository.resolve("main")
    mirror.new = grow(mirror.repository, mirror.old, committer)
    return mirror


def test_a_push_moves_creates_and_deletes_at_once(remote, ready):
    updates = [
        RefUpdate("refs/heads/main", ready.old, ready.new),
        RefUpdate("refs/heads/new", None, ready.new),
        RefUpdate("refs/heads/release-5.35", ready.old, None),
    ]
    ready.push(updates)
    assert remote.refs("refs/heads") == {"refs/heads/main": ready.new, "refs/heads/new": ready.new}


def test_a_push_of_what_the_remote_has_is_a_success(remote, ready):
    update = RefUpdate("refs/heads/main", ready.old, ready.new)
    ready.push([update])
    ready.push([update])
    assert remote.refs("refs/heads")["refs/heads/main"] == ready.new


def test_one_ref_that_moved_stops_them_all(remote, ready, committer):
    theirs = grow(remote, ready.old, committer, "Theirs")
    remote.update_refs([RefUpdate("refs/heads/main", ready.old, theirs)])
    before = remote.refs()
    with pytest.raises(PushRejectedError) as rejected:
        ready.push(
            [RefUpdate("refs/heads/main", ready.old, ready.new), RefUpdate("refs/heads/new", None, ready.new)]
        )
    assert set(rejected.value.reasons) == {"refs/heads/main", "refs/heads/new"}
    assert remote.refs() == before


def test_a_ref_that_must_not_exist_is_not_replaced(remote, ready):
    with pytest.raises(PushRejectedError, match=r"refs/heads/release-5.35: .*stale info"):
        ready.push([RefUpdate("refs/heads/release-5.35", None, ready.new)])
    assert remote.refs()["refs/heads/release-5.35"] == ready.old


def test_a_refusal_by_a_hook_of_the_host_is_told(remote, ready):
    hook = remote.directory / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PushRejectedError, match="hook declined"):
        ready.push([RefUpdate("refs/heads/main", ready.old, ready.new)])


def test_a_hook_of_the_user_is_not_run(ready, remote, tmp_path):
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "pre-push").write_text("#!/bin/sh\nexit 1\n")
    (hooks / "pre-push").chmod(0o755)
    Git(tmp_path).run("config", "--global", "core.hooksPath", str(hooks))
    ready.push([RefUpdate("refs/heads/main", ready.old, ready.new)])
    assert remote.resolve("main") == ready.new


def test_a_host_that_dies_after_the_fact_leaves_the_outcome_open(remote, ready):
    hook = remote.directory / "hooks" / "post-update"
    hook.parent.mkdir(exist_ok=True)
    # The refs have moved when this runs; the host then ends without a report.
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")
    hook.chmod(0o755)
    update = RefUpdate("refs/heads/main", ready.old, ready.new)
    with pytest.raises(PushUnknownError) as unknown:
        ready.push([update])
    assert isinstance(unknown.value, UnknownOutcomeError)
    ready.fetch(["refs/heads/main"])
    assert ready.repository.resolve("main") == ready.new


def test_a_remote_that_is_gone_was_sent_nothing(remote, ready, tmp_path):
    remote.directory.rename(tmp_path / "gone.git")
    with pytest.raises(UnreachableError):
        ready.push([RefUpdate("refs/heads/main", ready.old, ready.new)])
    with pytest.raises(UnreachableError):
        ready.fetch(["refs/heads/main"])


def test_deleting_what_is_gone_is_rejected(remote, ready):
    update = RefUpdate("refs/heads/release-5.35", ready.old, None)
    ready.push([update])
    with pytest.raises(PushRejectedError, match="stale info"):
        ready.push([update])
    assert set(remote.refs("refs/heads")) == {"refs/heads/main"}


# Addresses


class Recorder(BaseHTTPRequestHandler):
    """A host that lets nobody in and notes who asked."""

    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        self.send_response(401 if "auth" in self.path else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def host():
    server = HTTPServer(("127.0.0.1", 0), Recorder)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_traces_of_git_show_no_token_whatever_they_are_told(host, tmp_path, monkeypatch):
    settings = "[trace2]\n\tconfigParams = http.*,credential.*\n\tenvVars = GIT_CONFIG_VALUE_0\n"
    Path(os.environ["HOME"], ".gitconfig").write_text(settings)
    traces = {
        name: tmp_path / name for name in ("GIT_TRACE", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE_CURL")
    }
    more = {"GIT_TRACE2_CONFIG_PARAMS": "http.*", "GIT_TRACE2_ENV_VARS": "GIT_CONFIG_VALUE_0"}
    for variable, value in {**traces, **more, "GIT_TRACE_REDACT": "0"}.items():
        monkeypatch.setenv(variable, str(value))
    address = Address(f"http://127.0.0.1:{host.server_port}/acme/auth.git", "s3cret-token")
    with Mirror.open(address, cache=tmp_path / "cache") as mirror, pytest.raises(UnreachableError):
        mirror.fetch(["refs/heads/main"])
    basic = base64.b64encode(b"x-access-token:s3cret-token").decode()
    told = {name: path.read_text() for name, path in traces.items()}
    assert "info/refs" in told["GIT_TRACE_CURL"]
    assert "LC_ALL" in told["GIT_TRACE2_EVENT"]
    assert [name for name, text in told.items() if "s3cret-token" in text or basic in text] == []


@pytest.mark.parametrize("name", ["auth", "broken"])
def test_a_token_travels_in_a_header_and_shows_nowhere(host, tmp_path, name):
    address = Address(f"http://127.0.0.1:{host.server_port}/acme/{name}.git", "s3cret-token")
    with (
        Mirror.open(address, cache=tmp_path / "cache") as mirror,
        pytest.raises(UnreachableError) as refused,
    ):
        mirror.fetch(["refs/heads/main"])
    basic = base64.b64encode(b"x-access-token:s3cret-token").decode()
    assert host.seen[0] == (f"/acme/{name}.git/info/refs?service=git-upload-pack", f"Basic {basic}")
    written = b"".join(path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file())
    for secret in ("s3cret-token", basic):
        assert secret not in str(refused.value) + repr(address)
        assert secret.encode() not in written


def test_a_token_goes_to_its_own_host_only(tmp_path):
    environment = set_config(Address("https://git.example.com/acme/ops.git", "s3cret").settings)
    git = Git(tmp_path, environment)
    ask = ("config", "--get-urlmatch", "http.extraHeader")
    assert git.read(*ask, "https://git.example.com/acme/ops.git").startswith("Authorization: Basic ")
    assert git.ask(*ask, "https://git.example.org/acme/ops.git").status == 1


@pytest.mark.parametrize(
    "url", ["ext::sh -c id", "--upload-pack=x", "relative/path", "https://me:pw@x.org/a", "http://a b/c", ""]
)
def test_an_address_that_git_could_misread_is_refused(url):
    with pytest.raises(InputError) as refused:
        Address(url)
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize("url", ["git@x.org:acme/ops.git", "ssh://git@x.org/a", "https://x.org/a", "/srv/a"])
def test_the_usual_addresses_are_taken(url):
    assert not any("extraHeader" in key for key in Address(url).settings)


def test_a_server_that_never_answers_is_given_up(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = Address(f"http://127.0.0.1:{silent.getsockname()[1]}/acme/ops.git", "s3cret", silence=1)
        with Mirror.open(address, cache=tmp_path) as mirror, pytest.raises(UnreachableError):
            mirror.fetch(["refs/heads/main"])


def test_ids_are_whole():
    with pytest.raises(InputError):
        RefUpdate("refs/heads/main", None, Commit("a" * 40)[:7])
