"""What an append and a fold cost, beside the least that git could do. Run by hand, from the checkout:

    python tests/journal/bench_journal.py [EVENTS]

The floor of an append is `git commit-tree` and `git push` of an empty commit to the same repository.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from relauto.clock import SystemClock
from relauto.git.address import Address
from relauto.git.commit import EMPTY_TREE
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.journal.log import Journal, JournalReader
from relauto.model.event import Body, IncidentOpened, NoteAdded, StepProved
from relauto.model.incident import Incident
from relauto.model.target import Place, Target
from relauto.model.words import Text

NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)
LINE = Target("acme/stockroom", "release-1.4")
ROUNDS = 15
FOLD_LIMIT = 0.5


def make_bodies(first: int, count: int) -> list[Body]:
    """Return a mixture of proofs, which carry facts, and notes, which carry words."""
    opening = IncidentOpened("INC-1", Text("U"), "1.4.2", NIGHT, NIGHT, (LINE,), "a" * 64, "b" * 64, "0.1")
    bodies: list[Body] = [] if first else [opening]
    for number in range(first, first + count - len(bodies)):
        facts = {"tag": f"v1.4.{number}", "commit": f"{number:040x}"}
        proof = StepProved(Place("prepare.candidate", LINE), facts)
        bodies.append(proof if number % 2 else NoteAdded("decision", Text(f"note {number}"), NIGHT))
    return bodies


def measure(run: Callable[[], object]) -> float:
    """Return the median seconds of a few runs."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measure_floor(ops: Path, work: Path) -> float:
    """Return the median seconds of a bare commit and push."""
    Git(work).run("init", "--quiet", "--bare", "floor.git")
    identity = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    git = Git(work / "floor.git", identity)
    tip = [git.read("commit-tree", EMPTY_TREE, "-m", "start")]

    def push() -> None:
        tip.append(git.read("commit-tree", EMPTY_TREE, "-p", tip[-1], "-m", str(len(tip))))
        git.run("push", "--quiet", str(ops), f"{tip[-1]}:refs/heads/floor")

    return measure(push)


def main(events: int) -> int:
    """Print the figures and return 1 when one is beyond its limit."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        ops = work / "ops.git"
        Repository.init(ops).close()
        floor = measure_floor(ops, work)
        address = Address(str(ops))
        with Journal.open(address, "INC-1", cache=work / "c", clock=SystemClock(), actor="robin") as journal:
            appends = []
            for size in (10, 100, 1000, events):
                have = len(journal.events())
                journal.append(lambda _, have=have, size=size: make_bodies(have, max(size - have, 0)))  # type: ignore[misc]
                one = measure(lambda: journal.append(_decide_one, render=_render))
                appends.append(one)
                print(f"append at {size:6}: {one * 1000:7.1f} ms, {one / floor:4.2f} times the floor")  # noqa: T201
        fold = measure(lambda: JournalReader.open_local(ops, "INC-1").close())
        print(f"open, read and fold {events} events: {fold * 1000:7.1f} ms")  # noqa: T201
        print(f"last append / first: {appends[-1] / appends[0]:4.2f}; floor {floor * 1000:5.1f} ms")  # noqa: T201
        return int(fold > FOLD_LIMIT or appends[-1] > 1.5 * appends[0])


def _decide_one(incident: Incident) -> list[Body]:
    return [NoteAdded("decision", Text(f"after {incident.sequence}"), NIGHT)]


def _render(incident: Incident) -> dict[str, bytes]:
    return {"README.md": f"{incident.sequence} events\n".encode()}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
