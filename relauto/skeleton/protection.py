"""The rules that keep the branches of the operations repository: looked for, and set where they lack."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from relauto.github.client import Client
from relauto.github.faults import RefusedError
from relauto.github.rules import read_branch_rules
from relauto.github.rulesets import ensure_ruleset
from relauto.journal.branches import SCOPES, Scope
from relauto.model.names import Branch


@dataclass(frozen=True)
class Kept:
    """What became of the rules of one scope.

    Attributes:
        state: `there` before, `set` now (or to be set, in a dry run), or `lacking` still.
        why: of `lacking`, why they could not be set.
    """

    prefix: str
    state: Literal["there", "set", "lacking"]
    why: str = ""

    def __str__(self) -> str:
        """Say it in one sentence."""
        told = {
            "there": "kept by rules already",
            "set": "kept by a ruleset",
            "lacking": f"not kept: {self.why}",
        }
        return f"branches {self.prefix}: {told[self.state]}"


def protect_branches(client: Client, *, dry: bool) -> Iterator[Kept]:
    """Yield for each scope whether rules keep its branches, after having set what lacks, unless it is `dry`.

    Raises:
        RemoteError: GitHub was not reached, or it is not known whether a ruleset was made.
    """
    for scope in SCOPES:
        rules = read_branch_rules(client, Branch(scope.probe))
        if not scope.find_lacking(kept=rules.kept, forward=rules.forward):
            yield Kept(scope.prefix, "there")
        else:
            yield Kept(scope.prefix, "set") if dry else _set(client, scope)


def _set(client: Client, scope: Scope) -> Kept:
    name = f"relauto: {scope.prefix}"
    try:
        made = ensure_ruleset(client, name, scope.pattern, scope.rules)
    except RefusedError as error:
        return Kept(scope.prefix, "lacking", error.what)
    if not made.active:
        return Kept(
            scope.prefix, "lacking", f"the ruleset {name!r} is there, and somebody has switched it off"
        )
    return Kept(scope.prefix, "set")
