"""`relauto pick --verify`, as a person types it: real programs, real files."""

import json
import shlex
import sys

import pytest

from tests.tasks.test_tasks_pick import clone, identify, mask
from tests.tasks.test_tasks_pick_cold import cache
from tests.tasks.test_tasks_pick_cold import clone as cold
from tests.tasks.test_tasks_pick_push import list_branches, server

__all__ = ["cache", "clone", "cold", "server"]

# Lines that hold this file are the ones on which it fails.
PICKY = "import pathlib; raise SystemExit('no ' + 'flag' if pathlib.Path('flag').exists() else 0)"


def run(code):
    return shlex.join([sys.executable, "-c", code])


def test_a_line_that_fails_is_neither_written_nor_pushed_and_the_others_are(relauto, clone, server):
    clone.switch("release-1")
    clone.run("branch", "release-3")
    clone.commit("Flag it", {"flag": ""})
    clone.switch("main")
    clone.run("push", "--quiet", "hub", "--all")
    arguments = ("pick", "--repo", "clone", "--fix", clone.fix, "--onto", "release-*", "--verify", run(PICKY))
    ended = relauto(*arguments, "--write", "--push", "hub")
    command = run(PICKY)
    assert ended.status == 3
    assert mask(ended.out) == (
        "release-1: ID Fix the crash (#12): clean, the same patch, as ID\n"
        f"  `{command}` ended with status 1 on it\n"
        "    no flag\n"
        "  pick first what the line lacks, or mend it by hand on top of ID\n"
        "  relauto/pick/release-1/ID is neither made nor moved\n"
        "release-2: ID Fix the crash (#12): already there: ID says that it was picked from it\n"
        "release-3: ID Fix the crash (#12): clean, the same patch, as ID\n"
        f"  `{command}` passes on it\n"
        "  relauto/pick/release-3/ID was created\n"
        "release-10: ID Fix the crash (#12): conflict\n"
        "  app.py (content)\n"
        "    changed on release-10: ID Ours (#9) (Ada Engineer, 2026-01-05)\n"
        "  release-10 changed the same: it would be clean without these:\n"
        "    ID Ours (#9) (Ada Engineer, 2026-01-05), 3 lines\n"
        "  relauto/pick/release-10/ID is not made, since not every fix applies\n"
        "hub: relauto/pick/release-3/ID was pushed\n"
    )
    assert mask(ended.err).splitlines() == [
        f"release-1: running `{command}` on ID, for up to 600 s",
        f"release-3: running `{command}` on ID, for up to 600 s",
    ]
    branch = f"relauto/pick/release-3/{clone.fix[:10]}"
    head = clone.git.read("rev-parse", branch)
    assert clone.git.read("for-each-ref", "--format=%(refname:short)", "refs/heads/relauto") == branch
    assert list_branches(clone, server) == f"{head}\trefs/heads/{branch}"
    document = relauto(*arguments, "--json").document
    made = document["results"][0]["commit"]
    assert document["trial"] == {
        "program": shlex.split(command),
        "lines": [
            {
                "onto": "release-1",
                "state": "failed",
                "fault": f"`{command}` ended with status 1 on it",
                "last": "no flag",
                "todo": f"pick first what the line lacks, or mend it by hand on top of {made[:10]}",
            },
            {"onto": "release-2", "state": None, "fault": "", "last": "", "todo": ""},
            {"onto": "release-3", "state": "passed", "fault": "", "last": "", "todo": ""},
            {"onto": "release-10", "state": None, "fault": "", "last": "", "todo": ""},
        ],
    }


@pytest.fixture
def pick(relauto, clone):
    identify(clone)
    return lambda *arguments: relauto(
        "pick", "--repo", "clone", "--fix", clone.fix, "--onto", "release-1", "--write", *arguments
    )


def test_it_sees_the_files_of_the_pick_and_no_token(pick, clone, tmp_path, monkeypatch):
    monkeypatch.setenv("RELAUTO_TOKEN", "ours-and-nobody-elses")
    monkeypatch.setenv("DEPLOY", "ours-and-nobody-elses")
    seen = tmp_path / "seen"
    code = (
        "import json, os, pathlib; files = sorted(str(p) for p in pathlib.Path().rglob('*') if p.is_file()); "
        "told = 'ours-and-nobody-elses' in os.environ.values(); "
        "fixed = 'fixed' in pathlib.Path('app.py').read_text(); "
        f"pathlib.Path({str(seen)!r}).write_text(json.dumps([files, told, fixed, os.getcwd()]))"
    )
    assert pick("--verify", run(code), "--push", "").status == 0
    files, told, fixed, folder = json.loads(seen.read_text())
    assert (files, told, fixed) == (["app.py", "read.me"], False, True)
    assert not folder.startswith(str(clone.directory))
    assert not (tmp_path / folder).exists(), "the files are gone afterwards"


def test_a_branch_of_an_earlier_run_stays_and_is_not_pushed(pick, clone, server):
    pick()
    before = clone.git.read("show-ref")
    ended = pick("--verify", "false", "--push", "hub")
    assert ended.status == 3
    assert mask(ended.out).splitlines()[1:] == [
        "  `false` ended with status 1 on it",
        "  pick first what the line lacks, or mend it by hand on top of ID",
        "  relauto/pick/release-1/ID is neither made nor moved",
    ]
    assert (clone.git.read("show-ref"), list_branches(clone, server)) == (before, "")


def test_what_takes_too_long_is_ended(pick, clone):
    code = "import time; print('begun', flush=True); time.sleep(60)"
    ended = pick("--verify", run(code), "--verify-timeout", "1s")
    assert (ended.status, mask(ended.out).splitlines()[1:4]) == (
        3,
        [
            f"  `{run(code)}` did not end in time on it",
            "    begun",
            "  give it longer with --verify-timeout, or let it try less",
        ],
    )
    assert clone.git.read("for-each-ref", "refs/heads/relauto") == ""


def test_there_is_no_shell_and_a_program_that_is_not_there_fails(pick, clone, tmp_path):
    ended = pick("--verify", f"true;touch {tmp_path / 'made'}")
    assert ended.status == 3
    assert mask(ended.out).splitlines()[1:3] == [
        "  true;touch cannot be run: No such file or directory",
        "  install it on this machine, or correct --verify",
    ]
    assert not (tmp_path / "made").exists()
    assert clone.git.read("for-each-ref", "refs/heads/relauto") == ""


def test_files_that_are_absent_are_no_pass(pick, clone):
    blob = clone.git.read("rev-parse", f"{clone.fix}:read.me")
    (clone.directory / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ended = pick("--verify", "true")
    assert ended.status == 2
    told, todo = mask(ended.out).splitlines()[1:3]
    assert told.startswith("  `true` could not be run on it: ")
    assert told.endswith(f" lacks the object {blob}")
    assert todo.startswith("  the clone is partial or damaged: run again with ")
    assert clone.git.read("for-each-ref", "refs/heads/relauto") == ""


def test_a_dry_run_tells_that_it_would_run_and_does_not_run_it(pick, tmp_path):
    command = run(f"import pathlib; pathlib.Path({str(tmp_path / 'seen')!r}).touch()")
    ended = pick("--verify", command, "--dry-run")
    assert (ended.status, ended.err) == (0, "")
    assert mask(ended.out).splitlines()[1:] == [
        f"  `{command}` would be run on it",
        "  would create relauto/pick/release-1/ID",
    ]
    assert not (tmp_path / "seen").exists()


def test_in_a_workflow_nothing_of_the_product_is_run_unless_that_is_allowed_by_name(
    pick, clone, tmp_path, monkeypatch
):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    # What stands in the folder may be the product's own word.
    (tmp_path / "relauto.toml").write_text(
        '[repositories]\nsource = "acme/stockroom"\nops = "acme/ops"\n[pick]\nverify_in_workflows = true\n'
    )
    seen = tmp_path / "seen"
    command = run(f"import pathlib; pathlib.Path({str(seen)!r}).touch()")
    ended = pick("--verify", command)
    assert (ended.status, ended.out) == (3, "")
    assert not seen.exists()
    assert clone.git.read("for-each-ref", "refs/heads/relauto") == ""
    assert pick("--verify", command, "--dry-run").status == 3
    assert pick("--verify", command, "--verify-in-workflows").status == 0
    assert seen.exists()


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--verify", ""), "--verify needs a program\n"),
        (("--verify", "'"), "cannot be read: No closing quotation\n  close the quotation"),
        (("--verify", "true", "--verify-timeout", "0s"), "--verify-timeout leaves no time\n"),
        (("--verify", "true", "--verify-timeout", "soon"), "'soon' is not a duration\n"),
        (("--verify", "true", "--forecast"), "--forecast takes no --write and no --verify\n"),
    ],
)
def test_bad_input_ends_with_2_and_nothing_is_written(pick, clone, arguments, what):
    ended = pick(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err
    assert clone.git.read("for-each-ref", "refs/heads/relauto") == ""


@pytest.mark.path
def test_a_cold_pick_gets_all_files_of_what_is_tried(relauto, cold, cache):
    code = "import pathlib; assert len(list(pathlib.Path('lib').rglob('*.py'))) == 10"
    arguments = ("--fix", cold.fix, "--onto", "release-1", "--verify", run(code))
    ended = relauto("pick", "--from", f"file://{cold.directory}", *arguments)
    assert (ended.status, mask(ended.out).splitlines()[1]) == (0, f"  `{run(code)}` passes on it")
