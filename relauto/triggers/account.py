"""What people read about a run: for those who may read everything, and for everybody."""

from collections.abc import Sequence

from relauto.comms import neutral
from relauto.comms.rendering import Renderer, shipped
from relauto.errors import InputError
from relauto.guard.guard import Passage
from relauto.session import Session
from relauto.triggers.attended import Attended


def tell_run(session: Session, title: str, attended: Sequence[Attended], *, public: bool) -> str:
    """Return the account for a run's readers; who writes own templates for everybody names no customer.

    All work is done by now: where an own template fails, relauto's takes its place, and the account says so.
    """
    tell = tell_public if public else tell_people
    try:
        text = tell(title, attended, session.renderer)
    except InputError as error:
        session.say(f"the summary is made of relauto's own template: {error.what}; {error.todo}")
        # What a template trips over may be what everybody must not read.
        why = "" if public else f": {neutral.inline(error.what)}"
        return f"{tell(title, attended, shipped())}\nAn own template of this summary fails{why}.\n"
    if not public:
        return text
    leaks = session.guard.find([Passage("the summary of the run", text, 1)])
    return tell_public(title, attended, shipped()) if leaks else text


def tell_people(title: str, attended: Sequence[Attended], renderer: Renderer) -> str:
    """Return the account for the own people (Markdown): who must act, what happened, and the boards."""
    return renderer.render("report/run.md", title=title, attended=attended)


def tell_public(title: str, attended: Sequence[Attended], renderer: Renderer) -> str:
    """Return the account (Markdown) for everybody: ids, steps of the playbook, and their states."""
    return renderer.render("report/run-public.md", title=title, attended=attended)
