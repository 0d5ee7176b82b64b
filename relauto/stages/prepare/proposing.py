"""Which resolvers are asked about a pick that conflicts: those of the settings, where it becomes a draft."""

from functools import partial

from relauto.git.merge import Merge
from relauto.model.names import Commit
from relauto.model.resolution import Proposal
from relauto.picking.fanout import Propose
from relauto.resolving.names import parse_resolvers
from relauto.resolving.proposal import propose
from relauto.stages.bench import Bench
from relauto.stages.prepare.landing import Via


def makes_drafts(bench: Bench, via: Via) -> bool:
    """Return whether a pick that conflicts is left to a person in a draft; else it stops."""
    return via == "pull" and bench.settings.pick.conflicts == "draft"


def find_resolvers(bench: Bench, via: Via) -> Propose | None:
    """Return what asks the resolvers about a pick that goes to its branch so; None where none are asked.

    Raises:
        InputError: the settings call one by another name.
    """
    names = parse_resolvers(bench.settings.pick.resolvers) if makes_drafts(bench, via) else ()
    return partial(_ask, bench, names) if names else None


def _ask(bench: Bench, names: tuple[str, ...], fix: Commit, tip: Commit, merged: Merge) -> Proposal | None:
    return propose(bench.product, fix, tip, merged, names, bench.settings.path_policies)
