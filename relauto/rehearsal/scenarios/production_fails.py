"""The release does not help in production: another round, with a fix and a number of its own."""

from relauto.errors import Status
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import attach, in_turn, send

BRANCH = "fix/orders-none-at-all"
_BEFORE = "    last = page_count(len(orders))\n"
_AFTER = f"""\
    if not orders:
        return f"customer {{customer}} has no orders\\n"
{_BEFORE}"""


def _is_delivered(play: Play) -> bool:
    return play.outcome.status is Status.REACHED and play.bench.incident.round == 1


def _lacks_a_fix(play: Play) -> bool:
    return play.bench.incident.round == 2 and not play.bench.incident.current_fixes


SCENARIO = Scenario(
    "production-fails",
    "the release does not help the customer: round 2 begins, with another fix, candidate and number, and "
    "the first release stays",
    moments=(
        Moment(
            "failed",
            _is_delivered,
            send(
                "customer",
                "say_at_desk",
                text="/fail deploy.verify-production customers without any order still get an error",
            ),
        ),
        Moment(
            "mended",
            _lacks_a_fix,
            in_turn(
                send(
                    "engineer",
                    "propose",
                    branch=BRANCH,
                    onto="main",
                    title="Answer customers who have no orders",
                    replace={"stockroom/server.py": (_BEFORE, _AFTER)},
                ),
                attach(BRANCH),
            ),
        ),
    ),
)
