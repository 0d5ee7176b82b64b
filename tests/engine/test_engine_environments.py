"""Doors that required reviewers of an environment open: what their approval of a run is worth."""

from datetime import timedelta

import pytest

from relauto import recording
from relauto.errors import DecisionError, Status
from relauto.skeleton.answers import Answers
from relauto.skeleton.drafts import draft_files
from relauto.stages.people import decisions, environments
from relauto.stages.people.environments import ENVIRONMENT, WORKFLOW
from tests.engine.agreement import agree
from tests.engine.conftest import CI, INCIDENT, MAIN, OPS, QA, ROSTER, SOURCE, TARGET, only_stop

pytestmark = pytest.mark.path

PIN = f"acme/relauto@{'1' * 40}"
WRITTEN = draft_files(Answers(source=SOURCE, ops=OPS, qa=QA, workflows=PIN))


@pytest.fixture
def door(at):
    """A world at a chapter whose door people are asked to open in an environment."""

    def reach(chapter, step):
        world = at(chapter)
        world.replace_ops({"roster.toml": ROSTER, WORKFLOW: WRITTEN[WORKFLOW]})
        world.clock.moment += timedelta(minutes=1)
        return Door(world, step)

    return reach


class Door:
    def __init__(self, world, step):
        self.world, self.step = world, step
        place = world.incident.place(step, TARGET if step != "prepare.merge" else None)
        self.subject = world.incident.doors[place].subject

    def start(self, by="robin-rm", workflow=WORKFLOW, ref=MAIN, **changed):
        """Start the workflow that asks for the door, as on the Actions page; return the run's id."""
        inputs = {"step": self.step, "subject": self.subject, "id": INCIDENT} | changed
        asked = {"ref": ref, "inputs": inputs, "return_run_details": True}
        name = workflow.rpartition("/")[2]
        path = f"repos/{OPS}/actions/workflows/{name}/dispatches"
        return self.world.api(by).post(path, asked)["workflow_run_id"]

    def hub_api(self, by):
        api = self.world.api(by)
        return type(api)(self.world.hub.address, f"token-of-{by}")

    def report(self, run, status, conclusion=None):
        told = {"status": status} | ({"conclusion": conclusion} if conclusion else {})
        self.hub_api("relauto-bot").post(f"_hub/repos/{OPS}/runs/{run}", told)

    def review(self, run, by="sasha-rm", state="approved", environment=ENVIRONMENT):
        told = {"environment": environment, "state": state}
        self.hub_api(by).post(f"_hub/repos/{OPS}/runs/{run}/reviews", told)

    def take(self, run):
        """Let the run's job take the reviewers' answer for the door's; return who counted."""
        with self.world.bench() as bench:
            bench.read_journal()
            place, shown = decisions.find_door(bench, self.step)
            found = environments.read_approvals(bench, place, shown, run)
            recording.record(bench, *found)
        return [str(each.actor) for each in found]

    def refuse(self, run):
        before = self.world.journal()
        with pytest.raises(DecisionError) as raised:
            self.take(run)
        assert self.world.journal() == before
        url = f"{self.world.hub.address}/{OPS}/actions/runs/{run}"
        assert raised.value.what.startswith(f"{url} approves nothing: ")
        return raised.value.what.removeprefix(f"{url} approves nothing: ")


@pytest.mark.parametrize(
    ("chapter", "step", "by"),
    [
        ("merge-door", "prepare.merge", "sasha-rm"),
        ("release-door", "prepare.release", "sasha-rm"),
        ("send-door", "deploy.send", "robin-rm"),
    ],
)
def test_who_approves_the_run_that_shows_a_door_opens_it(door, chapter, step, by):
    at = door(chapter, step)
    run = at.start()
    at.review(run, by=by)
    at.report(run, "in_progress")
    assert at.take(run) == [by]
    (given,) = [
        (each.actor, each.subject, each.source)
        for place, shown in at.world.incident.doors.items()
        if place.step == step
        for each in shown.approvals
    ]
    assert given == (by, at.subject, f"{at.world.hub.address}/{OPS}/actions/runs/{run}")
    assert at.take(run) == [], "once"
    stop = only_stop(agree(at.world))
    assert (stop.place.step, stop.status) != (step, Status.DECISION)


def test_a_run_is_about_exactly_what_its_title_names(door):
    at = door("release-door", "prepare.release")
    shown = f"approve prepare.release {at.subject} of {INCIDENT}"
    for changed in (
        {"subject": "0" * 40},
        {"subject": at.subject[:12]},
        {"step": "deploy.send"},
        {"id": "INC-x"},
    ):
        run = at.start(**changed)
        at.review(run)
        at.report(run, "in_progress")
        assert at.refuse(run).endswith(f"and what is shown is {shown!r}")


def test_a_run_of_another_workflow_or_branch_approves_nothing(door):
    at = door("release-door", "prepare.release")
    other = ".github/workflows/other.yml"
    at.world.replace_ops({"roster.toml": ROSTER, WORKFLOW: WRITTEN[WORKFLOW], other: WRITTEN[WORKFLOW]})
    at.world.clock.moment += timedelta(minutes=1)
    ops = at.world.root / "ops.git"
    at.world.product.run(f"--git-dir={ops}", "branch", "elsewhere", "main")
    for told in ({"workflow": other}, {"ref": "elsewhere"}):
        run = at.start(**told)
        at.review(run)
        at.report(run, "in_progress")
        assert at.refuse(run) == f"it was not started by hand from {WORKFLOW} on main"


def test_a_run_counts_while_it_lasts_once_and_for_what_was_shown_before_it(door):
    at = door("release-door", "prepare.release")
    run = at.start()
    at.review(run)
    assert at.refuse(run) == "it is queued, and an approval counts for the run that waited for it alone"
    at.report(run, "in_progress")
    at.report(run, "completed", "success")
    assert at.refuse(run).startswith("it is completed, ")
    at.report(run, "in_progress")
    assert at.refuse(run) == "it was run again, and GitHub does not tell which attempt was approved"


def test_a_run_from_before_the_door_was_shown_anew_approves_nothing(door):
    at = door("release-door", "prepare.release")
    run = at.start()
    at.review(run)
    at.report(run, "in_progress")
    at.world.clock.moment += timedelta(minutes=1)
    at.world.reopen("prepare.release")
    at.world.advance()
    assert at.refuse(run) == "it is older than what is shown"


@pytest.mark.parametrize(
    ("by", "state", "environment", "wrong"),
    [
        (
            "mallory",
            "approved",
            ENVIRONMENT,
            "mallory may not approve prepare.release: they are not on the roster for it",
        ),
        (CI, "approved", ENVIRONMENT, "ci-runner is no person"),
        (
            "robin-rm",
            "approved",
            ENVIRONMENT,
            "robin-rm started the run, and is none of the 2",
        ),
        ("sasha-rm", "rejected", ENVIRONMENT, "somebody rejected it"),
        ("sasha-rm", "approved", "relauto", "sasha-rm approved another environment"),
        (None, "", "", "nobody was asked: relauto-doors requires no reviewers"),
    ],
)
def test_whose_approval_does_not_count(door, by, state, environment, wrong):
    at = door("release-door", "prepare.release")
    run = at.start()
    if by:
        at.review(run, by=by, state=state, environment=environment)
    at.report(run, "in_progress")
    assert at.refuse(run).startswith(wrong)
    assert only_stop(at.world.advance()).status is Status.DECISION
