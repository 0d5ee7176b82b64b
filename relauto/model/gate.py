"""Gates by name, `prepare.verify:qa`, and which of them a person let stand open, for what, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from relauto.errors import InputError
from relauto.model.event import CandidateRefused
from relauto.model.record import NO_TEXT
from relauto.model.target import Place
from relauto.model.words import Person, Text

GATES: dict[str, tuple[str, ...]] = {
    "investigate.pr": ("leak",),
    "prepare.merge": ("checks", "reviews"),
    "prepare.pick": ("leak", "checks", "reviews"),
    "prepare.verify": ("contained", "scope", "artifacts", "checks", "qa", "leak"),
    "prepare.release": ("leak",),
    "debt.main": ("leak",),
    "debt.line": ("leak",),
}
"""The gates of each step that has some. GitHub's own rules are none of them: nobody here can waive those."""

NEVER = frozenset({("prepare.verify", "contained")})
"""What nobody may waive: a release without its fix is none."""


@dataclass(frozen=True)
class Gate:
    """A gate, by its step and its name there."""

    step: str
    name: str

    def __str__(self) -> str:
        return f"{self.step}:{self.name}"


@dataclass(frozen=True)
class Waiver:
    """Who lets a gate stand open, at which place, for which commit, why and until when.

    `objections` are the reviewers' that were shown then, by their moments.
    """

    place: Place
    gate: str
    commit: str
    until: datetime
    reason: Text
    actor: Person
    objections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """The commit that a step's gates are about, and since when that is known.

    `objections` are those of reviewers to it, by the moments GitHub gives them; `objectors` is whose they
    are, and `objected` since when these are known.
    """

    commit: str
    since: datetime
    objections: tuple[str, ...] = ()
    objectors: Text = NO_TEXT
    objected: datetime | None = None


def parse_gate(text: str) -> Gate:
    """Return the gate that is meant by `prepare.verify:qa`, or by its bare name where only one has it.

    Raises:
        InputError: there is none, there are several, or it is one that nobody may waive.
    """
    known = [Gate(step, name) for step, names in GATES.items() for name in names]
    found = [gate for gate in known if text in (str(gate), gate.name)]
    if len(found) != 1:
        what = f"{text!r} names {len(found)} gates" if found else f"there is no gate {text!r}"
        raise InputError(what, todo=f"name one of {', '.join(map(str, found or known))}")
    (gate,) = found
    if (gate.step, gate.name) in NEVER:
        raise InputError(
            f"{gate} cannot be waived: a release without its fix is none",
            todo="bring the fix onto the line, then advance",
        )
    return gate


def find_waiver(waivers: list[Waiver], place: Place, gate: str, commit: str, now: datetime) -> Waiver | None:
    """Return the waiver that lets a gate stand open for exactly this commit at `now`, or None."""
    for waiver in reversed(waivers):
        if (waiver.place, waiver.gate, waiver.commit) == (place, gate, commit) and now < waiver.until:
            return waiver
    return None


def list_overridden(waivers: list[Waiver], place: Place, commit: str, now: datetime) -> frozenset[str]:
    """Return the reviewers' objections to a commit, by their moments, that waivers of its reviews cover."""
    return frozenset(
        objection
        for waiver in waivers
        if (waiver.place, waiver.gate, waiver.commit) == (place, "reviews", commit) and now < waiver.until
        for objection in waiver.objections
    )


def list_permitted(waivers: Iterable[Waiver], gate: str, now: datetime) -> frozenset[str]:
    """Return everything that waivers of a gate let pass at `now`, whatever step they were given at.

    Of such a gate the `commit` of a waiver is the digests of what it is about, joined by hyphens.
    """
    standing = [waiver.commit for waiver in waivers if waiver.gate == gate and now < waiver.until]
    return frozenset(digest for subject in standing for digest in subject.split("-"))


def lift(refused: list[CandidateRefused], place: Place, commit: str) -> list[CandidateRefused]:
    """Return the refusals that stay when a gate of a candidate was waived: it is judged again."""
    return [each for each in refused if (each.place, each.commit) != (place, commit)]
