"""`pick --verify`: what the picks give on each line is tried before a branch is made or moved for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from relauto.tasks.output import say

_NEXT = {
    "failed": "pick first what the line lacks, or mend it by hand on top of {commit}",
    "late": "give it longer with --verify-timeout, or let it try less",
    "unable": "install it on this machine, or correct --verify",
}

if TYPE_CHECKING:
    from relauto.model.names import Commit
    from relauto.picking.fanout import Series
    from relauto.picking.trial import Trial, Tried
    from relauto.tasks.pick_source import Source


def find_trial(verify: str | None, timeout: str, *, in_workflows: bool) -> Trial | None:
    """Return the trial that was asked for, None where none was.

    Raises:
        InputError: the command line or the duration cannot be read.
        DecisionError: it is not to run where relauto runs now.
    """
    import shlex

    from relauto.errors import DecisionError, InputError
    from relauto.picking.trial import Trial
    from relauto.tasks.values import parse_duration

    if verify is None:
        return None
    try:
        program = tuple(shlex.split(verify))
    except ValueError as error:
        raise InputError(
            f"--verify {verify!r} cannot be read: {error}", todo="close the quotation"
        ) from error
    seconds = parse_duration(timeout)
    if not program or not seconds:
        raise InputError(
            "--verify needs a program" if seconds else "--verify-timeout leaves no time",
            todo="write them like --verify 'make test' --verify-timeout 10m",
        )
    trial = Trial(program, seconds, in_workflows)
    if trial.hindrance:
        raise DecisionError(
            trial.hindrance,
            todo="leave --verify out and let CI try the branches, or allow it with --verify-in-workflows",
        )
    return trial


def try_series(source: Source, series: Series, trial: Trial) -> Series:
    """Return a series with how the trial ended on it.

    One that is not whole, or that brings nothing to its line, is not tried.
    """
    from dataclasses import replace

    if not series.is_whole or series.is_empty:
        return series
    say(f"{series.line.branch}: {trial.announce(series.head)}")
    return replace(series, tried=_try_commit(source, series.head, trial))


def _try_commit(source: Source, commit: Commit, trial: Trial) -> Tried:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from relauto.errors import InputError
    from relauto.git.runner import GitError
    from relauto.picking.trial import Tried

    with TemporaryDirectory(prefix="relauto-trial-") as folder:
        try:
            source.fill(commit)
            return trial.run(source.repository, commit, Path(folder) / "files")
        except (InputError, GitError) as error:
            return Tried("absent", f"`{trial.command}` could not be run on it: {error.what}", todo=error.todo)


def describe_trials(trial: Trial, series: Sequence[Series]) -> dict[str, Any]:
    """Return what the document says of the trial: how it ended on each line, null where it was not run."""
    ended = [
        {
            "onto": each.line.branch,
            "state": each.tried.state if each.tried else None,
            "fault": each.tried.fault if each.tried else "",
            "last": each.tried.last if each.tried else "",
            "todo": _tell_next(each),
        }
        for each in series
    ]
    return {"trial": {"program": list(trial.program), "lines": ended}}


def tell_trial(trial: Trial, series: Series, *, dry: bool) -> Iterator[str]:
    """Yield the lines that tell people how the trial ended on a line, or that it would be run there."""
    if series.tried:
        yield f"  {series.tried.fault or f'`{trial.command}` passes on it'}"
        yield from (f"    {line}" for line in series.tried.last.splitlines())
        yield from (f"  {line}" for line in _tell_next(series).splitlines())
    elif dry and series.is_whole and not series.is_empty:
        yield f"  `{trial.command}` would be run on it"


def _tell_next(series: Series) -> str:
    """Return what to do about a trial that was not passed; "" where there was none."""
    tried = series.tried
    if tried is None or tried.state == "passed":
        return ""
    return tried.todo or _NEXT.get(tried.state, "").format(commit=series.head.short)
