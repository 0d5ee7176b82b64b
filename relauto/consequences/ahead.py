"""What is ahead: a write, or the stop behind it."""

from collections.abc import Iterator
from dataclasses import dataclass

from relauto.errors import Status
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.people import desk
from relauto.stages.step import Question, Refused

NEW = "a new commit"

AWAITED = {
    "open-pick": "CI and reviewers look at the pull request",
    "open-bump": "CI and reviewers look at the pull request",
    "enqueue": "the merge queue tests the pull request",
    "dispatch": "CI builds the candidate",
    "ask-qa": "QA looks at the candidate",
    "ask-open": "QA ticks what is open",
}
"""What is waited for after an action that nothing else follows."""


@dataclass(frozen=True)
class Ahead:
    """What follows at a place from a write: another write, or with a `status` the stop behind it.

    `action` names a write of the step as the step itself does.
    """

    place: Place
    sentence: str
    status: Status | None = None
    action: str = ""


def foresee_asking(bench: Bench, place: Place, question: Question) -> Iterator[Ahead]:
    """Tell that a question is put at the desk, where it does not stand there yet."""
    if not desk.is_asked(bench, place, question):
        yield Ahead(place, desk.describe_question(place, question.door))


def foresee_refusal(bench: Bench, place: Place, found: Refused) -> Iterator[Ahead]:
    """Tell of a refusal that is met on the way: what is asked about it, then the stop."""
    yield from foresee_asking(bench, place, found.question) if found.question else ()
    yield Ahead(place, found.reason, Status.DECISION)


def foresee_write(place: Place, action: str, sentence: str) -> Ahead:
    """Tell of a write of a step, as the step itself names it."""
    return Ahead(place, f"{place}: {sentence}", action=action)
