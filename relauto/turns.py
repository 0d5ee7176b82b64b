"""Several runs at once: who has put something on record first does it, and the others wait for that.

What GitHub makes once for each who asks, such as an issue or a draft, cannot be told apart by looking
while it is being made. A run that ended between its word and its deed is waited for as long, once.
"""

import secrets
from datetime import datetime, timedelta

from relauto.model import event as events
from relauto.model.target import Place
from relauto.recording import catch_up, record
from relauto.stages.bench import Bench
from relauto.stages.people import desk
from relauto.stages.registry import observe
from relauto.stages.step import Todo

_UNDER_WAY = 30.0
"""Seconds in which a run has done what it put on record that it would do, or has ended before."""

_UNTOLD = "another run, which may be at it still"

_SETTLING = (events.StepProved, events.StepLost, events.StepReopened)
"""What is said of a step when what was meant before is over."""


def open_desk(bench: Bench) -> None:
    """Open the desk where there is none; of several runs at once one does, and the others wait for it."""
    while bench.incident.desk is None:
        before = bench.incident.desk_meant
        if before and _wait_for_desk(bench):
            return
        mine = events.DeskIntended(secrets.token_hex(8), before.attempt + 1 if before else 1)
        record(bench, mine)
        if bench.incident.desk_meant == mine:
            record(bench, desk.open_desk(bench))


def _wait_for_desk(bench: Bench) -> bool:
    """Let another run, which may have ended, open the desk; return whether it did."""
    bench.say(f"{_UNTOLD}, was about to open the desk; waiting up to {_UNDER_WAY:.0f} s")
    end = bench.clock.now() + timedelta(seconds=_UNDER_WAY)
    while bench.incident.desk is None and bench.clock.now() < end:
        bench.clock.sleep(1)
        catch_up(bench)
    return bench.incident.desk is not None


def wait_for_other(bench: Bench, place: Place, todo: Todo) -> bool:
    """Let another run do what it put on record just now; return whether something else is to do by then."""
    end = _find_end(bench, place, todo.action)
    pause = 1.0
    while bench.clock.now() < end:
        if pause == 1.0:
            bench.say(f"{place}: {_UNTOLD}, was about to {todo.sentence}; waiting up to {_UNDER_WAY:.0f} s")
        bench.clock.sleep(min(pause, (end - bench.clock.now()).total_seconds()))
        pause *= 2
        catch_up(bench)
        bench.look()
        seen = observe(bench, place)
        if not (isinstance(seen, Todo) and seen.action == todo.action):
            return True
    return False


def _find_end(bench: Bench, place: Place, action: str) -> datetime:
    """Return until when another run may be at an action; the past where none is."""
    now = bench.clock.now()
    if (place, action) in bench.meant:
        return now
    long_ago = now - timedelta(seconds=_UNDER_WAY)
    # Whose clock is ahead is not waited for any longer.
    return min(_find_begun(bench, place, action) or long_ago, now) + timedelta(seconds=_UNDER_WAY)


def _find_begun(bench: Bench, place: Place, action: str) -> datetime | None:
    """Return since when some run may be at an action, or None where nothing is open."""
    for event in reversed(bench.journal.events()):
        body = event.body
        if isinstance(body, _SETTLING) and body.place == place:
            return None
        if isinstance(body, events.StepIntended) and (body.place, body.action) == (place, action):
            return event.at
    return None
