"""A desk of one's own: a scratch repository fed over HTTP, exported trees, commands that are run."""

import base64
import os
import signal
import subprocess  # nosec B404 - QA runs the commands of its page
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from relauto.rehearsal.cast.api import is_local
from relauto.rehearsal.cast.errand import Errand, ErrandError

_KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "VIRTUAL_ENV",
)


# For git alone; the proxies' addresses may hold a password, which commands need not know.
_NETWORK = ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "GIT_SSL_CAINFO")


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its status (None when it had to be killed), what it printed, seconds."""

    status: int | None
    output: str
    seconds: float


def _environment() -> dict[str, str]:
    """Return what commands may know: no token, nothing that points git elsewhere.

    The Python that runs this comes first on PATH: the sample needs 3.11, and `python3` may be older.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = [str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]
    return {**kept, "PATH": os.pathsep.join(path)}


def network() -> dict[str, str]:
    """Return what git has to know of the way to its remote: proxies, and whose certificates are trusted."""
    return {name: os.environ[name] for name in _NETWORK if name in os.environ}


def run_command(command: str, folder: Path, limit: float) -> Outcome:
    """Run a shell command as it stands and return how it ended, both streams as one text.

    After `limit` seconds it is killed with everything that it has started.
    """
    started = time.monotonic()
    with subprocess.Popen(  # nosec B603 - QA runs what its page tells, in a folder of its own
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            said, status = process.communicate(timeout=limit)[0], process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, status = process.communicate()[0], None
    return Outcome(status, said.decode("utf-8", "replace"), time.monotonic() - started)


class Scratch:
    """A bare repository into which commits and tags are fetched over HTTP."""

    def __init__(self, errand: Errand, path: Path) -> None:
        self._errand = errand
        self.path = path
        if not (path / "HEAD").exists():
            path.mkdir(parents=True, exist_ok=True)
            self._run("init", "--quiet", "--bare", "--template=", ".")
            self._borrow()

    def fetch(self, *what: str) -> None:
        """Fetch commits by id, or refs by refspec, with their history.

        Raises:
            ErrandError: git could not.
        """
        errand = self._errand
        secret = base64.b64encode(f"x-access-token:{errand.token}".encode()).decode()
        self._run(
            *("-c", "gc.auto=0", "-c", "maintenance.auto=false"),
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--end-of-options"),
            *(f"{errand.git}/{errand.source}.git", *what),
            environment={
                "GIT_CONFIG_COUNT": "2" if is_local(errand.git) else "1",
                "GIT_CONFIG_KEY_0": "http.extraHeader",
                "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
                "GIT_CONFIG_KEY_1": "http.proxy",
                "GIT_CONFIG_VALUE_1": "",
                **network(),
            },
        )

    def read(self, *arguments: str) -> bytes:
        """Return what a git command prints.

        Raises:
            ErrandError: it failed.
        """
        return self._run(*arguments)

    def holds(self, blob: str) -> bool:
        """Tell whether a file's content is here, the zeros that stand for no file included."""
        try:
            return not blob.strip("0") or not self._run("cat-file", "-e", blob)
        except ErrandError:
            return False

    def export(self, commit: str, folder: Path) -> None:
        """Write the files of a commit into a new folder, without any of git's.

        Raises:
            ErrandError: git could not.
        """
        folder.mkdir(parents=True)
        index = folder.with_name(f"{folder.name}.index")
        self._run(
            *("-c", "core.bare=false", f"--work-tree={folder}", "checkout", "--quiet", commit, "--", "."),
            environment={"GIT_INDEX_FILE": str(index)},
        )
        index.unlink(missing_ok=True)

    def _borrow(self) -> None:
        if self._errand.product is not None:
            objects = self._errand.product.resolve() / "objects"
            alternates = self.path / "objects" / "info" / "alternates"
            alternates.parent.mkdir(exist_ok=True)
            alternates.write_text(f"{objects}\n", "utf-8")

    def _run(self, *arguments: str, environment: dict[str, str] | None = None) -> bytes:
        ended = subprocess.run(  # nosec B603 B607 - a list, no shell; git is found on PATH
            ["git", "--git-dir", str(self.path.resolve()), *arguments],
            cwd=self.path,
            env={**_environment(), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if ended.returncode:
            said = ended.stderr.decode("utf-8", "replace").strip()
            raise ErrandError(f"git {' '.join(arguments)} ended with status {ended.returncode}: {said}")
        return ended.stdout
