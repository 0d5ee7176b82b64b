"""Branches of picks at a remote: real bare repositories, and several people at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from relauto.git.address import Address
from relauto.git.errors import UnreachableError
from relauto.git.remotes import Remote
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.model.names import Branch, Commit
from relauto.picking.fanout import Line, pick_series
from relauto.picking.pick_branches import place_branches
from relauto.picking.pick_push import push_branches
from tests.git.conftest import Clone
from tests.picking.test_picking_pick import TEXT, change

LINES = ("release-1", "release-2", "release-3")


@pytest.fixture
def server(tmp_path):
    """The remote: main with a fix, and three lines without it."""
    work = Clone(tmp_path / "work")
    work.commit("First", {"app.py": TEXT, "read.me": "read me\n"})
    for line in LINES:
        work.run("branch", line)
    work.commit("Fix (#12)", {"app.py": change(TEXT, 3, "fixed")})
    work.run("clone", "--quiet", "--bare", ".", str(tmp_path / "server.git"))
    return Git(tmp_path / "server.git")


class Engineer:
    """Somebody with a clone, who picks the fix onto every line, some minutes after the first, and pushes."""

    def __init__(self, folder, server, committer, minutes):
        self.clone = Clone(folder)
        self.clone.run("remote", "add", "origin", str(server.directory))
        self.committer = replace(committer, at=committer.at + timedelta(minutes=minutes))
        self.fetch()

    def fetch(self):
        self.clone.run("fetch", "--quiet", "--prune", "origin")

    def place(self, repository):
        fix = repository.resolve("main")
        lines = [Line(Branch(name), repository.resolve(name)) for name in LINES]
        made = [pick_series(repository, [fix], line, committer=self.committer) for line in lines]
        return place_branches(repository, made)

    def push(self, write=True):
        with Repository.open(self.clone.directory) as repository:
            url = self.clone.git.read("remote", "get-url", "origin")
            remote = Remote.of(repository, "origin", Address(url))
            self.sent = push_branches(repository, self.place(repository), remote, write=write)
            return [each.state for each in self.sent.pushed]

    @property
    def heads(self):
        return {each.placed.branch.ref: each.placed.series.head for each in self.sent.pushed}

    @property
    def reasons(self):
        return [each.reason for each in self.sent.pushed]

    def picks(self):
        return look(self.clone.git)


def look(git):
    rows = git.read("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/relauto").splitlines()
    return dict(row.split(" ") for row in rows)


@pytest.fixture
def ada(tmp_path, server, committer):
    return Engineer(tmp_path / "ada", server, committer, 0)


@pytest.fixture
def ben(tmp_path, server, committer):
    return Engineer(tmp_path / "ben", server, committer, 5)


def advance(server, line, *, name="Go on"):
    """Put another commit on a branch of the remote, and return it."""
    tip = server.read("rev-parse", line)
    who = {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    made = Git(server.directory, who).read("commit-tree", f"{tip}^{{tree}}", "-p", tip, "-m", name)
    server.run("update-ref", f"refs/heads/{line}", made)
    return Commit(made)


def ref_of(engineer, line):
    return next(ref for ref in engineer.heads if f"/{line}/" in ref)


def test_all_branches_are_pushed_and_found_there_again(ada, server):
    assert ada.push(write=False) == ["pushed"] * 3
    assert look(server) == {}
    assert (ada.push(), ada.sent.atomic) == (["pushed"] * 3, True)
    assert look(server) == ada.heads == ada.picks()
    before = look(server)
    assert ada.push() == ["there"] * 3
    assert look(server) == before


def test_running_again_does_what_is_missing_and_nothing_else(ada, server):
    ada.push()
    ref = ref_of(ada, "release-2")
    server.run("update-ref", "-d", ref)
    ada.clone.run("update-ref", "-d", ref)
    kept = {each: head for each, head in look(server).items() if each != ref}
    assert ada.push() == ["there", "pushed", "there"]
    assert look(server) == {**kept, ref: ada.heads[ref]}


def test_where_a_line_has_moved_its_branch_is_renewed(ada, server):
    ada.push()
    old = look(server)
    advance(server, "release-1")
    ada.fetch()
    assert ada.push() == ["renewed", "there", "there"]
    changed = {ref for ref, head in look(server).items() if head != old[ref]}
    assert changed == {ref_of(ada, "release-1")}


def test_what_a_person_pushed_there_stays_and_the_others_go(ada, ben, server):
    ada.push()
    ref = ref_of(ada, "release-1")
    theirs = advance(server, ref.removeprefix("refs/heads/"), name="Adapt it")
    assert ben.push() == ["refused", "adopted", "adopted"]
    branch = ref.removeprefix("refs/heads/")
    assert ben.reasons[0] == f"{branch} is at {theirs.short} there, which is not what a pick makes alone"
    assert look(server)[ref] == theirs
    advance(server, "release-1")
    ada.fetch()
    assert ada.push() == ["refused", "there", "there"]
    assert look(server)[ref] == theirs


def test_what_a_person_committed_here_is_not_pushed(ada, server):
    ada.push(write=False)
    ref = ref_of(ada, "release-1")
    ada.clone.run("checkout", "--quiet", ref.removeprefix("refs/heads/"))
    ada.clone.commit("Adapt it", {"app.py": "adapted\n"})
    ada.clone.run("checkout", "--quiet", "--detach")
    assert ada.push() == ["none", "pushed", "pushed"]
    assert ref not in look(server)


def test_of_two_at_once_one_wins_and_the_other_takes_that_over(ada, ben, server, monkeypatch):
    push, first = Remote.push, []

    def lose(self, updates, *, atomic):
        if not first:
            first.append(ben)
            assert ben.push() == ["pushed"] * 3
        return push(self, updates, atomic=atomic)

    monkeypatch.setattr(Remote, "push", lose)
    assert ada.push() == ["adopted"] * 3
    assert look(server) == ben.heads == ada.heads == ada.picks()
    assert (ada.push(), ben.push()) == (["there"] * 3, ["there"] * 3)


def test_a_race_for_one_line_holds_up_no_other(ada, ben, server, monkeypatch):
    push, first = Remote.push, []

    def lose(self, updates, *, atomic):
        if not first:
            first.append(ben)
            ben.push(write=False)
            ref = ref_of(ben, "release-2")
            server.run("fetch", "--quiet", str(ben.clone.directory), f"{ben.heads[ref]}:{ref}")
        return push(self, updates, atomic=atomic)

    ben.clone.run("config", "uploadpack.allowAnySHA1InWant", "true")
    monkeypatch.setattr(Remote, "push", lose)
    assert ada.push() == ["pushed", "adopted", "pushed"]
    assert look(server) == ada.heads


def test_a_remote_that_cannot_move_all_at_once_gets_each_by_itself(ada, server):
    server.run("config", "receive.advertiseAtomic", "false")
    assert (ada.push(), ada.sent.atomic) == (["pushed"] * 3, False)
    assert look(server) == ada.heads


def refuse(server, word):
    hook = server.directory / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\ncase "$1" in *{word}*) echo frozen >&2; exit 1;; esac\n')
    hook.chmod(0o755)


def test_what_a_remote_forbids_for_one_branch_stops_all_where_it_moves_all_or_none(ada, server):
    refuse(server, "release-2")
    assert (ada.push(), look(server)) == (["refused"] * 3, {})
    assert ada.reasons == [
        "it was not taken: [remote rejected] (atomic push failure)",
        "it was not taken: [remote rejected] (hook declined)",
        "it was not taken: [remote rejected] (atomic push failure)",
    ]
    (server.directory / "hooks" / "update").unlink()
    assert ada.push() == ["pushed"] * 3


def test_what_a_remote_forbids_for_one_branch_is_told_for_that_where_each_goes_by_itself(ada, server):
    server.run("config", "receive.advertiseAtomic", "false")
    refuse(server, "release-2")
    assert ada.push() == ["pushed", "refused", "pushed"]
    assert ada.reasons == ["", "it was not taken: [remote rejected] (hook declined)", ""]
    assert ref_of(ada, "release-2") not in look(server)


def test_a_push_whose_answer_was_lost_is_seen_to_have_gone_through(ada, server, monkeypatch):
    push = Remote.push

    def break_off(self, updates, *, atomic):
        answer = push(self, updates, atomic=atomic)
        return replace(answer, status=128, output=b"", error="fatal: the remote end hung up unexpectedly")

    monkeypatch.setattr(Remote, "push", break_off)
    assert ada.push() == ["pushed"] * 3
    assert look(server) == ada.heads


def test_somebody_elses_pick_is_not_taken_over_where_the_branch_is_checked_out(ada, ben, server):
    ben.push()
    ada.push(write=False)
    ada.clone.run("checkout", "--quiet", ref_of(ada, "release-1").removeprefix("refs/heads/"))
    before = ada.picks()
    assert ada.push() == ["refused", "adopted", "adopted"]
    assert ada.reasons[0].endswith("is checked out here")
    assert ada.picks()[ref_of(ada, "release-1")] == before[ref_of(ada, "release-1")]


def test_a_remote_that_is_not_reached_is_told(ada, tmp_path):
    ada.clone.run("remote", "set-url", "origin", str(tmp_path / "nowhere"))
    with pytest.raises(UnreachableError):
        ada.push()


def test_others_that_keep_moving_a_branch_are_told_of(ada, ben, server, monkeypatch):
    push, count = Remote.push, iter(range(9))

    def lose(self, updates, *, atomic):
        ref = updates[0].ref
        there = server.ask("rev-parse", "--verify", "--quiet", ref).status == 0
        server.run("update-ref", *(["-d", ref] if there else [ref, "release-1"]))
        next(count)
        return push(self, updates, atomic=atomic)

    monkeypatch.setattr(Remote, "push", lose)
    states = ada.push()
    assert states[0] == "refused"
    assert next(count) <= 3
