"""Approvals that people gave on GitHub of the environment that a workflow's run of ops waits for.

GitHub says who approved a run, and neither when nor of what. So a run counts only where its title, which
GitHub fixed when it began and shows to who approves, names the door, what it shows in full and the incident.
"""

from collections.abc import Iterator

from relauto.errors import DecisionError
from relauto.github import repositories, workflows
from relauto.github.workflows import EnvironmentReview, Reviewed
from relauto.model.door import Door
from relauto.model.event import Said, locate
from relauto.model.target import Place
from relauto.model.words import Person
from relauto.stages.bench import Bench
from relauto.stages.people import decisions, doors

ENVIRONMENT = "relauto-doors"
"""The environment whose reviewers open doors."""

WORKFLOW = ".github/workflows/relauto-door.yml"
"""The workflow of ops whose runs wait for them."""


def write_title(step: str, subject: str, incident: str) -> str:
    """Return the title of a run that asks for the approval of exactly this."""
    return f"approve {step} {subject} of {incident}"


def read_approvals(bench: Bench, place: Place, door: Door, number: int) -> list[Said]:
    """Return the approvals of exactly what a door shows that people gave in a run, and that are not recorded.

    Raises:
        DecisionError: the run is not about just this, or nobody who may approve it has.
        NotFoundError: there is no such run.
        RemoteError: it cannot be read.
    """
    run = workflows.read_reviewed(bench.ops, number)
    for wrong in _find_faults(bench, place, door, run):
        raise DecisionError(
            f"{run.url} approves nothing: {wrong}",
            todo=f"start {WORKFLOW.rpartition('/')[2]} anew, or answer at the desk: "
            f"/approve {place.step} {door.subject}",
        )
    said = [(each, _refuse(bench, place, door, run, each)) for each in run.reviews]
    counted = list(dict.fromkeys(review.author for review, wrong in said if not wrong))
    if not counted:
        told = (
            "; ".join(wrong for _, wrong in said) or f"nobody was asked: {ENVIRONMENT} requires no reviewers"
        )
        raise DecisionError(
            f"{run.url} approves nothing: {told}", todo=f"ask one of: {', '.join(door.whom) or 'nobody'}"
        )
    known = {each.actor for each in door.approvals if locate(each.source) == locate(run.url)}
    # GitHub tells no moment: it was not before the run began.
    body = decisions.approve(door, place, run.url, run.created_at)
    return [Said(Person(who), body) for who in counted if who not in known]


def _find_faults(bench: Bench, place: Place, door: Door, run: Reviewed) -> Iterator[str]:
    """Yield why a run says nothing about what a door shows."""
    title = write_title(place.step, door.subject, bench.incident.id)
    if run.title != title:
        yield f"it is titled {run.title!r}, and what is shown is {title!r}"
    home = repositories.read_repository(bench.ops).default_branch
    if (run.event, run.path, run.branch) != ("workflow_dispatch", WORKFLOW, home):
        yield f"it was not started by hand from {WORKFLOW} on {home}"
    if run.status != "in_progress":
        yield f"it is {run.status}, and an approval counts for the run that waited for it alone"
    if run.attempt != 1:
        yield "it was run again, and GitHub does not tell which attempt was approved"
    if door.at and run.created_at < door.at.replace(microsecond=0):
        yield "it is older than what is shown"
    if any(each.state == "rejected" for each in run.reviews):
        yield "somebody rejected it"


def _refuse(bench: Bench, place: Place, door: Door, run: Reviewed, review: EnvironmentReview) -> str:
    """Return why somebody's review counts for nothing; "" where it does."""
    who = review.author
    if review.state != "approved" or ENVIRONMENT not in review.environments:
        return f"{who} approved another environment"
    if review.kind != "User":
        return f"{who} is no person"
    if not bench.roster.may(who, f"approve {place.step}"):
        return f"{who} may not approve {place.step}: they are not on the roster for it"
    if door.people > 1 and who in run.starters:
        return f"{who} started the run, and is none of the {door.people} who must agree"
    try:
        doors.require_other(door, who)
    except DecisionError as error:
        return error.what
    return ""
