"""Main and the line are protected by rulesets that ask for all that a ruleset can ask for, but a queue."""

from typing import Any

from relauto.hub.server import Hub
from relauto.rehearsal.scenario import Scenario
from relauto.rehearsal.world import CHECK, World


def _prepare(hub: Hub, world: World) -> None:
    rules: dict[str, Any] = {
        "required_checks": [CHECK],
        "apps": {CHECK: "rehearsal-ci"},
        "reviews": 1,
        "signatures": True,
        "linear": True,
        "methods": ["squash"],
        "ruleset": True,
    }
    for branch in (world.main, world.line):
        hub.protect(world.product, branch, **rules)


SCENARIO = Scenario(
    "protected",
    "rulesets ask for checks by one App, reviews, signed commits, linear history and squashes: relauto signs "
    "the pick and the tags with its key and merges as is allowed",
    prepare=_prepare,
    signed=True,
)
