"""What a look at the world says about a step, and the shape of a step.

A step never remembers: `observe` asks git and GitHub, and answers with one of four values. Only
`Todo` can change anything, and only the engine runs it, after the journal holds its intent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from relauto.comms.desk import Shown
from relauto.model.event import Body, Said
from relauto.model.facts import Facts
from relauto.model.target import Place
from relauto.stages.bench import Bench, Kind

MACHINES = frozenset({"CI", "GitHub"})
"""Whom a step can wait for without anybody doing a thing."""


@dataclass(frozen=True)
class Proved:
    """The step is done; `facts` is the proof. `by_others`: somebody else did it."""

    facts: Facts
    by_others: bool = False


@dataclass(frozen=True)
class Waiting:
    """`whom` (roles, `CI` or `GitHub`, joined by `and`) has to act first.

    `elsewhere`: `whom` is another incident, which has to come that far. `facts` is what it is about.
    """

    whom: str
    reason: str
    elsewhere: bool = False
    facts: Facts = field(default_factory=dict)

    @property
    def is_for_people(self) -> bool:
        """Whether a person has to act, and not only a machine that comes to its end by itself."""
        return not self.elsewhere and not set(self.whom.split(" and ")) <= MACHINES


@dataclass(frozen=True)
class Question:
    """What the desk asks: `door` names its text, `shown` is what is decided on, `commands` the answers.

    The same `subject` is asked once, and once more for each `again`. `deed` is what who answers must be
    entitled to, `note` what they have to know of other answers. `text` is shown whole.
    """

    deed: str
    door: str
    subject: str
    shown: tuple[Shown, ...]
    commands: tuple[str, ...]
    again: int = 0
    note: str = ""
    text: str = ""


@dataclass(frozen=True)
class Refused:
    """As things stand the step must not be done, and a person must decide.

    `question` is what the desk asks of people, `records` what the journal must keep of it, `objectors` the
    reviewers who object.
    """

    reason: str
    todo: str = ""
    facts: Facts = field(default_factory=dict)
    question: Question | None = None
    records: tuple[Body | Said, ...] = ()
    objectors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seal:
    """What a door shows: an entitled person approves exactly this subject with these facts."""

    subject: str
    facts: Facts


@dataclass(frozen=True)
class Todo:
    """The step's next write.

    `action` names it among the step's actions; `sentence` tells people what would be done; `prepare`
    makes what is kept in the journal before anything is written; `changes` is what has to be looked at
    again afterwards, all when empty. `trial` has to return None first; a dry run does without.
    """

    action: str
    sentence: str
    run: Callable[[Facts], None]
    seal: Seal | None = None
    prepare: Callable[[], Facts] = dict
    changes: tuple[Kind, ...] = ()
    trial: Callable[[], Refused | None] | None = None


Observation = Proved | Waiting | Refused | Todo


class Step(Protocol):
    """An automated step of the playbook."""

    @property
    def key(self) -> str:
        """The step's key in the playbook."""
        ...

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Ask the world where the step stands at a place."""
        ...
