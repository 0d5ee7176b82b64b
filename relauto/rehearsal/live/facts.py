"""What a run against a real GitHub has found out, fact by fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.report.fitting import hang

Verdict = Literal["confirmed", "refuted", "not tried"]


@dataclass(frozen=True)
class Fact:
    """One thing that relauto relies on, what GitHub says to it, and how that was seen in a line."""

    name: str
    verdict: Verdict
    evidence: str


def count(facts: Sequence[Fact], verdict: Verdict) -> int:
    """Return how many facts have a verdict."""
    return sum(fact.verdict == verdict for fact in facts)


def draw_facts(facts: Sequence[Fact], width: int | None = None) -> str:
    """Return the facts as a table of text, and below it how many there are of each verdict.

    It is as wide as need be, or `width` characters.
    """
    wide = max((len(fact.name) for fact in facts), default=0)
    rows = [
        line
        for fact in facts
        for line in hang(f"{fact.verdict:<9}  {fact.name:<{wide}}  ", fact.evidence, width)
    ]
    verdicts: tuple[Verdict, ...] = ("confirmed", "refuted", "not tried")
    return "\n".join([*rows, ", ".join(f"{count(facts, each)} {each}" for each in verdicts)])
