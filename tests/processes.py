"""relauto as separate processes, each with a home and a working directory of its own."""

import json
import os
import signal
import subprocess  # noqa: TID251 - separate processes are what is tested
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

COMMAND = (sys.executable, "-c", "from relauto.tasks.program import main; main()")
TIMEOUT = 120


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def make_environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return what a person's shell would give: nothing of this process but where programs are."""
    home.mkdir(parents=True, exist_ok=True)
    root = Path(__file__).parents[1]
    kept = {
        name: os.environ[name] for name in ("PATH", "TMPDIR", "COVERAGE_PROCESS_START") if name in os.environ
    }
    return {**kept, "HOME": str(home), "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", **more}


@dataclass
class Desk:
    """A folder and a home in which somebody runs `relauto`."""

    folder: Path
    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **more: str) -> Ended:
        """Run `relauto` to its end; keywords are variables of the environment."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ended = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=make_environment(self.home, {**self.variables, **more}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


class HubProcess:
    """`relauto hub` in a process of its own, over `hub` in its desk; `facts` is the line it printed."""

    def __init__(self, desk: Desk, *arguments: str) -> None:
        desk.folder.mkdir(parents=True, exist_ok=True)
        self.root = desk.folder / "hub"
        self._errors = (desk.folder / "stderr.txt").open("ab")
        self._process = subprocess.Popen(
            [*COMMAND, "hub", "hub", *arguments],
            cwd=desk.folder,
            env=make_environment(desk.home, desk.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            # An interrupt reaches the hub although this process may ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
        self.facts: dict[str, Any] = json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.stop()

    @property
    def said(self) -> str:
        """What it has written to stderr so far."""
        return Path(self._errors.name).read_text()

    def token(self, login: str) -> str:
        return (self.root / "tokens" / login).read_text().strip()

    def stop(self) -> int:
        """Interrupt it as Ctrl-C does; returns the exit status."""
        assert self._process.stdout is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._process.stdout.close()
            self._errors.close()


SETTINGS = """\
repositories = {{source = "acme/stockroom", ops = "acme/ops", qa = "acme/qa"}}
github = {{api = "{api}", git = "{address}"}}
"""
"""What an engineer writes to play against the sample."""
