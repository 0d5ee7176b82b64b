"""The examination: every check, in the order in which the path would meet it."""

from collections.abc import Iterator

from relauto.doctor.branches import examine_branches
from relauto.doctor.company import examine_customers, examine_people
from relauto.doctor.finding import Finding
from relauto.doctor.login import examine_login
from relauto.doctor.machine import examine_clock, examine_machine
from relauto.doctor.repositories import examine_ops, examine_repositories, examine_tags
from relauto.model.names import Branch
from relauto.session import Session


def examine(session: Session, line: Branch | None) -> Iterator[Finding]:
    """Yield what each check finds; nothing is written.

    Args:
        session: the settings in force, the tokens and the connections.
        line: the release line that a fix would go to; None leaves its checks unknown.

    Raises:
        RemoteError: GitHub is away.
    """
    yield from examine_machine(session)
    yield from examine_clock(session)
    yield from examine_repositories(session)
    yield from examine_login(session)
    yield from examine_ops(session)
    yield from examine_people(session)
    yield from examine_customers(session)
    yield from examine_branches(session, line)
    yield from examine_tags(session)
