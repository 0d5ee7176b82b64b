"""The playbook as a value: stages of steps, read from YAML and checked whole.

The shipped one is `playbook/sev1.yaml`; its head says what the keys mean. Steps are known by their
keys everywhere (`prepare.pick`), never by their position.
"""

import hashlib
import re
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from relauto.errors import InputError
from relauto.model.document import Document, read_document, suggest
from relauto.resources import find_resource

AUTOMATED = frozenset(
    {
        "investigate.pr",
        "investigate.qa-decision",
        "prepare.merge",
        "prepare.pick",
        "prepare.candidate",
        "prepare.verify",
        "prepare.release",
        "deploy.send",
    }
)
"""Steps that relauto can observe and act on."""

ANCHORS = frozenset({"outage", "escalation", "stage"})
"""Moments that a limit can count from besides those that a playbook names itself."""

FILE = "sev1.yaml"

_STEP_KEY = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A length of time since an anchor, in exactly one unit. `ours`: not from the source."""

    since: str
    minutes: int = 0
    hours: int = 0
    business_days: int = 0
    ours: bool = False

    @property
    def elapsed(self) -> timedelta:
        """The length in time that passes at all hours; zero for business days."""
        return timedelta(hours=self.hours, minutes=self.minutes)


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The step is a message to the customer; `timeline`: it says what to expect when."""

    timeline: bool


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that has to be done.

    `door`: an entitled person approves before relauto acts. `deadline` is the moment by which it
    shall be done, `earliest` the one before which it cannot be.
    """

    key: str
    title: str
    roles: tuple[str, ...]
    guidance: str
    proof: str
    ours: bool = False
    automated: bool = False
    scope: Literal["incident", "target"] = "incident"
    door: bool = False
    reply: Reply | None = None
    deadline: Limit | None = None
    earliest: Limit | None = None

    @property
    def limits(self) -> dict[str, Limit]:
        """The limits that are set, by the name of their key."""
        found = {"deadline": self.deadline, "earliest": self.earliest}
        return {name: limit for name, limit in found.items() if limit}


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the playbook; every step's key begins with the stage's."""

    key: str
    title: str
    steps: tuple[Step, ...]


class Executive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who has to be in the loop of every reply once an outage lasts longer than `outage_minutes`."""

    role: str
    outage_minutes: int = 60


class Playbook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done in an incident. `roles` and `anchors` are mappings by name."""

    name: str
    version: int
    roles: dict[str, str]
    executive: Executive
    anchors: dict[str, str]
    stages: tuple[Stage, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    def step(self, key: str) -> Step:
        """Return the step with this key.

        Raises:
            InputError: there is none.
        """
        return self._find(key)[1]

    def stage_of(self, key: str) -> Stage:
        """Return the stage of the step with this key.

        Raises:
            InputError: there is no such step.
        """
        return self._find(key)[0]

    def _find(self, key: str) -> tuple[Stage, Step]:
        for stage in self.stages:
            for step in stage.steps:
                if step.key == key:
                    return stage, step
        near = suggest(key, [step.key for step in self.steps])
        raise InputError(
            f"the playbook {self.name} has no step {key!r}{near}",
            todo="`relauto status` lists every step by its key",
        )


@lru_cache(maxsize=8)
def parse_playbook(text: str, source: str) -> Playbook:
    """Return the playbook written in `text`; `source` names the file in messages.

    Raises:
        FaultsError: it has faults: wrong shapes, unknown keys, roles or anchors, keys used twice,
            doors on steps that relauto does not do. All are reported, each with its line and key.
    """
    document = read_document(text, source, Playbook, "playbook")
    steps = list(document.found(Step))
    _check_stages(document)
    _check_keys(document, steps)
    _check_roles(document, steps)
    _check_limits(document, steps)
    document.finish()
    playbook: Playbook = document.values[""]
    return playbook


def load_playbook(directory: Path | None = None) -> tuple[Playbook, str]:
    """Return the playbook in `directory` (the shipped one without) and its SHA-256 in hex.

    Raises:
        InputError: there is no such file, or it is not UTF-8.
        FaultsError: it has faults.
    """
    path = (directory or find_resource("playbook")) / FILE
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the playbook {path} cannot be read: {error}", todo="check playbook_dir") from error
    return parse_playbook(text, path.name), hashlib.sha256(content).hexdigest()


def _check_stages(document: Document) -> None:
    for path in [path for path in document.lines if path == "stages" or re.search(r"\.steps$", path)]:
        if document.values.get(path) == ():
            document.refuse(path, "must not be empty")
    seen: set[str] = set()
    for path, key in _strings(document, r"stages\[\d+\]\.key"):
        if key in seen:
            document.refuse(path, f"the stage {key!r} stands twice")
        seen.add(key)


def _check_keys(document: Document, steps: list[tuple[str, Step]]) -> None:
    seen: set[str] = set()
    for path, key in _strings(document, r"stages\[\d+\]\.steps\[\d+\]\.key"):
        stage = document.values.get(f"{path.partition('.')[0]}.key", "")
        if key in seen:
            document.refuse(path, f"the step {key!r} stands twice")
        elif not _STEP_KEY.fullmatch(key):
            document.refuse(path, f"{key!r} is not of the form stage.step, in lower case")
        elif stage and not key.startswith(f"{stage}."):
            document.refuse(path, f"{key!r} stands in the stage {stage!r}")
        seen.add(key)
    for path, step in steps:
        if step.automated and step.key not in AUTOMATED:
            near = suggest(step.key, AUTOMATED)
            document.refuse(f"{path}.automated", f"relauto cannot do {step.key!r} by itself{near}")
        if step.door and not step.automated:
            document.refuse(f"{path}.door", "a step that people do has no door")


def _strings(document: Document, pattern: str) -> list[tuple[str, str]]:
    found = document.values.items()
    return [(path, value) for path, value in found if isinstance(value, str) and re.fullmatch(pattern, path)]


def _check_roles(document: Document, steps: list[tuple[str, Step]]) -> None:
    roles = document.values.get("roles")
    if roles is None:
        return
    named = _strings(document, r"stages\[\d+\]\.steps\[\d+\]\.roles\[\d+\]|executive\.role")
    for path, role in named:
        if role not in roles:
            document.refuse(path, f"there is no role {role!r}{suggest(role, roles)}")
    for path, step in steps:
        if not step.roles:
            document.refuse(f"{path}.roles", "somebody has to be named")


def _check_limits(document: Document, steps: list[tuple[str, Step]]) -> None:
    own = document.values.get("anchors") or {}
    keys = {key for _, key in _strings(document, r"stages\[\d+\]\.steps\[\d+\]\.key")}
    for name, key in own.items():
        if name in ANCHORS:
            document.refuse(f"anchors.{name}", "this name has its meaning already")
        if key not in keys:
            document.refuse(f"anchors.{name}", f"there is no step {key!r}{suggest(key, keys)}")
    known = {*ANCHORS, *own}
    for path, step in steps:
        for name, limit in step.limits.items():
            if limit.since not in known:
                fault = f"there is no anchor {limit.since!r}{suggest(limit.since, known)}"
                document.refuse(f"{path}.{name}.since", fault)
            units = (limit.minutes, limit.hours, limit.business_days)
            if min(units) < 0 or sum(unit > 0 for unit in units) != 1:
                document.refuse(f"{path}.{name}", "give one of minutes, hours and business_days, above 0")
