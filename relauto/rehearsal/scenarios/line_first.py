"""The fix is made on the line and released from there; main is owed it."""

from collections.abc import Sequence
from dataclasses import replace

from relauto import recording
from relauto.opening import Request, make_attachment
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import send

_FIX = "fix/orders-on-the-line"


def _open_on_the_line(request: Request) -> Request:
    return replace(request, fix=None, instruction=None, order="line-first", reason="main is being rebuilt")


def _begin(play: Play) -> Sequence[str]:
    """Make the fix on the line, then tell relauto of it: `relauto attach --fix BRANCH`."""
    line, take = str(play.world.line), str(play.world.fixes[0])
    did = send("engineer", "begin_fix", branch=_FIX, onto=line, take=take)(play)
    if not play.bench.incident.fixes:
        recording.record(play.bench, make_attachment(_FIX, None, play.world.instruction))
    return [*did, f"relauto attach --fix {_FIX}"]


SCENARIO = Scenario(
    "line-first",
    "the fix is merged to the line and released from there, while its forward port to main is a debt: "
    "opened at once, in the way of nothing, and paid before the end",
    request=_open_on_the_line,
    moments=(Moment("fix-begun", lambda play: not play.bench.incident.fixes, _begin),),
)
