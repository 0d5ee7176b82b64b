"""cherry_picker(1), from PyPI, in a clone of its own: it checks branches out in place.

It takes its settings from a commit and keeps its state in the clone's configuration.
"""

import os
import subprocess  # nosec B404 - another program is measured
import sys
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from relauto.benching.contenders import Contender, Timed
from relauto.benching.work import Job, Place, plain_git
from relauto.errors import RemoteError


def is_installed() -> bool:
    """Tell whether it is there, in the same environment."""
    return find_spec("cherry_picker") is not None


class CherryPicker(Contender):
    """A pick by cherry_picker, not pushed."""

    name = "cherry-picker"
    pushes = False

    def __init__(self, place: Place, folder: Path) -> None:
        super().__init__(place, folder)
        self._clone = folder / type(self).__name__
        plain_git(folder).run("clone", "--quiet", "--shared", str(place.remote), str(self._clone))
        self._git = plain_git(self._clone)

    def time(self, job: Job) -> Timed:
        """Pick; that the clone is put back afterwards is not counted where nothing is pushed."""
        started = perf_counter()
        self._run("--no-auto-pr", "--push" if self.pushes else "--no-push", job.fix, job.branch)
        seconds = perf_counter() - started
        made = f"refs/remotes/origin/backport-{job.fix[:7]}-{job.branch}" if self.pushes else "HEAD"
        tree = self._git.read("rev-parse", f"{made}^{{tree}}")
        if not self.pushes:
            self._run("--abort")
        return Timed(seconds, tree)

    def _run(self, *arguments: str) -> None:
        ended = subprocess.run(  # nosec B603 - a list, no shell
            [sys.executable, "-m", "cherry_picker", *arguments],
            cwd=self._clone,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            env={**_inherited(), **self._git.environment},
        )
        if ended.returncode:
            said = ended.stdout.decode("utf-8", "replace").strip()
            raise RemoteError(f"cherry_picker ended with status {ended.returncode}: {said}")


class PushedCherryPicker(CherryPicker):
    """A pick by cherry_picker, pushed to a branch; no pull request is opened."""

    name = "cherry-picker, push"
    pushes = True


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GH_"))}
