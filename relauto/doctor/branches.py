"""Main and the line: whether they are there, what protects them, and whether the path agrees with it."""

from collections.abc import Iterator

from relauto.counting import name_count
from relauto.doctor.finding import Finding
from relauto.errors import InputError, RemoteError
from relauto.git.base import find_base
from relauto.github.branch_rules import BranchRules
from relauto.github.repositories import RepositoryFacts, read_repository
from relauto.github.rules import read_branch_rules
from relauto.model.names import Branch, Commit
from relauto.session import Session


def examine_branches(session: Session, line: Branch | None) -> Iterator[Finding]:
    """Yield what is found about main and the line that a fix would go to."""
    facts = read_repository(session.source)
    main = Branch(session.settings.main or facts.default_branch)
    if line is None:
        yield Finding("line", "unknown", "no line was named", "relauto doctor --line BRANCH")
    branches = [main, *([line] if line else [])]
    pushed = session.settings.pick.via == "push"
    session.mirror.fetch([*(branch.ref for branch in branches), "refs/tags/*"])
    for branch in branches:
        known = session.mirror.repository.refs(branch.ref).get(branch.ref)
        if known is None:
            what = f"{session.source.repository} has no branch {branch}"
            yield Finding(f"branch.{branch}", "refused", what, "name one that exists")
            continue
        yield from _examine_rules(session, facts, branch, by_push=branch == line and pushed)
        if branch == line:
            yield _judge_base(session, branch, Commit(known))


def _judge_base(session: Session, line: Branch, head: Commit) -> Finding:
    base = find_base(session.mirror.repository, head, final=False)
    if base is None:
        what = f"no version tag can be reached from {line}, so there is nothing to release from"
        return Finding("base", "refused", what, "tag the last release of the line, as in v1.4.2")
    return Finding("base", "ok", f"the next release of {line} grows from {base[0].tag}")


def _examine_rules(
    session: Session, facts: RepositoryFacts, branch: Branch, *, by_push: bool
) -> Iterator[Finding]:
    name = f"protection.{branch}"
    try:
        rules = read_branch_rules(session.source, branch)
    except RemoteError as error:
        yield Finding(name, "unknown", f"what protects {branch} could not be read: {error.what}", error.todo)
        return
    if rules.signatures:
        yield _judge_signing(session, branch)
    for each in rules.unknown:
        yield Finding(name, "unknown", f"{branch} asks for {each}, which relauto does not judge")
    if rules.protected:
        yield Finding(name, "ok", f"{branch} asks for {describe_rules(rules)}")
    else:
        yield Finding(name, "warning", f"nothing protects {branch}", "require checks and reviews there")
    if by_push:
        yield _judge_push(branch, rules)
    elif not rules.queue:
        yield _judge_methods(facts, branch, rules)


def _judge_signing(session: Session, branch: Branch) -> Finding:
    name = f"signing.{branch}"
    if session.signing.signer is None:
        todo = "set git's user.signingKey, and gpg.format where it is not gpg"
        return Finding(
            name, "refused", f"{branch} takes signed commits alone, and git names no key here", todo
        )
    try:
        session.signing.signer.sign(b"may relauto sign here?")
    except InputError as error:
        return Finding(name, "refused", error.what, error.todo)
    return Finding(name, "ok", f"commits for {branch} are signed ({session.signing.signer.format})")


def _judge_push(branch: Branch, rules: BranchRules) -> Finding:
    refused = rules.refuse_push()
    if refused is None:
        return Finding(
            f"pick.{branch}", "ok", f"picks are pushed to {branch}, and nothing known refuses them"
        )
    todo = 'set pick.via = "pull", or have relauto excepted from the rules of the branch'
    return Finding(f"pick.{branch}", "refused", f"picks are pushed to {branch}: {refused}", todo)


def _judge_methods(facts: RepositoryFacts, branch: Branch, rules: BranchRules) -> Finding:
    name = f"merge.{branch}"
    if facts.merge_methods is None:
        return Finding(name, "unknown", f"GitHub does not tell this token how {facts.name} may be merged to")
    refused = rules.narrow(facts.merge_methods, own=True, signed=True)
    left = sorted(method for method, why in refused.items() if not why)
    if left:
        return Finding(name, "ok", f"{branch} is merged to by {' or '.join(left)}")
    told = "; ".join(f"{method}: {why}" for method, why in sorted(refused.items())) or "none is switched on"
    return Finding(name, "refused", f"{branch} can be merged to in no way: {told}", "let the two agree")


def describe_rules(rules: BranchRules) -> str:
    """Return what a branch asks for, as people read it."""
    told = (
        (bool(rules.checks), f"the checks {', '.join(check.name for check in rules.checks)}"),
        (rules.approvals > 0, name_count(rules.approvals, "approval")),
        (rules.by_pull and not rules.approvals, "pull requests"),
        (rules.methods is not None, f"merging by {' or '.join(sorted(rules.methods or ()))}"),
        (rules.linear, "linear history"),
        (rules.signatures, "signed commits"),
        (rules.queue, "its merge queue"),
        (rules.locked or rules.closed, "leave to change it at all"),
    )
    return ", ".join(text for applies, text in told if applies) or "nothing but to last"
