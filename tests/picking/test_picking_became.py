"""What a pull request became on main, in the shapes that GitHub and people make, and in hostile ones."""

import pytest

from relauto.picking.became import find_became
from relauto.picking.pick import pick

TEXT = "".join(f"line {number}\n" for number in range(1, 31))


def change(*numbers, text=TEXT):
    for number in numbers:
        text = text.replace(f"line {number}\n", f"changed {number}\n")
    return text


@pytest.fixture
def work(clone):
    """Main, and a branch `topic` of two commits; main went on elsewhere."""
    clone.commit("First", {"app.py": TEXT})
    clone.switch("topic", "main")
    clone.one = clone.commit("One", {"app.py": change(3)})
    clone.two = clone.commit("Two", {"new.py": "new\n"})
    clone.switch("main")
    clone.commit("Go on", {"other.py": "other\n"})
    return clone


def squash(clone, message="Squashed (#12)"):
    clone.switch("main")
    clone.run("merge", "--quiet", "--squash", "topic")
    return clone.commit(message)


def rebase(clone, *commits):
    clone.switch("main")
    made = []
    for commit in commits:
        clone.run("cherry-pick", "--allow-empty", commit)
        made.append(clone.head)
    return tuple(made)


@pytest.fixture
def look(repository):
    def ask(merged, head):
        found = find_became(repository, repository.resolve(merged), repository.resolve(head))
        assert bool(found.commits) == (found.shape != "unknown")
        assert bool(found.evidence) == (found.shape == "unknown")
        return (found.shape, found.commits) if found.commits else found.evidence

    return ask


def test_a_merge_commit_stands_for_itself(work, look):
    merged = work.merge("topic", "Merge pull request #12 from acme/topic")
    assert look(merged, "topic") == ("merge", (merged,))


def test_a_squash_is_one_commit_though_main_went_on(work, look):
    assert look(squash(work), "topic") == ("squash", (work.head,))


def test_a_rebase_is_as_many_commits_as_the_branch_has(work, look):
    made = rebase(work, work.one, work.two)
    assert look("main", "topic") == ("rebase", made)


def test_of_a_fast_forward_the_last_is_known(work, look):
    assert look(work.two, work.two) == ("fast-forward", (work.two,))


def test_a_branch_whose_only_merge_was_pushed_to_main_does_not_stand_for_what_main_had(work, repository):
    work.switch("topic")
    pushed = work.merge("main", "Merge main")
    assert find_became(repository, pushed, pushed).commits == ()


@pytest.mark.parametrize("way", ["squash", "rebase"])
def test_a_branch_of_one_commit(work, look, way):
    work.run("branch", "-f", "topic", work.one)
    made = squash(work) if way == "squash" else rebase(work, work.one)[-1]
    assert look(made, "topic") == ("squash", (made,))


def test_a_branch_of_one_commit_that_main_holds_in_part_is_what_the_merge_gave(work, look):
    work.run("branch", "-f", "topic", "main~1")
    work.switch("topic")
    work.commit("Both", {"app.py": change(3, 20)})
    work.switch("main")
    work.commit("A part of it", {"app.py": change(3)})
    assert look(squash(work), "topic") == ("squash", (work.head,))


def test_another_commit_with_the_right_number_is_refused(work, look):
    work.run("branch", "-f", "topic", work.one)
    wrong = work.commit("One (#12)", {"app.py": change(9)})
    assert look(wrong, "topic") == (
        f"the 1 commit of the pull request is neither the last 1 up to {wrong.short} (a rebase) nor that "
        "commit alone (a squash)"
    )


def test_a_rebase_that_was_edited_is_refused_also_where_its_end_looks_like_a_squash(work, look):
    work.switch("main")
    work.run("cherry-pick", "--no-commit", work.one)
    work.commit("One", {"extra.py": "extra\n"})
    last = rebase(work, work.two)[-1]
    assert look(last, "topic") == (
        f"the 2 commits of the pull request are neither the last 2 up to {last.short} (a rebase) nor that "
        "commit alone (a squash)"
    )


def test_a_rebase_whose_last_commit_was_edited_is_refused(work, look):
    rebase(work, work.one)
    work.commit("Two", {"new.py": "newer\n"})
    assert "neither the last 2 up to" in look("main", "topic")


def test_a_squash_that_was_edited_is_refused(work, look):
    work.run("merge", "--quiet", "--squash", "topic")
    work.commit("Squashed", {"new.py": "another\n"})
    assert "nor that commit alone (a squash)" in look("main", "topic")


def test_empty_commits_are_no_part_of_a_rebase(work, look):
    work.switch("topic")
    empty = work.commit("Run CI again", allow_empty=True)
    kept = rebase(work, work.one, work.two, empty)
    assert look("main", "topic") == ("rebase", kept[:2])
    work.run("reset", "--quiet", "--hard", "HEAD~3")
    made = rebase(work, work.one, work.two)
    assert look("main", "topic") == ("rebase", made)


def test_main_merged_into_the_branch_is_no_part_of_it(work, look):
    work.switch("topic")
    work.merge("main", "Merge main")
    work.three = work.commit("Three", {"app.py": change(3, 25)})
    work.switch("main")
    work.commit("On and on", {"on.py": "on\n"})
    start = work.head
    assert look(squash(work), "topic") == ("squash", (work.head,))
    work.run("reset", "--quiet", "--hard", start)
    made = rebase(work, work.one, work.two, work.three)
    assert look("main", "topic") == ("rebase", made)
    work.run("reset", "--quiet", "--hard", start)
    assert look(work.merge("topic", "Merge pull request #12"), "topic") == ("merge", (work.head,))


def test_what_a_merge_commit_changed_itself_is_picked_with_it(work, look, repository, committer):
    work.run("branch", "line", "main~1")
    work.ask("merge", "--no-commit", "--no-ff", "topic")
    merged = work.commit("Merge, and more", {"evil.py": "evil\n"})
    assert look(merged, "topic") == ("merge", (merged,))
    made = pick(repository, [merged], repository.resolve("line"), committer=committer)
    assert set(repository.changed_paths(repository.resolve("line"), made.commits[-1])) == {
        "app.py",
        "new.py",
        "evil.py",
    }


def test_a_merge_of_main_into_the_branch_that_became_main_is_refused(work, look):
    work.switch("topic")
    merged = work.merge("main", "Merge main into topic")
    work.switch("main")
    work.run("reset", "--quiet", "--hard", "topic")
    assert look(merged, work.two) == (
        f"{merged.short} merges something else: its first parent holds {work.two.short} already"
    )


def test_a_merge_of_another_branch_and_one_of_several_are_refused(work, look):
    work.switch("side", "main")
    side = work.commit("Side", {"side.py": "side\n"})
    work.switch("main")
    merged = work.merge("side", "Merge pull request #13 from acme/side")
    assert look(merged, "topic") == f"{merged.short} does not merge {work.two.short}"
    work.run("reset", "--quiet", "--hard", "HEAD~1")
    work.commit("Meanwhile", {"more.py": "more\n"})
    work.run("merge", "--quiet", "-m", "Merge both", "topic", "side")
    assert look("main", side) == f"{work.head.short} merges 2 branches at once"


def test_one_that_was_merged_reverted_and_merged_again_is_its_last_merge(work, look):
    first = squash(work)
    work.run("revert", "--no-edit", first)
    again = squash(work, "Squashed again (#12)")
    assert look(again, "topic") == ("squash", (again,))
    assert look(first, "topic") == ("squash", (first,))


def test_what_came_after_the_merge_is_no_pull_request(work, look):
    work.merge("topic", "Merge pull request #12")
    later = work.commit("Later", {"later.py": "later\n"})
    assert look(later, "topic") == (f"{later.short} builds on {work.two.short}, so it is no merge of the two")
    assert "builds on" in look(work.two, later)


def test_what_shares_no_history_is_refused(work, look):
    work.run("checkout", "--quiet", "--orphan", "island")
    island = work.commit("Island", {"island.py": "island\n"})
    main = work.git.read("rev-parse", "main")
    assert look("main", island) == f"{main[:10]} and {island.short} share no history"


def test_a_squash_of_what_main_held_in_part_is_told_from_a_rebase_by_what_lies_below(work, look):
    work.switch("main")
    work.run("cherry-pick", "--no-commit", work.two)
    work.commit("The same by others", {"theirs.py": "theirs\n"})
    for number in range(2):
        work.commit(f"Go on {number}", {f"on{number}.py": "on\n"})
    made = squash(work)
    assert look(made, "topic") == ("squash", (made,))
