"""Kills rehearsals and looks whether they end as if nothing had happened.

By hand: `python -m tests.rehearsal.kill_matrix [--seeds 1-20] [--mode moment|write|request] [--kills N]`.
Each seed plays one rehearsal, in a process with a session of its own that is killed again and again:
`moment`: after a random time; `request`: around a random request to the hub; `write`: around one of the
first writes of each life, so that nearly every write is once done without an answer.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.rehearsal.ends import End, compare, read_end
from tests.rehearsal.playing import Kill, Life, live


def plan_kills(seed: int, mode: str, kills: int, *, longest: float = 5.0) -> Iterator[dict[str, Any]]:
    """Yield what kills each life, `kills` times."""
    chance = random.Random(f"{mode} {seed}")
    for _ in range(kills):
        when = chance.choice(("before", "after"))
        match mode:
            case "moment":
                yield {"seconds": round(chance.uniform(0.1, longest), 3)}
            case "request":
                yield {"kill": vars(Kill("request", chance.randint(1, 120), when))}
            case _:
                yield {"kill": vars(Kill("write", chance.randint(1, 3), when))}


def live_on(out: Path, plan: Iterable[dict[str, Any]], *options: str) -> list[Life]:
    """Play one rehearsal through all the kills planned, then to its end; return every life."""
    lives = []
    for each in plan:
        lives.append(live(out, *options, **each))
        if not lives[-1].killed:
            return lives
    return [*lives, live(out, *options)]


def judge(expected: End, out: Path, status: int, lives: list[Life]) -> list[str]:
    """Return what is different after `lives` from an undisturbed run that ended with `status`."""
    if lives[-1].status != status:
        return [f"ended {lives[-1].status}: {lives[-1].said[-1500:]}"]
    return compare(expected, read_end(out))


def main() -> int:
    """Play what the command line asks for and say how it compares with an undisturbed run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--mode", default="moment", choices=("moment", "request", "write"))
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--scenario", default="happy")
    parser.add_argument("--keep", type=Path, help="where the folders are left")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    with tempfile.TemporaryDirectory() as folder:
        return _try(arguments.keep or Path(folder), arguments, range(int(first), int(last or first) + 1))


def _try(root: Path, arguments: argparse.Namespace, seeds: range) -> int:
    options = ("--scenario", arguments.scenario)
    undisturbed = live(root / "undisturbed", *options)
    assert undisturbed.document, undisturbed.said
    expected = read_end(root / "undisturbed")
    differing: list[list[str]] = []
    for seed in seeds:
        started, out = time.monotonic(), root / f"{arguments.mode}-{seed}"
        lives = live_on(out, plan_kills(seed, arguments.mode, arguments.kills), *options)
        differing.append(judge(expected, out, undisturbed.status, lives))
        killed, took = sum(life.killed for life in lives), time.monotonic() - started
        _say(f"{arguments.mode} {seed}: killed {killed} times, {took:.0f} s, {len(differing[-1])} faults")
        _say("".join(f"\n  {line[:600]}" for line in differing[-1]).removeprefix("\n"))
    lines = [line for each in differing for line in each]
    lost, doubled = (sum(f": {word}" in line for line in lines) for word in ("lost", "doubled"))
    identical = sum(not each for each in differing)
    _say(f"{len(seeds)} runs, {identical} identical, {lost} lost, {doubled} doubled")
    return 0 if identical == len(seeds) else 1


def _say(sentence: str) -> None:
    if sentence:
        print(sentence, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
