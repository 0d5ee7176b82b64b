from dataclasses import replace
from datetime import timedelta

import pytest

from relauto.git.errors import RefMovedError
from relauto.git.refs import RefUpdate
from relauto.git.signer import make_ssh_key
from relauto.model.names import Branch
from relauto.picking import pick_branches
from relauto.picking.fanout import Line, pick_series
from relauto.picking.pick_branches import name_branch, place_branches
from tests.picking.test_picking_pick import TEXT, change, line, on_line

__all__ = ["line"]


@pytest.fixture
def fix(line):
    return line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})


@pytest.fixture
def make(line, repository, committer, fix):
    """Pick the fix onto `line` as it stands, so many minutes later."""

    def pick_later(minutes=0, name="line", **changes):
        later = replace(committer, at=committer.at + timedelta(minutes=minutes), **changes)
        return pick_series(repository, [fix], Line(Branch(name), repository.resolve(name)), committer=later)

    return pick_later


def look(repository):
    return repository.refs("refs/heads/relauto")


def test_a_branch_is_named_by_line_and_fixes(fix):
    assert name_branch(Branch("line"), [fix, fix]) == f"relauto/pick/line/{fix.short}-{fix.short}"


def test_a_pick_is_put_on_its_branch_and_found_there_later(repository, fix, make):
    series = make()
    (placed,) = place_branches(repository, [series])
    assert (placed.state, placed.branch) == ("created", f"relauto/pick/line/{fix.short}")
    assert look(repository) == {placed.branch.ref: series.head}
    (again,) = place_branches(repository, [make(minutes=5, name="line")])
    assert (again.state, again.series.head) == ("there", series.head)
    assert look(repository) == {placed.branch.ref: series.head}


def test_without_writing_it_is_only_told(repository, make):
    (placed,) = place_branches(repository, [make()], write=False)
    assert (placed.state, look(repository)) == ("created", {})


def test_where_the_line_has_moved_the_pick_is_renewed(line, repository, make):
    place_branches(repository, [make()])
    on_line(line, "Moved", {"read.me": "moved\n"})
    series = make(minutes=5)
    (placed,) = place_branches(repository, [series])
    assert placed.state == "renewed"
    assert look(repository) == {placed.branch.ref: series.head}


def test_a_branch_that_is_checked_out_is_not_moved(line, repository, make):
    (placed,) = place_branches(repository, [make()])
    before = look(repository)
    on_line(line, "Moved", {"read.me": "moved\n"})
    line.switch(placed.branch)
    (refused,) = place_branches(repository, [make()])
    assert (refused.state, refused.reason) == (
        "refused",
        f"{placed.branch} is checked out, and line has moved",
    )
    assert look(repository) == before


@pytest.mark.parametrize("moved", [False, True])
def test_what_a_person_pushed_there_stays(line, repository, make, moved):
    (placed,) = place_branches(repository, [make()])
    line.switch(placed.branch)
    theirs = line.commit("Adapt it", {"app.py": "adapted\n"})
    line.switch("main")
    if moved:
        on_line(line, "Moved", {"read.me": "moved\n"})
    (refused,) = place_branches(repository, [make()])
    assert (refused.state, refused.reason) == (
        "refused",
        f"{placed.branch} is at {theirs.short}, which is not what a pick makes alone",
    )
    assert look(repository) == {placed.branch.ref: theirs}


def test_a_pick_that_somebody_made_by_hand_is_there(line, repository, fix, make):
    series = make()
    line.run("checkout", "--quiet", "-b", name_branch(Branch("line"), [fix]), "line")
    line.run("cherry-pick", "-x", fix)
    theirs = line.head
    (placed,) = place_branches(repository, [series])
    assert (placed.state, placed.series.head) == ("there", theirs)


def test_one_line_that_is_refused_holds_up_no_other(line, repository, make):
    line.run("branch", "other", "line")
    ours, other = make(), make(name="other")
    branch = name_branch(Branch("line"), ours.fixes)
    line.run("branch", branch, "main")
    placed = place_branches(repository, [ours, other])
    assert [each.state for each in placed] == ["refused", "created"]
    assert look(repository) == {placed[1].branch.ref: other.head, branch.ref: repository.resolve("main")}


def test_of_what_does_not_apply_or_is_there_no_branch_is_made(line, repository, make, fix):
    on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    (placed,) = place_branches(repository, [make()])
    assert (placed.state, look(repository)) == ("none", {})
    (placed,) = place_branches(repository, [make(name="main")])
    assert (placed.state, placed.series.picked[0].pick.status, look(repository)) == ("none", "already", {})


def test_two_that_race_for_a_line_end_with_one_pick(repository, make, monkeypatch):
    ours, theirs = make(minutes=1), make(minutes=2)
    branch = name_branch(Branch("line"), ours.fixes)
    update = type(repository).update_refs

    def lose(self, updates):
        monkeypatch.setattr(type(repository), "update_refs", update)
        update(self, [RefUpdate(branch.ref, None, theirs.head)])
        update(self, updates)

    monkeypatch.setattr(type(repository), "update_refs", lose)
    (placed,) = place_branches(repository, [ours])
    assert (placed.state, placed.series.head) == ("there", theirs.head)
    assert look(repository) == {branch.ref: theirs.head}


def test_a_transaction_that_cannot_be_made_makes_no_branch(line, repository, make):
    line.run("branch", "other", "line")
    lock = line.directory / ".git" / "refs" / "heads" / f"{name_branch(Branch('other'), make().fixes)}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(RefMovedError):
        place_branches(repository, [make(), make(name="other")])
    assert look(repository) == {}


def test_signed_picks_are_known_again(repository, make, tmp_path):
    signer = make_ssh_key(tmp_path / "key", "robin")
    (placed,) = place_branches(repository, [make()], signer=signer)
    head = placed.series.head
    assert (placed.state, repository.is_signed(head)) == ("created", True)
    assert look(repository) == {placed.branch.ref: head}
    assert placed.series.picked[0].commit == head
    (again,) = place_branches(repository, [make(minutes=5)], signer=signer)
    assert (again.state, again.series.head, again.series.picked[0].commit) == ("there", head, head)


def test_a_branch_without_a_common_history_stays(line, repository, make):
    island = repository.write_object(
        replace(repository.commit_object(repository.resolve("main")), parents=())
    )
    branch = name_branch(Branch("line"), make().fixes)
    repository.update_refs([RefUpdate(branch.ref, None, island)])
    (refused,) = place_branches(repository, [make()])
    assert refused.state == "refused"
    assert pick_branches.name_branch(Branch("line"), make().fixes).ref in look(repository)
