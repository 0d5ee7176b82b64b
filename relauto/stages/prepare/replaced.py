"""Drafts with a conflict whose place another pull request takes: each is closed, once, with a word.

The set of fixes has changed, so their picks are made anew on a branch of their own. What a person has pushed
to a draft is theirs: it stays open.
"""

from collections.abc import Iterator

from relauto.comms.public import render_replaced
from relauto.github import pull_page
from relauto.github.comments import find_comment, post_comment
from relauto.github.pull_drafts import close_pull
from relauto.github.pull_state import Pull
from relauto.model.facts import Facts
from relauto.model.target import Place
from relauto.stages.logins import list_writers
from relauto.stages.prepare.landing import Landing
from relauto.stages.prepare.pushed import find_draft, list_unsettled
from relauto.stages.step import Todo

CLOSING = "close-draft"


def list_replaced(landing: Landing, place: Place) -> Iterator[Pull]:
    """Yield the drafts for a landing that were made for other fixes than it has now, and are not closed yet.

    The word comes last: one that is open behind it was opened again by somebody.
    """
    bench = landing.bench
    for branch in list_unsettled(landing, place):
        pull = bench.find_pull(branch, landing.branch) if branch != landing.pick_branch else None
        if pull is None or not _is_ours(landing, place, pull):
            continue
        page = bench.see("pages", pull_page.look_at_page(bench.source, pull.number), alone=True)
        if find_comment(page.comments, _name_word(landing), list_writers(bench)) is None:
            yield pull


def _is_ours(landing: Landing, place: Place, pull: Pull) -> bool:
    """Return whether relauto may close it: nobody has pushed to it; or it has begun to."""
    if pull.state == "closed":
        return (place, f"{CLOSING}:{pull.number}") in landing.bench.incident.intents
    draft = find_draft(landing, place, pull)
    return draft is not None and draft.is_untouched


def _name_word(landing: Landing) -> str:
    return f"{landing.bench.incident.id}:replaced"


def describe_closing(pull: Pull) -> str:
    """Return the sentence for closing a draft."""
    return f"close draft pull request #{pull.number}: its fixes are others now, and another takes its place"


def close_replaced(landing: Landing, place: Place, new: Pull) -> Todo | None:
    """Return what closes the first draft whose place a pull request has taken; None where there is none."""
    old = next(list_replaced(landing, place), None) if new.head_ref == landing.pick_branch else None
    return _close(landing, old, new) if old else None


def _close(landing: Landing, old: Pull, new: Pull) -> Todo:
    bench = landing.bench

    def run(_facts: Facts) -> None:
        if old.state == "open":
            close_pull(bench.source, old.number)
        word = render_replaced(bench.incident.id, new.number, new.url, bench.renderer)
        writers = list_writers(bench)
        post_comment(bench.source, old.number, _name_word(landing), word, absent=True, by=writers)

    return Todo(
        f"{CLOSING}:{old.number}",
        describe_closing(old),
        run,
        prepare=lambda: {"head": old.head_sha, "by": new.number},
        changes=("pulls", "pages"),
    )
