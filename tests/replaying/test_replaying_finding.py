"""Which commits of a history are taken for backports, and of what."""

import pytest

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.model.names import Branch
from relauto.picking.words import find_pulls, strip_subject
from relauto.replaying.finding import find_pairs
from relauto.replaying.pairs import Pair


def find(history, main="main"):
    said = []
    with Repository.open(history.directory) as repository:
        return list(find_pairs(repository, Branch(main), said.append)), said


def pair(history, fix, made, by):
    return Pair(fix, history.parent(made), made, by)


def test_each_sign_tells_a_backport(history):
    fixes = [
        history.fix("Stop the crash on start (#11)", 3, "one"),
        history.fix("Handle empty orders (#12)", 9, "two"),
        history.fix("Keep the ledger open", 15, "three"),
        history.fix("Round to cents", 21, "four"),
    ]
    made = [
        history.fix(f"By hand\n\n(cherry picked from commit {fixes[0]})", 3, "one", "line"),
        history.fix("[1.x] Empty orders, adapted (#12) (#40)", 9, "otherwise", "line"),
        history.fix("[line] Keep the ledger open (#41)", 15, "three", "line"),
        history.fix("Rounding", 21, "four", "line"),
    ]
    found, said = find(history)
    assert found == [
        pair(history, fixes[2], made[2], "subject"),
        pair(history, fixes[1], made[1], "pull"),
        pair(history, fixes[0], made[0], "trailer"),
        pair(history, fixes[3], made[3], "patch-id"),
    ]
    assert said == [
        "reading main",
        "5 commits on main, 1 other branch",
        "comparing the patches of 1 commit that names nothing",
    ]


def test_a_merge_is_found_by_its_pull_request(history):
    history.switch("topic", "main")
    history.commit("Count the stock", {"stock.py": "stock\n"})
    history.switch("main")
    merged = history.merge("topic", "Merge pull request #7 from ada/topic")
    history.switch("line")
    made = history.commit("Merge pull request #7 from ada/topic (#8)", {"stock.py": "stock\n"})
    history.switch("main")
    history.run("branch", "-D", "topic")
    assert find(history)[0] == [pair(history, merged, made, "pull")]


def test_what_is_later_on_main_was_not_picked_from_there(history):
    history.fix("Fix the till in a hurry", 3, "one", "line")
    history.fix("Fix the till in a hurry", 3, "one")
    assert find(history)[0] == []


def test_what_the_line_has_anyway_was_not_picked(history):
    history.fix("Fix the till in a hurry (#5)", 3, "one")
    history.run("branch", "later", "main")
    history.text["later"] = history.text["main"]
    history.fix("Fix the till in a hurry, once more (#5) (#6)", 9, "two", "later")
    assert find(history)[0] == []


def test_two_candidates_are_none(history):
    history.fix("Update the list of plugins", 3, "one")
    history.fix("Undo it", 3, "line 3")
    history.fix("Update the list of plugins", 3, "one")
    history.fix("Update the list of plugins", 3, "one", "line")
    assert find(history)[0] == []


def test_several_fixes_in_one_commit_are_no_pair(history):
    one, two = history.fix("First fix of two", 3, "one"), history.fix("Second fix of two", 9, "two")
    history.switch("line")
    trailers = "".join(f"(cherry picked from commit {each})\n" for each in (one, two))
    history.commit(f"Both fixes\n\n{trailers}", {"app.py": history.text["main"]})
    history.switch("main")
    assert find(history)[0] == []


def test_a_pick_of_a_pick_is_of_the_commit_of_main(history):
    fix = history.fix("Stop the crash on start", 3, "one")
    history.run("branch", "older", "line")
    history.text["older"] = history.text["line"]
    first = history.fix(f"Stop the crash\n\n(cherry picked from commit {fix})", 3, "one", "line")
    trailers = f"(cherry picked from commit {fix})\n(cherry picked from commit {first})"
    second = history.fix(f"Stop the crash\n\n{trailers}", 3, "one", "older")
    assert find(history)[0] == [
        pair(history, fix, second, "trailer"),
        pair(history, fix, first, "trailer"),
    ]


def test_a_revert_is_no_backport_of_what_it_takes_back(history):
    history.fix("Stop the crash on start (#11)", 3, "one")
    history.fix('Revert "Stop the crash on start (#11)" (#20)', 9, "two", "line")
    assert find(history)[0] == []


def test_a_number_alone_does_not_count_where_no_file_is_shared(history):
    history.fix("Stop the crash on start (#11)", 3, "one")
    history.switch("line")
    history.commit("Tell of the crash (#11) (#12)", {"news.md": "news\n"})
    history.switch("main")
    assert find(history)[0] == []


def test_a_root_commit_and_a_merge_of_the_line_are_passed_over(history):
    history.fix("Stop the crash on start", 3, "one")
    history.run("checkout", "--quiet", "--orphan", "island")
    history.commit("Stop the crash on start")
    history.switch("side", "line")
    history.commit("Beside the line", {"side.py": "side\n"})
    history.switch("line")
    history.merge("side", "Stop the crash on start")
    assert find(history)[0] == []


def test_remote_branches_count_once(history, tmp_path):
    fix = history.fix("Stop the crash on start", 3, "one")
    made = history.fix("Stop the crash on start", 3, "one", "line")
    history.run("clone", "--quiet", str(history.directory), str(tmp_path / "copy"))
    history.directory = tmp_path / "copy"
    history.git = type(history.git)(history.directory)
    history.run("branch", "mine", "origin/line")
    assert find(history)[0] == [pair(history, fix, made, "subject")]


def test_a_clone_without_files_finds_what_messages_tell(history, tmp_path):
    told = history.fix("Stop the crash on start", 3, "one")
    history.fix("Round to cents", 21, "four")
    made = history.fix("Stop the crash on start", 3, "one", "line")
    history.fix("Rounding", 21, "four", "line")
    history.run("config", "uploadpack.allowFilter", "true")
    source = f"file://{history.directory}"
    history.run("clone", "--quiet", "--bare", "--filter=blob:none", source, str(tmp_path / "partial"))
    expected = [pair(history, told, made, "subject")]
    history.directory = tmp_path / "partial"
    found, said = find(history)
    assert found == expected
    assert said[-1] == "patches were not compared: this clone lacks files"


def test_an_unknown_main_is_refused(history):
    with pytest.raises(InputError, match="no branch called 'trunk'"):
        find(history, "trunk")


@pytest.mark.parametrize(
    ("subject", "stripped"),
    [
        ("[stable-2.9] display - remove the line (#65199) (#66768)", "display - remove the line"),
        ("[PR #12048/73d754b2 backport][8.1.x] Fix the order of fixtures", "fix the order of fixtures"),
        ("Backport/2.8/59345 ce_rollback: load the xml (#59445)", "ce_rollback: load the xml"),
        ("[3.12] gh-1: Add what was asked (GH-12) (GH-34)", "gh-1: add what was asked"),
        ("Handle it better. (cherry picked from commit 484e4af4d0)", "handle it better"),
        ("Remove the stray …", "remove the stray"),
        ("fix tests", ""),
        ("v1.2.3-rc1-final", ""),
    ],
)
def test_a_subject_without_what_a_backport_adds(subject, stripped):
    assert strip_subject(subject) == stripped


@pytest.mark.parametrize(
    ("message", "pulls"),
    [
        ("[stable-2.9] Remove the line (#65199) (#66768)", (65199, 66768)),
        ("[PR #12048/73d754b2 backport][8.1.x] Fix it", (12048,)),
        ("Backport/2.8/59345 ce_rollback: load it (#59445)", (59345, 59445)),
        ("[3.12] gh-1: Add it (GH-12) (GH-34)", (12, 34)),
        ("Merge pull request #14865 from ada/fix", (14865,)),
        ("Fix it (#5)\n\nBackport of https://github.com/acme/till/pull/3\nFixes #2 (#1)", (5, 3)),
        ('Revert "Fix it (#5)" (#6)', (6,)),
        ("Follow #12 up", ()),
    ],
)
def test_the_pull_requests_that_a_message_names(message, pulls):
    assert find_pulls(message) == pulls
