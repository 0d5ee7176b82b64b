"""A clone with a working tree, used with plain git as an engineer uses it."""

import base64
import os
import subprocess  # nosec B404 - the cast works with plain git
from dataclasses import dataclass
from pathlib import Path

from relauto.rehearsal.cast.errand import Errand, ErrandError
from relauto.rehearsal.cast.workplace import network


@dataclass(frozen=True)
class Checkout:
    """A clone of the product over HTTP, in a folder of the errand's own."""

    errand: Errand
    path: Path

    @classmethod
    def open(cls, errand: Errand) -> "Checkout":
        """Clone the product, or fetch into the clone of an earlier errand; what was left there is dropped.

        Raises:
            ErrandError: git could not.
        """
        checkout = cls(errand, errand.work / f"{errand.source.partition('/')[2]}-checkout")
        if not (checkout.path / ".git").exists():
            checkout.path.mkdir(parents=True, exist_ok=True)
            checkout.git("init", "--quiet", "--template=")
            checkout.git("remote", "add", "origin", f"{errand.git}/{errand.source}.git")
        checkout.git("fetch", "--quiet", "--prune", "--tags", "--force", "origin")
        return checkout

    def switch(self, branch: str, start: str) -> None:
        """Begin a branch anew at a commit; leftovers of an interrupted pick or merge are dropped.

        Raises:
            ErrandError: git could not.
        """
        self.git("checkout", "--quiet", "--force", "--no-track", "-B", branch, start)

    def git(self, *arguments: str) -> str:
        """Run git and return what it printed, without the last line break.

        Raises:
            ErrandError: it failed.
        """
        ended = subprocess.run(  # nosec B603 B607 - a list, no shell; git is found on PATH
            ["git", *arguments],
            cwd=self.path,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if ended.returncode:
            said = (ended.stderr or ended.stdout).decode("utf-8", "replace").strip()
            raise ErrandError(f"git {' '.join(arguments)} ended with status {ended.returncode}: {said}")
        return ended.stdout.decode("utf-8", "replace").rstrip("\n")

    def _environment(self) -> dict[str, str]:
        login = self.errand.login
        secret = base64.b64encode(f"x-access-token:{self.errand.token}".encode()).decode()
        who = {
            f"GIT_{role}_{field}": value
            for role in ("AUTHOR", "COMMITTER")
            for field, value in (("NAME", login), ("EMAIL", f"{login}@acme.example"))
        }
        told = {"http.extraHeader": f"Authorization: Basic {secret}", "http.proxy": "", "gc.auto": "0"}
        settings = {"GIT_CONFIG_COUNT": str(len(told))}
        for number, (key, value) in enumerate(told.items()):
            settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            **network(),
            **who,
            **settings,
            **nowhere,
        }
