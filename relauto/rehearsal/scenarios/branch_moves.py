"""Somebody else releases something to the line while the pick waits for its review."""

from collections.abc import Sequence

from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import land, say, waits

_TITLE = "Say in the README who answers the phone"


def _accept(play: Play) -> Sequence[str]:
    [stop] = play.outcome.stops
    record = play.bench.incident.record(stop.place)
    strangers = record.facts["strangers"] if record else ()
    new = [commit for commit in strangers if _TITLE in play.bench.product.commit(commit).subject]
    return [
        done
        for commit in new
        for done in say(f"/accept {commit} it changes the README alone, and the line needs it")(play)
    ]


def _is_asked(play: Play) -> bool:
    [stop] = play.outcome.stops or [None]
    record = play.bench.incident.record(stop.place) if stop else None
    return record is not None and "strangers" in record.facts


SCENARIO = Scenario(
    "branch-moves",
    "the line gets another commit while the pick is reviewed: the pick lands on top of it, and a person "
    "says by name whether that commit ships",
    moments=(
        Moment(
            "line-moved",
            waits("prepare.pick"),
            land("docs/phone", "release-1.4", _TITLE, append={"README.md": "\nCall Robin first.\n"}),
        ),
        Moment("accepted", _is_asked, _accept),
    ),
)
