"""`relauto pick --write --push`, as a person types it."""

import pytest

from tests.git.conftest import Clone
from tests.tasks.test_tasks_pick import clone, identify, mask

__all__ = ["clone"]


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
