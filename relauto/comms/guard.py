"""What an incident itself tells the leak guard, and what each audience of its texts must not read."""

from collections.abc import Iterator, Sequence

from relauto.comms.notices import NoticeAudience
from relauto.errors import InputError
from relauto.guard.customers import Customers
from relauto.guard.guard import Guard, Leak, LeakError, Passage, require_no_secret
from relauto.guard.terms import SHORTEST, Term, UnguardableError
from relauto.model.incident import Incident
from relauto.settings.options import Settings

_LONG = 12
"""Characters of the shortest note that is taken for a term: fewer are words that stand anywhere."""


def list_terms(incident: Incident) -> tuple[Term, ...]:
    """Return what an incident knows of its customer: the alias, and what was noted about them."""
    if incident.opened is None or not incident.opening.customer:
        return ()
    notes = [note.text for note in incident.notes if note.kind == "customer" and len(note.text) >= _LONG]
    return (Term("alias", str(incident.opening.customer)), *(Term("note", str(text)) for text in notes))


def arm(guard: Guard, incident: Incident, customers: Customers, settings: Settings) -> None:
    """Tell the guard whom an incident and the customers' file are about, and what is private of ours.

    Raises:
        InputError: what names the incident's customer cannot be guarded.
    """
    named = settings.repositories
    private = [each for each in (named.ops, settings.qa, named.private) if each]
    ours = tuple(Term("repository", each) for each in private if each != settings.source)
    terms = list_terms(incident)
    alias = str(incident.opening.customer) if terms else ""
    if alias in customers:
        terms = terms[1:]
    try:
        guard.learn({"": ours, **customers})
        guard.learn({alias: terms})
    except UnguardableError as error:
        raise InputError(
            f"what names the customer of {incident.id} cannot be guarded: {error}",
            todo="choose an alias of more letters, which no other word holds",
        ) from error


def find_leaks(
    guard: Guard, passages: Sequence[Passage], incident: Incident, *, product: str = ""
) -> tuple[Leak, ...]:
    """Return what texts to an incident's customer must not say: others' terms, our logins and branches.

    `product` is left out of the logins, which may be named like it.
    """
    inside = Guard({"": tuple(term for term in _list_inside(incident) if term.text != product)})
    found = [*guard.find(passages, reader=incident.opening.customer), *inside.find(passages)]
    return tuple(dict.fromkeys(found))


def require_for(
    audience: NoticeAudience, guard: Guard, passages: Sequence[Passage], incident: Incident, *, product: str
) -> None:
    """Let texts pass to their audience: our own people, who may read all but secrets, or the customer.

    Raises:
        LeakError: they hold what the audience must not get.
    """
    if audience == "internal":
        require_no_secret(passages)
        return
    leaks = find_leaks(guard, passages, incident, product=product)
    if leaks:
        raise LeakError(leaks)


def _list_inside(incident: Incident) -> Iterator[Term]:
    people = {
        *(record.actor for record in incident.steps.values()),
        *(note.actor for note in incident.notes),
        *(acceptance.actor for acceptance in incident.accepted),
        *(approval.actor for door in incident.doors.values() for approval in door.approvals),
    }
    yield from (Term("login", str(login)) for login in sorted(people) if len(login) >= SHORTEST)
    yield from (Term("branch", str(fix.branch)) for fix in incident.fixes if fix.branch)
