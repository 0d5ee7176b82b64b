"""Main and the line take changes through a merge queue alone; the first group of main is red."""

from collections.abc import Sequence
from typing import Any

from relauto.git.runner import Git
from relauto.hub.server import Hub
from relauto.model.incident import StepState
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import is_in, say, send
from relauto.rehearsal.world import CHECK, World

_QUEUE = "refs/heads/gh-readonly-queue"


def _prepare(hub: Hub, world: World) -> None:
    rules: dict[str, Any] = {"required_checks": [CHECK], "reviews": 1, "ruleset": True}
    hub.protect(world.product, world.main, queue="squash", **rules)
    hub.protect(world.product, world.line, queue="rebase", **rules)


def _is_queued(play: Play) -> bool:
    return any("is in the merge queue of main" in stop.reason for stop in play.outcome.stops)


def _break_group(play: Play) -> Sequence[str]:
    git = Git(play.world.git_directory)
    commits = git.read("for-each-ref", "--format=%(objectname)", _QUEUE).split()
    red = {"conclusion": "failure", "why": "The machine ran out of disk; nothing was tested."}
    return [done for commit in commits for done in send("ci", "report_check", commit=commit, **red)(play)]


def _is_asked_again(play: Play) -> bool:
    incident = play.bench.incident
    reopened = any(each.place and each.place.step == "prepare.merge" for each in incident.overrides)
    return reopened and incident.place("prepare.merge") in incident.doors


def _approve_again(play: Play) -> Sequence[str]:
    # The desk has asked about this head before, and what was answered then went with the reopening.
    door = play.bench.incident.doors[play.bench.incident.place("prepare.merge")]
    return say(f"Once more, for the same head:\n\n/approve prepare.merge {door.subject}")(play)


SCENARIO = Scenario(
    "queue",
    "main and the line merge through a queue alone: the fix goes in at the head that was approved, is thrown "
    "out by a red group, and goes in again once a person says so",
    prepare=_prepare,
    moments=(
        Moment("group-red", _is_queued, _break_group),
        Moment(
            "reopened",
            is_in("prepare.merge", StepState.REFUSED),
            say("/reopen prepare.merge the machine had no room; the fix is as it was"),
        ),
        Moment("approved-again", _is_asked_again, _approve_again),
    ),
)
