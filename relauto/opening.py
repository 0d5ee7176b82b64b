"""Opening an incident: what its release grows from and which number it gets is settled here, once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from relauto import __version__, embargo, engine, recording
from relauto.errors import UNARCHIVE, InputError
from relauto.git.repository import Repository
from relauto.git.scope import describe_foreign, list_foreign
from relauto.github import pull_reads, repositories
from relauto.github.client import Client
from relauto.github.faults import NotFoundError
from relauto.github.workflows import read_starter
from relauto.guard.terms import Term, UnguardableError, list_words
from relauto.model import event as events
from relauto.model.event import Body, Plan
from relauto.model.names import Branch, Commit, Tag
from relauto.model.playbook import load_playbook
from relauto.model.qa import parse_instruction
from relauto.model.target import Target
from relauto.model.version import parse_version
from relauto.model.words import Person, Text
from relauto.picking.presence import find_presence
from relauto.session import Session, Site, find_folder
from relauto.settings.options import digest_settings
from relauto.stages import claims, rides
from relauto.stages.bench import Bench, emergency_branch

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Request:
    """What an incident is opened with. Times are in UTC; `version` overrides the computed number.

    `reason` says why the order is no other one; `line-only` needs it.
    `on_behalf` is who asked for it, "" where that is whose token it is.
    Where another incident is making a release from the line, `join` puts the fix into that release, and
    `wait_for` lets ours come after it.
    """

    customer: str
    installed: str
    started_at: datetime
    line: str
    fix: str | None = None
    pull: int | None = None
    instruction: str | None = None
    version: str | None = None
    base: Literal["tip", "tag"] = "tip"
    order: events.Order = "main-first"
    reason: str | None = None
    visibility: events.Visibility = "open"
    incident: str | None = None
    join: str | None = None
    wait_for: str | None = None
    on_behalf: str = ""


def open_incident(session: Session, request: Request) -> str:
    """Open an incident and return its id; an incident of that id that is open already stays as it is.

    Raises:
        InputError: the line, the fix or the version is not usable; nothing is written then.
    """
    if request.instruction:
        parse_instruction(request.instruction, "given with the fix")
    request = replace(request, incident=request.incident or make_id())
    hidden = embargo.is_hidden(session, request.visibility)
    with session.bench(str(request.incident), private=hidden) as bench:
        bench.incident = bench.journal.incident()
        if bench.incident.opened is None:
            _open(session, bench, request)
    return str(request.incident)


def find_opener(session: Session, environment: Mapping[str, str]) -> str:
    """Return the login of who opens: the token's, or that of who started a workflow of ops by hand.

    The variables only say which run it is; who started it is GitHub's word.

    Raises:
        RemoteError: GitHub does not tell.
    """
    run, where = environment.get("GITHUB_RUN_ID", ""), environment.get("GITHUB_REPOSITORY", "")
    if not run.isdecimal() or where.lower() != session.settings.repositories.ops.lower():
        return session.login
    return read_starter(session.ops, int(run)) or session.login


def _open(session: Session, bench: Bench, request: Request) -> None:
    plan = preview_incident(session, request)
    opened, first = _make_opening(session, request, plan), _first_word(bench, request, plan)
    if first is None:
        tags = _list_tags(session, bench.product)
        line = claims.read_line(bench.releases, plan.target, opened.incident, tags)
        claims.claim_line(bench.releases, line, plan.version, tags)
    attached = make_attachment(request.fix, request.pull, request.instruction)
    recording.open_journal(bench, opened, attached, *([first] if first else []))
    rides.register(bench)
    engine.settle_claims(bench)


def _first_word(bench: Bench, request: Request, plan: Plan) -> Body | None:
    """Return what is recorded about a line that another incident is making a release from."""
    if request.wait_for:
        return events.ReleaseAwaited(plan.target, request.wait_for, 1)
    if request.join:
        with bench.visit(request.join) as theirs:
            return events.ReleaseJoined(plan, 1, request.join, theirs.incident.round)
    return None


def _make_opening(session: Session, request: Request, plan: Plan) -> events.IncidentOpened:
    _, playbook_digest = load_playbook(find_folder(session.settings.playbook_dir))
    return events.IncidentOpened(
        incident=str(request.incident),
        customer=Text(request.customer),
        installed=str(parse_version(request.installed)),
        outage_started_at=request.started_at,
        escalated_at=session.clock.now(),
        targets=(plan.target,),
        base=request.base,
        playbook_digest=playbook_digest,
        settings_digest=digest_settings(session.settings),
        relauto=__version__,
        plans=() if request.join else (plan,),
        order=request.order,
        reason=Text(request.reason) if request.reason else None,
        visibility=request.visibility,
        private=_site(session, request).client.repository
        if embargo.is_hidden(session, request.visibility)
        else "",
        on_behalf=Person(request.on_behalf) if request.on_behalf not in ("", session.login) else None,
    )


def _site(session: Session, request: Request) -> Site:
    return embargo.choose_site(session, request.visibility)


def _list_tags(session: Session, repository: Repository) -> dict[Tag, Commit]:
    """Return the tags that a version may be taken by: those of the public repository, too."""
    return session.mirror.repository.tags() | repository.tags()


def preview_incident(session: Session, request: Request) -> Plan:
    """Return what `open_incident` would settle, checking all that it checks; nothing is written.

    Raises:
        InputError: the line, the fix or the version is not usable.
        DecisionError: another incident is making a release from the line.
    """
    if request.order == "line-only" and not (request.reason or "").strip():
        raise InputError(
            "line-only leaves main without the fix and needs a reason", todo="say why with --reason"
        )
    _check_customer(session, request.customer)
    if request.visibility == "embargoed":
        embargo.check_embargo(session, base=request.base, order=request.order)
    plan = make_plan(session, Target(session.settings.source, request.line), request)
    _check_fix(session, request, plan)
    return plan


def _check_customer(session: Session, alias: str) -> None:
    """Refuse a customer whom the leak guard would not know.

    Raises:
        InputError: the alias cannot be guarded, or the customers' file lacks it.
    """
    try:
        list_words(Term("alias", alias))
    except UnguardableError as error:
        raise InputError(
            f"the alias of the customer cannot be guarded: {error}",
            todo="choose one of more letters, which no other word holds",
        ) from error
    if session.customers is not None and alias not in session.customers:
        raise InputError(
            f"the customers' file in {session.settings.repositories.ops} has no customer {alias!r}, so no "
            "text could be kept from naming them",
            todo="add a table for them with the terms that name them, or correct --customer",
        )


def make_attachment(branch: str | None, pull: int | None, instruction: str | None) -> events.FixAttached:
    """Return the event that attaches a fix, by its branch or its pull request."""
    return events.FixAttached(
        branch=str(Branch(branch)) if branch else None,
        pull=pull,
        instruction=Text(instruction) if instruction else None,
    )


def make_id() -> str:
    """Return a random incident id that says nothing about the customer."""
    return "INC-" + "".join(secrets.choice(_ALPHABET) for _ in range(4))


def make_plan(session: Session, target: Target, request: Request) -> Plan:
    """Settle what the release grows from and which number it gets.

    Raises:
        InputError: there is no such line, or no version tag to grow from, or the number is taken.
        DecisionError: another incident is making a release from the line.
    """
    wanted = [_find_main(session, request).ref, target.branch.ref, "refs/tags/*"]
    mirror = _site(session, request).mirror
    mirror.fetch([*wanted, *([Branch(request.fix).ref] if request.fix else [])])
    repository = mirror.repository
    head = _head(repository, target)
    with session.releases() as releases:
        line = claims.read_line(releases, target, request.incident or "", _list_tags(session, repository))
    holder = request.join or request.wait_for
    if holder:
        claims.require_rival(line, holder)
    else:
        claims.refuse_rival(line)
    if request.join:
        with session.bench(request.join) as theirs:
            rides.refuse_other_way(theirs.incident, request.base, request.order, request.visibility)
            return theirs.plan(target)
    plan = claims.choose_plan(repository, line, head, base=request.base, wanted=request.version)
    if embargo.is_hidden(session, request.visibility):
        embargo.check_mirror(session, line, plan)
    return plan


def _find_main(session: Session, request: Request) -> Branch:
    if session.settings.main:
        return Branch(session.settings.main)
    facts = repositories.read_repository(_site(session, request).client)
    if facts.archived:
        raise InputError(f"{facts.name} is archived: nothing can be released from it", todo=UNARCHIVE)
    return facts.default_branch


def _head(repository: Repository, target: Target) -> Commit:
    found = repository.refs(target.branch.ref).get(target.branch.ref)
    if found is None:
        raise InputError(f"{target.repository} has no branch {target.line}", todo="name the line that exists")
    return Commit(found)


def check_pull(source: Client, home: Branch, number: int) -> None:
    """Refuse a pull request that cannot carry a fix to `home`: an attached fix stays attached.

    Raises:
        InputError: there is none of that number, it was closed, or it is aimed at another branch.
        RemoteError: it cannot be read.
    """
    try:
        pull = pull_reads.read_pull(source, number)
    except NotFoundError as error:
        raise InputError(
            f"{source.repository} has no pull request #{number}", todo="name one that exists"
        ) from error
    if pull.state == "closed":
        raise InputError(f"pull request #{number} was closed without a merge", todo="reopen it first")
    if pull.state == "open" and pull.base_ref != home:
        raise InputError(
            f"pull request #{number} is aimed at {pull.base_ref}, not at {home}",
            todo=f"change its base to {home} on GitHub first; where that branch does not exist yet, name "
            "the fix's branch, and relauto creates both",
        )


def _find_home(session: Session, request: Request, plan: Plan) -> Branch:
    """Return the branch that the fix's own pull request is aimed at."""
    if request.order == "main-first":
        return _find_main(session, request)
    return plan.target.branch if request.base == "tip" else emergency_branch(plan.version)


def _check_fix(session: Session, request: Request, plan: Plan) -> None:
    if request.pull is not None:
        check_pull(_site(session, request).client, _find_home(session, request, plan), request.pull)
    if request.fix is None:
        return
    site, ref = _site(session, request), Branch(request.fix).ref
    repository = site.mirror.repository
    found = repository.refs(ref).get(ref)
    if found is None:
        raise InputError(
            f"{site.client.repository} has no branch {request.fix}", todo="push the fix's branch first"
        )
    if found == plan.head:
        raise InputError(
            f"{request.fix} is the tip of {request.line}: there is nothing to pick",
            todo="name the branch that holds the fix",
        )
    if request.order == "main-first":
        _refuse_present(repository, request, Commit(found), plan)
    else:
        _refuse_foreign(session, request, Commit(found), plan)


def _refuse_present(repository: Repository, request: Request, fix: Commit, plan: Plan) -> None:
    presence = find_presence(repository, fix, Commit(plan.head))
    if presence:
        where = f" as {presence.commit.short}" if presence.commit else ""
        raise InputError(
            f"{request.fix} is on {request.line} already{where} ({presence.by})",
            todo="release what the line holds, or name another fix",
        )


def _refuse_foreign(session: Session, request: Request, fix: Commit, plan: Plan) -> None:
    repository = _site(session, request).mirror.repository
    home = _find_home(session, request, plan)
    begun = Commit(plan.head if request.base == "tip" else plan.base_commit)
    for other in (_find_main(session, request), plan.target.branch):
        tip = repository.refs(other.ref).get(other.ref)
        foreign = list_foreign(repository, fix, begun, Commit(tip)) if tip else []
        if foreign:
            raise InputError(
                describe_foreign(other, home, foreign),
                todo=f"rebase {request.fix} onto {plan.base_tag if request.base == 'tag' else home}, "
                "or go another way: --order main-first",
            )
