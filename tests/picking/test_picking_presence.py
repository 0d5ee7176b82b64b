import pytest

from relauto.git.scope import list_scope
from relauto.picking.presence import Presence, find_presence
from tests.picking.memory import LARGE, measure_memory

TEXT = "".join(f"line {number}\n" for number in range(1, 21))


@pytest.fixture
def line(clone):
    """main is at hand with a fix; `line` branched off before it and went its own way."""
    clone.commit("First", {"app.py": TEXT, "read.me": "read me\n"})
    clone.run("branch", "line")
    clone.fix = clone.commit("Fix", {"app.py": TEXT.replace("line 10\n", "fixed\n")})
    clone.switch("line")
    clone.commit("Other", {"read.me": "other\n"})
    return clone


def revert(clone, commit):
    clone.moment = clone.moment.replace(hour=clone.moment.hour + 1)
    clone.run("revert", "--no-edit", commit)
    return clone.head


def adapt(clone, message):
    return clone.commit(message, {"app.py": TEXT.replace("line 10\n", "adapted\n")})


def test_a_fix_that_is_not_there_is_not_found(line, repository):
    assert find_presence(repository, line.fix, line.head) is None


def test_a_fix_in_the_history_is_found(line, repository):
    line.run("merge", "--quiet", "-m", "Merge", "main")
    assert find_presence(repository, line.fix, line.head) == Presence("ancestor", line.fix)


def test_an_adapted_pick_is_found_by_its_trailer(line, repository):
    pick = adapt(line, f"Fix\n\n(cherry picked from commit {line.fix})\n")
    line.commit("Later", {"read.me": "later\n"})
    assert find_presence(repository, line.fix, line.head) == Presence("trailer", pick)


@pytest.mark.parametrize(
    "message",
    ["Fix\n\n(cherry picked from commit {short})\n", "Fix\n\n> (cherry picked from commit {full})\n"],
)
def test_a_claim_that_is_none_is_not_believed(line, repository, message):
    adapt(line, message.format(short=line.fix.short, full=line.fix))
    assert find_presence(repository, line.fix, line.head) is None


def test_the_same_change_is_found_by_its_patch_id(line, repository):
    line.commit("Shift", {"app.py": "# top\n" * 30 + TEXT})
    same = line.commit("By hand", {"app.py": "# top\n" * 30 + TEXT.replace("line 10\n", "fixed\n")})
    assert find_presence(repository, line.fix, line.head) == Presence("patch-id", same)


def test_the_same_change_beside_another_is_found_by_the_tree_alone(line, repository):
    line.commit("By hand", {"app.py": TEXT.replace("line 10\n", "fixed\n"), "new.py": "new\n"})
    assert find_presence(repository, line.fix, line.head) == Presence("tree", None)


def test_a_reverted_pick_does_not_count_until_it_is_reapplied(line, repository):
    line.run("cherry-pick", "-x", line.fix)
    pick = line.head
    reverted = revert(line, pick)
    assert find_presence(repository, line.fix, line.head) is None
    revert(line, reverted)
    assert find_presence(repository, line.fix, line.head) == Presence("trailer", pick)


def test_a_second_pick_after_a_revert_counts(line, repository):
    line.run("cherry-pick", "-x", line.fix)
    revert(line, line.head)
    line.run("cherry-pick", "-x", line.fix)
    assert find_presence(repository, line.fix, line.head) == Presence("trailer", line.head)


def test_a_fix_reverted_in_its_own_history_does_not_count(line, repository):
    line.run("merge", "--quiet", "-m", "Merge", "main")
    revert(line, line.fix)
    assert find_presence(repository, line.fix, line.head) is None


def test_a_merge_stands_for_its_change_against_the_first_parent(line, repository):
    line.switch("topic", "main~1")
    line.commit("One", {"new.py": "new\n"})
    line.switch("main")
    fix = line.merge("topic", "Merge topic")
    line.switch("line")
    same = line.commit("By hand", {"new.py": "new\n"})
    assert find_presence(repository, fix, line.head) == Presence("patch-id", same)


def test_a_root_commit_can_be_found(line, repository):
    line.run("checkout", "--quiet", "--orphan", "island")
    line.run("rm", "-rfq", ".")
    fix = line.commit("Island", {"island.txt": "alone\n"})
    line.switch("line")
    same = line.commit("By hand", {"island.txt": "alone\n"})
    assert find_presence(repository, fix, line.head) == Presence("patch-id", same)


def test_a_scope_lists_everything_oldest_first(line, repository):
    base = line.head
    line.commit("Fix the log (#31)", {"log.py": "log\n"})
    line.run("cherry-pick", "-x", line.fix)
    line.switch("topic", base)
    line.commit("Topic", {"topic.py": "topic\n"})
    line.switch("line")
    merge = line.merge("topic", "Merge pull request #32 from ada/topic")
    entries = list_scope(repository, base, merge)
    assert {entry.subject for entry in entries} == {
        "Fix the log (#31)",
        "Fix",
        "Topic",
        "Merge pull request #32 from ada/topic",
    }
    by_subject = {entry.subject: entry for entry in entries}
    assert (by_subject["Fix"].origin, by_subject["Topic"].origin) == (line.fix, None)
    assert (by_subject["Fix the log (#31)"].pull, entries[-1].pull, len(entries[-1].parents)) == (31, 32, 2)
    assert entries[0].author == "Ada Engineer"
    order = [entry.commit for entry in entries]
    assert all(order.index(p) < order.index(e.commit) for e in entries for p in e.parents if p in order)


@pytest.fixture
def reapplied(line):
    """On main the fix was reverted and made again; the line has nothing of it."""
    line.switch("main")
    line.revert = revert(line, line.fix)
    line.again = revert(line, line.revert)
    line.switch("line")
    return line


def backport(clone, *commits, options=("-x",)):
    """Pick commits as people do; return what they became."""
    made = []
    for commit in commits:
        clone.run("cherry-pick", *options, commit)
        made.append(clone.head)
    return made


def find_all(clone, repository, *, series=()):
    commits = (clone.fix, clone.revert, clone.again)
    found = [find_presence(repository, each, clone.head, series=series) for each in commits]
    return [each and (each.by, each.commit) for each in found]


def test_a_revert_of_the_fix_takes_back_what_makes_the_same_change(reapplied, repository):
    (same,) = backport(reapplied, reapplied.fix, options=())
    assert find_all(reapplied, repository) == [("patch-id", same), None, ("patch-id", same)]
    (undone,) = backport(reapplied, reapplied.revert)
    assert find_all(reapplied, repository) == [None, ("trailer", undone), None]
    (again,) = backport(reapplied, reapplied.again)
    assert find_all(reapplied, repository) == [("patch-id", again), None, ("trailer", again)]


def test_a_revert_of_the_fix_takes_nothing_back_that_was_made_after_it(reapplied, repository):
    backport(reapplied, reapplied.fix, reapplied.revert, options=())
    assert find_presence(repository, reapplied.fix, reapplied.head) is None
    (second,) = backport(reapplied, reapplied.fix, options=())
    assert find_presence(repository, reapplied.fix, reapplied.head) == Presence("patch-id", second)


def test_what_makes_the_same_change_stands_where_the_revert_of_the_fix_was_reverted(reapplied, repository):
    same, undone = backport(reapplied, reapplied.fix, options=()) + backport(reapplied, reapplied.revert)
    files = {"app.py": TEXT.replace("line 10\n", "fixed\n"), "read.me": "once more\n"}
    reapplied.commit(f"Once more\n\nThis reverts commit {reapplied.revert}.\n", files)
    assert find_presence(repository, reapplied.fix, reapplied.head) == Presence("patch-id", same)
    reapplied.run("reset", "--quiet", "--hard", undone)
    reapplied.commit(f"Once more\n\nThis reverts commit {undone}.\n", files)
    assert find_presence(repository, reapplied.fix, reapplied.head) == Presence("patch-id", same)


def test_a_revert_that_goes_to_the_line_with_the_fix_takes_nothing_back(reapplied, repository):
    (same,) = backport(reapplied, reapplied.fix, options=())
    backport(reapplied, reapplied.revert)
    series = (reapplied.fix, reapplied.revert)
    assert find_presence(repository, reapplied.fix, reapplied.head, series=series) == Presence(
        "patch-id", same
    )


def test_a_revert_that_was_picked_takes_back_the_pick_of_what_it_names(reapplied, repository):
    fix, undone = backport(reapplied, reapplied.fix, reapplied.revert)
    assert find_all(reapplied, repository) == [None, ("trailer", undone), None]
    (again,) = backport(reapplied, reapplied.again)
    assert find_all(reapplied, repository) == [("trailer", fix), None, ("trailer", again)]


def test_what_a_later_fix_of_the_series_takes_back_is_there(reapplied, repository):
    fix, undone, again = backport(reapplied, reapplied.fix, reapplied.revert, reapplied.again)
    series = (reapplied.fix, reapplied.revert, reapplied.again)
    assert find_all(reapplied, repository, series=series) == [
        ("trailer", fix),
        ("trailer", undone),
        ("trailer", again),
    ]


def test_a_revert_does_not_take_back_what_was_picked_after_it(reapplied, repository):
    backport(reapplied, reapplied.fix, reapplied.revert)
    (second,) = backport(reapplied, reapplied.fix)
    assert find_presence(repository, reapplied.fix, reapplied.head) == Presence("trailer", second)


def test_a_revert_that_came_before_the_pick_takes_nothing_back(reapplied, repository):
    backport(reapplied, reapplied.revert, options=("-x", "--allow-empty", "--keep-redundant-commits"))
    (first,) = backport(reapplied, reapplied.fix)
    assert find_presence(repository, reapplied.fix, reapplied.head) == Presence("trailer", first)


def test_a_revert_that_the_line_made_itself_takes_back_what_was_picked_again(reapplied, repository):
    _, undone, again = backport(reapplied, reapplied.fix, reapplied.revert, reapplied.again)
    revert(reapplied, again)
    assert find_all(reapplied, repository) == [None, ("trailer", undone), None]


def test_a_revert_that_quotes_what_it_takes_back_is_no_pick_of_that(line, repository):
    (made,) = backport(line, line.fix)
    said = f"This reverts commit {made}.\n\nFix\n\n(cherry picked from commit {line.fix})\n"
    line.commit(f'Revert "Fix"\n\n{said}', {"app.py": TEXT})
    assert find_presence(repository, line.fix, line.head) is None


@pytest.fixture
def rebased(line):
    """On main the fix was taken back by a commit that names another than it, and made again."""
    line.switch("main")
    revert(line, line.fix)
    said = f'Revert "Fix"\n\nThis reverts commit {"1" * 40}.\n'
    line.run("commit", "--quiet", "--amend", "-m", said)
    line.revert = line.head
    line.again = line.commit('Reapply "Fix"', {"app.py": TEXT.replace("line 10\n", "fixed\n")})
    line.switch("line")
    return line


def test_a_pick_of_what_was_taken_back_in_between_is_no_pick_of_what_makes_the_same_again(
    rebased, repository
):
    backport(rebased, rebased.fix)
    assert find_presence(repository, rebased.again, rebased.head) == Presence("tree", None)
    backport(rebased, rebased.revert)
    assert find_presence(repository, rebased.again, rebased.head) is None


def test_a_pick_of_a_commit_that_is_not_here_is_found_by_its_patch_id(line, repository):
    backport(line, line.fix, options=())
    line.run("commit", "--quiet", "--amend", "-m", f"Fix\n\n(cherry picked from commit {'1' * 40})\n")
    assert find_presence(repository, line.fix, line.head) == Presence("patch-id", line.head)


@pytest.mark.parametrize("same", [True, False])
def test_of_large_files_ids_are_compared_and_none_is_read(line, same):
    line.switch("main")
    large = bytes(LARGE)
    text = TEXT.replace("line 3\n", "large\n")
    line.fix = line.commit("Fix", {"app.py": text.replace("line 10\n", "fixed\n"), "large.bin": large})
    line.switch("line")
    there = line.commit("By hand", {"app.py": text, "large.bin": large if same else large[1:]})
    line.commit("Later", {"read.me": "later\n"})
    call = f"str(find_known_presence(repository, {str(line.fix)!r}, {str(line.head)!r}))"
    told, memory = measure_memory(line.directory, "relauto.picking.presence", call)
    assert told == str(Presence("patch-id", str(there)) if same else None)
    assert memory < LARGE // 2
