"""The automated steps, in the playbook's order."""

from relauto.model.target import Place
from relauto.stages import rides
from relauto.stages.bench import Bench
from relauto.stages.debt import DEBTS
from relauto.stages.deploy import SendKit
from relauto.stages.investigate import DecideQa, OpenPull
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


def observe(bench: Bench, place: Place) -> Observation:
    """Ask where a step stands at a place: here, or at the incident whose release this one rides on."""
    return rides.observe(bench, place) or WATCHED[place.step].observe(bench, place)
