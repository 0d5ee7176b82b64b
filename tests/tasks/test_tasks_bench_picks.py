"""`relauto bench.picks` as a user types it."""

import re
from pathlib import Path

import pytest

from relauto.benching import cherry_picker
from tests.replaying.conftest import History
from tests.tasks.conftest import Relauto

SMALL = ("--rounds", "1", "--lines", "1", "--files", "100")


@pytest.fixture
def history(tmp_path: Path) -> History:
    """One fix on a line, as on main."""
    history = History(tmp_path / "product")
    history.fix("Stop the crash on start", 3, "one")
    history.fix("[line] Stop the crash on start", 3, "one", "line")
    return history


@pytest.mark.slow
def test_programs_read_one_document(relauto: Relauto, history: History) -> None:
    ended = relauto("bench.picks", "--repo", str(history.directory), *SMALL, "--json")
    document = ended.document
    assert ended.status in (0, 1)
    assert (ended.status == 1) == any(each["kept"] is False for each in document["ratios"])
    first = history.run("rev-list", "--max-parents=0", "main").strip()
    fix = history.run("rev-parse", "main").strip()
    assert document["picks"] == [{"fix": fix, "onto": first}]
    assert document["mixed"] == {"clean": 1}
    assert (document["differing"], document["commit_graph"]) == ([], False)
    assert [each["ratio"] is not None for each in document["ratios"]] == [True] * 7
    assert [(each["most"], each["least"]) for each in document["ratios"]] == [
        (3, None),
        (1.5, None),
        (1.5, None),
        (None, None),
        (None, None),
        (None, 100),
        (None, 20),
    ]
    assert (list(document["by_lines_ms"]), list(document["by_files_ms"])) == (["1"], ["100"])


def test_people_read_ratios_with_the_promises_beside(
    relauto: Relauto, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cherry_picker, "is_installed", lambda: False)
    call = ("bench.picks", "--repo", str(history.directory), "--fix", "main", "--onto", "line~1", *SMALL)
    out = re.sub(r"\d+\.\d+", "…", relauto(*call).out)
    out = re.sub("NOT KEPT|kept", "told", out)
    assert "a warm pick: … times git merge-tree (at most 3: told)\n" in out
    assert "many picks: … times git merge-tree, in a row (at most …: told)\n" in out
    assert "as in the history: 1 clean\n" in out
    assert "many, as in the history: … times git merge-tree, as in the history (at most …: told)\n" in out
    absent = "cherry-picker: not measured: cherry-picker is not installed (pip install 'relauto[bench]')\n"
    assert absent in out
    assert "a pick by files: 100: … ms\n" in out
    assert "the repository has no commit-graph; with one (git commit-graph write --reachable) picks" in out


@pytest.mark.parametrize("options", [(), ("--split",)])
def test_people_read_whether_the_history_is_indexed(
    relauto: Relauto, history: History, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setattr(cherry_picker, "is_installed", lambda: False)
    history.run("commit-graph", "write", "--reachable", *options)
    call = ("bench.picks", "--repo", str(history.directory), "--fix", "main", "--onto", "line~1", *SMALL)
    assert "\nthe repository has a commit-graph\n" in relauto(*call).out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--picks", "0"), "--picks cannot be 0"),
        (("--rounds", "0"), "--rounds cannot be 0"),
        (("--fix", "main"), "--fix and --onto go together"),
    ],
)
def test_a_call_that_measures_nothing_is_refused(
    relauto: Relauto, history: History, options: tuple[str, ...], said: str
) -> None:
    ended = relauto("bench.picks", "--repo", str(history.directory), *options)
    assert (ended.status, said in ended.err) == (2, True)


def test_a_dry_run_measures_nothing(relauto: Relauto, history: History) -> None:
    ended = relauto("bench.picks", "--repo", str(history.directory), "--dry-run")
    assert (ended.status, ended.out) == (0, "would measure 10 picks in 3 rounds; nothing was done\n")
