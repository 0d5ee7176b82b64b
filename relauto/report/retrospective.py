"""The retrospective's draft: what the journal knows, and the questions that people have to answer."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from relauto.comms.board import draw_board
from relauto.comms.rendering import Renderer, shipped
from relauto.comms.story import Story
from relauto.model.event import Event
from relauto.model.incident import SETTLED, fold
from relauto.model.playbook import Playbook
from relauto.report.timeline import list_entries, measure_stages, measure_waits

_WRONG = frozenset({"round.started", "step.refused", "step.lost", "step.reopened", "candidate.refused"})


def render_retrospective(
    happened: Sequence[Event],
    playbook: Playbook,
    *,
    now: datetime,
    product: str = "",
    renderer: Renderer | None = None,
) -> str:
    """Return the draft in Markdown. Internal: it names the customer and people.

    Raises:
        InputError: a proof in the journal cannot be read, or a template is at fault.
    """
    board = draw_board(fold(happened), playbook, now, product=product)
    wrong = [event for event in happened if event.body.kind in _WRONG or _is_regression(event)]
    return (renderer or shipped()).render(
        "retrospective/retrospective.md",
        board=board,
        story=board.story,
        entries=list_entries(happened),
        stages=measure_stages(happened, playbook, now),
        waits=measure_waits(happened, now),
        wrong=list_entries(wrong),
        questions=list(find_questions(board.story)),
    )


def find_questions(story: Story) -> Iterator[str]:
    """Yield what the journal does not say and a retrospective has to."""
    if story.step("investigate.cause").state not in SETTLED:
        yield "What was the root cause? The journal names none."
    if story.mitigated_at is None:
        yield "When was the outage over? No mitigation is on record."
    if story.resolved_at is None:
        yield "Has the customer confirmed the resolution? No confirmation is on record."
    if story.timeline is None:
        yield "Which timeline was the customer given? None is on record."
    yield from _question_releases(story)
    yield "How was it detected, and could it have been found earlier?"
    yield "What went well, and what was luck?"
    yield "Which actions follow: to mitigate, to prevent, to detect? Each with an owner and a date."


def _question_releases(story: Story) -> Iterator[str]:
    for debt in story.debts:
        if not debt.paid:
            yield f"When does {debt.to} get the fix? It is owed it."
    for each in story.rounds:
        if each.failure:
            yield f"Why did {each.version} not help, and what would have shown it before the customer did?"
    if story.refused:
        yield "Why did the refused candidates get as far as their verification?"
    if story.accepted:
        yield "Why did the line hold commits that were no part of the fix?"


def _is_regression(event: Event) -> bool:
    return getattr(event.body, "note", "") == "regression"
