"""The automated steps, in the playbook's order."""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.model.debt import due_after
from relauto.model.incident import Incident
from relauto.model.target import Place
from relauto.stages import rides
from relauto.stages.bench import Bench
from relauto.stages.debt import DEBTS
from relauto.stages.deploy import SendKit
from relauto.stages.investigate import DecideQa, OpenPull
from relauto.stages.leaks import permit_waived
from relauto.stages.prepare.candidate import CutCandidate
from relauto.stages.prepare.merge import MergeFix
from relauto.stages.prepare.pick import PickFix
from relauto.stages.prepare.release import CutRelease
from relauto.stages.prepare.verify import VerifyCandidate
from relauto.stages.step import Observation, Step

STEPS: dict[str, Step] = {
    step.key: step
    for step in (
        OpenPull(),
        DecideQa(),
        MergeFix(),
        PickFix(),
        CutCandidate(),
        VerifyCandidate(),
        CutRelease(),
        SendKit(),
    )
}
"""Every automated step by its key."""

WATCHED: dict[str, Step] = {**STEPS, **DEBTS}
"""All that relauto looks after: the steps, and the debts by the key of their place."""

ADVISORY = frozenset({"investigate.qa-decision"})
"""Steps that stop nothing by themselves: the step that needs them asks for them."""


@dataclass(frozen=True)
class Span:
    """How far a run goes: to what stands under the key `until`, or to `only` one."""

    incident: Incident
    until: str | None
    only: str | None

    @property
    def order(self) -> Sequence[str]:
        """All keys as a run comes to them: the debts follow the step after which they are due."""
        keys = [*STEPS]
        after = keys.index(due_after(self.incident)) + 1
        return [*keys[:after], *DEBTS, *keys[after:]]

    def holds(self, key: str) -> bool:
        """Return whether the run does what is to be done there."""
        if self.only is not None:
            return key == self.only
        return self.until is None or self.order.index(key) <= self.order.index(self.until)

    def stops_at(self, key: str) -> bool:
        """Return whether the run can end there: the advisory steps stop nothing but themselves."""
        return key not in ADVISORY or self.only == key


def observe(bench: Bench, place: Place) -> Observation:
    """Ask where a step stands at a place: here, or at the incident whose release this one rides on."""
    permit_waived(bench)
    return rides.observe(bench, place) or WATCHED[place.step].observe(bench, place)
