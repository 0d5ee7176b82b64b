"""What people did while GitHub was away, decided again now that it is back.

Each record is held against the roster and the present state, as if it were said today, and is put on
record once; one that no longer applies stays, with the reason, until its owner drops it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import msgspec
from msgspec.structs import replace

from relauto import recording
from relauto.errors import RelautoError
from relauto.journal.queue import Queue, Unpushed
from relauto.model.event import Body, NoteAdded, NoteKind, locate
from relauto.model.incident import SETTLED
from relauto.model.words import Text
from relauto.stages.bench import Bench
from relauto.stages.people import decisions


@dataclass(frozen=True)
class Decided:
    """What became of a record: `body` is what goes into the journal; else `refused` says why not.

    With neither, the journal holds it already: whoever put it there did not come to forget it here.
    """

    record: Unpushed
    body: Body | None = None
    refused: str = ""


def describe(record: Unpushed) -> str:
    """Return a record as one sentence."""
    words = record.words
    if record.deed == "tick":
        return f"{words['step']} is done: {words['evidence']}"
    return f"noted ({words['kind']}): {words['text']}"


def decide(bench: Bench, queue: Queue, token: str) -> list[Decided]:
    """Return what would become of each record of the incident now; nothing is written.

    Raises:
        InputError: a file of the queue cannot be read.
    """
    return [_decide(bench, record, token) for record in queue.list(bench.incident.id)]


def _decide(bench: Bench, record: Unpushed, token: str) -> Decided:
    if locate(record.source) in bench.incident.answered:
        return Decided(record)
    if not record.is_sealed_with(token):
        return Decided(
            record,
            refused="it was written under another token: whoever wrote it has to run relauto with theirs",
        )
    try:
        bench.roster.require(bench.login, record.deed)
        return Decided(record, _make_body(bench, record))
    except RelautoError as error:
        return Decided(record, refused=error.what)


def _make_body(bench: Bench, record: Unpushed) -> Body:
    words, at = record.words, min(record.at, bench.clock.now())
    if record.deed == "note":
        happened_at = datetime.fromisoformat(words["at"])
        return NoteAdded(cast(NoteKind, words["kind"]), Text(words["text"]), happened_at, record.source)
    ticked = decisions.tick(bench, words["step"], words["evidence"], record.source, at)
    place, known = ticked.place, bench.incident.record(ticked.place)
    if known and known.state in SETTLED:
        raise StaleError(f"{place} is {known.state.value} since {known.at:%Y-%m-%dT%H:%MZ}, by {known.actor}")
    return replace(ticked, happened_at=at)


class StaleError(RelautoError):
    """What a record says was settled by somebody else meanwhile."""


def settle(bench: Bench, queue: Queue, token: str) -> list[str]:
    """Put on record what still applies, keep the rest with its reason; return a sentence for each.

    Raises:
        InputError: a file of the queue cannot be read.
        RemoteError: the journal could not be written; the records stay.
    """
    said = []
    for decided in decide(bench, queue, token):
        record = decided.record
        if decided.body:
            recording.record(bench, decided.body)
            said.append(f"recorded what was unpushed since {record.at:%Y-%m-%dT%H:%MZ}: {describe(record)}")
        if decided.refused:
            queue.add(msgspec.structs.replace(record, refused=decided.refused))
            said.append(f"{describe(record)}: it stays unpushed: {decided.refused}")
        else:
            queue.drop(record)
    return said


def suppose(bench: Bench, decided: Sequence[Decided]) -> list[str]:
    """Take into account what `settle` would record; return the sentences of a dry run."""
    for each in decided:
        if each.body:
            bench.suppose(each.body)
    return [f"record what is unpushed: {describe(each.record)}" for each in decided if each.body]
