"""Merges are asked of a process that lives on: what it answers, and when it ends."""

import os
import select
import shutil
import signal
import subprocess  # noqa: TID251 - a process that is killed is what is tested
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import pytest

from relauto.git.address import Address
from relauto.git.coprocess import Command, Coprocesses, LateError
from relauto.git.merge import merge, parse_merge
from relauto.git.runner import Git, read_version
from relauto.picking.pick import pick
from tests.picking.test_picking_pick import TEXT, change, line, on_line

__all__ = ["line"]

MERGES = ("merge-tree", "--write-tree", "-z", "--stdin")


@pytest.fixture
def started(monkeypatch):
    """The processes that are talked to, as they are started, with what they were told to do."""
    processes = []
    start = Git.start

    def note(git, *arguments, **options):
        process = start(git, *arguments, **options)
        if "merge-tree" in arguments:
            processes.append(process)
        return process

    monkeypatch.setattr(Git, "start", note)
    return processes


@pytest.fixture
def only_git(monkeypatch, tmp_path):
    """A PATH on which there is git and nothing else; returns its folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(folder))
    return folder


def try_merge(repository, fix, onto, until=None):
    """Merge what a commit with one parent changes into a commit."""
    base, tree = repository.commit(fix).parents[0], repository.commit(onto).tree
    return merge(repository, base, tree, fix, until=until)


def is_answering() -> bool:
    """Tell whether git answers at once on this machine, by itself or with help."""
    return shutil.which("stdbuf") is not None or read_version(Git(Path("/"))) >= (2, 50)


needs_answers = pytest.mark.skipif(not is_answering(), reason="git keeps its answers here")


@needs_answers
def test_many_merges_take_one_process(line, repository, started):
    base = line.head
    onto = on_line(line, "Other", {"read.me": "other\n", "app.py": change(TEXT, 3, "ours")})
    conflicts = []
    for number in range(1, 8):
        line.switch(f"fix-{number}", base)
        fix = line.commit("Fix", {"app.py": change(TEXT, number, "fixed")})
        conflicts.append(len(try_merge(repository, fix, onto).conflicts))
    assert conflicts == [0, 1, 1, 1, 0, 0, 0]
    assert len(started) == 1


SIZES = Command(("cat-file", "--batch-check=%(objectsize)"), b"\n")


def test_what_takes_too_long_is_given_up_and_its_process_with_it(line, repository):
    """A process waits for the end of its question, as long as nobody gives it up."""
    processes, blob = repository.coprocesses, line.git.read("rev-parse", f"{line.head}:read.me")
    whole = f"{blob}\n".encode()
    for _ in range(2):
        with pytest.raises(LateError):
            processes.ask(SIZES, whole[:20], next, until=perf_counter() + 0.05)
        assert processes.ask(SIZES, whole, next, until=perf_counter() + 60) == b"8"


@pytest.mark.parametrize("lasting", [True, False])
def test_once_the_time_is_over_nothing_is_merged(line, repository, lasting):
    if not lasting:
        repository.coprocesses._mute.add(MERGES)
    fix = line.commit("Fix", {"app.py": change(TEXT, 9, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    with pytest.raises(LateError):
        try_merge(repository, fix, onto, until=perf_counter())
    assert not try_merge(repository, fix, onto, until=perf_counter() + 60).conflicts


def test_what_takes_too_long_by_itself_is_given_up(line, repository, monkeypatch):
    """Time is up only behind the question whether there is a process that lasts."""
    fix = line.commit("Fix", {"app.py": change(TEXT, 9, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    monkeypatch.setattr(repository.coprocesses, "ask", lambda *_, **__: None)
    with pytest.raises(LateError):
        try_merge(repository, fix, onto, until=perf_counter())


SIDES = [
    ({"app.py": change(TEXT, 3, "a")}, {"app.py": change(TEXT, 15, "b")}),
    ({"app.py": change(TEXT, 3, "a")}, {"app.py": change(TEXT, 3, "b")}),
    ({"new.py": "a\n", "other.py": "a\n"}, {"new.py": "b\n", "other.py": "b\n"}),
    ({"app.py": change(TEXT, 3, "a")}, {"app.py": None}),
    ({"logo.png": b"\0a"}, {"logo.png": b"\0b"}),
    ({"app.py": None, "one.py": TEXT}, {"app.py": None, "two.py": TEXT}),
    ({"app.py": None, "one.py": TEXT}, {"app.py": None}),
    ({"docs": "a file\n"}, {"docs/a.txt": "a\n"}),
    ({b"caf\xe9 \n\t.txt".decode("utf-8", "surrogateescape"): "a\n"},) * 2,
    ({b"caf\xe9 \n\t.txt".decode("utf-8", "surrogateescape"): text} for text in ("a\n", "b\n")),
]


def compare_with_one_process_each(repository, pairs, monkeypatch):
    """Merge pairs of (fix, onto) one after the other; hold each to what a process of its own prints."""
    asked = []
    ask = Coprocesses.ask

    def note(processes, command, question, read, **options):
        answer = ask(processes, command, question, read, **options)
        asked.append((question.decode().split(), answer))
        return answer

    monkeypatch.setattr(Coprocesses, "ask", note)
    for fix, onto in pairs:
        try_merge(repository, fix, onto)
    alone = [
        parse_merge(repository.git.ask("merge-tree", "--write-tree", "-z", *sides).output)
        for sides, _ in asked
    ]
    assert [answer for _, answer in asked] == alone
    return alone


@needs_answers
def test_each_answer_is_that_of_a_process_of_its_own(line, repository, started, monkeypatch):
    base, pairs = line.head, []
    for number, (theirs, ours) in enumerate(map(tuple, SIDES)):
        line.switch(f"theirs-{number}", base)
        fix = line.commit("Theirs", theirs)
        line.switch(f"ours-{number}", base)
        pairs.append((fix, line.commit("Ours", ours)))
    alone = compare_with_one_process_each(repository, pairs, monkeypatch)
    assert [len(settled.conflicts) for settled in alone] == [0, 1, 2, 1, 1, 3, 1, 1, 0, 1]
    assert len(started) == 1


@needs_answers
def test_advice_on_submodules_does_not_run_into_the_next_answer(line, repository, started, monkeypatch):
    def point(number: int):
        line.run("update-index", "--add", "--cacheinfo", f"160000,{str(number) * 40},module")
        line.run("commit", "--quiet", "-m", f"Module {number}")
        return line.head

    base = point(1)
    line.switch("theirs", base)
    fix = point(2)
    line.switch("ours", base)
    onto = point(3)
    line.run("update-index", "--force-remove", "module")
    line.run("commit", "--quiet", "-m", "No module")
    pairs = [(fix, onto), (fix, base), (fix, onto), (fix, line.head)]
    alone = compare_with_one_process_each(repository, pairs, monkeypatch)
    kinds = [[conflict.kind for conflict in settled.conflicts] for settled in alone]
    assert kinds == [["submodule"], [], ["submodule"], ["modify/delete"]]
    assert len(started) == 1


@needs_answers
def test_an_absent_object_ends_the_process_and_not_what_comes_after(line, repository, started, committer):
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    good = line.commit("Good", {"read.me": "good\n"})
    bad = line.commit("Bad", {"app.py": change(TEXT, 15, "theirs")})
    expected = pick(repository, [good], onto, committer=committer)
    blob = line.git.read("rev-parse", f"{bad}:app.py")
    path = line.directory / ".git" / "objects" / blob[:2] / blob[2:]
    kept = shutil.move(path, line.directory.parent / "kept")
    refused = pick(repository, [bad], onto, committer=committer)
    assert (refused.status, blob in refused.error) == ("error", True)
    assert pick(repository, [good], onto, committer=committer).commits == expected.commits
    assert len(started) == 2
    shutil.move(kept, path)
    assert pick(repository, [bad], onto, committer=committer).status == "clean"
    assert [process.poll() is None for process in started] == [False, True]


@needs_answers
def test_what_is_written_and_packed_later_is_seen(line, repository, started, committer):
    base = line.head
    for number in (5, 9, 15):
        line.switch(f"ours-{number}", base)
        onto = line.commit("Ours", {"app.py": change(TEXT, 1, f"ours {number}")})
        line.switch(f"fix-{number}", base)
        fix = line.commit("Fix", {"app.py": change(TEXT, number, "fixed")})
        line.run("repack", "-a", "-d", "-q")
        assert pick(repository, [fix], onto, committer=committer).status == "clean"
    assert len(started) == 1


@needs_answers
def test_attributes_have_a_process_of_their_own(line, repository, started, committer):
    line.switch("base", "main")
    base = line.commit("Changes", {"CHANGES": "# Changes\n"})
    fix = line.commit("Theirs", {"CHANGES": "# Changes\ntheirs\n"})
    line.switch("plain", base)
    plain = line.commit("Ours", {"CHANGES": "# Changes\nours\n"})
    union = line.commit("Union", {".gitattributes": "CHANGES merge=union\n"})
    for _ in range(3):
        assert pick(repository, [fix], plain, committer=committer).status == "conflict"
        assert pick(repository, [fix], union, committer=committer).status == "clean"
    assert len(started) == 2


@needs_answers
def test_only_some_processes_live_at_a_time(line, repository, started, committer, monkeypatch, tmp_path):
    written = tmp_path / "written"
    written.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(written))
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    for number in range(9):
        onto = on_line(line, "Binary", {".gitattributes": f"*.{number} binary\n"})
        assert pick(repository, [fix], onto, committer=committer, judge=False).status == "clean"
    assert [process.poll() is None for process in started] == [False] * 3 + [True] * 6
    assert len(list(written.iterdir())) == 6
    repository.close()
    assert not any(process.poll() is None for process in started)
    assert not list(written.iterdir())


@needs_answers
def test_each_repository_has_its_own(line, open_repository, started, committer):
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    one, other = open_repository(line.directory), open_repository(line.directory)
    made = [pick(each, [fix], onto, committer=committer).commits for each in (one, other, one, other)]
    assert made == [made[0]] * 4
    assert len(started) == 2
    one.close()
    assert [process.poll() is None for process in started] == [False, True]
    assert pick(one, [fix], onto, committer=committer).commits == made[0]
    assert len(started) == 3


@needs_answers
def test_a_repository_that_nobody_closes_leaves_no_process(line, started, committer):
    from relauto.git.repository import Repository

    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    repository = Repository.open(line.directory)
    try_merge(repository, fix, onto)
    (process,) = started
    assert process.poll() is None
    del repository
    assert process.poll() is not None


HOLDER = """
import sys
import tempfile
from pathlib import Path
from relauto.git.merge import merge
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.model.names import Commit

start = Git.start
def tell(git, *arguments, **options):
    process = start(git, *arguments, **options)
    print(process.pid, flush=True)
    return process
Git.start = tell
repository = Repository.open(Path(sys.argv[1]))
fix, onto = map(Commit, sys.argv[2:])
merge(repository, repository.commit(fix).parents[0], repository.commit(onto).tree, fix)
print("merged", flush=True)
sys.stdin.read()
"""


@needs_answers
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_it_ends_with_a_parent_that_is_killed(line):
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    command = [sys.executable, "-c", HOLDER, str(line.directory), fix, onto]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as parent:
        watched = os.pidfd_open(int(parent.stdout.readline()))
        assert parent.stdout.readline() == b"merged\n"
        assert select.select([watched], [], [], 0)[0] == []
        parent.send_signal(signal.SIGKILL)
        ended, _, _ = select.select([watched], [], [], 30)
        os.close(watched)
    assert ended


def test_where_git_keeps_its_answers_each_merge_has_a_process(line, repository, started, only_git):
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    made = [try_merge(repository, fix, onto) for _ in range(2)]
    assert made[0] == made[1]
    assert not made[0].conflicts
    assert len(started) == 1
    assert (started[0] is None) == (read_version(repository.git) < (2, 50))


def test_a_process_that_keeps_its_answers_is_not_waited_for_twice(line, repository, started, only_git):
    (only_git / "stdbuf").write_text('#!/bin/sh\nshift\nexec "$@"\n')
    (only_git / "stdbuf").chmod(0o755)
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed")})
    onto = on_line(line, "Other", {"read.me": "other\n"})
    expected = try_merge(repository, fix, onto) if read_version(repository.git) >= (2, 50) else None
    repository.coprocesses = Coprocesses(repository.git, patience=0.01)
    made = [try_merge(repository, fix, onto) for _ in range(3)]
    assert made == [expected or made[0]] * 3
    assert not made[0].conflicts
    if read_version(repository.git) < (2, 50):
        assert len(started) == 1
        assert started[0].poll() is not None


@needs_answers
def test_an_answer_that_was_not_read_to_its_end_is_nobodys(line, repository, started):
    base = line.head
    fix = line.commit("Fix", {"app.py": change(TEXT, 3, "fixed"), "read.me": "fixed\n"})
    onto = on_line(line, "Other", {"app.py": change(TEXT, 3, "other"), "read.me": "other\n"})
    expected = try_merge(repository, fix, onto)
    command = Command(MERGES, b"\0", keeps=True)

    def read_some(parts):
        next(parts)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repository.coprocesses.ask(command, f"{onto} {fix}\n".encode(), read_some)
    assert started[0].poll() is not None
    assert try_merge(repository, fix, onto) == expected
    assert try_merge(repository, fix, base).tree == line.tree(fix)


@needs_answers
def test_it_fetches_what_a_partial_clone_lacks_only_where_that_is_allowed(
    line, open_repository, committer, tmp_path, started
):
    onto = on_line(line, "Ours", {"app.py": change(TEXT, 3, "ours")})
    beside = line.commit("Beside", {"app.py": change(TEXT, 15, "beside")})
    line.run("config", "uploadpack.allowFilter", "true")
    source = f"file://{line.directory}"
    line.run("clone", "--quiet", "--bare", "--filter=blob:none", source, str(tmp_path / "partial"))
    for _ in range(2):
        refused = pick(open_repository(tmp_path / "partial"), [beside], onto, committer=committer)
        assert (refused.status, "lacks the object" in refused.error) == ("error", True)
    lazy = open_repository(tmp_path / "partial", remote=Address(source))
    assert pick(lazy, [beside], onto, committer=committer).status == "clean"
    assert [process.poll() is None for process in started] == [False, False, True]
