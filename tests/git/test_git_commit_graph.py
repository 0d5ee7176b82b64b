"""The commit-graph of mirrors: who gets one, what is in it, and that nothing fails for want of it."""

import pytest

from relauto.git import commit_graph
from relauto.git.address import Address
from relauto.git.commit_graph import pays
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from tests.git.conftest import run_both

ALL = ["refs/heads/*"]


@pytest.fixture(autouse=True)
def always(monkeypatch):
    """Let a history of any length be indexed."""
    monkeypatch.setattr(commit_graph, "_PAYS", 0)


@pytest.fixture
def remote(clone, tmp_path):
    """A bare repository with two commits on `main`."""
    clone.commit("First", {"a": "a\n"})
    clone.commit("Second", {"a": "b\n"})
    clone.run("clone", "--quiet", "--bare", ".", str(tmp_path / "remote.git"))
    with Repository.open(tmp_path / "remote.git") as repository:
        repository.git.run("config", "uploadpack.allowFilter", "true")
        yield repository


@pytest.fixture
def address(remote):
    return Address(f"file://{remote.directory}")


def grow(remote, committer, count=1):
    """Put commits on `main`, and return them."""
    made = [remote.resolve("main")]
    for number in range(count):
        tree = remote.write_files(remote.commit(made[-1]).tree, {"more": f"{number}\n".encode()})
        made.append(remote.write_commit(tree, [made[-1]], "More", committer, committer))
    remote.update_refs([RefUpdate("refs/heads/main", made[0], made[-1])])
    return made[1:]


def list_indexed(mirror):
    """Return which of a mirror's commits are in its index, and let git verify that."""
    info = mirror.repository.directory / "objects" / "info"
    written = b"".join(file.read_bytes() for file in sorted(info.rglob("*.graph")))
    assert mirror.repository.git.ask("commit-graph", "verify", "--no-progress").error == ""
    known = mirror.repository.git.read("rev-list", "--all").splitlines()
    return [each for each in known if bytes.fromhex(each) in written]


def list_all(remote):
    return remote.git.read("rev-list", "--all").splitlines()


def read_files(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("partial", [False, True])
def test_each_fetch_indexes_what_it_brought(remote, address, tmp_path, committer, partial):
    with Mirror.open(address, cache=tmp_path / "cache", partial=partial) as mirror:
        mirror.fetch(ALL)
        assert list_indexed(mirror) == list_all(remote)
        files = mirror.repository.missing_objects(mirror.repository.resolve("main"))
        grow(remote, committer, 3)
        mirror.fetch(ALL)
        assert list_indexed(mirror) == list_all(remote)
        mirror.fetch(ALL)
        assert list_indexed(mirror) == list_all(remote)
        assert len(files) == partial


def test_a_short_history_is_not_indexed(address, tmp_path, monkeypatch):
    monkeypatch.undo()
    with Mirror.open(address, cache=tmp_path / "cache") as mirror:
        mirror.fetch(ALL)
        assert list_indexed(mirror) == []


def test_what_is_borrowed_counts_for_the_length(tmp_path, monkeypatch):
    monkeypatch.undo()
    folders = [tmp_path / "own", tmp_path / "borrowed", tmp_path / "empty"]
    for folder in folders[:2]:
        (folder / "pack").mkdir(parents=True)
        (folder / "pack" / "pack-1.idx").write_bytes(bytes(1 << 19))
    assert pays(folders)
    assert not pays(folders[1:])


def test_a_shallow_mirror_is_not_indexed(address, tmp_path):
    with Mirror.open(address, cache=tmp_path / "cache", partial=True, shallow=True) as mirror:
        mirror.ask_remote("fetch", "--quiet", "--depth=1", "origin", "+refs/heads/main:refs/heads/main")
        mirror.fetch(ALL)
        assert len(mirror.repository.cuts) == 1
        assert list_indexed(mirror) == []


def test_a_fetch_succeeds_where_the_index_cannot_be_written(remote, address, tmp_path, committer):
    with Mirror.open(address, cache=tmp_path / "cache") as mirror:
        (mirror.repository.directory / "objects" / "info").mkdir(exist_ok=True)
        (mirror.repository.directory / "objects" / "info" / "commit-graphs").write_text("no folder")
        (made,) = grow(remote, committer)
        mirror.fetch(ALL)
        assert mirror.repository.resolve("main") == made
        assert list_indexed(mirror) == []


def test_the_lock_of_a_killed_git_does_not_keep_the_index_as_it_was(remote, address, tmp_path, committer):
    with Mirror.open(address, cache=tmp_path / "cache") as mirror:
        mirror.fetch(ALL)
        grow(remote, committer)
        info = mirror.repository.directory / "objects" / "info"
        (info / "commit-graphs" / "commit-graph-chain.lock").write_text("")
        mirror.fetch(ALL)
        assert list_indexed(mirror) == list_all(remote)


@pytest.mark.parametrize("options", [(), ("--split",)])
def test_the_index_of_a_lender_is_read_and_left_as_it_is(
    clone, remote, address, tmp_path, committer, options
):
    clone.run("commit-graph", "write", "--reachable", *options)
    before = read_files(clone.directory / ".git")
    with Mirror.open(address, cache=tmp_path / "cache", reference=clone.directory) as mirror:
        mirror.fetch(ALL)
        grow(remote, committer, 5)
        mirror.fetch(ALL)
        assert read_files(clone.directory / ".git") == before
        # Whoever owns the lender's index may write it anew, in another shape.
        clone.commit("Own", {"a": "own\n"})
        clone.run("commit-graph", "write", "--reachable", "--split=replace")
        assert mirror.repository.git.read("rev-list", "--all").splitlines() == list_all(remote)
        grow(remote, committer)
        mirror.fetch(ALL)
        assert mirror.repository.git.read("rev-list", "--all").splitlines() == list_all(remote)
        assert list_indexed(mirror)[:6] == list_all(remote)[:6]


def test_what_is_forgotten_is_in_no_index(remote, address, tmp_path, committer):
    with Mirror.open(address, cache=tmp_path / "cache") as mirror:
        (made,) = grow(remote, committer)
        mirror.fetch(ALL)
        remote.git.run("update-ref", "refs/heads/main", f"{made}^")
        mirror.fetch(ALL)
        mirror.forget()
        info = mirror.repository.directory / "objects" / "info"
        assert not [path for path, text in read_files(info).items() if bytes.fromhex(made) in text]


def fetch_and_push(name, url, cache, committer):
    commit_graph._PAYS = 0
    for number in range(3):
        with Mirror.open(Address(url), cache=cache) as mirror:
            mirror.fetch(ALL)
            repository = mirror.repository
            head = repository.resolve("main")
            made = repository.write_commit(
                repository.commit(head).tree, [head], f"{name}-{number}", committer, committer
            )
            mirror.push([RefUpdate(f"refs/heads/{name}-{number}", None, made)])


def test_two_processes_index_one_mirror(remote, address, tmp_path, committer):
    cache = tmp_path / "cache"
    assert run_both(fetch_and_push, address.url, cache, committer) == [0, 0]
    with Mirror.open(address, cache=cache) as mirror:
        mirror.fetch(ALL)
        assert list_indexed(mirror) == list_all(remote)
        assert len(list_all(remote)) == 2 + 2 * 3
