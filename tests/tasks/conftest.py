"""Command lines run in this process, as a user types them."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from relauto.tasks.program import program
from tests.tasks.test_tasks_story import kept

# The world of the story is lent to other modules, and is made from what this fixture keeps.
__all__ = ["kept"]


@dataclass(frozen=True)
class Ended:
    """How a command line ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Relauto = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("GIT_", "GITHUB_", "RELAUTO_", "INVOKE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("GH_TOKEN", raising=False)
    (tmp_path / "home").mkdir()
    # Nothing here outlives the machine, so git need not wait for the disk.
    settings = "[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[init]\n\ttemplateDir =\n"
    (tmp_path / "home" / ".gitconfig").write_text(settings)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def relauto(capsys: pytest.CaptureFixture[str]) -> Relauto:
    """Run `relauto` with these arguments; a word that holds spaces is one argument all the same."""

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        status = 0
        try:
            program.run(["relauto", *arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
        printed = capsys.readouterr()
        return Ended(status, printed.out, printed.err)

    return run
