"""What `pick` tells a person to do about picks that conflict: no conflict is the end of the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relauto.picking.fanout import Series
    from relauto.tasks.pick_source import Source


def tell_handwork(source: Source, series: Sequence[Series], untried: Sequence[str]) -> Iterator[str]:
    """Yield what may help with picks that conflict, of options that were not given, and the commands.

    `untried` are options that may bring more than was picked.
    """
    stuck = [one for one in series if any(each.pick.status == "conflict" for each in one.picked)]
    needs = any(each.explanation.prerequisites for one in series for each in one.picked)
    if not stuck:
        if "--with-prerequisites" in untried and needs:
            yield "to pick what is needed first instead of what rules propose: add --with-prerequisites"
        return
    yield "what to do about conflicts:"
    if "--with-prerequisites" in untried and needs:
        yield "  pick what is needed first, too, for a person to approve: add --with-prerequisites"
    if "--resolvers" in untried:
        yield "  let rules try to settle them, for a person to confirm: add --resolvers all"
    for one in stuck:
        yield f"  settle {one.line.branch} by hand, beside what is checked out; go on as git says:"
        yield from (f"    {command}" for command in _list_commands(source, one))


def _list_commands(source: Source, series: Series) -> Iterator[str]:
    from shlex import quote

    from relauto.comms.handwork import write_cherry_pick
    from relauto.git.worktrees import find_outermost, find_worktree
    from relauto.picking.fixes import holds_merge

    wanted = [each.fix for each in series.picked if each.pick.status != "already"]
    pick = write_cherry_pick(wanted, merges=holds_merge(source.repository, wanted))
    folder = f"{series.line.branch}-{wanted[0].short}".replace("/", "-")
    if source.cold:
        yield f"git clone --filter=blob:none --no-checkout {quote(source.cold.url)} {quote(folder)}"
        yield f"cd {quote(folder)}"
        yield f"git switch --detach {series.line.tip}"
    else:
        clone = find_worktree(source.repository.common)
        folder = f"{clone.name.removesuffix('.git')}-{folder}"
        beside = quote(str(find_outermost(clone).with_name(folder)))
        yield f"git -C {quote(str(clone))} worktree add --detach {beside} {series.line.tip}"
        yield f"cd {beside}"
    yield pick
