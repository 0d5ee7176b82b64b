"""Show at the pull requests that are followed how far they have come, when a run has done what it could.

All of it is told from the journal and from what GitHub shows by now, so that a run that was cut off leaves
nothing behind that the next one does not mend. Of several runs the last to write looks whether it knew all.
"""

from relauto.github.faults import ForbiddenError
from relauto.recording import catch_up
from relauto.stages.bench import Bench
from relauto.stages.progress.due import Due, describe_showing, list_unshown


def show(bench: Bench) -> None:
    """Write what is due at the pull requests.

    Where the token may not, that is said, and stops nothing.

    Raises:
        RemoteError: GitHub failed for good; the next run goes on from there.
    """
    with bench.source.counts.about("notices"):
        while due := list_unshown(bench):
            bench.say(describe_showing())
            for each in due:
                _write(bench, each)
            bench.look("pages")
            if not catch_up(bench):
                return
            bench.look()


def _write(bench: Bench, due: Due) -> None:
    try:
        due.write()
    except ForbiddenError as error:
        bench.say(f"pull request #{due.number} cannot show its {due.what}: {error.what}")
