"""Debts: branches that are owed a fix which went elsewhere first.

They are no steps of the playbook and stop none: their pull request is opened as soon as the fix is
merged (released, where it is embargoed), stages 5 and 6 go on without them, and the incident does not
close before they are paid.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from relauto.model import debt
from relauto.model.incident import StepState
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.prepare.bringing import bring
from relauto.stages.prepare.landing import find_owed
from relauto.stages.prepare.pick import list_series
from relauto.stages.prepare.pushed import list_made
from relauto.stages.prepare.settlement import refuse_unsettled
from relauto.stages.step import Observation, Proved, Refused, Step


@dataclass(frozen=True)
class PortFix:
    """A debt is paid: the branch holds what was released: by trailer, patch-id or tree."""

    key: str

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look for each commit of each fix on the branch, then at the port's pull request."""
        series = list_series(bench, place.round)
        if isinstance(series, Refused):
            return series
        landing = find_owed(bench, place)
        found = landing.find(list(series))
        missing = [commit for commit, presence in found.items() if presence is None]
        if missing:
            return bring(landing, place, missing)
        there = {commit: presence for commit, presence in found.items() if presence}
        unsettled = refuse_unsettled(place, landing, there)
        if unsettled:
            return unsettled
        pulls = [pull for _, pull in list_made(landing, place)]
        return Proved(
            {
                "branch": landing.branch,
                "pulls": [{"number": pull.number, "url": pull.url} for pull in pulls if pull],
                "held": [
                    {"fix": fix, "commit": held.commit or "", "found_by": held.by}
                    for fix, held in there.items()
                ],
            },
            by_others=not pulls,
        )


DEBTS: dict[str, Step] = {step.key: step for step in (PortFix(debt.LINE), PortFix(debt.MAIN))}
"""What looks after each debt."""


def list_due(bench: Bench, *, earlier: bool = False) -> Iterator[Place]:
    """Yield the places of the debts of this round that are due by now, or of those before it."""
    incident = bench.incident
    target = incident.targets[0] if incident.opening.private else None
    for each in debt.list_debts(incident):
        if (each.place.round < incident.round) is not earlier:
            continue
        after = Place(debt.due_after(incident), each.place.target or target, each.place.round)
        proved = incident.record(after)
        if proved and proved.state is StepState.DONE:
            yield each.place
