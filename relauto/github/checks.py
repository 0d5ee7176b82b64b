"""Check runs and commit statuses as one list, which of them a branch requires, and the verdict.

GitHub has two systems (https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/
collaborating-on-repositories-with-code-quality-features/about-status-checks). A check and a status
of one name are two checks, and both are required where the name is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec

from relauto.errors import RemoteError
from relauto.github.check_shapes import CommitNode, RunPage, StatusPage
from relauto.github.look import SEE_WHETHER_THERE, CutOffError, Look, require
from relauto.github.queries import CHECKS
from relauto.model.names import Branch, Commit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relauto.github.client import Client

_PASSING = frozenset({"success", "skipped", "neutral"})
_PENDING = frozenset({"pending"})
_FAILING = frozenset({"failure", "cancelled", "timed_out", "action_required", "stale", "startup_failure"})


@dataclass(frozen=True)
class Check:
    """One check run or status of a commit.

    `state` is `success`, `failure`, `pending`, `neutral`, `skipped`, or another conclusion of a
    check run in GitHub's own word (`cancelled`, `timed_out`, `action_required`, `stale`,
    `startup_failure`). `app` and `app_id` name the GitHub App behind a check run. `required` is
    GitHub's own flag, known only in a look at one pull request.
    """

    name: str
    state: str
    app: str | None
    app_id: int | None
    url: str | None
    kind: Literal["check_run", "status"]
    required: bool | None = None


@dataclass(frozen=True)
class Checks:
    """All checks of one commit, ordered by name."""

    commit: Commit
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class RequiredCheck:
    """A check that a branch requires; `app` is the id of the one App that may report it, or None."""

    name: str
    app: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What the required checks say together; `reasons` names each that has not passed."""

    state: Literal["passed", "pending", "failed"]
    reasons: tuple[str, ...] = ()


def judge(checks: Checks, required: Iterable[RequiredCheck]) -> Verdict:
    """Return whether a commit has what is required of it.

    Success, skipped and neutral pass, as they do for GitHub. A required check that is absent, or
    reported by another App than the one it is bound to, is pending; a state that is not known has
    failed. With nothing required, there is nothing to wait for. A check that GitHub itself flags as
    required counts as one, whether or not it is listed.
    """
    wanted = set(required) | {RequiredCheck(check.name) for check in checks.checks if check.required}
    findings = [_judge_one(checks, one) for one in sorted(wanted, key=lambda one: (one.name, one.app or 0))]
    reasons = tuple(reason for _, reason in findings if reason)
    for state in ("failed", "pending"):
        if any(found == state for found, _ in findings):
            return Verdict(state, reasons)
    return Verdict("passed")


def _judge_one(checks: Checks, required: RequiredCheck) -> tuple[Literal["passed", "pending", "failed"], str]:
    named = [check for check in checks.checks if check.name == required.name]
    bound = [check for check in named if required.app in (None, check.app_id)]
    if not bound:
        other = " by the App it is bound to" if named else ""
        return "pending", f"{required.name} has not been reported{other}"
    for check in bound:
        if check.state not in _PASSING | _PENDING:
            known = "" if check.state in _FAILING else ", which is not a state that is known"
            return "failed", f"{required.name} is {check.state}{known}"
    if any(check.state in _PENDING for check in bound):
        return "pending", f"{required.name} is pending"
    return "passed", ""


def look_at_checks(client: Client, commit: Commit) -> Look[Checks]:
    """Return the look at a commit's checks, to be had alone or with others.

    A commit that is unknown, or checks that cannot be read, end it with RemoteError: they are not "none".
    """

    def settle(answer: msgspec.Raw) -> Checks:
        missing = f"{client.repository} has no commit {commit}"
        found = client.decode(require(answer, missing), CommitNode, "GraphQL Checks")
        if found.oid != commit:
            raise RemoteError(missing, todo=SEE_WHETHER_THERE)
        checks = gather_checks(found)
        if checks is None:
            raise CutOffError
        return checks

    def read() -> Checks:
        return read_checks_by_rest(client, commit)

    return Look(client, CHECKS, {"oid": commit}, settle, read, lambda _: watch_checks(commit))


def watch_checks(commit: Commit) -> list[str]:
    """Return the paths of the reads that tell when a check of a commit has changed."""
    return [f"commits/{commit}/check-runs?per_page=100", f"commits/{commit}/status?per_page=100"]


def gather_checks(node: CommitNode) -> Checks | None:
    """Return the checks in a GraphQL answer, or None when it was cut off after the first hundred."""
    rollup = node.status_check_rollup
    if rollup is None:
        return Checks(Commit(node.oid), ())
    if rollup.contexts.page_info.has_next_page:
        return None
    return _sort(Commit(node.oid), [Check(*context.fields()) for context in rollup.contexts.nodes])


def read_checks_by_rest(
    client: Client, commit: Commit, required: tuple[RequiredCheck, ...] | None = None
) -> Checks:
    """Return the checks of a commit by REST, flagged by `required` where that is given.

    Raises:
        RemoteError: they cannot be read.
    """
    runs = client.read_pages(f"commits/{commit}/check-runs", RunPage, filter="latest")
    states = client.read_pages(f"commits/{commit}/status", StatusPage)
    found = [Check(*run.fields()) for page in runs for run in page.check_runs]
    found += [Check(*status.fields()) for page in states for status in page.statuses]
    if required is not None:
        found = [_flag(check, required) for check in found]
    return _sort(commit, found)


def _flag(check: Check, required: tuple[RequiredCheck, ...]) -> Check:
    flag = any(one.name == check.name and one.app in (None, check.app_id) for one in required)
    return Check(check.name, check.state, check.app, check.app_id, check.url, check.kind, flag)


def _sort(commit: Commit, checks: list[Check]) -> Checks:
    return Checks(
        commit, tuple(sorted(checks, key=lambda one: (one.name, one.kind, one.app_id or 0, one.url or "")))
    )


class _RuleCheck(msgspec.Struct, frozen=True):
    context: str
    integration_id: int | None = None


class RuleParameters(msgspec.Struct, frozen=True):
    """What a rule says, as far as it is about checks, reviews or merges."""

    required_status_checks: list[_RuleCheck] = []
    strict_required_status_checks_policy: bool = False
    required_approving_review_count: int = 0
    allowed_merge_methods: list[str] | None = None


class Rule(msgspec.Struct, frozen=True):
    """A ruleset's rule that is in force on a branch."""

    type: str
    parameters: RuleParameters | None = None


class _ProtectedCheck(msgspec.Struct, frozen=True):
    context: str
    app_id: int | None = None


class _ProtectedChecks(msgspec.Struct, frozen=True):
    contexts: list[str]
    checks: list[_ProtectedCheck] = []


class _Protection(msgspec.Struct, frozen=True):
    required_status_checks: _ProtectedChecks | None = None


class _Branch(msgspec.Struct, frozen=True):
    protected: bool
    protection: _Protection | None = None


def read_rules(client: Client, branch: Branch) -> list[Rule]:
    """Return the rulesets' rules in force on a branch; classic protection is not among them.

    Raises:
        RemoteError: they cannot be read.
    """
    return client.read_all(f"rules/branches/{quote(branch, safe='/')}", Rule)


def required_checks(
    client: Client, branch: Branch, rules: list[Rule] | None = None
) -> tuple[RequiredCheck, ...]:
    """Return what a branch requires, by its rulesets and by its classic protection.

    An empty answer means that GitHub requires nothing there, not that it could not be read.

    Args:
        rules: what `read_rules` has just returned, if it has.

    Raises:
        RemoteError: either cannot be read with this token.
    """
    rules = read_rules(client, branch) if rules is None else rules
    found = {
        RequiredCheck(check.context, _bind(check.integration_id))
        for rule in rules
        if rule.type == "required_status_checks" and rule.parameters
        for check in rule.parameters.required_status_checks
    }
    facts = client.read(f"branches/{quote(branch, safe='/')}", _Branch)
    if facts.protected and facts.protection is None:
        raise RemoteError(
            f"{branch} of {client.repository} is protected, but its required checks cannot be read",
            todo="set checks.required, or give the token administration:read",
        )
    classic = facts.protection.required_status_checks if facts.protection else None
    found |= _read_classic(classic) if classic else set()
    return tuple(sorted(found, key=lambda one: (one.name, one.app or 0)))


def _read_classic(classic: _ProtectedChecks) -> set[RequiredCheck]:
    bound = {RequiredCheck(check.context, _bind(check.app_id)) for check in classic.checks}
    return bound | {RequiredCheck(name) for name in set(classic.contexts) - {one.name for one in bound}}


def _bind(app: int | None) -> int | None:
    # Classic protection writes -1 for "any App".
    return None if app == -1 else app
