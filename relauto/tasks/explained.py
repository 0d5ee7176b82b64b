"""What `pick` prints of why a fix does not apply, as it was proved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from relauto.comms.resolved import WEIGHED
from relauto.counting import name_count
from relauto.tasks.commits import describe_commit, name_commit
from relauto.tasks.output import say

if TYPE_CHECKING:
    from relauto.git.repository import Repository
    from relauto.model.names import Branch, Commit
    from relauto.picking.appraisal import Appraisal
    from relauto.picking.explanation import Explain
    from relauto.picking.fanout import Picked

_AT_A_REMOTE = 30.0
"""Seconds that a search for a cause takes at most where files come from a remote."""
_TAKEN = {
    "often": "people take its like in about every second case",
    "sometimes": "people take its like now and then",
    "seldom": "people seldom take its like",
}


def remember_explanations(repository: Repository) -> Explain:
    """Return what tells why fixes do not apply: each is searched once, for up to two seconds.

    Where that cannot be searched, it says so, and nothing is proved.
    """
    from functools import cache

    from relauto.errors import RemoteError
    from relauto.git.errors import MissingObjectError
    from relauto.picking.explanation import Explanation, explain
    from relauto.picking.prerequisites import Limits

    # What a remote takes to answer is no searching.
    limits = Limits(seconds=_AT_A_REMOTE) if repository.may_fetch else Limits()

    @cache
    def search(fix: Commit, tip: Commit) -> Explanation:
        try:
            return explain(repository, fix, tip, limits=limits)
        except (MissingObjectError, RemoteError) as error:
            say(f"whether earlier commits would help cannot be told: {error.what}")
            return Explanation()

    # More of the history may come meanwhile.
    return lambda fix, tip: search(fix, tip) if shows_causes(repository, fix, tip) else Explanation()


def shows_causes(repository: Repository, fix: Commit, tip: Commit) -> bool:
    """Tell whether the history here goes far enough back to tell why a fix does not apply to a tip."""
    from relauto.picking.horizon import shows_parting
    from relauto.picking.presence import find_mainline

    base = find_mainline(repository, fix, 1)
    return base is None or shows_parting(repository, base, tip)


def describe_explanation(repository: Repository, picked: Picked) -> dict[str, Any]:
    """Return the part of the document that says why; all of it is empty where nothing was proved.

    `remedies` is what would settle it, for a person to judge: what people more often committed is first.
    Of a prerequisite whose files are absent here, `lines` and `taken` are None, and `signs` is empty.
    """
    found = picked.explanation
    return {
        "prerequisites": [
            {
                **describe_commit(repository, commit),
                "lines": appraisal.lines if appraisal else None,
                "taken": appraisal.taken if appraisal else None,
                "signs": list(appraisal.signs) if appraisal else [],
            }
            for commit, appraisal in _appraise(repository, picked)
        ],
        "explanation": {
            "line": [describe_commit(repository, each) for each in found.line],
            "missing": [describe_commit(repository, each) for each in found.missing],
            "in_part": found.in_part,
        },
        "remedies": [
            *(["resolvers"] if picked.pick.proposal else []),
            *(["prerequisites"] if found.prerequisites else []),
        ],
    }


def tell_explanation(repository: Repository, line: Branch, picked: Picked) -> Iterator[str]:
    """Yield why a pick conflicts, or would but for a rule; nobody is told to take back what the line has."""
    found = picked.explanation
    yield from _tell_prerequisites(repository, picked)
    what = "what these did to the files in conflict" if found.in_part else "these"
    also = "and " if found.line else "it would be clean "
    told = (
        (f"{line} changed the same: it would be clean without {what}", found.line),
        (f"{also}with {what}, which the fix builds on", found.missing),
    )
    for heading, commits in told:
        if commits:
            yield f"  {heading}:"
        yield from (f"    {_size_commit(repository, each)}" for each in commits)
    if found.picks and not found.is_proven:
        yield f"  what would make it clean was not found (picks tried: {found.picks})"


def _tell_prerequisites(repository: Repository, picked: Picked) -> Iterator[str]:
    if picked.explanation.prerequisites:
        how = "without any rule it is" if picked.pick.proposal else "it is"
        yield f"  {how} clean once these are picked first, in this order, and none of them can be left out:"
    for commit, appraisal in _appraise(repository, picked):
        yield f"    {_size_commit(repository, commit)}{_phrase_taken(appraisal)}"
    if picked.explanation.prerequisites and picked.pick.proposal:
        yield f"  which is likelier: {WEIGHED}"


def _phrase_taken(appraisal: Appraisal | None) -> str:
    if appraisal is None:
        return ""
    why = f": {', '.join(appraisal.signs)}" if appraisal.signs else ""
    return f"; {_TAKEN[appraisal.taken]}{why}"


def _size_commit(repository: Repository, commit: Commit) -> str:
    from relauto.errors import RemoteError
    from relauto.git.errors import MissingObjectError
    from relauto.picking.appraisal import count_changed

    named = name_commit(repository, commit)
    try:
        return f"{named}, {name_count(count_changed(repository, commit), 'line')}"
    except (MissingObjectError, RemoteError):
        return f"{named}, of a size that cannot be told here"


def _appraise(repository: Repository, picked: Picked) -> list[tuple[Commit, Appraisal | None]]:
    """Return what people weigh of each prerequisite; None for all where files that it takes are absent."""
    from relauto.errors import RemoteError
    from relauto.git.errors import MissingObjectError
    from relauto.picking.appraisal import appraise

    needed, paths = picked.explanation.prerequisites, {each.path for each in picked.pick.conflicts}
    try:
        appraisals = appraise(repository, picked.fix, needed, paths)
    except (MissingObjectError, RemoteError) as error:
        say(
            f"how large prerequisites are, and how often people take their like, cannot be told: {error.what}"
        )
        return [(commit, None) for commit in needed]
    return list(zip(needed, appraisals, strict=True))
