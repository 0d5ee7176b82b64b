"""Trying a pick before it is pushed: by the program that the settings name."""

from contextlib import suppress

from relauto.git.runner import GitError
from relauto.model.names import Commit
from relauto.picking.trial import Trial
from relauto.stages.bench import Bench
from relauto.stages.step import Refused


def _find_trial(bench: Bench) -> Trial | None:
    wanted = bench.settings.pick
    return Trial(wanted.verify, wanted.verify_timeout, wanted.verify_in_workflows) if wanted.verify else None


def describe_trial(bench: Bench) -> str:
    """Return what a sentence about a push of picks adds where they are tried first; else nothing."""
    trial = _find_trial(bench)
    return f", once `{trial.command}` passes on it" if trial else ""


def hold_trial(bench: Bench) -> Refused | None:
    """Hold up picks that would be tried in a workflow, where that is not allowed by name."""
    trial = _find_trial(bench)
    if trial is None or not trial.hindrance:
        return None
    return Refused(
        trial.hindrance,
        todo="advance on a machine of your own, leave the trial to the checks of the pick's pull request "
        "(pick.verify = []), or allow it with pick.verify_in_workflows = true",
    )


def try_commit(bench: Bench, commit: Commit) -> Refused | None:
    """Run the program on the files of a commit; return why it must not be pushed, if it fails.

    Raises:
        InputError: a file's content is absent.
    """
    trial = _find_trial(bench)
    if trial is None:
        return None
    bench.say(trial.announce(commit))
    with bench.workplace() as folder:
        with suppress(GitError):
            # What the remote does not send is named by the export.
            bench.mirror.fill(commit)
        tried = trial.run(bench.product, commit, folder / "files")
    if tried.state == "passed":
        return None
    if tried.state == "unable":
        todo = "install it on this machine, or correct pick.verify in the settings"
    else:
        todo = (
            "put the pick on the line by hand with what it lacks, attach what it needs, or see pick.verify "
            "and pick.verify_timeout"
        )
    told = f"\n{tried.last}" if tried.last else ""
    return Refused(f"{commit.short} is not pushed: {tried.fault}{told}", todo)
