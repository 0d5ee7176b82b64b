"""Debts: branches that are owed a fix which went elsewhere first.

They are no steps of the playbook and stop none: their pull request is opened as soon as the fix is
merged, the release goes on without them, and the incident does not close before they are paid.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from relauto.model import debt
from relauto.model.incident import StepState
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.prepare.landing import port_to_main
from relauto.stages.prepare.pick import list_series
from relauto.stages.step import Observation, Proved, Refused, Step


@dataclass(frozen=True)
class PortFix:
    """`debt.main`: main holds what the line was given: by trailer, patch-id or tree."""

    key: str = debt.MAIN

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look for each commit of each fix on main, then at the forward port's pull request."""
        series = list_series(bench, place.round)
        if isinstance(series, Refused):
            return series
        landing = port_to_main(bench)
        found = landing.find(list(series))
        missing = [commit for commit, presence in found.items() if presence is None]
        if missing:
            return landing.bring(place, missing)
        pulls = [
            landing.find_made(action)
            for where, action in bench.incident.intents
            if where == place and landing.made_here(action)
        ]
        return Proved(
            {
                "branch": landing.branch,
                "pulls": [{"number": pull.number, "url": pull.url} for pull in pulls if pull],
                "held": [
                    {"fix": fix, "commit": there.commit or "", "found_by": there.by}
                    for fix, there in found.items()
                    if there
                ],
            },
            by_others=not pulls,
        )


DEBTS: dict[str, Step] = {step.key: step for step in (PortFix(),)}
"""What looks after each debt."""

DUE_AFTER = {debt.MAIN: "prepare.merge"}
"""The step whose proof makes a debt fall due."""


def list_due(bench: Bench, after: str) -> Iterator[Place]:
    """Yield the places of debts that fall due once a step is proved."""
    for each in debt.list_debts(bench.incident):
        merged = bench.incident.record(Place(after, None, each.place.round))
        if DUE_AFTER[each.place.step] == after and merged and merged.state is StepState.DONE:
            yield each.place
