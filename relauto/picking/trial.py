"""Trying what a pick gives before it goes anywhere: a program in an export of its files."""

from dataclasses import dataclass
from pathlib import Path
from shlex import join
from typing import Literal

from relauto.command import run_program
from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.surroundings import is_workflow

_LAST_LINES, _LAST = 20, 2000


@dataclass(frozen=True)
class Tried:
    """How a trial ended.

    Attributes:
        state: `passed`; `failed`; `late`: it was ended for taking too long; `unable`: the program cannot be
            run; `absent`: the files could not be had, so nothing is known.
        fault: why it did not pass, in a few words; "" where it did.
        last: the last lines of what it printed, without secrets.
        todo: what to do where the files could not be had.
    """

    state: Literal["passed", "failed", "late", "unable", "absent"]
    fault: str = ""
    last: str = ""
    todo: str = ""


@dataclass(frozen=True)
class Trial:
    """A program that has to pass on what a pick gives.

    Attributes:
        program: it and its arguments.
        timeout: the seconds that it may take.
        in_workflows: whether it may run in a workflow on GitHub.
    """

    program: tuple[str, ...]
    timeout: float
    in_workflows: bool

    @property
    def command(self) -> str:
        """The program as it is typed."""
        return join(self.program)

    @property
    def hindrance(self) -> str:
        """Why it is not run where relauto runs now; "" where it may."""
        if self.in_workflows or not is_workflow():
            return ""
        return (
            f"`{self.command}` is not run in a workflow: what it runs of the product could read relauto's "
            "token there"
        )

    def announce(self, commit: Commit) -> str:
        """Return the sentence that tells of a trial which is about to begin."""
        return f"running `{self.command}` on {commit.short}, for up to {self.timeout:g} s"

    def run(self, repository: Repository, commit: Commit, folder: Path) -> Tried:
        """Run it on the files of a commit, which are put into the empty `folder`.

        Raises:
            InputError: a file's content is absent, or a link leads out of the tree.
        """
        repository.export(commit, folder)
        try:
            ended = run_program(self.program, folder, timeout=self.timeout)
        except InputError as error:
            return Tried("unable", error.what)
        if ended.status == 0:
            return Tried("passed")
        last = "\n".join(ended.said.splitlines()[-_LAST_LINES:])[-_LAST:]
        if ended.status is None:
            return Tried("late", f"`{self.command}` did not end in time on it", last)
        return Tried("failed", f"`{self.command}` ended with status {ended.status} on it", last)
