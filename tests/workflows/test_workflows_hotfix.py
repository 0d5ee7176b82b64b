"""`hotfix.yml`: an incident is opened and brought forward from the Actions page."""

import pytest

from relauto.git.runner import Git
from relauto.rehearsal.cast.api import Api
from relauto.rehearsal.world import OPS
from tests.workflows.conftest import OPEN, Stage
from tests.workflows.expressions import fill
from tests.workflows.machine import ROOT, Event, read_workflow

pytestmark = pytest.mark.path

HOTFIX = ROOT / ".github" / "workflows" / "hotfix.yml"


def test_an_incident_is_opened_by_who_started_the_run_and_brought_to_its_first_wait(stage: Stage) -> None:
    opened = stage.dispatch(OPEN)
    assert opened.conclusion == "success", opened.log
    [incident] = stage.list_incidents()
    assert f"{incident} is open" in opened.log
    board = Git(stage.machine.git).read("show", f"words/{incident}:README.md")
    assert ", opened on behalf of robin-rm." in board
    assert "| robin-rm " not in board, "who starts a run approves nothing"
    assert "investigate.pr: open a pull request" in opened.log
    assert opened.find("Bring it forward").outputs["status"] == "4"
    assert "::notice title=relauto::waiting for others: see above" in opened.log
    again = stage.dispatch({"task": "advance", "id": incident})
    assert (again.conclusion, again.find("Run relauto").outputs["status"]) == ("success", "4")


def test_who_is_not_on_the_roster_opens_nothing(stage: Stage) -> None:
    refused = stage.dispatch(OPEN, by="quinn-qa")
    assert "quinn-qa may not open: they are not on the roster for it" in refused.log
    assert refused.find("Run relauto").outputs["status"] == "3"
    assert stage.list_incidents() == []


def test_a_run_that_is_over_opens_nothing_in_its_starters_name(stage: Stage) -> None:
    stage.dispatch({"task": "doctor"})
    [run] = [each for each in stage.hub.events() if each.name == "workflow_run"]
    number = run.payload["workflow_run"]["id"]
    done = {"status": "completed", "conclusion": "success"}
    Api(stage.hub.address, stage.token()).post(f"_hub/repos/{OPS}/runs/{number}", done)
    [late] = stage.start("hotfix", Event("workflow_dispatch", {"inputs": OPEN}, "robin-rm", number))
    assert "relauto-bot may not open: they are not on the roster for it" in late.log


def test_one_step_is_tried_and_nothing_is_written(stage: Stage) -> None:
    stage.open()
    before = [each for each in stage.hub.events() if not each.name.startswith("workflow_")]
    tried = stage.dispatch({"task": "advance", "only": "investigate.pr", "dry-run": True})
    assert tried.conclusion == "success", tried.log
    assert "would investigate.pr: open a pull request" in tried.log
    assert [each for each in stage.hub.events() if not each.name.startswith("workflow_")] == before


def test_an_app_works_with_a_token_of_its_own_for_named_repositories(stage: Stage) -> None:
    stage.machine.tokens = {"Iv1.app": stage.token()}
    stage.machine.variables = {"RELAUTO_APP": "Iv1.app"}
    job = stage.dispatch({"task": "doctor"}, RELAUTO_APP_KEY="PEM")
    assert job.conclusion == "success", job.log
    [asked] = stage.machine.minted
    assert (asked["owner"], asked["repositories"].split()) == ("acme", ["stockroom", "ops", "qa"])
    assert {key: value for key, value in asked.items() if key.startswith("permission-")} == {
        "permission-actions": "write",
        "permission-checks": "write",
        "permission-contents": "write",
        "permission-issues": "write",
        "permission-pull-requests": "write",
        "permission-statuses": "read",
    }


def test_the_doors_have_an_environment_of_their_own() -> None:
    told = read_workflow(HOTFIX)["jobs"]["run"]["environment"]
    steps = ("", "investigate.pr", "prepare.merge", "prepare.release", "deploy.send")
    assert {step: fill(told, {"inputs": {"only": step}}) for step in steps} == {
        "": "relauto",
        "investigate.pr": "relauto",
        "prepare.merge": "relauto-doors",
        "prepare.release": "relauto-doors",
        "deploy.send": "relauto-doors",
    }


def test_what_is_not_usable_is_red_and_says_why(stage: Stage) -> None:
    other = stage.dispatch({"task": "journal.redact"})
    assert (other.conclusion, [step.status for step in other.steps]) == ("failure", [2, None, None])
    assert "task is one of open, advance, plan, status and doctor" in other.log
    lacking = stage.dispatch({"task": "open", "line": "release-1.4"})
    assert lacking.conclusion == "failure"
    assert "open needs --customer, --version, --started-at" in lacking.log
    assert stage.list_incidents() == []


def test_an_incident_that_is_to_be_opened_is_never_crowded_out() -> None:
    text = HOTFIX.read_text()
    assert "cancel-in-progress: false" in text
    assert "inputs.task == 'open' && github.run_id" in text
