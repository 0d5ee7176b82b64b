"""Trying a pick before it is pushed: the program that the settings name, in an export of its files."""

from contextlib import suppress
from shlex import join

from relauto.errors import InputError
from relauto.git.runner import GitError
from relauto.model.names import Commit
from relauto.stages.bench import Bench
from relauto.stages.prepare.command import run_program
from relauto.stages.step import Refused
from relauto.surroundings import is_workflow

_LAST_LINES, _LAST = 20, 2000


def describe_trial(bench: Bench) -> str:
    """Return what a sentence about a push of picks adds where they are tried first; else nothing."""
    verify = bench.settings.pick.verify
    return f", once `{join(verify)}` passes on it" if verify else ""


def hold_trial(bench: Bench) -> Refused | None:
    """Hold up picks that would be tried in a workflow, where that is not allowed by name."""
    wanted = bench.settings.pick
    if not wanted.verify or wanted.verify_in_workflows or not is_workflow():
        return None
    return Refused(
        f"`{join(wanted.verify)}` is not run in a workflow: what it runs of the product could read relauto's "
        "token there",
        todo="advance on a machine of your own, leave the trial to the checks of the pick's pull request "
        "(pick.verify = []), or allow it with pick.verify_in_workflows = true",
    )


def try_commit(bench: Bench, commit: Commit) -> Refused | None:
    """Run the program on the files of a commit; return why it must not be pushed, if it fails.

    Raises:
        InputError: a file's content is absent.
    """
    wanted = bench.settings.pick
    if not wanted.verify:
        return None
    command = join(wanted.verify)
    bench.say(f"running `{command}` on {commit.short}, for up to {wanted.verify_timeout:g} s")
    with bench.workplace() as folder:
        with suppress(GitError):
            # What the remote does not send is named by the export.
            bench.mirror.fill(commit)
        bench.product.export(commit, folder / "files")
        try:
            ended = run_program(wanted.verify, folder / "files", timeout=wanted.verify_timeout)
        except InputError as error:
            return Refused(f"{commit.short} is not pushed: {error.what}", todo=error.todo)
    if ended.status == 0:
        return None
    how = "did not end in time" if ended.status is None else f"ended with status {ended.status}"
    last = "\n".join(ended.said.splitlines()[-_LAST_LINES:])[-_LAST:]
    return Refused(
        f"{commit.short} is not pushed: `{command}` {how} on it" + (f"\n{last}" if last else ""),
        todo="put the pick on the line by hand with what it lacks, attach what it needs, or see pick.verify "
        "and pick.verify_timeout",
    )
