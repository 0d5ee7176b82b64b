"""A scenario: what a rehearsal plays on, and what somebody does by themselves while it is played."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relauto.errors import Status

if TYPE_CHECKING:
    from relauto.engine import Outcome
    from relauto.hub.server import Hub
    from relauto.opening import Request
    from relauto.rehearsal.company import Company
    from relauto.rehearsal.folder import Folder
    from relauto.rehearsal.world import World
    from relauto.session import Session
    from relauto.stages.bench import Bench


@dataclass(frozen=True)
class Play:
    """A rehearsal between two runs of `advance`: `outcome` is how the last one ended."""

    hub: Hub
    world: World
    company: Company
    session: Session
    bench: Bench
    outcome: Outcome
    folder: Folder

    def waits_at(self, step: str) -> bool:
        """Return whether the last run ended at a step."""
        return any(stop.place.step == step for stop in self.outcome.stops)


@dataclass(frozen=True)
class Moment:
    """What somebody does by themselves, once, as soon as `when` holds.

    `do` returns what was done, in sentences, and is safe to repeat: a rehearsal that is killed in it
    does it again.
    """

    name: str
    when: Callable[[Play], bool]
    do: Callable[[Play], Sequence[str]]


@dataclass(frozen=True)
class Scenario:
    """One way in which it goes.

    Attributes:
        name: what it is called on the command line.
        title: what it shows, in one sentence.
        ends: how the rehearsal ends where it goes as told.
        sample: which of the sample's fixes are tried (`relauto.rehearsal.sample.FIXES`).
        settings: lines added to a table of the project's relauto.toml, by the table's name; a table of
            the same name replaces none, and the empty name is the top.
        prepare: sets up the hub beyond what every rehearsal has; called at each start, so it is
            safe to repeat.
        signed: relauto has a key of its own, which the hub knows.
        request: changes what the incident is opened with.
        moments: in the order in which they are looked at; the first that is due happens.
    """

    name: str
    title: str
    ends: Status = Status.REACHED
    sample: str = "default"
    settings: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Hub, World], None] | None = None
    signed: bool = False
    request: Callable[[Request], Request] | None = None
    moments: tuple[Moment, ...] = ()


def take_moment(scenario: Scenario, play: Play) -> Sequence[str] | None:
    """Let the first moment that is due happen, unless it has; return what was done, None without one."""
    for moment in scenario.moments:
        happened = play.folder.private / "moments" / moment.name
        if happened.exists() or not moment.when(play):
            continue
        did = moment.do(play)
        happened.parent.mkdir(exist_ok=True)
        happened.touch()
        return did
    return None
