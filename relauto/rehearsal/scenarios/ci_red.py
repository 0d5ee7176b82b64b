"""The fix does not pass its checks, and is mended on its branch."""

from relauto.model.incident import StepState
from relauto.rehearsal.scenario import Moment, Scenario
from relauto.rehearsal.scenarios.parts import is_in, send, waits

_FIX = "fix/orders-page-boundary"
_TESTS = "tests/test_pages.py"
_BROKEN = """

class UnfinishedTest(unittest.TestCase):
    def test_that_nobody_finished(self) -> None:
        self.fail("not finished")
"""

SCENARIO = Scenario(
    "ci-red",
    "CI is red on the fix's pull request: refused until it is mended; the new head is reviewed again",
    moments=(
        Moment(
            "broken",
            waits("prepare.merge"),
            send(
                "engineer", "push_change", branch=_FIX, title="Begin another test", append={_TESTS: _BROKEN}
            ),
        ),
        Moment(
            "mended",
            is_in("prepare.merge", StepState.REFUSED),
            send(
                "engineer",
                "push_change",
                branch=_FIX,
                title="Take the unfinished test out again",
                replace={_TESTS: (_BROKEN, "")},
            ),
        ),
    ),
)
