"""Put on record what happened: events, the texts they bring, and the board, in one append.

What a look showed is noted and waits for the next append: it can be seen again until then. What
another writer recorded meanwhile is not told twice.
"""

from collections.abc import Callable, Sequence, Set

from relauto.comms import board
from relauto.errors import RemoteError
from relauto.journal.erasure import Choice, Erasure
from relauto.model import event as events
from relauto.model.event import Body, Said
from relauto.model.facts import Facts
from relauto.model.incident import Incident, StepState
from relauto.model.target import Place
from relauto.stages import outbox
from relauto.stages.bench import Bench
from relauto.stages.people import doors


def note(bench: Bench, *bodies: Body | Said) -> None:
    """Put events on record with the next append: what a look showed can be seen again until then."""
    for body in bodies:
        bench.suppose(body)
        bench.found.append(body)
        outbox.draft_told(bench, body.body if isinstance(body, Said) else body)
    outbox.flush(bench)


def record(bench: Bench, *bodies: Body | Said) -> None:
    """Append events, what was noted since the last append, and their texts; nothing to say writes nothing."""
    note(bench, *bodies)
    if bench.found:
        _append(bench, lambda _incident, _body: True)


def intend(bench: Bench, intent: events.StepIntended) -> bool:
    """Put on record what is about to be done, and return whether it is this run that does it.

    It is not where another run has put the same on record since the journal was read: two that each made
    the thing would leave two, or one that the other does not know again.
    """
    key, known = (intent.place, intent.action), len(bench.journal.events())
    before = bench.incident.intents.get(key)
    note(bench, intent)
    chosen = _append(bench, lambda incident, body: body is not intent or incident.intents.get(key) == before)
    happened = [event.body for event in bench.journal.events()[known:]]
    meant = [each for each in happened if isinstance(each, events.StepIntended)]
    alone = sum((each.place, each.action) == key for each in meant) == 1
    if not alone or not any(each is intent for each in chosen):
        return False
    bench.meant.add(key)
    return True


def _append(bench: Bench, may: Callable[[Incident, Body | Said], bool]) -> list[Body | Said]:
    """Append, of what was noted, what is still new and `may` be when it comes to it; return that."""
    pending, files, erased = list(bench.found), dict(bench.files), frozenset(bench.incident.erased)
    chosen: list[Body | Said] = []

    def decide(incident: Incident) -> list[Body | Said]:
        _require_words(erased, incident)
        chosen[:] = [each for each in _still_new(incident, pending) if may(incident, each)]
        return list(chosen)

    bench.incident = bench.journal.append(
        decide,
        render=lambda incident: {**_render(bench, incident), **files},
    )
    bench.found.clear()
    bench.files.clear()
    return chosen


def catch_up(bench: Bench) -> bool:
    """Take in what others have put on record; return whether there was anything. What was noted stays noted.

    Raises:
        RemoteError: the journal cannot be read, or words were erased from it meanwhile.
    """
    tip = bench.journal.tip
    bench.journal.fetch()
    if bench.journal.tip == tip:
        return False
    _require_words(bench.incident.erased, bench.journal.incident())
    bench.incident = bench.journal.incident()
    bench.found[:] = _still_new(bench.incident, bench.found)
    for each in bench.found:
        bench.suppose(each)
    return True


def erase(bench: Bench, choice: Choice, reason: str) -> Erasure:
    """Erase words from the journal for good, render the board without them, and return which they are.

    Raises:
        InputError: nothing is there that the choice means, or what is recorded would hold it.
    """
    erasure = bench.journal.erase(choice, reason, render=lambda incident: _render(bench, incident))
    bench.incident = bench.journal.incident()
    return erasure


def _require_words(erased: Set[str], incident: Incident) -> None:
    """Refuse to go on with what was rendered from words that are gone by now."""
    if incident.erased - erased:
        raise RemoteError("words were erased from the journal meanwhile", todo="run again")


def _still_new(incident: Incident, pending: Sequence[Body | Said]) -> list[Body | Said]:
    return [
        each for each in pending if not _is_known(incident, each.body if isinstance(each, Said) else each)
    ]


def _is_known(incident: Incident, body: Body) -> bool:
    source = getattr(body, "source", "")
    if source and events.locate(source) in incident.answered:
        return True
    if isinstance(body, events.DeskOpened):
        return incident.desk is not None
    if isinstance(body, events.DeskIntended):
        meant = incident.desk_meant
        return incident.desk is not None or (meant is not None and meant.attempt >= body.attempt)
    if isinstance(body, events.RoundStarted):
        return incident.round >= body.round
    if isinstance(body, events.QaRequested | events.QaChecked | events.QaRevoked):
        return _is_known_of_qa(incident, body)
    if isinstance(body, events.NoticeDrafted):
        return any(notice.path == body.path for notice in incident.notices)
    if isinstance(body, events.DoorReached):
        return doors.is_reached(incident, body)
    if isinstance(body, events.LinesCompared):
        return incident.compared.get((body.target, body.round)) == body
    if isinstance(body, events.StepProved):
        return is_proved(incident, body.place, body.facts)
    return False


def _is_known_of_qa(
    incident: Incident, body: events.QaRequested | events.QaChecked | events.QaRevoked
) -> bool:
    if isinstance(body, events.QaRevoked):
        return events.locate(body.comment) in incident.unheard
    if isinstance(body, events.QaChecked):
        return incident.qa_checks.get(body.tag) == body
    asked = incident.qa_requests.get(body.tag)
    return asked is not None and asked.digest == body.digest


def is_proved(incident: Incident, place: Place, facts: Facts) -> bool:
    """Return whether the record shows a step done with these facts already."""
    known = incident.record(place)
    # What a person accepted as lost is told anew when its proof comes back.
    proved = known is not None and known.state is StepState.DONE and place not in incident.losses
    return proved and known is not None and known.facts == facts


def _render(bench: Bench, incident: Incident) -> dict[str, bytes]:
    return {"README.md": board.render_board(incident, bench.playbook, renderer=bench.renderer).encode()}


def open_journal(
    bench: Bench, opened: events.IncidentOpened, attached: events.FixAttached, *more: Body
) -> None:
    """Write the first events of an incident: its opening proves `escalate.channel`."""
    proof = events.StepProved(place=Place("escalate.channel"), facts={"journal": opened.incident})
    outbox.draft_begun(bench, proof.place)
    named = attached.branch is not None or attached.pull is not None
    record(bench, opened, *([attached] if named else []), *more, proof)
