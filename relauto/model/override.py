"""What people decided otherwise than the playbook would have it: it stays visible ever after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from relauto.model.record import NO_TEXT
from relauto.model.target import Place
from relauto.model.words import Person, Text

Kind = Literal[
    "gate waived",
    "step skipped",
    "commit accepted",
    "file accepted",
    "loss accepted",
    "step reopened",
    "fix withdrawn",
]


@dataclass(frozen=True)
class Override:
    """One decision. `what` is a gate, a step, a commit or a fix, `commit` what it was bound to.

    `until` is when it ends, for a waiver, and `against` the reviewers whose objection it overrides.
    """

    kind: Kind
    what: str
    actor: Person
    at: datetime
    reason: Text
    place: Place | None = None
    commit: str = ""
    until: datetime | None = None
    against: Text = NO_TEXT
