"""`/pick LINE` at a pull request: it becomes a fix of the open incident that releases from the line."""

from dataclasses import dataclass

from relauto import recording
from relauto.errors import DecisionError, InputError
from relauto.model.event import FixAttached, Said, locate
from relauto.model.incident import Incident
from relauto.model.words import Person
from relauto.opening import check_pull
from relauto.session import Session
from relauto.stages.bench import Bench
from relauto.stages.rounds import refuse_late_fix
from relauto.triggers.concern import list_pulls
from relauto.triggers.requests import Request


@dataclass(frozen=True)
class Picked:
    """What came of it: `incident` is the one that has the fix, "" where none does; `what` tells it."""

    what: str
    incident: str = ""


def pick(session: Session, request: Request, line: str, known: list[tuple[str, Incident]]) -> Picked:
    """Attach the pull request to the one open incident of the public that releases from a line.

    Args:
        session: the connections.
        request: who asks at which pull request.
        line: the name of the line.
        known: the open incidents by id.

    Raises:
        RemoteError: it is not known whether it is attached; asked again it is attached once.
    """
    found = [
        name
        for name, incident in known
        if not incident.opening.private and line in {target.line for target in incident.targets}
    ]
    if len(found) != 1:
        several = f"{', '.join(found)} all go to {line}; attach it to one of them by hand"
        return Picked(several if found else f"no incident is open whose fix goes to {line}")
    with session.bench(found[0]) as bench:
        try:
            return Picked(_attach(bench, request, line), found[0])
        except (InputError, DecisionError) as error:
            return Picked(error.what)


def _attach(bench: Bench, request: Request, line: str) -> str:
    incident = bench.incident
    done = f"this pull request goes to {line} with {incident.id}"
    if request.number in list_pulls(incident) or locate(request.source) in incident.answered:
        return done
    refuse_late_fix(incident)
    check_pull(bench.source, bench.home, request.number)
    attached = FixAttached(pull=request.number, source=request.source)
    recording.record(bench, Said(Person(request.author), attached))
    return done
