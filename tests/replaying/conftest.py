"""A history that people have picked in, on two lines beside main."""

from pathlib import Path

import pytest

from relauto.model.names import Commit
from tests.git.conftest import Clone, _hermetic, clone

__all__ = ["TEXT", "History", "_hermetic", "change", "clone"]

TEXT = "".join(f"line {number}\n" for number in range(1, 41))


def change(text: str, number: int, to: str) -> str:
    lines = text.split("\n")
    lines[number - 1] = to
    return "\n".join(lines)


class History(Clone):
    """A clone with the branch `line`, which starts at the first commit of main."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.text = {"main": TEXT, "line": TEXT}
        self.commit("Begin the product", {"app.py": TEXT, "read.me": "read me\n"})
        self.run("branch", "line")

    def fix(self, message: str, number: int, to: str, branch: str = "main") -> Commit:
        """Change one line of `app.py` on a branch; main is at hand afterwards."""
        self.switch(branch)
        self.text[branch] = change(self.text[branch], number, to)
        made = self.commit(message, {"app.py": self.text[branch]})
        self.switch("main")
        return made

    def parent(self, commit: Commit) -> Commit:
        return Commit(self.git.read("rev-parse", f"{commit}^"))


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "product")
