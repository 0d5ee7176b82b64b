"""What people read about a run: for those who may read everything, and for everybody."""

from collections.abc import Sequence

from relauto.comms.rendering import Renderer, shipped
from relauto.guard.guard import Passage
from relauto.session import Session
from relauto.triggers.attended import Attended


def tell_run(session: Session, title: str, attended: Sequence[Attended], *, public: bool) -> str:
    """Return the account for a run's readers; who writes own templates for everybody names no customer."""
    if not public:
        return tell_people(title, attended, session.renderer)
    text = tell_public(title, attended, session.renderer)
    leaks = session.guard.find([Passage("the summary of the run", text, 1)])
    return tell_public(title, attended, shipped()) if leaks else text


def tell_people(title: str, attended: Sequence[Attended], renderer: Renderer) -> str:
    """Return the account for the own people (Markdown): who must act, what happened, and the boards."""
    return renderer.render("report/run.md", title=title, attended=attended)


def tell_public(title: str, attended: Sequence[Attended], renderer: Renderer) -> str:
    """Return the account (Markdown) for everybody: ids, steps of the playbook, and their states."""
    return renderer.render("report/run-public.md", title=title, attended=attended)
