"""Who is named for a conflict, on histories in which only one answer is right."""

from relauto.picking.causes import Causes, find_causes
from relauto.picking.pick import pick
from tests.picking.test_picking_pick import TEXT, change, line, on_line

__all__ = ["line"]


def explain(repository, committer, fix, onto):
    """Pick, see it conflict in one path, and return who is named for it."""
    conflicts = pick(repository, [fix], onto, committer=committer).conflicts
    (causes,) = find_causes(repository, fix, onto, conflicts)
    return causes


def test_the_lines_own_change_is_named_and_no_other_of_the_same_file(line, repository, committer):
    on_line(line, "Far", {"app.py": change(TEXT, 15, "far")})
    near = on_line(line, "Near", {"app.py": change(change(TEXT, 15, "far"), 3, "near")})
    onto = on_line(line, "Above", {"app.py": "above\n" + change(change(TEXT, 15, "far"), 3, "near")})
    line.commit("Elsewhere", {"app.py": change(TEXT, 9, "elsewhere")})
    fix = line.commit("Fix", {"app.py": change(change(TEXT, 9, "elsewhere"), 3, "fixed")})
    assert explain(repository, committer, fix, onto) == Causes("app.py", (near,), ())


def test_what_main_changed_before_is_named(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    first = line.commit("First", {"app.py": change(TEXT, 3, "first")})
    line.commit("Above", {"app.py": "above\nabove\n" + change(TEXT, 3, "first")})
    second = line.commit("Second", {"app.py": "above\nabove\n" + change(TEXT, 3, "second")})
    fix = line.commit("Fix", {"app.py": "above\nabove\n" + change(TEXT, 3, "fixed")})
    assert explain(repository, committer, fix, onto) == Causes("app.py", (), (second, first))


def test_a_line_that_was_taken_away_is_found_by_its_place(line, repository, committer):
    gone = on_line(line, "Gone", {"app.py": TEXT.replace("line 3\n", "")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert explain(repository, committer, fix, gone) == Causes("app.py", (gone,), ())


def test_a_merge_stands_for_what_it_brought(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    line.switch("topic", "main")
    line.commit("Half", {"app.py": change(TEXT, 3, "half")})
    line.switch("main")
    merged = line.merge("topic", "Merge pull request #7 from ada/topic")
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert explain(repository, committer, fix, onto) == Causes("app.py", (), (merged,))


def test_a_rename_is_followed(line, repository, committer):
    near = on_line(line, "Near", {"app.py": change(TEXT, 3, "near")})
    onto = on_line(line, "Rename", {"app.py": None, "core.py": change(TEXT, 3, "near")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert explain(repository, committer, fix, onto) == Causes("core.py", (near,), ())


def test_a_rename_is_followed_among_very_many_files_too(line, repository, committer):
    """Where the tree has fewer git looks for copies in all of it, which takes long in a large one."""
    line.commit("Many", {f"many/{number}": f"{number}\n" for number in range(2500)})
    line.run("branch", "--force", "line", "main")
    near = on_line(line, "Near", {"app.py": change(TEXT, 3, "near")})
    onto = on_line(line, "Rename", {"app.py": None, "core.py": change(TEXT, 3, "near")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    assert explain(repository, committer, fix, onto) == Causes("core.py", (near,), ())


def test_a_file_that_the_fix_renames_is_followed(line, repository, committer):
    onto = on_line(line, "Near", {"app.py": change(TEXT, 3, "near")})
    fix = line.commit("Fix", {"app.py": None, "core.py": change(TEXT, 3, "fixed")})
    assert explain(repository, committer, fix, onto) == Causes("core.py", (onto,), ())


def test_a_file_that_the_line_took_away(line, repository, committer):
    gone = on_line(line, "Gone", {"app.py": None})
    on_line(line, "Other", {"read.me": "other\n"})
    line.commit("Elsewhere", {"app.py": change(TEXT, 15, "elsewhere")})
    elsewhere = line.head
    fix = line.commit("Fix", {"app.py": change(change(TEXT, 15, "elsewhere"), 3, "fixed")})
    onto = repository.resolve("line")
    assert explain(repository, committer, fix, onto) == Causes("app.py", (gone,), (elsewhere,))


def test_a_file_that_the_line_never_had_was_made_by_somebody(line, repository, committer):
    onto = on_line(line, "Other", {"read.me": "other\n"})
    made = line.commit("Made", {"new.py": TEXT})
    line.commit("Changed", {"new.py": change(TEXT, 15, "changed")})
    fix = line.commit("Fix", {"new.py": change(change(TEXT, 15, "changed"), 3, "fixed")})
    assert explain(repository, committer, fix, onto) == Causes("new.py", (), (made,))


def test_a_file_that_both_made(line, repository, committer):
    onto = on_line(line, "Ours", {"new.py": "ours\n"})
    fix = line.commit("Theirs", {"new.py": "theirs\n"})
    assert explain(repository, committer, fix, onto) == Causes("new.py", (onto,), ())


def test_a_file_that_is_no_text(line, repository, committer):
    onto = on_line(line, "Ours", {"logo.png": b"\0ours"})
    before = line.commit("Before", {"logo.png": b"\0before"})
    fix = line.commit("Theirs", {"logo.png": b"\0theirs"})
    assert explain(repository, committer, fix, onto) == Causes("logo.png", (onto,), (before,))


def test_a_name_that_git_would_read_as_a_pattern(line, repository, committer):
    name = b"*[a]caf\xe9".decode("utf-8", "surrogateescape")
    line.switch("base", "main")
    line.commit("Base", {name: TEXT, "xacaf": TEXT})
    line.switch("theirs", "base")
    fix = line.commit("Fix", {name: change(TEXT, 3, "fixed")})
    line.switch("base")
    line.commit("Beside", {"xacaf": change(TEXT, 3, "beside")})
    onto = line.commit("Ours", {name: change(TEXT, 3, "ours")})
    assert explain(repository, committer, fix, onto) == Causes(name, (onto,), ())
