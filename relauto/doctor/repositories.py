"""The repositories and what the tokens may do there."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from relauto.doctor.finding import Finding
from relauto.errors import RemoteError
from relauto.github.client import Client
from relauto.github.faults import RefusedError
from relauto.github.needs import Access, Part
from relauto.github.repositories import is_app, read_login, read_repository
from relauto.github.rights import Rights, read_rights
from relauto.github.rules import read_branch_rules
from relauto.journal.branches import SCOPES, Scope
from relauto.model.names import Branch
from relauto.session import Session

_SOON = timedelta(days=7)


def examine_repositories(session: Session) -> Iterator[Finding]:
    """Yield for each part what its token may not do, or may perhaps not."""
    parts: tuple[tuple[Part, Client], ...] = (
        ("source", session.source),
        ("ops", session.ops),
        ("qa", session.qa),
    )
    for part, client in parts:
        try:
            rights = read_rights(client, part, beside=_list_besides(session, part))
        except RefusedError as error:
            yield Finding(f"token.{part}", "refused", error.what, error.todo)
            continue
        yield from _tell_rights(session, part, client, rights)
    denial = session.mirror.find_push_denial()
    if denial:
        yield Finding("push", "refused", denial.what, denial.todo)
    else:
        yield Finding("push", "ok", f"git may push to {session.settings.source}, as far as its rules let it")
    yield _judge_build(session)


def _list_besides(session: Session, part: Part) -> dict[str, Access]:
    """Return what only some settings need of a token."""
    if part != "source":
        return {}
    wanted: dict[str, Access] = {"actions": "write"} if session.settings.build.way == "workflow" else {}
    if session.settings.progress.is_checks:
        wanted["checks" if is_app(read_login(session.source)) else "statuses"] = "write"
    return wanted


def _tell_rights(session: Session, part: Part, client: Client, rights: Rights) -> Iterator[Finding]:
    name = f"token.{part}"
    for lack in rights.missing:
        yield Finding(name, "refused", str(lack), f"give the token {lack.right} for {lack.repository}")
    for lack in rights.unknown:
        yield Finding(name, "unknown", str(lack))
    if not rights.lacks:
        yield Finding(name, "ok", f"{client.repository}: the token may do all that is done there")
    ends = rights.expires_at
    if ends and ends - session.clock.now() < _SOON:
        todo = "renew it before an incident needs it"
        yield Finding(
            name, "warning", f"{client.repository}: the token ends on {ends:%Y-%m-%d %H:%M %Z}", todo
        )


def _judge_build(session: Session) -> Finding:
    build = session.settings.build
    told = {
        "none": "nothing is built: releases have no files",
        "archive": "no build command is set: a release has a source archive of its tag",
        "command": f"built by `{build.command}`",
        "workflow": f"built by the workflow {build.workflow}",
        "attach": "people attach what is released",
    }
    return Finding("build", "ok", told[build.way])


def examine_ops(session: Session) -> Iterator[Finding]:
    """Yield whether the journal is kept from the public, and from being lost."""
    name = session.ops.repository
    if read_repository(session.ops).private:
        yield Finding("ops.private", "ok", f"{name} is private")
    else:
        todo = "make it private: customers' names and notices stand there"
        yield Finding("ops.private", "refused", f"{name} is public", todo)
    for scope in SCOPES:
        yield _judge_scope(session, scope)


def _judge_scope(session: Session, scope: Scope) -> Finding:
    name, check = session.ops.repository, "ops.lasting"
    try:
        rules = read_branch_rules(session.ops, Branch(scope.probe))
    except RemoteError as error:
        return Finding(check, "unknown", f"{name}: {error.what}")
    lacking = scope.find_lacking(kept=rules.kept, forward=rules.forward)
    if lacking:
        what = f"{name}: whoever may push can {' and '.join(lacking)} a branch of {scope.prefix}"
        return Finding(check, "warning", what, f"relauto init --ops {name} forbids that by a ruleset")
    if scope.is_replaceable and rules.forward:
        what = f"{name}: words cannot be erased, as rules forbid force pushes to {scope.prefix}"
        return Finding(check, "warning", what, f"leave {scope.pattern} out of that rule")
    kept = "deleted" if scope.is_replaceable else "deleted or rewritten"
    return Finding(check, "ok", f"{name}: no branch of {scope.prefix} can be {kept}")


class _Ruleset(msgspec.Struct, frozen=True):
    target: str = "branch"
    enforcement: str = "active"


def examine_tags(session: Session) -> Iterator[Finding]:
    """Yield whether a ruleset keeps tags from being moved; which of them it is about is not read."""
    name = session.source.repository
    try:
        found = session.source.read_all("rulesets", _Ruleset, includes_parents=True)
    except RemoteError as error:
        yield Finding(
            "tags", "unknown", f"{name}: whether tags are protected could not be read: {error.what}"
        )
        return
    if any(each.target == "tag" and each.enforcement == "active" for each in found):
        yield Finding("tags", "ok", f"{name} has a ruleset for tags")
        return
    yield Finding(
        "tags",
        "warning",
        f"{name}: no ruleset protects tags, so that a released tag can be moved or deleted",
        "add a ruleset for tags that forbids updates and deletion",
    )
