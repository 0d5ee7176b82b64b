"""A pull request that GitHub will merge by itself: somebody has switched auto-merge on there."""

from dataclasses import replace

from relauto.github.pull_state import Pull
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.people import doors
from relauto.stages.step import Refused, Waiting


def follow_auto_merge(
    bench: Bench, place: Place, pull: Pull, lacking: Waiting | Refused | None, *, is_door: bool
) -> Waiting | Refused | None:
    """Return `lacking` as it is, or with what GitHub will do by itself where auto-merge is on.

    What lacks nothing that relauto sees is left to GitHub then, and not merged by relauto as well. At a
    door that nobody has approved yet it is told that GitHub does not wait for that.
    """
    if pull.auto_merge is None or pull.queued:
        return lacking
    unasked = is_door and not _is_approved(bench, place, pull)
    # A board shows the beginning of a reason alone.
    told = [
        f"GitHub will merge pull request #{pull.number} by itself (auto-merge, by {pull.auto_merge})"
        + (f" without waiting for the approval of {place.step}" if unasked else ""),
        lacking.reason if lacking else f"it waits for what {pull.base_ref} asks for",
        *(["to have that decided first, switch auto-merge off there"] if unasked else []),
    ]
    found = lacking or Waiting("GitHub", "")
    return replace(found, reason="; ".join(told))


def _is_approved(bench: Bench, place: Place, pull: Pull) -> bool:
    door = bench.incident.doors.get(place)
    return door is not None and door.subject == pull.head_sha and doors.stand(bench, place).is_open
