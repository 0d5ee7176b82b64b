"""`door.yml`: whom GitHub asks for an environment, and what their approval of a run opens."""

from typing import Any

import pytest

from relauto.rehearsal.cast.api import Api
from relauto.rehearsal.world import OPS
from tests.workflows.conftest import OPEN, Stage
from tests.workflows.machine import Event, Job

pytestmark = pytest.mark.path


def reach_merge_door(stage: Stage) -> dict[str, str]:
    """Bring the incident to its first door; return what asks for that."""
    stage.dispatch(OPEN)
    [incident] = stage.list_incidents()
    stage.cast.send(["ci", "reviewer"])
    stopped = stage.dispatch({"task": "advance", "id": incident})
    assert stopped.find("Run relauto").outputs["status"] == "3", stopped.log
    [pull] = Api(stage.hub.api, stage.token()).get("repos/acme/stockroom/pulls")
    return {"step": "prepare.merge", "subject": pull["head"]["sha"], "id": incident}


def ask(stage: Stage, inputs: dict[str, str], *reviewers: str) -> list[Job]:
    """Start `relauto-door.yml` as robin, let people approve its run, and run its jobs."""
    asked: dict[str, Any] = {"ref": "main", "inputs": inputs, "return_run_details": True}
    path = f"repos/{OPS}/actions/workflows/relauto-door.yml/dispatches"
    run = Api(stage.hub.api, stage.token("robin-rm")).post(path, asked)["workflow_run_id"]
    for reviewer in reviewers:
        said = {"environment": "relauto-doors"}
        Api(stage.hub.address, stage.token(reviewer)).post(f"_hub/repos/{OPS}/runs/{run}/reviews", said)
    Api(stage.hub.address, stage.token()).post(f"_hub/repos/{OPS}/runs/{run}", {"status": "in_progress"})
    return stage.start("door", Event("workflow_dispatch", {"inputs": inputs}, "robin-rm", run))


def is_merged(stage: Stage) -> bool:
    return bool(Api(stage.hub.api, stage.token()).get("repos/acme/stockroom/pulls/1")["merged"])


def test_who_approves_the_run_opens_the_door_that_its_title_names(stage: Stage) -> None:
    inputs = reach_merge_door(stage)
    [show, run] = ask(stage, inputs, "quinn-qa")
    assert (show.environment, run.environment) == ("relauto", "relauto-doors")
    assert inputs["subject"] in show.log, "what is approved is shown before"
    assert "quinn-qa may not approve prepare.merge: they are not on the roster for it" in run.log
    assert (run.conclusion, run.find("Take the reviewers' answer").outputs["status"]) == ("success", "3")
    [_, other] = ask(stage, inputs | {"subject": "0" * 40}, "sasha-rm")
    assert f"asks for {inputs['subject']}, not for {'0' * 40}" in other.log
    assert (other.conclusion, is_merged(stage)) == ("failure", False)
    [_, run] = ask(stage, inputs, "sasha-rm")
    assert f"sasha-rm approved prepare.merge: {inputs['subject']}" in run.log
    assert "prepare.merge: merge pull request #1 to main" in run.log
    assert is_merged(stage)
