"""Runs the commands that a project's settings name to build an artifact and to ask it for its version.

The settings come from the ops repository, so their commands are as trusted as relauto itself; they
get no token: every variable that could hold one is taken out of their environment.
"""

import os
import signal
import subprocess  # nosec B404 - the adopter's build is a command
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from relauto.errors import DecisionError
from relauto.redaction import redact, strip_environment


def is_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this machine is one of CI, as CI systems say it in the environment."""
    said = [environment.get(name, "").lower() for name in ("GITHUB_ACTIONS", "CI")]
    return any(each not in ("", "0", "false") for each in said)


def run_command(command: str, folder: Path, *, timeout: float) -> str:
    """Run a shell command in `folder` and return what it printed, both streams together.

    Raises:
        DecisionError: it failed, or took longer than `timeout` seconds.
    """
    environment = strip_environment(os.environ)
    # `python3` in a command means the Python that runs relauto, with or without an activated venv.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    with _start(command, folder, environment) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise DecisionError(
                f"{command!r} did not end within {timeout:g} seconds", todo="see build.timeout"
            ) from error
    said = redact(output.decode("utf-8", "replace")).strip()
    if process.returncode:
        raise DecisionError(
            f"{command!r} ended with status {process.returncode}: {said[-2000:]}",
            todo="the candidate cannot be verified before its build works; mend it and advance again",
        )
    return said


@contextmanager
def _start(command: str, folder: Path, environment: Mapping[str, str]) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a command and end it, with all that it started, when the block is left before it ends."""
    with subprocess.Popen(
        command,
        shell=True,  # nosec B602 - the settings' build command is a line for the shell, as in make or CI
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
