"""The line has changed where the fix changes it."""

from collections.abc import Sequence

from relauto.model.facts import Facts
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import say, send


def _told(play: Play) -> Facts:
    """Return what the step at which the last run stopped has on record."""
    records = [play.bench.incident.record(stop.place) for stop in play.outcome.stops]
    return next((record.facts for record in records if record), {})


def _accept(play: Play) -> Sequence[str]:
    [head] = _told(play)["settled"]
    return say(f"/accept {head} it leaves out the empty page, as the fix does on main")(play)


SCENARIO = Scenario(
    "conflict",
    "the pick conflicts with the line: relauto opens a draft that says where, an engineer finishes it by "
    "the commands in it, and the release manager accepts exactly that",
    sample="conflict",
    moments=(
        Moment(
            "settled",
            lambda play: "conflicts" in _told(play),
            send("engineer", "finish_draft", onto="release-1.4", settled="backport/orders-empty-page"),
        ),
        Moment("accepted", lambda play: "settled" in _told(play), _accept),
    ),
)
