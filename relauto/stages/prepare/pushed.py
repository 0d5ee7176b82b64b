"""What runs have pushed for a landing, as the journal and the heads of its pull requests tell.

The journal says what a run was about to push. Whether it came to that, and what people pushed since, the head
says.
"""

from collections.abc import Iterator
from typing import get_args

from relauto.github.pull_state import Pull
from relauto.model.event import StepIntended
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit
from relauto.model.target import Place
from relauto.stages.prepare.drafts import Draft
from relauto.stages.prepare.heads import require_head, stands_on
from relauto.stages.prepare.landing import Landing, What
from relauto.stages.step import Refused

_WHATS: tuple[What, ...] = get_args(What)
_DRAFTS = ("draft", "proposal")
"""A pick with a conflict that a person settles, or accepts as resolvers have settled it."""


def list_made(landing: Landing, place: Place) -> Iterator[tuple[StepIntended, Pull | None]]:
    """Yield what runs made for a landing, with the pull request that it came by; None where it was pushed."""
    opened = [f"open-{what}:{landing.prefix(what)}" for what in _WHATS]
    opened += [f"open-{word}:{landing.prefix('pick')}" for word in _DRAFTS]
    pushed = [f"push-{what}:{landing.branch}:" for what in _WHATS]
    for (where, action), intent in landing.bench.incident.intents.items():
        if where == place and action.startswith(tuple(opened)):
            yield intent, landing.bench.find_pull(Branch(action.partition(":")[2]), landing.branch)
        elif where == place and action.startswith(tuple(pushed)):
            yield intent, None


def list_unsettled(landing: Landing, place: Place) -> list[Branch]:
    """Return the branches on which a conflict was left to a person, or was about to be."""
    opened = tuple(f"open-{word}:{landing.prefix('pick')}" for word in _DRAFTS)
    actions = [action for where, action in landing.bench.incident.intents if where == place]
    return [Branch(each.partition(":")[2]) for each in actions if each.startswith(opened)]


def find_draft(landing: Landing, place: Place, pull: Pull) -> Draft | None:
    """Return what a person has to settle in an open pull request, where it was opened with a conflict."""
    return _find_draft(landing, place, pull, landing.head) if pull.state == "open" else None


def _find_draft(landing: Landing, place: Place, pull: Pull, tip: Commit) -> Draft | None:
    pushed = list_pushed(landing, place, pull)
    if not pushed or "unsettled" not in pushed[-1]:
        return None
    made = [each for each in pushed if "unsettled" in each]
    return Draft(landing.bench, landing.target, place, landing.branch, tip, pull, made)


def list_merged_drafts(landing: Landing, place: Place) -> Iterator[Draft]:
    """Yield what was opened with a conflict and is merged, whoever did that."""
    for intent, pull in list_made(landing, place):
        if pull and pull.merge_commit and "unsettled" in intent.facts:
            below = landing.bench.product.commit(pull.merge_commit).parents[0]
            draft = _find_draft(landing, place, pull, below)
            yield from [draft] if draft else []


def refuse_pushed(landing: Landing, place: Place, pull: Pull) -> Refused | None:
    """Refuse a pull request whose head is not what was pushed: it would land under the pick's name.

    Where a conflict was left to people, what they push is judged as that.
    """
    what = landing.tell_what(pull.head_ref)
    heads = [each["head"] for each in list_pushed(landing, place, pull)]
    if not heads or pull.head_sha in heads or find_draft(landing, place, pull):
        return None
    made = heads[-1]
    return Refused(
        f"pull request #{pull.number} is at {pull.head_sha.short}, but the {what} is {made[:10]}",
        todo=f"push {made[:10]} to {pull.head_ref} again, or merge it by hand: what is neither pick "
        "nor version bump has to be accepted by name then",
    )


def list_pushed(landing: Landing, place: Place, pull: Pull) -> list[Facts]:
    """Return what runs were about to push to a pull request's branch, and have as far as can be told.

    That is what its head is, or stands on; where a person replaced that, what was made last. Of several
    runs at once each has made its own.
    """
    meant = _list_meant(landing, place, Branch(pull.head_ref))
    exact = [each for each in meant if each["head"] == pull.head_sha]
    if exact or len(meant) < 2:
        return exact or meant
    head = require_head(landing.bench, pull)
    return [each for each in meant if stands_on(landing.bench, head, Commit(each["head"]))] or meant[-1:]


def _list_meant(landing: Landing, place: Place, branch: Branch) -> list[Facts]:
    actions = {f"open-{word}:{branch}" for word in (*_WHATS, *_DRAFTS)}
    meant = [event.body for event in landing.bench.journal.events() if isinstance(event.body, StepIntended)]
    return [each.facts for each in meant if each.place == place and each.action in actions]
