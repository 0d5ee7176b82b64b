"""Somebody deletes the candidate's tag while QA is at work."""

from relauto.rehearsal.scenario import Moment, Scenario
from relauto.rehearsal.scenarios.parts import lost, say, send, waits

SCENARIO = Scenario(
    "rc-deleted",
    "the candidate's tag is deleted while QA tests it: the step is lost, and its number is not used again",
    moments=(
        Moment("tag-deleted", waits("prepare.verify"), send("engineer", "delete_tag", tag="v1.4.3-rc1")),
        Moment(
            "reopened",
            lost("prepare.candidate"),
            say("/reopen prepare.candidate the tag was deleted by mistake; QA gets another candidate"),
        ),
    ),
)
