"""The scenarios of a rehearsal, a module each."""

from relauto.rehearsal.scenario import Scenario
from relauto.rehearsal.scenarios import (
    branch_moves,
    by_hand,
    ci_flaky,
    ci_red,
    conflict,
    direct_push,
    embargoed,
    fix_reverted,
    github_away,
    happy,
    line_first,
    production_fails,
    protected,
    qa_fails_first,
    queue,
    rc_deleted,
    two_incidents,
)

SCENARIOS: dict[str, Scenario] = {
    each.SCENARIO.name: each.SCENARIO
    for each in (
        happy,
        direct_push,
        by_hand,
        qa_fails_first,
        conflict,
        ci_red,
        ci_flaky,
        branch_moves,
        fix_reverted,
        line_first,
        embargoed,
        rc_deleted,
        production_fails,
        queue,
        two_incidents,
        protected,
        github_away,
    )
}
"""Every scenario by its name."""
