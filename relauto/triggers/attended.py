"""What a look at an incident came to, as a value."""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.comms.rendering import Markdown
from relauto.engine import Stop
from relauto.errors import DecisionError, RelautoError, Status, WaitingError

NOTHING = Markdown()


@dataclass(frozen=True)
class Attended:
    """What a look at an incident came to.

    `said` is what was done, sentence by sentence; `steps` are the keys of the playbook with their states,
    `late` those of what is overdue; `board` is for its own people (Markdown). `error` is why the look ended
    early, if it did.
    """

    incident: str
    said: tuple[str, ...] = ()
    stops: tuple[Stop, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    late: tuple[str, ...] = ()
    board: Markdown = NOTHING
    error: RelautoError | None = None

    @property
    def status(self) -> Status:
        """How it ended, as the exit status of `advance` says it."""
        if self.error:
            return self.error.status
        return min((stop.status for stop in self.stops), default=Status.REACHED)


def find_status(attended: Sequence[Attended]) -> Status:
    """Return how a run ended: by its gravest failure, else by who has to act first."""
    failure = find_failure(attended)
    left = [each.status for each in attended if each.status is not Status.REACHED]
    return failure.status if failure else min(left, default=Status.REACHED)


def find_failure(attended: Sequence[Attended]) -> RelautoError | None:
    """Return the gravest error of those that are no decision and no wait, if there is one."""
    failed = [
        each.error
        for each in attended
        if each.error and not isinstance(each.error, DecisionError | WaitingError)
    ]
    return max(failed, key=lambda error: error.status, default=None)
