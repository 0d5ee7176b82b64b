"""The scenarios of a rehearsal, a module each."""

from relauto.rehearsal.scenario import Scenario
from relauto.rehearsal.scenarios import (
    conflict,
    happy,
    qa_fails_first,
    rc_deleted,
)

SCENARIOS: dict[str, Scenario] = {
    each.SCENARIO.name: each.SCENARIO
    for each in (
        happy,
        qa_fails_first,
        conflict,
        rc_deleted,
    )
}
"""Every scenario by its name."""
