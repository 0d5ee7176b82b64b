"""What the fold keeps: the newest word on each step, the fixes, and what people put on record."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from relauto.model.facts import Facts
from relauto.model.target import Target
from relauto.model.words import Person, Text


class StepState(StrEnum):
    """Where a step stands."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    LOST = "lost"
    SKIPPED = "skipped"
    WAIVED = "waived"
    REFUSED = "refused"


NO_TEXT = Text()

SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.WAIVED})
"""States in which nothing more is to be done for a step."""

PROGRESS = (
    StepState.LOST,
    StepState.REFUSED,
    StepState.OPEN,
    StepState.WAITING,
    StepState.WAIVED,
    StepState.SKIPPED,
    StepState.DONE,
)
"""From the least advanced to the most: what a step with several targets shows is the first found."""


@dataclass(frozen=True)
class StepRecord:
    """The newest word on a step.

    While it is lost, `facts` is what was proved before, and `shown` the digest of what is there now.
    """

    state: StepState
    at: datetime
    actor: Person
    reason: Text = NO_TEXT
    facts: Facts = field(default_factory=dict)
    by_others: bool = False
    whom: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Fix:
    """A change on its way: named by its branch or its pull request in the source repository.

    `round` is the one in which it was attached; `of` the incident that brought it, where not this one.
    """

    branch: str | None
    pull: int | None
    instruction: Text | None = None
    round: int = 1
    of: str = ""

    def __str__(self) -> str:
        return f"#{self.pull}" if self.pull is not None else str(self.branch)


@dataclass(frozen=True)
class Acceptance:
    """A commit that ships although it is no part of the fix, and who said so."""

    target: Target
    commit: str
    actor: Person
    reason: Text
    source: str


@dataclass(frozen=True)
class Note:
    """Something a person put on record."""

    kind: str
    text: Text
    happened_at: datetime
    actor: Person
