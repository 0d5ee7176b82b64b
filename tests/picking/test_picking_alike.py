import pytest

from relauto.git.runner import Git
from relauto.picking import alike
from relauto.picking.alike import list_alike, look_beyond

TEXT = "".join(f"line {number}\n" for number in range(1, 21))
FIXED = TEXT.replace("line 10\n", "fixed\n")
CROWDED = {f"notes/{number}.md": "note\n" for number in range(50)}
BOTH = {"notes/long-name.md": "fixed\n", "src/app.py": FIXED}


@pytest.fixture
def line(clone):
    """main is at hand with a fix in two folders, of which one is crowded; `line` branched off before it."""
    clone.parent = clone.commit("First", {**CROWDED, "notes/long-name.md": "note\n", "src/app.py": TEXT})
    clone.run("branch", "line")
    clone.fix = clone.commit("Fix", BOTH)
    clone.switch("line")
    return clone


@pytest.fixture
def looked(line, repository, monkeypatch):
    """Look for what makes the same change, and count the logs that git was asked for after the first."""

    def look():
        beyond = look_beyond(repository, line.fix, line.parent, line.head)
        asked = []
        ask = Git.ask
        monkeypatch.setattr(
            Git, "ask", lambda git, *words, **more: asked.append(words) or ask(git, *words, **more)
        )
        found = list_alike(repository, line.fix, line.parent, line.head, beyond)
        return beyond.touching, found, sum("log" in words for words in asked)

    return look


def test_the_file_in_the_smaller_folder_is_looked_for(line, looked):
    line.commit("Notes", {"notes/long-name.md": "fixed\n", "notes/1.md": "other\n"})
    assert looked() == ((), [], 0)


def test_a_commit_that_touches_other_files_too_is_told_without_another_walk(line, looked):
    other = line.commit("Fix and more", {**BOTH, "src/more.py": "more\n"})
    assert looked() == ((other,), [], 0)


def test_the_line_is_walked_where_many_touch_the_file(line, looked, monkeypatch):
    monkeypatch.setattr(alike, "_FEW", 1)
    other = line.commit("Fix and more", {**BOTH, "src/more.py": "more\n"})
    assert looked() == ((other,), [], 0)
    again = line.commit("Other", {"src/app.py": FIXED + "line 21\n"})
    assert looked() == ((again, other), [], 1)


def test_the_same_change_is_found(line, looked):
    line.commit("Other", {"src/app.py": TEXT + "line 21\n"})
    same = line.commit("By hand", {**BOTH, "src/app.py": FIXED + "line 21\n"})
    more = line.commit("More", {"src/app.py": FIXED})
    touching, found, walks = looked()
    assert (touching[:2], found, walks) == ((more, same), [same], 1)


def test_what_a_merge_did_not_take_is_not_there(line, looked):
    line.switch("topic", line.head)
    same = line.commit("By hand", BOTH)
    line.switch("line")
    line.commit("Own", {"src/own.py": "own\n"})
    line.run("merge", "--quiet", "--strategy=ours", "-m", "Merge nothing", "topic")
    assert looked() == ((same,), [], 1)


def test_a_fix_that_makes_or_deletes_folders_is_found(clone, repository):
    parent = clone.commit("First", {"old/gone.py": TEXT, "app.py": TEXT})
    clone.run("branch", "line")
    change = {"old/gone.py": None, "new/deep/made.py": TEXT}
    fix = clone.commit("Move", change)
    clone.switch("line")
    clone.commit("Own", {"app.py": FIXED})
    same = clone.commit("By hand", change)
    beyond = look_beyond(repository, fix, parent, clone.head)
    assert list_alike(repository, fix, parent, clone.head, beyond) == [same]
