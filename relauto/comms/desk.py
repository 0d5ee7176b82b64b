"""The desk: the issue in the private ops repository at which people decide.

relauto comments once for each door that is reached. A comment shows exactly what is decided on, and
the command to answer with stands in a fenced block of the kind `relauto-command`, one a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.comms.evidence import summarise
from relauto.comms.rendering import Renderer, shipped
from relauto.comms.story import Story
from relauto.model.event import AnswerRefused
from relauto.model.incident import Incident
from relauto.model.target import Place

DOORS = (
    "investigate.qa-decision",
    "prepare.merge",
    "prepare.accept",
    "prepare.settled",
    "prepare.files",
    "prepare.release",
    "deploy.send",
    "deploy.acknowledge",
    "leak",
    "lost",
    "reply",
)
"""What a door comment can be about. `prepare.accept` asks for other commits that would ship,
`prepare.settled` for what a person made of a conflict,
`prepare.files` for files that relauto did not make, `deploy.acknowledge` for the customer's receipt, `leak`
for what would name a customer in public, `lost` what becomes of a proof that is gone, `reply` for a text to
the customer, which is shown whole; the others are step keys."""


@dataclass(frozen=True)
class Shown:
    """A fact at a door: with `url` a link, with `words` prose, else shown as code."""

    name: str
    value: str
    url: str = ""
    words: bool = False

    @property
    def size(self) -> int:
        """Characters of its row, at worst: what Markdown has to escape doubles."""
        return 2 * (len(self.name) + len(self.value) + len(self.url)) + len("|  |  |\n\n")


def approve_command(step: str, subject: str) -> str:
    """Return the command that approves `subject` (a commit id or a digest) at a step's door."""
    return f"/approve {step} {subject}"


def accept_command(subject: str) -> str:
    """Return the command that accepts a commit of the line, or a file by its SHA-256.

    Its last word is to be replaced.
    """
    return f"/accept {subject} REASON"


def accept_loss_command(step: str, digest: str) -> str:
    """Return the command that lets a lost step count as it is; its last word is to be replaced."""
    return f"/accept {step} {digest} REASON"


def reopen_command(step: str) -> str:
    """Return the command that lets a step be done again; its last word is to be replaced."""
    return f"/reopen {step} REASON"


def waive_command(gate: str) -> str:
    """Return the command that lets a gate stand open for four hours; its last word is to be replaced."""
    return f"/waive {gate} 4h REASON"


def decision_command() -> str:
    """Return the command that decides whether QA verifies the candidate."""
    return "/tick investigate.qa-decision yes: REASON"


def acknowledge_command(digest: str) -> str:
    """Return the command by which the customer's receipt of a kit is put on record."""
    return f"/acknowledge {digest} WORDS"


def render_door(
    door: str,
    place: Place,
    facts: Sequence[Shown],
    commands: Sequence[str],
    incident: Incident,
    renderer: Renderer | None = None,
    text: str = "",
    note: str = "",
) -> str:
    """Return the comment for a door, one of `DOORS`; `text` is shown whole where a text is decided on.

    `note` is what who answers has to know of other answers.

    Raises:
        InputError: there is no template for it.
    """
    return (renderer or shipped()).render(
        f"desk/{door}.md",
        door=door,
        place=place,
        facts=facts,
        commands="\n".join(commands),
        incident=incident.id,
        round=place.round,
        text=text,
        note=note,
    )


def render_standing(
    place: Place, subject: str, note: str, incident: Incident, renderer: Renderer | None = None
) -> str:
    """Return the comment that tells who has said yes at a door where more people have to."""
    return (renderer or shipped()).render(
        "desk/standing.md", place=place, subject=subject, note=note, incident=incident.id
    )


def render_refusal(refused: Sequence[AnswerRefused], renderer: Renderer | None = None) -> str:
    """Return the comment that tells somebody why what they answered does not count."""
    return (renderer or shipped()).render("desk/answer.md", refused=refused)


def render_edited(author: str, url: str, approved: Sequence[str], renderer: Renderer | None = None) -> str:
    """Return the comment that tells what an edit of a settled answer changes: nothing.

    `approved` are the steps whose doors it said yes at.
    """
    commands = "\n".join(map(reopen_command, approved))
    return (renderer or shipped()).render("desk/edited.md", author=author, url=url, commands=commands)


def render_reopened(closer: str, renderer: Renderer | None = None) -> str:
    """Return the comment that tells that the desk was closed too early, and is open again."""
    return (renderer or shipped()).render("desk/reopened.md", closer=closer)


def render_closed(story: Story, renderer: Renderer | None = None) -> str:
    """Return the last word at the desk: what was released, and what is said of the retrospective.

    Raises:
        InputError: a proof in the journal cannot be read.
    """
    looked_back = [
        (step.title, " ".join(piece.text for piece in summarise(place, record)))
        for step in story.steps
        if step.key.startswith("retro.")
        for place, record in step.current
    ]
    return (renderer or shipped()).render("desk/closed.md", story=story, looked_back=looked_back)


def render_desk(story: Story, renderer: Renderer | None = None) -> str:
    """Return the body of the desk issue. Internal: it names the customer."""
    return (renderer or shipped()).render("desk/desk.md", story=story)
