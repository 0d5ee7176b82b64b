"""Commands run as printed, know no secrets and cannot outlive their time; the cast stands on its own."""

import sys
from pathlib import Path

import pytest

from relauto.rehearsal.cast.workplace import run_command


def test_both_streams_and_the_status_are_told(tmp_path: Path) -> None:
    done = run_command("echo out; echo err >&2; exit 3", tmp_path, 10)
    assert (done.status, done.output) == (3, "out\nerr\n")


def test_a_command_knows_neither_the_token_nor_another_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAST_TOKEN", "secret")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    said = run_command("env", tmp_path, 10).output
    assert "secret" not in said
    assert "GIT_DIR" not in said


def test_a_command_that_does_not_end_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    # The output ends only when the last process that holds it has ended.
    done = run_command("sleep 60 & echo started; sleep 60", tmp_path, 0.5)
    assert (done.status, done.output) == (None, "started\n")
    assert done.seconds < 30


def test_the_cast_imports_nothing_of_relauto_but_itself(tmp_path: Path) -> None:
    roles = "ci, customer, qa, release_manager, reviewer, __main__"
    script = (
        f"import sys; from relauto.rehearsal.cast import {roles}\n"
        "print(*sorted(name for name in sys.modules if name.startswith('relauto')))\n"
        "print([name for name in ('yaml', 'msgspec', 'flask', 'github', 'git') if name in sys.modules])"
    )
    (tmp_path / "look.py").write_text(script)
    root = Path(__file__).parents[2]
    done = run_command(
        f"cd '{root}' && PYTHONPATH=. '{sys.executable}' '{tmp_path / 'look.py'}'", tmp_path, 30
    )
    modules, foreign = done.output.splitlines()
    outside = [name for name in modules.split() if not name.startswith("relauto.rehearsal.cast")]
    assert outside == ["relauto", "relauto.rehearsal"]
    assert foreign == "[]"
