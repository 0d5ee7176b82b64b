"""The incident summary's draft for the customer: facts of the journal alone; what is unknown is said."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from relauto.comms.guard import require_for
from relauto.comms.rendering import Renderer, shipped
from relauto.comms.story import Story
from relauto.guard.guard import Passage
from relauto.model.incident import StepState
from relauto.model.rounds import has_rounds
from relauto.stages.bench import Bench
from relauto.stages.texts.story import tell_story

_MILESTONES = {
    "prepare.merge": "The correction was reviewed and accepted",
    "prepare.pick": "The correction was brought to your version",
    "prepare.candidate": "The release candidate was built",
    "prepare.verify": "The release candidate was verified",
    "prepare.release": "The release was published",
    "deploy.send": "The release was handed to you",
    "deploy.upgrade-staging": "Your staging environment was upgraded",
    "deploy.verify-staging": "The correction was verified in your staging environment",
    "deploy.upgrade-production": "Your production environment was upgraded",
    "deploy.verify-production": "The correction was verified in your production environment",
    "resolve.monitor": "The correction had been watched for 24 hours",
    "resolve.confirm": "You confirmed the resolution",
}


@dataclass(frozen=True)
class Milestone:
    """Something the customer may know of; `at` is None while it has not happened."""

    what: str
    at: datetime | None


def render_summary(story: Story, renderer: Renderer | None = None) -> str:
    """Return the draft in Markdown. It names no people, no branches and no other customers.

    Raises:
        InputError: the template is at fault.
    """
    return (renderer or shipped()).render(
        "report/incident-summary.md", story=story, milestones=list(list_milestones(story))
    )


def draft_summary(bench: Bench) -> str:
    """Return the draft in Markdown, as the customer of a workbench's incident may read it.

    Raises:
        InputError: the template is at fault.
        LeakError: it holds what the customer must not read.
    """
    story = tell_story(bench)
    draft = render_summary(story, bench.renderer)
    told = [Passage("the incident summary", draft, 1)]
    require_for("customer", bench.guard, told, bench.incident, product=story.product)
    return draft


def list_milestones(story: Story) -> Iterator[Milestone]:
    """Yield what happened to the customer, from the outage's start to the confirmation."""
    yield Milestone("The outage began", story.outage_started_at)
    yield Milestone("It was escalated to our engineers", story.escalated_at)
    milestones = [each for key, what in _MILESTONES.items() for each in _list_rounds(story, key, what)]
    milestones.append(Milestone("The outage was mitigated", story.mitigated_at))
    milestones += [
        Milestone(f"Version {each.version} turned out not to help", each.failure.at)
        for each in story.rounds
        if each.failure
    ]
    known = [milestone for milestone in milestones if milestone.at]
    yield from sorted(known, key=lambda milestone: milestone.at or story.now)
    yield from (milestone for milestone in milestones if not milestone.at)


def _list_rounds(story: Story, key: str, what: str) -> Iterator[Milestone]:
    """Yield when a step was done in each round, and that it is not yet, where the current one lacks it."""
    step = next((each for each in story.steps if each.key == key), None)
    versions = {each.number: each.version for each in story.rounds}
    for number in sorted({place.round for place, _ in step.records} if step else ()):
        records = [record for place, record in step.records if place.round == number] if step else []
        if all(record.state is StepState.DONE for record in records):
            again = f" (version {versions[number]})" if len(versions) > 1 and has_rounds(key) else ""
            yield Milestone(what + again, max(record.at for record in records))
    if step is None or step.now is not StepState.DONE:
        yield Milestone(what, None)
