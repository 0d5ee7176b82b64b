"""What is proposed for a conflict, on histories in which only one answer is right."""

import pytest

from relauto.git.fanout import Line, pick_series
from relauto.git.prerequisites import Limits
from relauto.git.remedies import find_remedy, undress
from relauto.model.names import Branch
from tests.git.test_git_pick import TEXT, change, line, on_line

__all__ = ["line"]


def test_the_commits_that_are_missing_are_found_in_order(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    one = line.commit("One", {"app.py": change(TEXT, 3, "one")})
    line.commit("Elsewhere", {"app.py": change(change(TEXT, 3, "one"), 15, "elsewhere")})
    two = line.commit("Two", {"app.py": change(change(TEXT, 3, "two"), 15, "elsewhere")})
    fix = line.commit("Fix", {"app.py": change(change(TEXT, 3, "fixed"), 15, "elsewhere")})
    assert find_remedy(repository, fix, onto) == (one, two)
    series = pick_series(repository, [one, two, fix], Line(Branch("line"), onto), committer=committer)
    assert series.is_whole
    assert find_remedy(repository, fix, onto, Limits(commits=1)) == ()


def test_a_file_that_the_line_lacks_comes_by_who_made_it(line, repository):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    made = line.commit("Made", {"new.py": TEXT})
    fix = line.commit("Fix", {"new.py": change(TEXT, 3, "fixed")})
    assert find_remedy(repository, fix, onto) == (made,)


def test_where_the_lines_own_change_is_in_the_way_nothing_helps(line, repository):
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    line.commit("Far", {"app.py": change(TEXT, 15, "far")})
    fix = line.commit("Fix", {"app.py": change(change(TEXT, 15, "far"), 3, "fixed")})
    assert find_remedy(repository, fix, onto) == ()


@pytest.mark.parametrize("message", ["[line] One (#12) (#15)", "One", "Otherwise (#12)"])
def test_what_is_on_the_line_by_another_id_is_not_proposed(line, repository, message):
    line.commit("One (#12)", {"app.py": change(TEXT, 3, "one"), "new.py": "new\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, message, {"other.py": "adapted\n"})
    assert find_remedy(repository, fix, onto) == ()


def test_what_was_reverted_on_the_line_does_not_count_as_there(line, repository):
    one = line.commit("One (#12)", {"app.py": change(TEXT, 3, "one")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, 'Revert "One (#12)"', {"read.me": "reverted\n"})
    assert find_remedy(repository, fix, onto) == (one,)


@pytest.mark.parametrize(
    "subject", ["Fix it", "Fix it (#12)", "[release-1.4] Fix it (#12) (#15)", "[1.4][backport] Fix it"]
)
def test_a_subject_is_known_whatever_it_wears(subject):
    assert undress(subject) == "Fix it"
