"""Runs the commands that settings and people name: to build an artifact, ask it its version, try a pick.

Settings come from the ops repository, so their commands are as trusted as relauto itself. What they run of
the product is not: every variable that could hold a token is taken out of its environment, but it works as
the same user, who can read relauto's own.
"""

import os
import signal
import subprocess  # nosec B404 - the adopter's build is a command
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from relauto.errors import DecisionError, InputError
from relauto.redaction import learn_tokens, redact, strip_environment


@dataclass(frozen=True)
class Ended:
    """How a command ended: `status` is None where it was ended for taking too long.

    `said` is what it printed, both streams together, without secrets.
    """

    status: int | None
    said: str


def run_command(command: str, folder: Path, *, timeout: float) -> str:
    """Run a shell command in `folder` and return what it printed, both streams together.

    Raises:
        DecisionError: it failed, or took longer than `timeout` seconds.
    """
    ended = _run(command, folder, timeout)
    if ended.status is None:
        raise DecisionError(f"{command!r} did not end within {timeout:g} seconds", todo="see build.timeout")
    if ended.status:
        raise DecisionError(
            f"{command!r} ended with status {ended.status}: {ended.said[-2000:]}",
            todo="the candidate cannot be verified before its build works; mend it and advance again",
        )
    return ended.said


def run_program(arguments: Sequence[str], folder: Path, *, timeout: float) -> Ended:
    """Run a program with its arguments in `folder`, without a shell, and return how it ended.

    Raises:
        InputError: there is no such program, or it cannot be run.
    """
    try:
        return _run(arguments, folder, timeout)
    except OSError as error:
        raise InputError(
            f"{arguments[0]} cannot be run: {error.strerror}",
            todo="install it on this machine, or correct the command",
        ) from error


def _run(command: str | Sequence[str], folder: Path, timeout: float) -> Ended:
    learn_tokens(os.environ)
    environment = strip_environment(os.environ)
    # `python3` in a command means the Python that runs relauto, with or without an activated venv.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    with _start(command, folder, environment) as process:
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            return Ended(None, _clean(error.output or b""))
    return Ended(process.returncode, _clean(output))


def _clean(output: bytes) -> str:
    return redact(output.decode("utf-8", "replace")).strip()


@contextmanager
def _start(
    command: str | Sequence[str], folder: Path, environment: Mapping[str, str]
) -> "Iterator[subprocess.Popen[bytes]]":
    """Start a command and end it, with all that it started, when the block is left before it ends.

    One line of text is for the shell.
    """
    with subprocess.Popen(
        command,
        # The settings' build command is a line for the shell, as in make or CI.
        shell=isinstance(command, str),  # nosec B602
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
