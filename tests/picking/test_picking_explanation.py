"""Why a pick conflicts, on histories in which only one answer is right."""

from time import perf_counter

import pytest

from relauto.git.merge import merge
from relauto.model.names import Branch
from relauto.picking.claims import Claims
from relauto.picking.explanation import Explanation, explain
from relauto.picking.fanout import Line, pick_series
from relauto.picking.prerequisites import Limits
from tests.picking.test_picking_pick import TEXT, change, line, on_line

__all__ = ["line"]


def told(repository, fix, onto, limits=None):
    """Return what was proved, without what it cost."""
    found = explain(repository, fix, onto, limits=limits)
    return Explanation(found.prerequisites, found.line, found.missing, found.in_part)


def test_the_commits_that_are_missing_are_found_in_order(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    one = line.commit("One", {"app.py": change(TEXT, 3, "one")})
    line.commit("Elsewhere", {"app.py": change(change(TEXT, 3, "one"), 15, "elsewhere")})
    two = line.commit("Two", {"app.py": change(change(TEXT, 3, "two"), 15, "elsewhere")})
    fix = line.commit("Fix", {"app.py": change(change(TEXT, 3, "fixed"), 15, "elsewhere")})
    assert told(repository, fix, onto) == Explanation((one, two))
    series = pick_series(repository, [one, two, fix], Line(Branch("line"), onto), committer=committer)
    assert series.is_whole
    assert told(repository, fix, onto, Limits(commits=1)) == Explanation()


def test_a_pick_that_takes_longer_than_there_is_time_ends_the_search(line, repository, monkeypatch):
    """The fix is picked, and then the commit that it needs, in the middle of which time is up."""
    onto = on_line(line, "Other", {"read.me": "other\n"})
    one = line.commit("One", {"app.py": change(TEXT, 3, "one")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})

    def merge_late(repository, base, ours, theirs, *, until):
        return merge(repository, base, ours, theirs, until=perf_counter() if theirs == one else until)

    monkeypatch.setattr("relauto.picking.explanation.merge", merge_late)
    assert (told(repository, fix, onto), explain(repository, fix, onto).picks) == (Explanation(), 2)
    monkeypatch.undo()
    assert told(repository, fix, onto) == Explanation((one,))


def test_a_file_that_the_line_lacks_comes_by_who_made_it(line, repository):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    made = line.commit("Made", {"new.py": TEXT})
    fix = line.commit("Fix", {"new.py": change(TEXT, 3, "fixed")})
    assert told(repository, fix, onto) == Explanation((made,))


def test_the_lines_own_change_is_in_the_way(line, repository):
    ours = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    onto = on_line(line, "Far", {"app.py": change(change(TEXT, 3, "ours"), 9, "near")})
    line.commit("Far", {"app.py": change(TEXT, 15, "far")})
    fix = line.commit("Fix", {"app.py": change(change(TEXT, 15, "far"), 3, "fixed")})
    assert told(repository, fix, onto) == Explanation(line=(ours,))


def test_what_the_line_changed_twice_is_taken_back_newest_first(line, repository):
    one = on_line(line, "One", {"app.py": change(TEXT, 3, "one")})
    two = on_line(line, "Two", {"app.py": change(TEXT, 3, "two")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert told(repository, fix, two) == Explanation(line=(two, one))


def test_a_file_that_the_line_took_away(line, repository):
    gone = on_line(line, "Gone", {"app.py": None})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert told(repository, fix, onto) == Explanation(line=(gone,))


def test_both_sides_have_a_hand_in_it(line, repository):
    ours = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    before = line.commit("Before", {"app.py": change(TEXT, 15, "before")})
    fix = line.commit("Fix", {"app.py": change(change(TEXT, 15, "fixed"), 3, "fixed")})
    assert told(repository, fix, ours) == Explanation(line=(ours,), missing=(before,))


def test_of_a_commit_that_does_not_apply_itself_what_it_did_to_the_file_in_conflict_counts(line, repository):
    """Its other files conflict with a stack of changes on the line that is too high to be taken back."""
    for number in range(8):
        onto = on_line(line, f"Ours {number}", {"read.me": f"ours {number}\n"})
    before = line.commit("Before", {"app.py": change(TEXT, 3, "before"), "read.me": "before\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert told(repository, fix, onto) == Explanation(missing=(before,), in_part=True)


def test_many_prerequisites_are_told_beside_what_one_of_them_did_to_the_file_in_conflict(line, repository):
    onto = on_line(line, "Other", {"other.me": "other\n"})
    lower = line.commit("Lower", {"read.me": "lower\n"})
    upper = line.commit("Upper", {"read.me": "upper\n"})
    before = line.commit("Before", {"app.py": change(TEXT, 3, "before"), "read.me": "before\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    found = told(repository, fix, onto)
    assert found == Explanation((lower, upper, before), missing=(before,), in_part=True)


def test_what_needs_too_much_itself_is_not_searched_to_the_end(line, repository):
    """A file came by a commit that changed thirteen others, each of which the line lacks."""
    onto = on_line(line, "Other", {"read.me": "other\n"})
    names = [f"{number}.txt" for number in range(13)]
    line.commit("Others", dict.fromkeys(names, TEXT))
    moved = line.commit("All", {"new.py": TEXT, **dict.fromkeys(names, change(TEXT, 3, "all"))})
    fix = line.commit("Fix", {"new.py": change(TEXT, 3, "fixed")})
    assert told(repository, fix, onto) == Explanation(missing=(moved,), in_part=True)
    assert explain(repository, fix, onto).picks <= 4


def test_the_lines_version_of_a_commit_is_told_from_that_commit(line, repository):
    """The line has it, in its own words: to pick it again helps nobody, its words are in the way."""
    line.commit("Say it louder now (#12)", {"app.py": change(TEXT, 3, "louder")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "[line] Say it louder now (#12) (#15)", {"app.py": change(TEXT, 3, "loud")})
    assert told(repository, fix, onto).prerequisites == ()
    assert told(repository, fix, onto).line == (onto,)


@pytest.mark.parametrize(
    "message",
    [
        "[line] One more thing (#12) (#15)",
        "One more thing",
        "Otherwise (#12)",
        "Backport PR #12: otherwise",
        "Otherwise\n\n(cherry picked from commit {})",
    ],
)
def test_what_is_on_the_line_by_another_id_is_not_proposed(line, repository, message):
    one = line.commit("One more thing (#12)", {"app.py": change(TEXT, 3, "one"), "new.py": "new\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, message.format(one), {"other.py": "adapted\n"})
    assert told(repository, fix, onto).prerequisites == ()


def test_what_a_merge_brought_is_on_the_line_by_a_commit_of_it(line, repository):
    line.switch("topic", "main")
    line.commit("Say it louder now", {"app.py": change(TEXT, 3, "louder")})
    line.switch("main")
    line.merge("topic", "Merge pull request #7 from ada/topic")
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Say it louder now", {"other.py": "adapted\n"})
    assert told(repository, fix, onto).prerequisites == ()


def test_what_the_patch_alone_shows_to_be_on_the_line_is_not_proposed(line, repository):
    line.commit("One", {"new.py": TEXT})
    line.commit("Two", {"new.py": change(TEXT, 3, "two")})
    fix = line.commit("Fix", {"new.py": change(TEXT, 3, "fixed")})
    on_line(line, "Uno", {"new.py": TEXT})
    onto = on_line(line, "Away", {"new.py": None})
    assert told(repository, fix, onto).prerequisites == ()


def test_what_was_reverted_on_the_line_does_not_count_as_there(line, repository):
    one = line.commit("One more thing (#12)", {"app.py": change(TEXT, 3, "one")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    picked = on_line(line, "One more thing (#12) (#15)", {"app.py": change(TEXT, 3, "one")})
    onto = on_line(
        line, f'Revert "One more thing (#12) (#15)"\n\nThis reverts commit {picked}.', {"app.py": TEXT}
    )
    assert told(repository, fix, onto) == Explanation((one,))


def test_a_search_keeps_within_its_picks(line, repository):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    line.commit("One", {"app.py": change(TEXT, 3, "one")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert explain(repository, fix, onto, limits=Limits(picks=2)).picks == 2
    assert told(repository, fix, onto, Limits(picks=2)) == Explanation()


def test_what_a_picked_revert_took_back_is_missing_again(line, repository):
    one = line.commit("One", {"app.py": change(TEXT, 3, "one")})
    line.run("revert", "--no-edit", one)
    undone = line.head
    line.run("revert", "--no-edit", undone)
    again = line.head
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    line.switch("line")
    line.run("cherry-pick", "-x", one)
    claims = Claims(repository, repository.merge_base(line.head, fix), line.head)
    # The same change, but the line may have been meant to lose it: picking it shows.
    assert (claims.is_told(one), claims.is_there(again)) == (True, False)
    line.run("cherry-pick", "-x", undone)
    claims = Claims(repository, repository.merge_base(line.head, fix), line.head)
    assert (claims.is_there(one), claims.is_there(again)) == (False, False)
    assert told(repository, fix, line.head) == Explanation((again,))
