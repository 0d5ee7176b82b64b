"""Rounds: one way through stages 4 to 6 each. A release that does not help starts the next."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from relauto.model import event as events
from relauto.model.event import Plan
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text

_STAGES = frozenset({"investigate", "prepare", "deploy", "debt"})

FAILING = (
    "deploy.upgrade-staging",
    "deploy.verify-staging",
    "deploy.upgrade-production",
    "deploy.verify-production",
    "resolve.monitor",
)
"""Steps at which it shows that a release does not help."""

_IN_PRODUCTION = FAILING[2:]


@dataclass(frozen=True)
class Failure:
    """How a round ended: where it failed, why, who said so and when. The first is that of round 1."""

    place: Place
    reason: Text
    actor: Person
    at: datetime


@dataclass(frozen=True)
class Claim:
    """How a round's release stands to its line.

    `held`: the version is ours; `awaited`: the line is `holder`'s for now, and `plan` is what was
    foreseen, if anything was; `joined`: the fix rides on the release that `holder` makes in its round
    `holder_round`; `freed`: it was given up.
    """

    plan: Plan | None
    state: Literal["held", "awaited", "joined", "freed"] = "held"
    holder: str = ""
    holder_round: int = 1


@dataclass
class Rounds:
    """The rounds of one incident: which one it is, how the others ended, and each one's claim by target."""

    number: int = 1
    failures: list[Failure] = field(default_factory=list)
    claims: dict[tuple[Target, int], Claim] = field(default_factory=dict)

    def claim(self, target: Target) -> Claim | None:
        """Return how the current round's release stands to its line; None while nothing is settled."""
        return self.claims.get((target, self.number))

    def plan(self, target: Target) -> Plan:
        """Return what the newest round whose plan is known grows from and gets.

        Raises:
            LookupError: the target has none.
        """
        for number in range(self.number, 0, -1):
            claim = self.claims.get((target, number))
            if claim and claim.plan:
                return claim.plan
        raise LookupError(f"{target} has no plan")

    def start(self, body: events.RoundStarted, actor: Person, at: datetime) -> bool:
        """Begin the next round; False where it has begun already: of two who say so at once, one does."""
        if body.round != self.number + 1:
            return False
        self.number = body.round
        self.failures.append(Failure(body.place, body.reason, actor, at))
        return True

    def settle(self, plans: Iterable[Plan], number: int) -> None:
        """Take note of what a round's releases grow from and get."""
        self.claims |= {(plan.target, number): Claim(plan) for plan in plans}

    def wait(self, body: events.ReleaseAwaited) -> None:
        """Take note that another incident's release comes first."""
        known = self.claims.get((body.target, body.round))
        self.claims[body.target, body.round] = Claim(known.plan if known else None, "awaited", body.holder)

    def join(self, body: events.ReleaseJoined) -> None:
        """Take note that the fix rides on another incident's release."""
        claim = Claim(body.plan, "joined", body.holder, body.holder_round)
        self.claims[body.plan.target, body.round] = claim

    def free(self, body: events.ReleaseFreed) -> None:
        """Take note that a version was given up."""
        for key, claim in self.claims.items():
            if key[0] == body.target and claim.plan and claim.plan.version == body.release:
                self.claims[key] = Claim(claim.plan, "freed")


def has_rounds(step: str) -> bool:
    """Return whether a step is done anew in every round: those of stages 4 to 6 are, and the debts."""
    return step.partition(".")[0] in _STAGES


def is_of_production(step: str) -> bool:
    """Return whether a failure at a step means that production is down again, or still is."""
    return step in _IN_PRODUCTION
