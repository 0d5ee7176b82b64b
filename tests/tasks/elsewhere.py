"""An engineer at one desk, the hub and its cast at another."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.processes import Desk, Ended, HubProcess

OPEN = ("open", "--customer", "heron", "--version", "1.4.2", "--started-at", "2026-03-01T02:10Z")
FIX = ("--line", "release-1.4", "--fix", "fix/orders-page-boundary")
TURNS = 20


@dataclass
class Story:
    """An engineer at one desk, the hub and its cast at another; `said` is all that the engineer was told."""

    hub: HubProcess
    owner: Desk
    engineer: Desk
    said: list[Ended] = field(default_factory=list)

    def run(self, *arguments: str) -> Ended:
        ended = self.engineer.run(*arguments)
        self.said.append(ended)
        return ended

    def open(self) -> Ended:
        """Open the incident of the sample, with its own page for QA."""
        instruction = Path(__file__).parents[2] / "relauto/rehearsal/product/qa.yaml"
        return self.run(*OPEN, *FIX, "--instruction", str(instruction))

    def go_on(self) -> Ended:
        """Advance and let the cast act until everything is done or nothing moves."""
        for _ in range(TURNS):
            ended = self.run("advance")
            if ended.status not in (3, 4):
                return ended
            sent = self.owner.run("cast", "hub")
            assert sent.status == 0, sent.err
        return ended
