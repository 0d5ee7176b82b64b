"""How like each other two changes are, whatever they hold and however large it is."""

import functools
from pathlib import Path

import pytest

from relauto.git.errors import MissingObjectError
from relauto.git.runner import Git
from relauto.picking.markers import find_markers
from relauto.picking.patch import compare_changes, find_large
from relauto.picking.pick import pick
from tests.picking.test_picking_pick import TEXT, change, line, on_line

__all__ = ["line"]


def grow(clone, base, name, files):
    """Return a commit on a branch of its own above `base`."""
    clone.switch(name, base)
    return clone.commit(name, files)


def judge(repository, one, other, **limits):
    found = compare_changes(repository, one, other, **limits)
    return found.verdict, found.uncompared


ODD = 't\t"ü b/a.bin'


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"app.py": change(TEXT, 3, "a")}, {"app.py": change(TEXT, 3, "a")}, ("identical", ())),
        ({"app.py": change(TEXT, 3, "a")}, {"app.py": change(TEXT, 3, "b")}, ("changed", ())),
        ({"logo.png": b"\0a"}, {"logo.png": b"\0a"}, ("identical", ())),
        ({"logo.png": b"\0a"}, {"logo.png": b"\0b"}, ("changed", ("logo.png",))),
        ({ODD: b"\0a"}, {ODD: b"\0b"}, ("changed", (ODD,))),
        ({"a b b/a.bin": b"\0a"}, {"a b b/a.bin": None}, ("changed", ("a b b/a.bin",))),
        ({"new": "a\n"}, {"new": "a\n"}, ("identical", ())),
        ({"new": "a\n"}, {"new": "b\n"}, ("changed", ())),
        ({"app.py": None}, {"app.py": None}, ("identical", ())),
    ],
    ids=["same", "other", "binary", "other-binary", "quoted", "deleted", "new", "other-new", "gone"],
)
def test_two_changes_are_compared(line, repository, first, second, found):
    base = line.commit("More", {"a b b/a.bin": b"\0", ODD: b"\0"})
    one, other = grow(line, base, "one", first), grow(line, base, "other", second)
    assert judge(repository, (base, one), (base, other)) == found


@pytest.mark.parametrize("last", [{"new": "new\n"}, {"read.me": None}])
def test_files_that_are_new_or_gone_do_not_hide_other_surroundings(line, repository, last):
    base = line.head
    one = grow(line, base, "one", {"app.py": change(TEXT, 3, "a"), **last})
    onto = grow(line, base, "onto", {"app.py": change(TEXT, 5, "b")})
    other = grow(line, onto, "other", {"app.py": change(change(TEXT, 5, "b"), 3, "a"), **last})
    assert judge(repository, (base, one), (onto, other)) == ("context", ())


def test_the_same_new_file_in_place_of_others_is_another_change(line, repository):
    base = line.head
    onto = grow(line, base, "onto", {"logo.png": b"\0another\n"})
    one = grow(line, base, "one", {"logo.png": b"\0new\n"})
    other = grow(line, onto, "other", {"logo.png": b"\0new\n"})
    assert judge(repository, (base, one), (onto, other)) == ("changed", ("logo.png",))


def test_of_a_file_that_is_too_large_the_ids_are_compared(line, repository):
    base = line.head
    one = grow(line, base, "one", {"app.py": change(TEXT, 3, "a"), "read.me": "one\n"})
    same = grow(line, base, "same", {"app.py": change(TEXT, 3, "a"), "read.me": "one\n"})
    near = grow(line, base, "near", {"app.py": change(change(TEXT, 3, "a"), 20, "b")})
    beside = grow(
        line, near, "beside", {"app.py": change(change(TEXT, 15, "a"), 20, "b"), "read.me": "one\n"}
    )
    limit = {"largest": len(TEXT) // 2}
    assert judge(repository, (base, one), (base, same), **limit) == ("identical", ())
    assert judge(repository, (base, one), (near, beside), **limit) == ("changed", ("app.py",))
    assert judge(repository, (base, one), (near, beside)) == ("changed", ())


def test_of_a_change_that_is_too_long_the_trees_are_compared(line, repository):
    base = line.head
    long = TEXT + "more\n" * 1000
    one = grow(line, base, "one", {"app.py": long})
    again = grow(line, base, "again", {"app.py": long})
    onto = grow(line, base, "onto", {"app.py": change(TEXT, 3, "a")})
    other = grow(line, onto, "other", {"app.py": change(long, 3, "a")})
    limit = {"longest": 4000}
    assert judge(repository, (base, one), (base, again), **limit) == ("identical", ())
    assert judge(repository, (base, one), (onto, other), **limit) == ("changed", (".",))
    assert judge(repository, (base, one), (onto, other)) == ("identical", ())
    assert judge(repository, (base, one), (onto, other), **limit) == ("changed", (".",))


def test_a_pick_says_what_was_not_compared(line, repository, committer):
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    fix = line.commit("Fix", {"app.py": change(TEXT, 15, "fixed"), "logo.png": b"\0new\n"})
    picked = pick(repository, [fix], onto, committer=committer)
    assert (picked.verdict, picked.uncompared) == ("identical", ())
    (line.directory / ".git" / "info").mkdir(exist_ok=True)
    (line.directory / ".git" / "info" / "attributes").write_text("app.py -diff\n")
    picked = pick(repository, [fix], onto, committer=committer)
    repository.close()
    picked = pick(repository, [fix], onto, committer=committer)
    assert (picked.verdict, picked.uncompared) == ("changed", ("app.py",))


def test_large_files_are_found_without_reading_them(line, repository):
    base = line.commit(
        "More", {"grows": "a\n", "shrinks": "a\n" * 500, ODD: "a\n" * 500, "stays": "a\n" * 500}
    )
    line.run("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    fix = line.commit(
        "Change", {"grows": "b\n" * 500, "shrinks": "b\n", ODD: None, "new": "b\n" * 500, "small": "b"}
    )
    (line.directory / "stays").unlink()
    (line.directory / "stays").symlink_to("small")
    fix = line.commit("Link")
    assert set(find_large(repository, (base, fix), largest=999)) == {"grows", "shrinks", ODD, "new", "stays"}
    assert find_large(repository, (base, fix), largest=1000) == ()
    assert "app.py" in find_large(repository, (None, fix), largest=100)


def test_a_file_that_is_looked_into_for_markers_is_not_large(line, repository, monkeypatch):
    from relauto.picking import markers

    onto = on_line(line, "Other", {"read.me": "other\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    line.switch("marked", onto)
    text = "<<<<<<< ours\n" + change(TEXT, 3, "fixed")
    made = line.commit("Marked", {"app.py": text, "*.py": ">>>>>>> theirs\n"})
    assert markers.find_markers(repository, fix, onto, made) == ("*.py", "app.py")
    limited = functools.partial(find_large, largest=len(text) - 1)
    monkeypatch.setattr(markers, "find_large", limited)
    assert markers.find_markers(repository, fix, onto, made) == ("*.py",)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
@pytest.mark.parametrize("known", [False, True], ids=["new", "changed"])
def test_a_blob_of_any_size_is_not_read(line, repository, committer, monkeypatch, known):
    """No process needs as much memory as the blob has bytes."""
    size = 64 << 20
    if known:
        line.run("checkout", "--quiet", "line")
        write_large(line, size, b"known")
        line.commit("Large")
        line.run("branch", "--force", "main", "line")
    onto = on_line(line, "Other", {"app.py": change(TEXT, 15, "other")})
    write_large(line, size, b"fix")
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    started = []
    start = Git.start

    def note(git, *arguments, **options):
        started.append(start(git, *arguments, **options))
        return started[-1]

    monkeypatch.setattr(Git, "start", note)
    picked = pick(repository, [fix], onto, committer=committer)
    assert (picked.status, picked.verdict, picked.uncompared) == ("clean", "identical", ())
    assert find_markers(repository, fix, onto, picked.commits[0]) == ()
    assert len(started) == 4
    assert all(read_peak(process.pid) < size for process in started)


def write_large(clone, size, end):
    with (clone.directory / "large.bin").open("wb") as file:
        file.truncate(size)
        file.seek(size)
        file.write(end)


def read_peak(pid) -> int:
    """Return how many bytes of memory a process has had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


@pytest.mark.parametrize("starting", [True, False], ids=["coprocess", "alone"])
@pytest.mark.parametrize("absent", ["one", "base", "other"])
def test_a_tree_that_is_absent_is_no_likeness(line, repository, monkeypatch, absent, starting):
    base = line.head
    one = grow(line, base, "one", {"app.py": change(TEXT, 3, "a")})
    other = grow(line, base, "other", {"app.py": change(TEXT, 9, "b")})
    if not starting:
        monkeypatch.setattr(repository.coprocesses, "_start", lambda _: None)
    assert judge(repository, (base, base), (base, base)) == ("identical", ())
    tree = line.tree({"one": one, "base": base, "other": other}[absent])
    (line.directory / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(MissingObjectError) as caught:
        compare_changes(repository, (base, one), (base, other))
    assert (caught.value.object_id, caught.value.what) == (
        tree,
        f"{repository.common} lacks the tree {tree}",
    )
