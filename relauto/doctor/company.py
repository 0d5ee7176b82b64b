"""The people: whether somebody is there for every decision, and whom no text may name."""

from collections.abc import Iterator
from urllib.parse import quote

from relauto.counting import name_count
from relauto.doctor.finding import Finding
from relauto.errors import InputError
from relauto.github.faults import NotFoundError
from relauto.github.people import RestUser
from relauto.guard.customers import FILE
from relauto.session import Session

_NEEDED = (
    "approve prepare.merge",
    "approve prepare.release",
    "approve deploy.send",
    "accept",
    "sign",
    "acknowledge",
    "tick",
    "reopen",
)
"""The deeds of `relauto.model.roster.ENTITLED` without which a path does not come to its end."""


def examine_people(session: Session) -> Iterator[Finding]:
    """Yield for each deed that needs a person whether the roster names one whom GitHub knows."""
    try:
        roster = session.roster
    except InputError as error:
        yield Finding("roster", "refused", error.what, error.todo)
        return
    logins = sorted({login for people in roster.roles.values() for login in people})
    absent = [login for login in logins if not _is_known(session, login)]
    for login in absent:
        yield Finding("roster", "warning", f"GitHub has no account {login}", "correct roster.toml")
    lacking = [deed for deed in _NEEDED if not set(roster.holders(deed)) - set(absent)]
    for deed in lacking:
        todo = "name somebody in roster.toml of the ops repository"
        yield Finding("roster", "refused", f"nobody may {deed}", todo)
    if not lacking and not absent:
        yield Finding("roster", "ok", f"somebody is there for every decision: {', '.join(logins)}")


def examine_customers(session: Session) -> Iterator[Finding]:
    """Yield whether it is known whom no public text may name."""
    try:
        customers = session.customers
    except InputError as error:
        yield Finding("customers", "refused", error.what, error.todo)
        return
    if customers is None:
        yield Finding(
            "customers",
            "warning",
            "of each customer only the alias is kept from public texts: there is no file of their terms",
            f"write {FILE} in the ops repository",
        )
        return
    terms = name_count(sum(map(len, customers.values())), "term")
    whose = name_count(len(customers), "customer")
    yield Finding("customers", "ok", f"kept from public texts: {terms} of {whose}")


def _is_known(session: Session, login: str) -> bool:
    try:
        session.ops.read(f"/users/{quote(login, safe='')}", RestUser)
    except NotFoundError:
        return False
    return True
