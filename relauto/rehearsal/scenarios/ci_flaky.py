"""The build machine fails by itself, once on the pull request and once on the candidate."""

from relauto.model.incident import StepState
from relauto.rehearsal.scenario import Moment, Scenario
from relauto.rehearsal.scenarios.parts import in_turn, is_in, say, send, waits

_FIX, _LINE = "fix/orders-page-boundary", "release-1.4"
_WHY = "the runner lost its disk"

SCENARIO = Scenario(
    "ci-flaky",
    "CI fails for reasons of its own: a check that is run again opens the pull request by itself, and a "
    "refused candidate by a person's word",
    moments=(
        Moment(
            "pull-request-red",
            waits("prepare.merge"),
            send("ci", "report_check", branch=_FIX, conclusion="failure", why=_WHY),
        ),
        Moment(
            "pull-request-again",
            is_in("prepare.merge", StepState.REFUSED),
            send("ci", "rerun_check", branch=_FIX),
        ),
        Moment(
            "candidate-red",
            waits("prepare.verify"),
            send("ci", "report_check", branch=_LINE, conclusion="timed_out", why=_WHY),
        ),
        Moment(
            "candidate-again",
            is_in("prepare.verify", StepState.REFUSED),
            in_turn(
                send("ci", "rerun_check", branch=_LINE),
                say("/reopen prepare.verify the runner lost its disk; the check was run again"),
            ),
        ),
    ),
)
