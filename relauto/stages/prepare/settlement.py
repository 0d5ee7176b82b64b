"""What became of a conflict and has come to a branch: it must be settled and accepted, whoever brought it."""

from collections.abc import Mapping
from functools import partial

from relauto.model.names import Commit
from relauto.model.target import Place
from relauto.picking.markers import list_standing
from relauto.picking.presence import Presence
from relauto.stages.prepare.drafts import Draft
from relauto.stages.prepare.landing import Landing
from relauto.stages.prepare.pushed import list_merged_drafts
from relauto.stages.step import Refused

Found = Mapping[Commit, Presence]


def refuse_unsettled(place: Place, landing: Landing, found: Found) -> Refused | None:
    """Refuse what a branch holds of a conflict with the markers in it, or that nobody has accepted.

    `found` is how the branch holds each fix.
    """
    return _refuse_marked(landing, found) or _refuse_merged(place, landing, found)


def _refuse_marked(landing: Landing, found: Found) -> Refused | None:
    """Refuse a pick that somebody brought to a branch with the conflict markers still in it."""
    bench = landing.bench
    accepted = {each.commit for each in bench.incident.accepted}
    for fix, there in found.items():
        made = there.commit
        if made is None or there.by == "ancestor" or made in accepted:
            continue
        key = ("markers", fix, made, landing.head)
        left = bench.remember("refs", key, partial(list_standing, bench.product, fix, made, landing.head))
        if left:
            return Refused(
                f"{made.short}, which brought {fix.short} to {landing.branch}, left conflict markers in "
                f"{', '.join(left)}",
                todo=f"take them out on {landing.branch}, or say that they belong there: "
                f"relauto accept {made} --reason …",
                facts={"settled": [made], "fix": fix, "onto": landing.branch},
            )
    return None


def _refuse_merged(place: Place, landing: Landing, found: Found) -> Refused | None:
    """Refuse what somebody merged although no person had accepted what became of the conflict in it.

    Many a conflict has no markers: a file that one side deletes, a binary one, one of modes.
    """
    for draft in list_merged_drafts(landing, place):
        there = found.get(draft.fix)
        refused = None if _came_later(draft, there) else draft.refuse_merged(there.commit if there else None)
        if refused:
            return refused
    return None


def _came_later(draft: Draft, there: Presence | None) -> bool:
    """Return whether a fix came to the branch by what was put there after the pull request's merge."""
    merged = draft.pull.merge_commit
    if there is None or there.commit is None or merged is None:
        return False
    return not draft.bench.product.is_ancestor(there.commit, merged)
