"""What people read about a run: for those who may read everything, and for everybody."""

from collections.abc import Sequence

from relauto.comms.rendering import Renderer
from relauto.triggers.attended import Attended


def tell_people(title: str, attended: Sequence[Attended], renderer: Renderer) -> str:
    """Return the account for the own people (Markdown): who must act, what happened, and the boards."""
    return renderer.render("report/run.md", title=title, attended=attended)


def tell_public(title: str, attended: Sequence[Attended], renderer: Renderer) -> str:
    """Return the account (Markdown) for everybody: ids, steps of the playbook, and their states."""
    return renderer.render("report/run-public.md", title=title, attended=attended)
