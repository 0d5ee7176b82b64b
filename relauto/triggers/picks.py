"""`/pick LINE` at a pull request: it becomes a fix of the open incident that releases from the line.

What is asked for before there is one waits. An incident that is opened with the pull request takes it up;
at one that is opened without it, it has to be asked for again: it may have been meant for something else.
"""

from dataclasses import dataclass

from relauto import recording
from relauto.errors import DecisionError, InputError
from relauto.model.event import FixAttached, Said, locate
from relauto.model.incident import Incident
from relauto.model.words import Person
from relauto.opening import check_pull
from relauto.session import Session
from relauto.stages.bench import Bench
from relauto.stages.investigate import find_pull
from relauto.stages.rounds import refuse_late_fix
from relauto.triggers.concern import list_pulls
from relauto.triggers.requests import Request

_WAITING = "one that is opened with this pull request within 24 hours takes it up"
_AGAIN = "if it is to go there, ask for it again"


@dataclass(frozen=True)
class Picked:
    """What came of it: `incident` is the one that has the fix, "" where none does; `what` tells it.

    `waits`: it may still come to an incident. `attaching` is what goes on record for it, None where the
    incident has the pull request.
    """

    what: str
    incident: str = ""
    waits: bool = False
    attaching: Said | None = None


def pick(
    session: Session, request: Request, line: str, known: list[tuple[str, Incident]], *, dry: bool = False
) -> Picked:
    """Attach the pull request to the one open incident of the public that releases from a line.

    Args:
        session: the connections.
        request: who asks at which pull request.
        line: the name of the line.
        known: the open incidents by id.
        dry: only say what would be attached.

    Raises:
        RemoteError: it is not known whether it is attached; asked again it is attached once.
    """
    found = [
        name
        for name, incident in known
        if not incident.opening.private and line in {target.line for target in incident.targets}
    ]
    if not found:
        return Picked(f"no incident is open whose fix goes to {line}; {_WAITING}", waits=True)
    if len(found) > 1:
        return Picked(f"{', '.join(found)} all go to {line}; attach it to one of them by hand")
    with session.bench(found[0]) as bench:
        try:
            attaching = _choose(bench, request)
        except (InputError, DecisionError) as error:
            return Picked(error.what)
        if attaching and not dry:
            session.say(describe_attaching(request))
            recording.record(bench, attaching)
    done = f"this pull request goes to {line} with {found[0]}"
    return Picked(done, found[0], attaching=attaching)


def describe_attaching(request: Request) -> str:
    """Return the sentence for a pull request that becomes a fix because somebody asked for it."""
    return f"attach pull request #{request.number}, as {request.author} asked"


def _choose(bench: Bench, request: Request) -> Said | None:
    """Return what goes on record so that the incident has the pull request, None where it has it."""
    incident = bench.incident
    if locate(request.source) in incident.answered or _has(bench, request.number):
        return None
    if request.at < incident.opening.escalated_at:
        raise DecisionError(f"{incident.id} was opened later, without this pull request; {_AGAIN}")
    refuse_late_fix(incident)
    check_pull(bench.source, bench.home, request.number)
    return Said(Person(request.author), FixAttached(pull=request.number, source=request.source))


def _has(bench: Bench, number: int) -> bool:
    """Return whether a pull request is a fix's, be it by its branch alone."""
    if number in list_pulls(bench.incident):
        return True
    bench.look()
    by_branch = [fix for fix in bench.incident.fixes if fix.branch]
    return any(pull.number == number for fix in by_branch if (pull := find_pull(bench, fix)))
