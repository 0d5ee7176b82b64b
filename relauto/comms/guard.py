"""What an incident itself tells the leak guard: whom it is about, and what its own people are called."""

from collections.abc import Iterator, Sequence

from relauto.guard.guard import Guard, Leak, Passage
from relauto.guard.terms import SHORTEST, Term
from relauto.model.incident import Incident

_LONG = 12
"""Characters of the shortest note that is taken for a term: fewer are words that stand anywhere."""


def list_terms(incident: Incident) -> tuple[Term, ...]:
    """Return what an incident knows of its customer: the alias, and what was noted about them."""
    if incident.opened is None or not incident.opening.customer:
        return ()
    notes = [note.text for note in incident.notes if note.kind == "customer" and len(note.text) >= _LONG]
    return (Term("alias", str(incident.opening.customer)), *(Term("note", str(text)) for text in notes))


def find_leaks(
    guard: Guard, passages: Sequence[Passage], incident: Incident, *, product: str = ""
) -> tuple[Leak, ...]:
    """Return what texts to an incident's customer must not say: others' terms, our logins and branches.

    `product` is left out of the logins, which may be named like it.
    """
    inside = Guard({"": tuple(term for term in _list_inside(incident) if term.text != product)})
    found = [*guard.find(passages, reader=incident.opening.customer), *inside.find(passages)]
    return tuple(dict.fromkeys(found))


def _list_inside(incident: Incident) -> Iterator[Term]:
    people = {
        *(record.actor for record in incident.steps.values()),
        *(note.actor for note in incident.notes),
        *(acceptance.actor for acceptance in incident.accepted),
        *(approval.actor for door in incident.doors.values() for approval in door.approvals),
    }
    yield from (Term("login", str(login)) for login in sorted(people) if len(login) >= SHORTEST)
    yield from (Term("branch", str(fix.branch)) for fix in incident.fixes if fix.branch)
