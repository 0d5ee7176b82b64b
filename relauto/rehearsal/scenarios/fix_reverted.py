"""The fix is reverted on main while its pick waits for its review, and then is put back."""

from collections.abc import Sequence
from typing import cast

from relauto.model.names import Commit
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import land, lost, waits


def _revert(play: Play) -> Sequence[str]:
    merged = play.bench.facts("prepare.merge")["merged"]
    return _land_revert(play, "revert/fix", Commit(merged[0]["merge_commit"]))


def _reapply(play: Play) -> Sequence[str]:
    head = cast(Commit, play.bench.ref(play.world.main.ref))  # main was merged to just before
    return _land_revert(play, "revert/revert", head)


def _land_revert(play: Play, branch: str, commit: Commit) -> Sequence[str]:
    title = f'Revert "{play.bench.product.commit(commit).subject}"'
    return land(branch, str(play.world.main), title, revert=str(commit))(play)


SCENARIO = Scenario(
    "fix-reverted",
    "the fix is reverted on main after its merge: the merge is lost and nothing is released; once it is "
    "put back the work goes on",
    moments=(
        Moment("reverted", waits("prepare.pick"), _revert),
        Moment("put-back", lost("prepare.merge"), _reapply),
    ),
)
