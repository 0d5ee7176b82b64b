import pytest

from relauto.errors import InputError
from relauto.picking.fixes import find_fixes


def refuse(repository, *words):
    with pytest.raises(InputError) as raised:
        find_fixes(repository, words)
    return raised.value


@pytest.fixture
def history(clone):
    """Main with three commits, the last two changing one file each."""
    clone.commit("First", {"app.py": "first\n"})
    clone.one = clone.commit("One", {"one.py": "one\n"})
    clone.two = clone.commit("Two", {"two.py": "two\n"})
    return clone


def test_fixes_come_in_the_order_of_their_merges_and_once(history, repository):
    three = history.commit("Three", {"three.py": "three\n"})
    assert find_fixes(repository, [three, history.one, "main~1", three]) == (history.one, history.two, three)
    assert find_fixes(repository, [history.two[:10]]) == (history.two,)


def test_fixes_of_two_branches_come_in_the_order_of_their_merges(history, repository):
    history.switch("late", "main")
    late = history.commit("Late", {"late.py": "late\n"})
    history.switch("main")
    history.switch("early", "main")
    history.commit("Early", {"early.py": "early\n"})
    history.switch("main")
    early = history.merge("early", "Merge pull request #7 from ada/early")
    merged = history.merge("late", "Merge pull request #8 from ada/late")
    assert find_fixes(repository, [merged, early]) == (early, merged)
    assert find_fixes(repository, [merged, early, late])[-1] == merged


def test_a_range_names_its_commits(history, repository):
    assert find_fixes(repository, ["main~2..main"]) == (history.one, history.two)


@pytest.mark.parametrize("word", ["..main", "main..", "main...main~1"])
def test_half_a_range_is_none(history, repository, word):
    assert refuse(repository, word).what == f"{word!r} is not a range of the form A..B"


def test_an_empty_range_is_refused(history, repository):
    assert refuse(repository, "main..main~1").what == "main..main~1 holds no commit"


def test_an_unknown_name_is_refused_with_near_ones(history, repository):
    error = refuse(repository, "mian")
    assert "no commit called 'mian'" in error.what
    assert error.todo == "near names: main"


@pytest.mark.parametrize("word", ["--all", "", "main\n"])
def test_what_is_no_revision_reaches_no_git(history, repository, word):
    assert refuse(repository, word).what == f"{word!r} is not a revision"


def test_an_ambiguous_id_is_refused_with_its_candidates(history, repository):
    heads = {}
    for number in range(2000):
        content = f"{number}\n".encode()
        heads.setdefault(repository.store.write("blob", content)[:4], []).append(number)
    word = next(head for head, numbers in heads.items() if len(numbers) > 1)
    error = refuse(repository, word)
    assert f"no commit called {word!r}" in error.what


def test_a_tag_and_a_tree_are_told_apart(history, repository):
    history.run("tag", "-a", "-m", "The fix", "v1", history.one)
    assert find_fixes(repository, ["v1"]) == (history.one,)
    assert "no commit called" in refuse(repository, history.tree()).what


def test_an_empty_commit_is_refused(history, repository):
    empty = history.commit("Nothing", allow_empty=True)
    assert refuse(repository, empty).what == f"{empty[:10]} changes nothing, so there is nothing to pick"


def test_an_absent_commit_is_refused(history, repository):
    assert "no commit called" in refuse(repository, "a" * 40).what


def test_a_branch_of_several_commits_is_refused_for_its_last_alone(history, repository):
    history.switch("fix/sell", "main")
    first = history.commit("First half", {"sell.py": "half\n"})
    assert find_fixes(repository, ["fix/sell"]) == (first,)
    second = history.commit("Second half", {"sell.py": "whole\n"})
    error = refuse(repository, "fix/sell")
    assert error.what.startswith("fix/sell holds 2 commits that main has not")
    assert error.todo == "name them all: --fix main..fix/sell"
    assert find_fixes(repository, ["main..fix/sell"]) == (first, second)
    assert find_fixes(repository, [second]) == (second,)


def test_a_branch_that_only_the_remote_has_is_refused_alike(history, open_repository, tmp_path):
    history.switch("topic", "main")
    history.commit("Half", {"half.py": "half\n"})
    history.commit("Other half", {"half.py": "whole\n"})
    history.switch("main")
    history.run("clone", "--quiet", str(history.directory), str(tmp_path / "other"))
    with pytest.raises(InputError, match="topic holds 2 commits that main has not"):
        find_fixes(open_repository(tmp_path / "other"), ["topic"])


def test_a_merge_of_main_into_a_branch_is_no_fix(history, repository):
    history.switch("topic", "main~1")
    history.commit("Topic", {"topic.py": "topic\n"})
    synced = history.merge("main", "Merge branch 'main' into topic")
    history.commit("More", {"topic.py": "more\n"})
    assert refuse(repository, synced).what == (
        f"{synced[:10]} merges main (at {history.two[:10]}) into a branch, so it stands for no fix"
    )
    history.switch("main")
    merged = history.merge("topic", "Merge pull request #9 from ada/topic")
    assert find_fixes(repository, [merged]) == (merged,)
    assert "stands for no fix" in refuse(repository, synced).what


def test_an_octopus_stands_for_all_that_it_merged(history, repository):
    for name in ("red", "blue"):
        history.switch(name, "main")
        history.commit(name, {f"{name}.py": f"{name}\n"})
        history.switch("main")
    history.run("merge", "--quiet", "--no-ff", "-m", "Octopus", "red", "blue")
    assert find_fixes(repository, [history.head]) == (history.head,)


def test_nothing_named_is_refused(history, repository):
    assert refuse(repository).todo == "name it with --fix"


def test_where_main_is_unknown_a_commit_is_a_fix_all_the_same(history, repository):
    history.run("branch", "-m", "main", "trunk")
    assert find_fixes(repository, ["trunk", history.one]) == (history.one, history.two)
