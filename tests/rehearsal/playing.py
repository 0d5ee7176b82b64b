"""Rehearsals as processes of their own, played by the command line, that can be made to die.

`python -m tests.rehearsal.playing TOLD` is such a process: `relauto rehearse` with what TOLD (JSON) does
to it.
"""

import json
import os
import resource
import signal
import subprocess  # noqa: TID251 - what is killed is a process of its own
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Self

from relauto.hub.server import Hub
from relauto.hub.store import Store
from relauto.rehearsal import stage
from relauto.tasks import program

ROOT = Path(__file__).parents[2]
_ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
"""As it was once: pytest changes its own beside the threads that start processes."""

_LIVING: dict[int, "subprocess.Popen[bytes]"] = {}

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(frozen=True)
class Kill:
    """When a process dies: `before` or `after` (the answer unsent) the `at`th request that counts.

    What counts is every `request`, every `write`, or every write to a path that ends so.
    """

    counts: str
    at: int
    when: str


class Deadly:
    """A WSGI application that takes its whole process group with it at one request."""

    def __init__(self, application: Application, kill: Kill) -> None:
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
        if self._kill.counts != "request" and not is_write(environ):
            return False
        if self._kill.counts.startswith("/") and not environ["PATH_INFO"].endswith(self._kill.counts):
            return False
        with self._lock:
            self._seen += 1
            return self._seen == self._kill.at


def is_write(environ: dict[str, Any]) -> bool:
    """Tell whether a request may change something."""
    path = environ["PATH_INFO"]
    reads = environ["REQUEST_METHOD"] in ("GET", "HEAD") or path.endswith(("/graphql", "/git-upload-pack"))
    return not reads


class Restarted:
    """A hub that is restarted after every answer: its records are read anew from its directory.

    Each tenth time everything is made anew, which takes longer.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._hub = Hub(root)
        self._answers = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with self._lock:
            answer = b"".join(self._hub.application(environ, start))
            self._answers += 1
            self._hub.application.store.close()
            if self._answers % 10:
                self._hub.application.store = Store(self._root)
            else:
                self._hub = Hub(self._root)
            return [answer]


@dataclass(frozen=True)
class Life:
    """How one process ended: its status (-9 when it was killed), stderr, and the document it printed."""

    status: int
    said: str
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def killed(self) -> bool:
        """Whether somebody killed it."""
        return self.status == -signal.SIGKILL


def start(out: Path, *options: str, **told: Any) -> "subprocess.Popen[bytes]":
    """Start a rehearsal into `out` as a process in a session of its own."""
    arguments = ["rehearse", "--json", "--out", str(out), *options]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rehearsal.playing", json.dumps({"arguments": arguments, **told})],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        start_new_session=True,
    )
    _LIVING[process.pid] = process
    return process


def live(out: Path, *options: str, seconds: float | None = None, until: str = "", **told: Any) -> Life:
    """Let a rehearsal run until it ends.

    Args:
        out: its folder.
        options: of the command line.
        seconds: when its process group is killed.
        until: interrupt it (Ctrl-C in a terminal) once it has said this.
        told: `kill`, a `Kill` as a mapping; `restarted`, a new hub for each request; `room`, the most
            bytes that a file may have.
    """
    with start(out, *options, **told) as process:
        heard = _interrupt(process, until) if until else b""
        try:
            printed, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            printed, said = process.communicate()
    del _LIVING[process.pid]
    document = json.loads(printed) if printed.endswith(b"}\n") else {}
    return Life(process.returncode, (heard + said).decode("utf-8", "replace"), document)


@cache
def play_undisturbed(root: Path) -> Life:
    """Play the sample's happy path into `root / "undisturbed"`, once for all tests; they only read it."""
    return live(root / "undisturbed")


def _interrupt(process: "subprocess.Popen[bytes]", until: str) -> bytes:
    assert process.stderr is not None
    heard = b""
    for line in process.stderr:
        heard += line
        if until.encode() in line:
            os.killpg(process.pid, signal.SIGINT)
            break
    return heard


class Plays:
    """Rehearsals that run two at a time while the tests of the first are looked at."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._plays: dict[str, Future[Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for pid in list(_LIVING):
            os.killpg(pid, signal.SIGKILL)
        self._pool.shutdown()

    def add(self, name: str, play: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        """Have something played when there is room for it."""
        self._plays[name] = self._pool.submit(play, *arguments, **named)

    def __getitem__(self, name: str) -> Any:
        """Wait for a play and return what it returned."""
        return self._plays[name].result()


def _main() -> None:
    told = json.loads(sys.argv[1])
    if told.get("room"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["room"], told["room"]))
    wrap: Callable[[Application], Application] | None = None
    if told.get("kill"):
        kill = Kill(**told["kill"])
        wrap = lambda application: Deadly(application, kill)  # noqa: E731
    if told.get("restarted"):
        root = Path(told["arguments"][3]) / ".rehearsal" / "hub"
        wrap = lambda _: Restarted(root)  # noqa: E731
    if wrap:
        stage.Hub = partial(Hub, wrap=wrap)  # type: ignore[misc,assignment]
    sys.argv[1:] = told["arguments"]
    program.main()


if __name__ == "__main__":
    _main()
