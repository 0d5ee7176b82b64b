"""Notices: drafts for people inside, and replies to the customer. Nothing is sent from here."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from relauto.comms import neutral
from relauto.comms.rendering import Renderer, shipped
from relauto.comms.story import Story
from relauto.errors import InputError
from relauto.model.incident import StepState
from relauto.model.target import Place

NoticeAudience = Literal["internal", "customer"]

FAILED = "release.failed"
"""The notice that a release did not help: no step, but what befell one."""

INTERNAL: dict[str, tuple[str, ...]] = {
    "investigate.pr": ("DE", "QA", "RM"),
    "prepare.merge": ("DE", "RM"),
    "prepare.pick": ("DE", "RM"),
    "prepare.candidate": ("QA", "RM"),
    "candidate.refused": ("DE", "QA", "RM", "TAM"),
    "prepare.verify": ("RM", "TAM"),
    "prepare.release": ("CSM", "TAM", "RM"),
    "deploy.send": ("CSM", "TAM", "RM"),
    FAILED: ("DE", "QA", "RM", "CSM", "TAM"),
}
"""What is told inside, and to which roles. `candidate.refused` is no step but what befell one."""

CUSTOMER: dict[str, tuple[str, str, str]] = {
    "escalate.reply": ("incident.opened", "investigating", "investigating"),
    "review.reply": ("review.summary", "findings reviewed", "reviewing what you sent us"),
    "investigate.reply": ("investigate.cause", "cause identified", "looking for the cause"),
    "prepare.reply": ("prepare.release", "correction released", "correction in preparation"),
    "deploy.reply": ("deploy.upgrade-production", "deployed, being watched", "upgrade under way"),
    "resolve.reply": ("resolve.confirm", "resolved", "being watched"),
    "retro.reply": ("retro.send", "closed", "analysis under way"),
    FAILED: ("prepare.release", "another correction released", "another correction in preparation"),
}
"""Every reply to the customer: the step that it rests on, and the state that it names when that step
is done, and while it is not."""


class Draft(NamedTuple):
    """A notice that is to be drafted: which, and for whom."""

    place: Place
    audience: NoticeAudience


@dataclass(frozen=True)
class Notice:
    """A draft: `to` and `cc` are roles, and the executive's contact once the rule asks for it.

    `warnings` are for the person who sends it, and no part of the text.
    """

    subject: str
    body: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def render_notice(
    step: str, audience: NoticeAudience, story: Story, renderer: Renderer | None = None
) -> Notice:
    """Return the draft for a step; its template's first line is the subject.

    Raises:
        InputError: there is no notice for this step and audience, or its template is at fault.
    """
    known = INTERNAL if audience == "internal" else CUSTOMER
    if step not in known:
        raise InputError(
            f"there is no {audience} notice for {step}", todo=f"there are: {', '.join(sorted(known))}"
        )
    name = f"notice/{audience}/{step}.md"
    done, state = _state_of(step, story) if audience == "customer" else (False, "")
    text = (renderer or shipped()).render(name, story=story, done=done, state=state)
    head, _, body = text.partition("\n")
    if not head.startswith("Subject: "):
        raise InputError(
            f"template {name}, line 1: it does not begin with `Subject: `",
            todo="correct the template, or remove it to use ours",
        )
    subject = neutral.plain(head.removeprefix("Subject: "))
    to = INTERNAL[step] if audience == "internal" else ("customer",)
    cc = ("TAM",) if audience == "customer" else ()
    return Notice(subject, body.lstrip("\n"), to, (*cc, *_loop_in(story)), _warn(story))


def _state_of(step: str, story: Story) -> tuple[bool, str]:
    rests_on, after, before = CUSTOMER[step]
    done = any(each.key == rests_on and each.now is StepState.DONE for each in story.steps)
    return done, after if done else before


def _loop_in(story: Story) -> tuple[str, ...]:
    return (story.executive_role, story.executive) if story.executive else ()


def _warn(story: Story) -> tuple[str, ...]:
    if story.executive_needed and not story.executive:
        return (
            "the outage lasts over the limit and the settings name no contacts.executive: add them by hand",
        )
    return ()
