"""What the path costs beside the least that any program needs. Run by hand, from the checkout:

    python tests/rehearsal/bench_requests.py

A rehearsal is played by direct push and by pick PR. Its requests stand beside the floor (see
`relauto.github.counts`), its seconds beside those of as many bare requests as the floor has, to the same
kind of hub: what is more is git, the cast's own processes, and looking before and after.
"""

import json
import tempfile
import time
from pathlib import Path

from relauto.clock import SystemClock
from relauto.git.runner import Git
from relauto.github.client import Address, Client
from relauto.github.counts import BUDGETS, FLOOR, Via
from relauto.github.repositories import read_repository
from relauto.hub.server import Hub
from relauto.model.names import Branch, RepositoryName
from relauto.rehearsal.options import Options, make_options
from relauto.rehearsal.run import rehearse
from relauto.rehearsal.scenarios import SCENARIOS

WAYS: dict[Via, str] = {"push": "direct-push", "pull": "happy"}
NAME = RepositoryName("acme/bare")


def time_floor(root: Path, requests: int) -> float:
    """Return the seconds that so many bare requests take, nothing being looked at or thought about."""
    path = root / "bare.git"
    path.mkdir(parents=True)
    Git(path).run("init", "--quiet", "--bare", "--initial-branch=main", ".")
    with Hub(root / "hub") as hub:
        hub.add_user("me", token="t0ken")
        hub.add_repository(NAME, path, private=False, default_branch=Branch("main"), access={"me": "write"})
        with Client(Address(hub.api), NAME, "t0ken", clock=SystemClock()) as client:
            started = time.perf_counter()
            for _ in range(requests):
                read_repository(client)
            return time.perf_counter() - started


def play(root: Path, via: Via) -> None:
    """Play one rehearsal and print its figures."""
    options: Options = make_options(SCENARIOS, scenario=WAYS[via])
    ended = rehearse(options, root / "out", lambda _: None)
    summary = json.loads((root / "out" / "summary.json").read_bytes())
    path = summary["requests"]["by_kind"]["path"]
    sent, waiting = path["read"] + path["write"], summary["requests"]["by_kind"]["waiting"]
    floor = time_floor(root / "floor", FLOOR[via])
    print(  # noqa: T201
        f"{via}: status {int(ended.status)}, {sent} requests of at most {BUDGETS[via]}, "
        f"{sent / FLOOR[via]:.1f} times the floor of {FLOOR[via]}; "
        f"{waiting['unchanged']} of {waiting['read']} polls not modified; "
        f"{summary['seconds']:.1f} s, the floor's requests {floor:.2f} s "
        f"({summary['seconds'] / floor:.0f} times)"
    )


def main() -> None:
    """Print a line for each way of a pick."""
    for via in WAYS:
        with tempfile.TemporaryDirectory() as folder:
            play(Path(folder), via)


if __name__ == "__main__":
    main()
