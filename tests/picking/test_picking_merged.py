import pytest

from relauto.errors import InputError
from relauto.picking.merged import find_merged
from tests.picking.test_picking_became import change, rebase, squash, work

__all__ = ["work"]


@pytest.fixture
def look(repository):
    def ask(head="topic"):
        found = find_merged(repository, repository.resolve("main"), repository.resolve(head), 12)
        return found and (found.shape, found.commits)

    return ask


def test_what_is_not_merged_is_none(work, look):
    assert look() is None
    work.switch("main")
    work.commit("See #12", {"see.me": "see\n"})
    assert look() is None


def test_a_merge_is_found_by_its_head_though_main_went_on(work, look):
    merged = work.merge("topic", "Merge it by hand")
    work.switch("side", "main")
    work.commit("Side", {"side.py": "side\n"})
    work.switch("main")
    work.merge("side", "Merge side")
    assert look() == ("merge", (merged,))


def test_a_squash_is_found_by_its_number(work, look):
    made = squash(work)
    work.commit("Later", {"later.py": "later\n"})
    assert look() == ("squash", (made,))


def test_a_rebase_is_found_by_its_last_patch(work, look):
    made = rebase(work, work.one, work.two)
    work.commit("Later", {"later.py": "later\n"})
    assert look() == ("rebase", made)


def test_a_number_that_another_commit_bears_proves_nothing(work, look):
    work.commit("Something else (#12)", {"app.py": change(9)})
    with pytest.raises(InputError, match="what pull request #12 became cannot be told: the 2 commits"):
        look()


def test_one_that_was_merged_twice_is_for_a_person(work, look):
    first = squash(work)
    work.run("revert", "--no-edit", first)
    again = squash(work)
    with pytest.raises(InputError, match=f"was merged 2 times: {first.short}, {again.short}"):
        look()


def test_of_a_fast_forward_the_first_commit_is_not_told(work, look):
    work.run("branch", "-f", "next", "topic")
    work.run("checkout", "--quiet", "-B", "main", "next")
    with pytest.raises(InputError, match="git does not tell its first commit"):
        look()


def test_a_rebase_that_was_edited_is_refused(work, look):
    work.switch("main")
    work.run("cherry-pick", "--no-commit", work.one)
    work.commit("One", {"extra.py": "extra\n"})
    rebase(work, work.two)
    with pytest.raises(InputError, match="neither the last 2"):
        look()
