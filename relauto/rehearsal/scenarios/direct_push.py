"""The line takes pushes, so the pick needs no pull request."""

from relauto.hub.server import Hub
from relauto.model.names import Branch
from relauto.rehearsal.scenario import Scenario
from relauto.rehearsal.world import World


def _open_line(hub: Hub, world: World) -> None:
    hub.unprotect(world.product, Branch(world.line))


SCENARIO = Scenario(
    "direct-push",
    "the pick is pushed to a line that takes pushes",
    settings={"pick": 'via = "push"'},
    prepare=_open_line,
)
