"""Everything relauto raises on purpose, split by what the caller does next.

One edge (`relauto.tasks.program`) turns these into one sentence on stderr and an exit status;
anything else that reaches the edge is a bug of ours and keeps its traceback.
"""

from collections.abc import Iterable
from enum import IntEnum

from relauto.counting import name_count
from relauto.redaction import redact

# What to do about a right that is missing, said alike whether the API or git ran into it.
RUN_AGAIN = "then run again: what was done stays done"
RENEW_TOKEN = (
    f"set a valid one in the environment (RELAUTO_TOKEN, or the repository's own variable), {RUN_AGAIN}"
)
UNARCHIVE = "unarchive it on GitHub, or name another repository in the settings"
CHECK_NAME = (
    "check repositories.* in the settings; a private repository needs a token that was made for it:"
    " a classic one with the scope repo, a fine-grained one or a GitHub App that includes it"
)


class Status(IntEnum):
    """What the exit status of `relauto` means."""

    REACHED = 0
    BUG = 1
    BAD_INPUT = 2
    DECISION = 3
    WAITING = 4
    REMOTE = 5
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class RelautoError(Exception):
    """Something the user can act on.

    `what` says what happened and to which thing; `todo` says what to do now. Both are without secrets.
    """

    status = Status.BUG

    def __init__(self, what: str, *, todo: str = "") -> None:
        self.what = redact(what)
        self.todo = redact(todo)
        super().__init__(self.what)

    def __str__(self) -> str:
        return f"{self.what}\n  {self.todo}" if self.todo else self.what


class InputError(RelautoError):
    """The call, a file or a repository is not what is needed: correct it and run again."""

    status = Status.BAD_INPUT


class FaultsError(InputError):
    """Independent faults of one document, gathered so that one pass mends them all."""

    def __init__(self, document: str, faults: Iterable[str], *, todo: str = "") -> None:
        self.faults = tuple(faults)
        lines = "".join(f"\n  - {fault}" for fault in self.faults)
        super().__init__(f"{document} has {name_count(len(self.faults), 'fault')}:{lines}", todo=todo)


class DecisionError(RelautoError):
    """A person must decide before anything else is done."""

    status = Status.DECISION


class WaitingError(RelautoError):
    """Somebody or something else has to finish first; run again later."""

    status = Status.WAITING


class RemoteError(RelautoError):
    """The other side failed for good: the network, GitHub, or the host of the git repository."""

    status = Status.REMOTE


class AwayError(RemoteError):
    """The other side was not reached, or is down: nothing was done, and it may be back any time."""


class UnknownOutcomeError(RemoteError):
    """A write may or may not have happened; nothing is sent again before a look says which."""
