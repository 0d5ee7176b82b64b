"""The line has changed where the fix changes it."""

from relauto.errors import Status
from relauto.rehearsal.scenario import Scenario

SCENARIO = Scenario(
    "conflict",
    "the pick conflicts with the line: relauto stops and says where",
    ends=Status.DECISION,
    sample="conflict",
)
