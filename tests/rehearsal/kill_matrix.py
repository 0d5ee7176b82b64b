"""Kills rehearsals and looks whether they end as if nothing had happened.

By hand: `python -m tests.rehearsal.kill_matrix [--seeds 1-20] [--mode moment|write|request] [--kills N]`.
Each seed plays one rehearsal, in a process with a session of its own that is killed again and again:
`moment`: after a random time; `request`: around a random request to the hub; `write`: around one of the
first writes of each life, so that nearly every write is once done without an answer.
"""

import argparse
import json
import os
import random
import signal
import subprocess  # noqa: TID251 - what is killed is a process of its own
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from relauto.errors import RelautoError
from relauto.hub.server import Hub
from relauto.rehearsal import stage
from relauto.rehearsal.options import Options
from relauto.rehearsal.run import Rehearsed, rehearse
from tests.rehearsal.ends import End, compare, read_end

ROOT = Path(__file__).parents[2]
_READS = ("GET", "HEAD")


@dataclass(frozen=True)
class Kill:
    """When a process dies: before or after (answer unsent) its `at`th request, or `at`th write."""

    counts: str
    at: int
    when: str


class Deadly:
    """A WSGI application that takes its whole process group with it at one request."""

    def __init__(self, application: Callable[..., Iterable[bytes]], kill: Kill) -> None:
        self._application = application
        self._kill = kill
        self._seen = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        last = self._count(environ)
        if last and self._kill.when == "before":
            os.killpg(0, signal.SIGKILL)
        answer = self._application(environ, start)
        if last:
            os.killpg(0, signal.SIGKILL)
        return answer

    def _count(self, environ: dict[str, Any]) -> bool:
        if self._kill.counts == "write" and not is_write(environ):
            return False
        with self._lock:
            self._seen += 1
            return self._seen == self._kill.at


def is_write(environ: dict[str, Any]) -> bool:
    """Tell whether a request may change something."""
    path = environ["PATH_INFO"]
    return environ["REQUEST_METHOD"] not in _READS and not path.endswith(("/graphql", "git-upload-pack"))


class Restarting:
    """A WSGI application that is made anew over the same directory after every answer."""

    def __init__(self, root: Path, *_: object) -> None:
        self._root = root
        self._lock = threading.Lock()
        self.restarts = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with self._lock:
            self.restarts += 1
            hub = Hub(self._root)
            try:
                return list(hub.application(environ, start))
            finally:
                hub.close()


@contextmanager
def hub_wrapped(wrap: Callable[..., Any]) -> Iterator[None]:
    """Have the rehearsal put `wrap` around its hub's application."""
    known = stage.Hub
    stage.Hub = partial(known, wrap=wrap)  # type: ignore[misc]
    try:
        yield
    finally:
        stage.Hub = known  # type: ignore[misc]


def play(out: Path, options: Options, kill: Kill | None) -> Rehearsed:
    """Rehearse in this process; with `kill` it does not come back."""
    if kill is None:
        return rehearse(options, out, _say)
    with hub_wrapped(lambda application: Deadly(application, kill)):
        return rehearse(options, out, _say)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


@dataclass(frozen=True)
class Life:
    """How one process ended: -9 when it was killed."""

    status: int
    said: str


def start(out: Path, options: Options, kill: Kill | None = None) -> "subprocess.Popen[bytes]":
    """Start a rehearsal as a process in a session of its own."""
    told = {"out": str(out), "options": msgspec.to_builtins(options), "kill": kill and vars(kill)}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.rehearsal.kill_matrix", "--play", json.dumps(told)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def live(out: Path, options: Options, kill: Kill | None = None, *, seconds: float | None = None) -> Life:
    """Let a rehearsal run until it ends, until it kills itself, or until it is killed after `seconds`."""
    with start(out, options, kill) as process:
        try:
            said = process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said = process.communicate()[1]
        return Life(process.wait(), said.decode("utf-8", "replace"))


def plan_kills(seed: int, mode: str, kills: int, *, longest: float = 5.0) -> Iterator[dict[str, Any]]:
    """Yield what kills each life, `kills` times."""
    chance = random.Random(f"{mode} {seed}")
    for _ in range(kills):
        when = chance.choice(("before", "after"))
        match mode:
            case "moment":
                yield {"seconds": round(chance.uniform(0.1, longest), 3)}
            case "request":
                yield {"kill": Kill("request", chance.randint(1, 120), when)}
            case _:
                yield {"kill": Kill("write", chance.randint(1, 3), when)}


def live_on(out: Path, options: Options, plan: Iterable[dict[str, Any]]) -> list[Life]:
    """Play one rehearsal through all the kills planned, then to its end; return every life."""
    lives = []
    for each in plan:
        lives.append(live(out, options, **each))
        if lives[-1].status != -signal.SIGKILL:
            return lives
    return [*lives, live(out, options)]


def main() -> int:
    """Play what the command line asks for and say how it compares with an undisturbed run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--play")
    parser.add_argument("--seeds", default="1-5")
    parser.add_argument("--mode", default="moment", choices=("moment", "request", "write"))
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--scenario", default="happy")
    parser.add_argument("--keep", type=Path, help="where what differed is left")
    arguments = parser.parse_args()
    if arguments.play:
        return _play_told(json.loads(arguments.play))
    first, _, last = arguments.seeds.partition("-")
    with tempfile.TemporaryDirectory() as folder:
        root = arguments.keep or Path(folder)
        seeds = range(int(first), int(last or first) + 1)
        return _try(root, Options(scenario=arguments.scenario), arguments.mode, seeds, arguments.kills)


def _play_told(told: dict[str, Any]) -> int:
    kill = Kill(**told["kill"]) if told["kill"] else None
    try:
        return int(play(Path(told["out"]), msgspec.convert(told["options"], Options), kill).status)
    except RelautoError as error:
        _say(str(error))
        return int(error.status)


def _try(root: Path, options: Options, mode: str, seeds: range, kills: int) -> int:
    undisturbed = root / f"undisturbed-{os.getpid()}"
    first = live(undisturbed, options)
    assert first.status in (0, 3), first.said
    expected = read_end(undisturbed)
    differing: list[str] = []
    identical = 0
    for seed in seeds:
        started = time.monotonic()
        out = root / f"{mode}-{seed}"
        lives = live_on(out, options, plan_kills(seed, mode, kills))
        found = judge(expected, out, first, lives)
        identical += not found
        differing += found
        died = sum(each.status == -signal.SIGKILL for each in lives)
        _say(f"{mode} {seed}: killed {died} times, {time.monotonic() - started:.0f} s, {len(found)} faults")
        for line in found:
            _say(f"  {line[:600]}")
    lost = sum(": lost" in line for line in differing)
    doubled = sum(": doubled" in line for line in differing)
    _say(f"{len(seeds)} runs, {identical} identical, {lost} lost, {doubled} doubled")
    return 0 if identical == len(seeds) else 1


def judge(expected: End, out: Path, first: Life, lives: list[Life]) -> list[str]:
    """Return what is different after `lives` from the undisturbed run `first`."""
    if lives[-1].status != first.status:
        return [f"ended {lives[-1].status}: {lives[-1].said[-1500:]}"]
    if any("Traceback" in life.said for life in lives if life.status != -signal.SIGKILL):
        return [f"a traceback: {lives[-1].said[-1500:]}"]
    return compare(expected, read_end(out))


if __name__ == "__main__":
    sys.exit(main())
