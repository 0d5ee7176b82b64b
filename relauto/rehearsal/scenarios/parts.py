"""What moments of several scenarios are made of."""

from collections.abc import Callable, Sequence
from typing import Any

from relauto import recording
from relauto.model.incident import StepState
from relauto.opening import make_attachment
from relauto.rehearsal.scenario import Play


def send(part: str, deed: str, **told: Any) -> Callable[[Play], Sequence[str]]:
    """Return a moment's `do` in which a member of the cast does a deed."""
    return lambda play: play.company.send_deed(part, deed, **told)


def say(text: str) -> Callable[[Play], Sequence[str]]:
    """Return a moment's `do` in which the release manager writes a line at the desk."""
    return send("release-manager", "say_at_desk", text=text)


def waits(step: str) -> Callable[[Play], bool]:
    """Return a moment's `when`: the last run ended at a step."""
    return lambda play: play.waits_at(step)


def is_in(step: str, state: StepState) -> Callable[[Play], bool]:
    """Return a moment's `when`: the step is in a state."""
    return lambda play: play.bench.incident.state(step) is state


def lost(step: str) -> Callable[[Play], bool]:
    """Return a moment's `when`: the proof of a step is gone."""
    return is_in(step, StepState.LOST)


def attach(branch: str) -> Callable[[Play], Sequence[str]]:
    """Return a moment's `do` in which somebody attaches a fix to the incident, as the task does."""

    def do(play: Play) -> Sequence[str]:
        if any(fix.branch == branch for fix in play.bench.incident.fixes):
            return []
        recording.record(play.bench, make_attachment(branch, None, None))
        return [f"{branch} is attached to {play.bench.incident.id}"]

    return do


def call(*parts: str) -> Callable[[Play], Sequence[str]]:
    """Return a moment's `do` in which members of the cast look and do what is theirs."""
    return lambda play: play.company.send(parts)


def in_turn(*deeds: Callable[[Play], Sequence[str]]) -> Callable[[Play], Sequence[str]]:
    """Return a moment's `do` that does several things, one after the other."""
    return lambda play: [done for deed in deeds for done in deed(play)]


def land(branch: str, onto: str, title: str, **change: Any) -> Callable[[Play], Sequence[str]]:
    """Return a moment's `do` in which the engineer brings a change onto a branch as everybody does.

    Its pull request is checked, reviewed and merged by the engineer; `change` is that of `propose`.
    """
    return in_turn(
        send("engineer", "propose", branch=branch, onto=onto, title=title, **change),
        call("ci", "reviewer"),
        send("engineer", "merge_pull", branch=branch),
    )
