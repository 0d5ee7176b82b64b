"""A small incident, told by events, for the texts made from it."""

from datetime import UTC, datetime, timedelta

from relauto.model import event as events
from relauto.model.event import Body, Event
from relauto.model.incident import Incident, fold
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TARGET = Target("acme/stockroom", "release-1.4")
HUB = "http://127.0.0.1:8000/acme/stockroom"
FIX, PICK, HEAD, SUMS = "f" * 40, "a" * 40, "d" * 40, "5" * 64


def opening(**changes: object) -> events.IncidentOpened:
    values: dict[str, object] = {
        "incident": "INC-7f3k",
        "customer": Text("Globex"),
        "installed": "1.4.2",
        "outage_started_at": START,
        "escalated_at": START + timedelta(minutes=10),
        "targets": (TARGET,),
        "playbook_digest": "1" * 64,
        "settings_digest": "2" * 64,
        "relauto": "0.1.0",
    }
    return events.IncidentOpened(**(values | changes))  # type: ignore[arg-type]


def at(step: str) -> Place:
    return Place(step, TARGET)


PULLS = events.StepProved(
    Place("investigate.pr"),
    {
        "pulls": [
            {
                "fix": FIX,
                "number": 7,
                "url": f"{HUB}/pull/7",
                "title": "Count @pages | again",
                "head": HEAD,
                "by_others": False,
            }
        ]
    },
)
MERGED = events.StepProved(
    Place("prepare.merge"),
    {"merged": [{"pull": 7, "url": f"{HUB}/pull/7", "head": HEAD, "merge_commit": FIX}]},
)
PICKED = events.StepProved(
    at("prepare.pick"),
    {
        "picks": [
            {
                "fix": FIX,
                "pull": 8,
                "url": f"{HUB}/pull/8",
                "commit": PICK,
                "tree": "b" * 40,
                "status": "clean",
                "verdict": "identical",
            }
        ],
        "bump": None,
        "head": PICK,
        "version": "1.4.3",
    },
)
CUT = events.StepProved(
    at("prepare.candidate"),
    {
        "tag": "v1.4.3-rc1",
        "commit": PICK,
        "version": "1.4.3",
        "number": 1,
        "url": f"{HUB}/releases/tag/v1.4.3-rc1",
    },
)
VERIFIED = events.StepProved(
    at("prepare.verify"),
    {
        "tag": "v1.4.3-rc1",
        "commit": PICK,
        "gates": {"contained": "passed", "qa": "passed"},
        "artifacts": [{"name": "stockroom.pyz", "sha256": "c" * 64, "size": 9}],
        "accepted": [],
    },
)
RELEASED = events.StepProved(
    at("prepare.release"),
    {
        "tag": "v1.4.3",
        "commit": PICK,
        "version": "1.4.3",
        "url": f"{HUB}/releases/tag/v1.4.3",
        "latest": False,
        "assets": [{"name": "stockroom.pyz", "sha256": "c" * 64}],
    },
)
SENT = events.StepProved(at("deploy.send"), {"digest": SUMS, "tag": "v1.4.3"})
PATH = (PULLS, MERGED, PICKED, CUT, VERIFIED, RELEASED, SENT)


def happen(*bodies: Body, first: Body | None = None) -> list[Event]:
    """Tell an opening and bodies, one a minute, by relauto-bot."""
    return [
        Event(number, f"{number:032x}", START + timedelta(minutes=10 + number), Person("relauto-bot"), body)
        for number, body in enumerate((first or opening(), *bodies), 1)
    ]


def told(*bodies: Body, first: Body | None = None) -> Incident:
    """Fold what happened."""
    return fold(happen(*bodies, first=first))
