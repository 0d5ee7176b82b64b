"""Every git process goes through here: one environment, one error, one place that cleans output.

Processes are started directly and not by GitPython, whose `Git.execute` can add to the caller's
environment but not take from it: a GIT_DIR inherited from a hook would send every call elsewhere.
Objects are read by GitPython, in the modules beside this one. Arguments are lists that the callers
build from checked names (`relauto.model.names`), never from text of others.
"""

import os
import re
import shutil
import subprocess  # nosec B404 - this is the one place that runs git
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from relauto.errors import InputError, RemoteError
from relauto.redaction import redact

MINIMUM = (2, 38)

_ANSWERS = (2, 50)
"""Since this version commands that answer questions one by one print each answer at once."""

TIMED_OUT = 124
"""The status of a process that was killed since it took too long, as timeout(1) has it."""

_PACE = 0.1
"""Seconds between two looks at whether a process may go on."""

DISCREET = {
    "GIT_TRACE_REDACT": "1",
    "GIT_TRACE2_CONFIG_PARAMS": "relauto.nothing",
    "GIT_TRACE2_ENV_VARS": "LC_ALL",
}
"""A trace shows headers, settings and variables only as far as these let it, whatever git's settings say."""

# What survives from the caller's environment besides these would change what git does:
# GIT_DIR, GIT_INDEX_FILE and the like point elsewhere, and translations break nothing here
# only because every message that is read is asked for in the C locale.
_FIXED = {
    "LC_ALL": "C",
    "LANGUAGE": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ADVICE": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # Others see the history without the grafts of this clone. Of a file that is there git warns.
    "GIT_GRAFT_FILE": f"{os.devnull}/none",
    **DISCREET,
}
_KEPT_GIT_VARIABLES = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|ASKPASS|HTTP_\w+|PROXY_\w+|TRACE\w*|EXEC_PATH|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)"
    r"|(AUTHOR|COMMITTER)_(NAME|EMAIL)|CEILING_DIRECTORIES|ALLOW_PROTOCOL)"
)


class GitError(RemoteError):
    """git refused or failed. `answer` holds what it said, secrets removed."""

    def __init__(self, answer: "Answer", *, todo: str = "") -> None:
        self.answer = answer
        said = answer.error or "nothing was printed"
        super().__init__(f"git {answer.command} ended with status {answer.status}: {said}", todo=todo)


@dataclass(frozen=True)
class Answer:
    """How one git process ended."""

    command: str
    status: int
    output: bytes
    error: str

    @property
    def text(self) -> str:
        """The output as text, without the last line break."""
        return self.output.decode("utf-8", "surrogateescape").removesuffix("\n")


def _clean(text: str) -> str:
    # ssh, and what a remote says, ends lines as a terminal in raw mode wants it.
    return redact(text).replace("\r\n", "\n").strip()


def _inherited() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _KEPT_GIT_VARIABLES.fullmatch(name)
    }


@dataclass(frozen=True)
class Git:
    """git in one directory, with `environment` added to every process.

    Secrets travel in `environment` only (`GIT_CONFIG_COUNT` and its kin), never in an argument.
    `held` are open files that every process keeps open as long as it lives, also when this one is killed.
    """

    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    held: tuple[int, ...] = ()

    def ask(
        self,
        *arguments: str,
        input: bytes | None = None,  # noqa: A002 - the word subprocess uses for it
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Run git and return how it ended, whatever the status.

        Args:
            arguments: the subcommand and its arguments.
            input: bytes for its standard input.
            environment: more variables for this process alone.
            timeout: seconds after which the process is killed.

        Raises:
            InputError: there is no git on PATH, or the directory is gone.
            GitError: it did not end within `timeout`.
        """
        if not self.directory.is_dir():
            raise InputError(f"{self.directory} is not a directory", todo="name the folder of a repository")
        try:
            ended = subprocess.run(  # nosec B603 B607 - a list, no shell; git is found on PATH
                ["git", *arguments],
                cwd=self.directory,
                input=input or b"",
                capture_output=True,
                check=False,
                timeout=timeout,
                pass_fds=self.held,
                env=self._surroundings(environment),
            )
        except FileNotFoundError as error:
            raise _miss_git() from error
        except subprocess.TimeoutExpired as error:
            late = Answer(_clean(" ".join(arguments)), TIMED_OUT, b"", f"no answer within {timeout} seconds")
            raise GitError(late, todo="run again; nothing is assumed about what it did") from error
        said = ended.stderr.decode("utf-8", "replace")
        return Answer(_clean(" ".join(arguments)), ended.returncode, ended.stdout, _clean(said))

    def ask_while(
        self,
        goes_on: Callable[[], bool],
        *arguments: str,
        input: bytes | None = None,  # noqa: A002
    ) -> Answer:
        """Run git as long as `goes_on`, and return how it ended: with a negative status where it was stopped.

        It is asked to stop and not killed: so it ends what it has started, and takes its lock files away.

        Raises:
            InputError: there is no git on PATH, or the directory is gone.
        """
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said:
            told.write(input or b"")
            told.seek(0)
            with self._open(["git", *arguments], told.fileno(), said.fileno()) as process:
                output = _wait(process, goes_on)
            said.seek(0)
            why = _clean(said.read().decode("utf-8", "replace"))
            return Answer(_clean(" ".join(arguments)), process.returncode, output, why)

    def _surroundings(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**_inherited(), **_FIXED, **self.environment, **(more or {})}

    def stream(
        self,
        *arguments: str,
        input: bytes = b"",  # noqa: A002
        mark: bytes = b"\0",
    ) -> Iterator[bytes]:
        """Yield what git prints, each part that a mark ends as soon as it is there; nothing is kept.

        Raises:
            InputError: there is no git on PATH, or the directory is gone.
            GitError: it ended with another status than 0.
        """
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said:
            told.write(input)
            told.seek(0)
            process = self._open(["git", *arguments], told.fileno(), said.fileno())
            with process:
                try:
                    yield from _split(process, mark)
                except BaseException:
                    # Whoever reads may stop early: git would wait for ever until the rest is taken.
                    process.kill()
                    raise
            if process.returncode:
                said.seek(0)
                why = _clean(said.read().decode("utf-8", "replace"))
                raise GitError(Answer(_clean(" ".join(arguments)), process.returncode, b"", why))

    def start(self, *arguments: str, unbuffered: bool = False) -> "subprocess.Popen[bytes] | None":
        """Start git to be talked to through pipes; whoever calls this ends it.

        It ends by itself when the pipe to it is closed, so also with this process. What it says of a failure
        is lost: ask the same by `ask` to learn it.

        Args:
            arguments: the subcommand and its arguments.
            unbuffered: for a command that keeps what it prints; None is returned where that cannot be helped.

        Raises:
            InputError: there is no git on PATH, or the directory is gone.
        """
        before: list[str] = []
        if unbuffered and shutil.which("stdbuf"):
            before = ["stdbuf", "-o0"]
        elif unbuffered and read_version(self) < _ANSWERS:
            return None
        return self._open([*before, "git", *arguments], subprocess.PIPE, subprocess.DEVNULL)

    def _open(self, words: list[str], told: int, said: int) -> "subprocess.Popen[bytes]":
        if not self.directory.is_dir():
            raise InputError(f"{self.directory} is not a directory", todo="name the folder of a repository")
        try:
            return subprocess.Popen(  # nosec B603 - as in `ask`
                words,
                cwd=self.directory,
                stdin=told,
                stdout=subprocess.PIPE,
                stderr=said,
                pass_fds=self.held,
                env=self._surroundings(),
            )
        except FileNotFoundError as error:
            raise _miss_git() from error

    def run(
        self,
        *arguments: str,
        input: bytes | None = None,  # noqa: A002
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> bytes:
        """Run git and return its output.

        Raises:
            GitError: it ended with another status than 0.
        """
        answer = self.ask(*arguments, input=input, environment=environment, timeout=timeout)
        if answer.status:
            raise GitError(answer)
        return answer.output

    def read(
        self,
        *arguments: str,
        input: bytes | None = None,  # noqa: A002
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run git and return its output as text, without the last line break.

        Raises:
            GitError: it ended with another status than 0.
        """
        output = self.run(*arguments, input=input, environment=environment)
        return output.decode("utf-8", "surrogateescape").removesuffix("\n")


def _wait(process: "subprocess.Popen[bytes]", goes_on: Callable[[], bool]) -> bytes:
    """Return what a process prints; end it once it may not go on."""
    while True:
        try:
            return process.communicate(timeout=_PACE)[0]
        except subprocess.TimeoutExpired:
            if not goes_on():
                process.terminate()
                return process.communicate()[0]


def _split(process: "subprocess.Popen[bytes]", mark: bytes) -> Iterator[bytes]:
    """Yield the parts that a mark ends, and what is left behind the last."""
    rest = b""
    while process.stdout and (block := process.stdout.read(1 << 16)):
        *parts, rest = (rest + block).split(mark)
        yield from parts
    if rest:
        yield rest


def _miss_git() -> InputError:
    return InputError("git was not found on PATH", todo="install git 2.38 or newer")


def read_version(git: Git) -> tuple[int, int]:
    """Return the version of git as (major, minor); (0, 0) where it says none."""
    found = re.search(r"(\d+)\.(\d+)", git.read("--version"))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def require_git(git: Git) -> tuple[int, int]:
    """Return the version of git as (major, minor).

    Raises:
        InputError: it is older than relauto needs (`git merge-tree --write-tree` came with 2.38).
    """
    version = read_version(git)
    if version < MINIMUM:
        raise InputError(
            f"git {version[0]}.{version[1]} is too old: relauto picks with git merge-tree --write-tree",
            todo="install git 2.38 or newer",
        )
    return version
