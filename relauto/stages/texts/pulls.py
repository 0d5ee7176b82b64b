"""The pull requests of a fix, of its picks and of a version bump."""

from collections.abc import Mapping, Sequence
from typing import Any

from relauto.comms.public import (
    BumpText,
    FixText,
    PickText,
    make_title,
    render_bump,
    render_fix,
    render_pick,
)
from relauto.model.names import Branch, Commit
from relauto.model.target import Target
from relauto.picking.pick import Pick as MadePick
from relauto.picking.range_diff import read_range_diff
from relauto.stages.bench import Bench

MOST_DIFFERENCE = 20_000
"""Characters of range-diffs in one pull request, which GitHub lets have 65,536 in all."""


def write_fix_pull(bench: Bench, branch: Branch, head: Commit) -> str:
    """Return the body of a fix's pull request."""
    lines = tuple(target.line for target in bench.incident.targets)
    return render_fix(
        FixText(bench.incident.id, branch, head, bench.home, lines, bench.incident.opening.order),
        bench.renderer,
    )


def write_pick_pull(
    bench: Bench, target: Target, onto: Branch, picked: Sequence[tuple[Commit, MadePick]], bumped: bool
) -> tuple[str, str]:
    """Return title and body of the pull request with picks, and the version bump where it is `bumped`."""
    bodies = []
    for fix, made in picked:
        source = find_merge(bench, fix)
        text = PickText(
            incident=bench.incident.id,
            line=onto,
            fix=fix,
            fix_subject=bench.product.commit(fix).subject,
            fix_pull=source.get("pull"),
            fix_url=source.get("url", ""),
            commit=made.commits[-1],
            verdict=made.verdict or "",
            status=made.status,
            range_diff=_tell_difference(bench, fix, made, MOST_DIFFERENCE // len(picked)),
        )
        bodies.append(render_pick(text, bench.renderer))
    if bumped:
        bodies.append(f"A second commit raises the version number to {bench.plan(target).version}.\n")
    return make_title(bench.product.commit(picked[0][0]).subject, onto), "\n".join(bodies)


def write_bump_pull(bench: Bench, target: Target, onto: Branch, bump: Commit) -> tuple[str, str]:
    """Return title and body of the pull request with the version bump alone."""
    facts = bench.product.commit(bump)
    paths = bench.product.changed_paths(facts.parents[0], bump)
    text = BumpText(bench.incident.id, onto, bench.plan(target).version, bump, tuple(sorted(paths)))
    return make_title(facts.subject, onto), render_bump(text, bench.renderer)


def find_merge(bench: Bench, fix: Commit) -> Mapping[str, Any]:
    """Return what is proved of a fix's merge; numbers of the private repository are nothing to the public."""
    found = () if bench.is_outside else bench.facts("prepare.merge").get("merged", ())
    return next((each for each in found if each["merge_commit"] == fix), {})


def _tell_difference(bench: Bench, fix: Commit, made: MadePick, most: int) -> str:
    if made.verdict in (None, "identical"):
        return ""
    return read_range_diff(bench.product, fix, made.commits[-1], most=most) or ""
