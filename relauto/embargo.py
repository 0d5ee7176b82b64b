"""What an embargo needs before anything is written: that the public really cannot see the work.

Embargoed work is done in a private mirror of the product's repository (or in the product's own, where
that is private): the fix's pull request, its branch, the candidate, its checks. The public gets
branch, tag and release in one go, behind the release's door, and the picks that are owed to its
branches after that.

A round that follows a release which did not help is embargoed like the first. That release is public, and
with it where to look: what it left open is found sooner than before, and must not be shown by the work on
it. What the first round owes to public branches is public already, and is brought to them meanwhile.
"""

from relauto.errors import InputError
from relauto.github import repositories
from relauto.github.client import Client
from relauto.model.event import Order, Plan, Visibility
from relauto.model.names import Commit
from relauto.session import Session, Site
from relauto.stages.claims import Line, refuse_stale_mirror


def is_hidden(session: Session, visibility: Visibility) -> bool:
    """Return whether the work is to be done in another repository than the product's own."""
    return visibility == "embargoed" and not session.facts.closed


def choose_site(session: Session, visibility: Visibility) -> Site:
    """Return the repository in which the work is done.

    Raises:
        InputError: it has to be a private one, and the settings name none.
    """
    return session.private if is_hidden(session, visibility) else session.public


def check_embargo(session: Session, *, base: str, order: Order) -> None:
    """Refuse an embargo that would not hold; what GitHub does not say is taken for a leak.

    Raises:
        InputError: a repository is not private, shares its objects, or the way would show the work.
        RemoteError: one of them cannot be read.
    """
    if base != "tag":
        raise InputError(
            "an embargoed release grows from the last tag: the line shows what is picked onto it",
            todo="open it with --base tag",
        )
    for client in (session.ops, session.qa):
        _require_closed(client, "what is said there would be public")
    if session.facts.closed:
        return
    if order == "main-first":
        raise InputError(
            f"an embargoed fix cannot go to the main branch of {session.settings.source} first: it is public",
            todo="open it with --order line-first; main gets its pull request after the release",
        )
    _require_closed(session.private.client, "embargoed work would be public")
    if repositories.read_repository(session.private.client).fork:
        raise InputError(
            f"{session.private.client.repository} is a fork, or GitHub does not say that it is none: "
            "whoever knows a commit's id can read it through the repository that it was forked from",
            todo="make a repository of its own, and push a mirror of the public one to it",
        )


def _require_closed(client: Client, else_: str) -> None:
    if not repositories.read_repository(client).closed:
        raise InputError(
            f"{client.repository} is not known to be private: {else_}",
            todo="make it private, or name another repository in the settings",
        )


def check_mirror(session: Session, line: Line, plan: Plan) -> None:
    """Refuse a private mirror that has another last release of the line than the public repository.

    Raises:
        InputError: they differ.
    """
    branch = plan.target.branch
    session.mirror.fetch([branch.ref, "refs/tags/*"])
    public = session.mirror.repository
    head = public.refs(branch.ref).get(branch.ref)
    refuse_stale_mirror(plan, line, session.private.client.repository, public, Commit(head) if head else None)
