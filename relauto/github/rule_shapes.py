"""Rules of a branch as GitHub sends them, by GraphQL and by REST, made into `BranchRules`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from relauto.github.branch_rules import BranchRules, Method
from relauto.github.checks import RequiredCheck, Rule, RuleParameters
from relauto.github.connections import PageInfo

_KNOWN = frozenset({
    "creation", "deletion", "non_fast_forward", "required_linear_history", "required_signatures",
    "required_status_checks", "pull_request", "merge_queue", "update", "lock_branch",
})  # fmt: skip
_METHODS: tuple[Method, ...] = ("merge", "squash", "rebase")


class _RuleCheck(msgspec.Struct, frozen=True, rename="camel"):
    context: str
    integration_id: int | None = None


class _Parameters(msgspec.Struct, frozen=True, rename="camel"):
    required_status_checks: list[_RuleCheck] = []
    strict_required_status_checks_policy: bool = False
    required_approving_review_count: int = 0
    allowed_merge_methods: list[str] | None = None


class _RuleNode(msgspec.Struct, frozen=True):
    type: str
    parameters: _Parameters | None = None


class _Rules(msgspec.Struct, frozen=True, rename="camel"):
    page_info: PageInfo
    nodes: list[_RuleNode]


class _UpdateRule(msgspec.Struct, frozen=True, rename="camel"):
    allows_deletions: bool
    allows_force_pushes: bool
    required_approving_review_count: int | None
    required_status_check_contexts: list[str] | None
    requires_linear_history: bool
    requires_signatures: bool
    viewer_can_push: bool


class RefNode(msgspec.Struct, frozen=True, rename="camel"):
    """GraphQL's Ref with its rulesets' rules and what classic protection tells everybody."""

    ref_update_rule: _UpdateRule | None = None
    rules: _Rules | None = None

    def gather(self, branch: str) -> BranchRules:
        """Return the value of both."""
        found = gather_rules(branch, self.rules.nodes if self.rules else ())
        if self.rules and self.rules.page_info.has_next_page:
            found = replace(found, unknown=(*found.unknown, "its rules beyond the first hundred"))
        return _add_classic(found, self.ref_update_rule) if self.ref_update_rule else found


def gather_rules(branch: str, rules: Sequence[_RuleNode | Rule]) -> BranchRules:
    """Return what rulesets ask of a branch; a rule of a kind that is not judged here is named."""
    kinds = {rule.type.lower() for rule in rules}
    told: list[_Parameters | RuleParameters] = [rule.parameters for rule in rules if rule.parameters]
    restricted = [set(each.allowed_merge_methods) for each in told if each.allowed_merge_methods]
    checks = {
        RequiredCheck(check.context, check.integration_id)
        for each in told
        for check in each.required_status_checks
    }
    return BranchRules(
        branch,
        checks=_sort(checks),
        strict=any(each.strict_required_status_checks_policy for each in told),
        approvals=max((each.required_approving_review_count for each in told), default=0),
        by_pull="pull_request" in kinds,
        methods=(
            frozenset(method for method in _METHODS if all(method in each for each in restricted))
            if restricted
            else None
        ),
        linear="required_linear_history" in kinds,
        signatures="required_signatures" in kinds,
        queue="merge_queue" in kinds,
        locked=bool(kinds & {"update", "lock_branch"}),
        kept="deletion" in kinds,
        forward="non_fast_forward" in kinds,
        protected=bool(kinds),
        unknown=tuple(f"a rule of the kind {kind}" for kind in sorted(kinds - _KNOWN)),
    )


def _add_classic(rules: BranchRules, classic: _UpdateRule) -> BranchRules:
    named = {check.name for check in rules.checks}
    more = {RequiredCheck(name) for name in classic.required_status_check_contexts or () if name not in named}
    return replace(
        rules,
        checks=_sort({*rules.checks, *more}),
        approvals=max(rules.approvals, classic.required_approving_review_count or 0),
        by_pull=rules.by_pull or classic.required_approving_review_count is not None,
        linear=rules.linear or classic.requires_linear_history,
        signatures=rules.signatures or classic.requires_signatures,
        closed=not classic.viewer_can_push,
        kept=rules.kept or not classic.allows_deletions,
        forward=rules.forward or not classic.allows_force_pushes,
        protected=True,
    )


def _sort(checks: set[RequiredCheck]) -> tuple[RequiredCheck, ...]:
    return tuple(sorted(checks, key=lambda one: (one.name, one.app or 0)))
