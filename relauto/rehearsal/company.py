"""Sends the cast on their errands: each a process of its own, with a token of its own.

A member looks at the world once, does what is theirs to do and ends; nobody waits in a loop. Who is
sent follows from where relauto stopped.
"""

import json
import os
import subprocess  # nosec B404 - each of the cast is a process of its own
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from relauto.authority import Authority
from relauto.engine import Outcome
from relauto.errors import RelautoError, Status
from relauto.rehearsal.world import BOT, CHECK, OPS, PEOPLE, QA, World

_CALLED_BY = {"CI": "ci", "reviewer": "reviewer", "QA": "qa", "customer": "customer"}
_EVERYWHERE = ("ci", "reviewer")
_TIMEOUT = 300.0


class CastError(RelautoError):
    """A member of the cast could not do its part: the rehearsal itself is broken."""


@dataclass(frozen=True)
class Company:
    """The cast of one rehearsal.

    `base_tag` is what the release grows from, where not the world's; `logins` who has which part;
    `more` what every errand is told besides, or instead; `authority` whom they trust. With a `private`
    mirror they work there; what is built and reviewed is so in public, too.
    """

    api: str
    git: str
    world: World
    tokens: dict[str, str]
    work: Path
    absent: frozenset[str]
    bases: tuple[str, ...] = ()
    base_tag: str = ""
    private: str | None = None
    logins: Mapping[str, str] = field(default_factory=lambda: PEOPLE)
    more: Mapping[str, Any] = field(default_factory=dict)
    authority: Authority | None = None

    def called(self, outcome: Outcome) -> tuple[str, ...]:
        """Return the members that the outcome waits for and who have not stayed away."""
        wanted: list[str] = []
        for stop in outcome.stops:
            if stop.status is Status.DECISION:
                wanted.append("release-manager")
            wanted.extend(part for word, part in _CALLED_BY.items() if word in stop.whom.split(" and "))
        return tuple(part for part in dict.fromkeys(wanted) if part not in self.absent)

    def send(self, parts: Sequence[str]) -> list[str]:
        """Send members out at the same time and return what each did, in sentences.

        Raises:
            CastError: one of them failed, or did not come back.
        """
        started: list[tuple[str, subprocess.Popen[bytes]]] = []
        did: list[str] = []
        try:
            for part in parts:
                started.append((part, self._start(part)))
                if self.private and part in _EVERYWHERE:
                    public = {"source": self.world.product, "work": str(self.work / f"{part}-public")}
                    started.append((part, self._start(part, **public)))
            for part, process in started:
                did.extend(f"{self.logins[part]} {deed}" for deed in _finish(part, process))
        finally:
            # Nobody goes on alone when one of them failed, or when the rehearsal is interrupted.
            for _, process in started:
                _dismiss(process)
        return did

    def send_deed(self, part: str, deed: str, **told: Any) -> list[str]:
        """Send one member out to do a deed of a scenario (`relauto.rehearsal.cast.deeds`).

        `told` is what the errand knows besides; returns what was done, in sentences.

        Raises:
            CastError: they failed, or did not come back.
        """
        process = self._start(part, deed=deed, told=told)
        try:
            return [f"{self.logins[part]} {done}" for done in _finish(part, process)]
        finally:
            _dismiss(process)

    def _start(self, part: str, **more: Any) -> "subprocess.Popen[bytes]":
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("RELAUTO_", "GIT_"))
        }
        environment |= self.authority.variables if self.authority else {}
        environment |= {"CAST_TOKEN": self.tokens[self.logins[part]], "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(  # nosec B603 - a list, no shell: this Python and a part's name
            [sys.executable, "-m", "relauto.rehearsal.cast", part],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        stdin = cast(IO[bytes], process.stdin)
        stdin.write(json.dumps({**self._errand(part), **self.more, **more}).encode())
        stdin.close()
        process.stdin = None
        return process

    def _errand(self, part: str) -> dict[str, Any]:
        world = self.world
        return {
            "api": self.api,
            "git": self.git,
            "source": self.private or world.product,
            "release": world.product,
            "ops": OPS,
            "qa": QA,
            "line": world.line,
            "main": world.main,
            "base_tag": self.base_tag or world.base_tag,
            "accepted_head": world.line_head,
            "work": str(self.work / part),
            "check": {"name": CHECK, "command": world.check_command},
            "product_path": str(world.git_directory),
            "bot": BOT,
            "tester": self.logins["qa"],
            "bases": list(self.bases),
            "qa_decision": "yes: a fix for a customer who is down is seen to work before it ships",
        }


def _dismiss(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
        process.communicate()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


def _finish(part: str, process: "subprocess.Popen[bytes]") -> list[str]:
    try:
        output, error = process.communicate(timeout=_TIMEOUT)
    except subprocess.TimeoutExpired as late:
        raise CastError(f"the cast's {part} did not come back within {_TIMEOUT:g} seconds") from late
    if process.returncode:
        raise CastError(f"the cast's {part} failed: {error.decode('utf-8', 'replace').strip()}")
    told: dict[str, list[str]] = json.loads(output)
    return told["did"]
