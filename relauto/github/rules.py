"""Reading what protects a branch: one GraphQL read, or by REST as far as the token may."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from relauto.errors import RemoteError
from relauto.github.branch_rules import BranchRules
from relauto.github.checks import read_rules, required_checks
from relauto.github.faults import NotFoundError
from relauto.github.look import Look
from relauto.github.queries import RULES
from relauto.github.rule_shapes import RefNode, gather_rules
from relauto.model.names import Branch

if TYPE_CHECKING:
    from relauto.github.client import Client


def read_branch_rules(client: Client, branch: Branch) -> BranchRules:
    """Return what is asked of a branch, which need not exist yet.

    Raises:
        RemoteError: not even the rulesets can be read.
    """
    return look_at_rules(client, branch).read()


def look_at_rules(client: Client, branch: Branch) -> Look[BranchRules]:
    """Return the look that `read_branch_rules` takes, to be had alone or with others."""

    def settle(answer: msgspec.Raw) -> BranchRules:
        node = client.decode(answer, RefNode | None, "GraphQL Rules")  # type: ignore[arg-type]  # a union is no `type`
        # Rulesets are told for branches to come, by REST alone.
        return node.gather(branch) if node else gather_rules(branch, read_rules(client, branch))

    def read() -> BranchRules:
        return read_rules_by_rest(client, branch)

    return Look(client, RULES, {"ref": branch.ref}, settle, read)


def read_rules_by_rest(client: Client, branch: Branch) -> BranchRules:
    """Return what is asked of a branch as far as REST tells it to those who are no administrators.

    Raises:
        RemoteError: not even the rulesets can be read.
    """
    rules = read_rules(client, branch)
    found = gather_rules(branch, rules)
    try:
        checks = required_checks(client, branch, rules)
    except NotFoundError:
        return found
    except RemoteError as error:
        return replace(found, protected=True, unknown=(*found.unknown, error.what))
    if set(checks) <= set(found.checks):
        return found
    unknown = "what else its classic protection asks for (administration: read tells it)"
    return replace(found, checks=checks, protected=True, unknown=(*found.unknown, unknown))
