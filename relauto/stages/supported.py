"""The lines that the settings call supported, beside those that an incident is about.

All of it is told from the refs that were fetched last; nothing is asked of GitHub for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from relauto.git.errors import MissingObjectError
from relauto.git.runner import GitError
from relauto.model.event import LinesCompared
from relauto.model.lines import sort_lines
from relauto.model.names import Branch, Commit
from relauto.model.target import Target
from relauto.picking.presence import Presence, find_known_presence
from relauto.stages.bench import Bench


def list_beside(bench: Bench) -> dict[Branch, Commit]:
    """Return the supported lines that an incident is not about, the oldest version first, with their tips.

    What is embargoed is told of no line.
    """
    if bench.public is not None:
        return {}
    known = {bench.main, bench.home, *(target.branch for target in bench.incident.targets)}
    return {branch: tip for branch, tip in bench.supported_lines().items() if branch not in known}


def find_beside(bench: Bench, merged: Commit, tip: Commit) -> Presence | None:
    """Return how a line has what a pull request brought, None where nothing shows that it has.

    Raises:
        MissingObjectError: an object that is needed is absent.
        GitError: git failed.
    """
    return bench.remember(
        "refs", ("presence", merged, tip), lambda: find_known_presence(bench.product, merged, tip)
    )


def compare_lines(bench: Bench) -> Iterator[LinesCompared]:
    """Yield, for each target, which newer supported lines lack the fix, where the record says otherwise.

    It is told once the fix is merged; who goes from the older line to one of them has the fault again.
    """
    told = cast(Sequence[Mapping[str, str]], bench.facts("prepare.merge").get("merged", ()))
    merged = [Commit(each["merge_commit"]) for each in told]
    for target in bench.incident.targets:
        key = target, bench.incident.round
        known = bench.incident.compared.get(key, LinesCompared(*key))
        found = _compare(bench, target, merged) if merged else known
        if found != known:
            yield found


def _compare(bench: Bench, target: Target, merged: list[Commit]) -> LinesCompared:
    beside = list_beside(bench)
    order = sort_lines({target.branch, *beside})
    lacking, unknown = [], []
    for branch in order[order.index(target.branch) + 1 :]:
        try:
            lacks = any(find_beside(bench, commit, beside[branch]) is None for commit in merged)
        except (MissingObjectError, GitError):
            unknown.append(branch)
            continue
        if lacks:
            lacking.append(branch)
    return LinesCompared(target, bench.incident.round, tuple(lacking), tuple(unknown))
