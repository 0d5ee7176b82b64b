"""When GitHub is away: what people say waits on this machine, and what was fetched last is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from relauto.tasks.local import list_local, load_local
from relauto.tasks.output import say, show, show_json

if TYPE_CHECKING:
    from datetime import datetime

    from relauto.errors import RelautoError
    from relauto.git.address import Address
    from relauto.journal.log import JournalReader
    from relauto.journal.queue import Deed, Queue, Unpushed
    from relauto.stages.bench import Bench


def find_queue() -> Queue:
    """Return this machine's queue for the ops repository of the settings.

    Raises:
        InputError: there are no settings here, or they have faults.
    """
    from relauto.journal.queue import Queue
    from relauto.session import find_cache

    settings = load_local()
    return Queue.of(find_cache(settings), settings.repositories.ops)


def list_unpushed(incident: str) -> tuple[Unpushed, ...]:
    """Return what waits here for an incident; nothing where there are no settings that say where."""
    from relauto.errors import InputError

    try:
        queue = find_queue()
    except InputError:
        return ()
    return queue.list(incident)


def show_unpushed(records: tuple[Unpushed, ...]) -> None:
    """Print what waits here, if anything."""
    from relauto.unpushed import describe

    for record in records:
        why = f": {record.refused}; `relauto unpushed --drop {record.nonce}` forgets it" * bool(
            record.refused
        )
        show(f"unpushed since {_moment(record.at)}: {describe(record)}{why}")


def describe_unpushed(records: tuple[Unpushed, ...]) -> list[dict[str, str]]:
    """Return what waits here, for a JSON document."""
    from relauto.unpushed import describe

    return [
        {"nonce": each.nonce, "at": _moment(each.at), "what": describe(each), "refused": each.refused}
        for each in records
    ]


def settle(bench: Bench) -> None:
    """Put on record what waits here and still applies; tell about the rest."""
    from relauto.settings.tokens import read_token
    from relauto.unpushed import settle as settle_records

    for sentence in settle_records(bench, find_queue(), read_token("ops")):
        say(sentence)


def suppose(bench: Bench) -> list[str]:
    """Take into account what `settle` would put on record; return a sentence for each, for a dry run."""
    from relauto.settings.tokens import read_token
    from relauto.unpushed import decide
    from relauto.unpushed import suppose as suppose_records

    return suppose_records(bench, decide(bench, find_queue(), read_token("ops")))


@contextmanager
def kept(id_: str, deed: Deed, words: Mapping[str, str], *, dry: bool, json: bool = False) -> Iterator[str]:
    """Keep what a person says where GitHub cannot be reached to record it; ends the task with 4 then.

    Yields the source that the event has to name, so that a record whose fate is unknown is not doubled.
    """
    from relauto.clock import SystemClock
    from relauto.errors import AwayError, Status, UnknownOutcomeError
    from relauto.journal.queue import make_unpushed
    from relauto.model.playbook import load_playbook
    from relauto.settings.tokens import read_token
    from relauto.unpushed import describe

    record = make_unpushed("", deed, words, at=SystemClock().now(), token="")  # nosec B106 - none: the record is only described here
    try:
        yield record.source
    except (AwayError, UnknownOutcomeError) as error:
        known = record.meant_for(_choose(id_), read_token("ops"))
        if deed == "tick":
            load_playbook()[0].step(words["step"])
        if not dry:
            find_queue().add(known)
        done = "would be kept" if dry else "kept"
        if json:
            show_json({"incident": known.incident, "unpushed": describe_unpushed((known,)), "kept": not dry})
        else:
            show(f"{done} on this machine, unpushed: {describe(known)}")
        say(f"{error.what}\n  the next task that reaches GitHub records it; `relauto status` shows it")
        raise SystemExit(int(Status.WAITING)) from error


def _choose(id_: str) -> str:
    """Return the incident meant, of those that this machine knows; a name is taken at its word."""
    from relauto.session import choose_incident

    named = id_ or os.environ.get("RELAUTO_INCIDENT")
    if named:
        return named
    known = list_local(Path.cwd()) or _list_cached()[0]
    return choose_incident(known, None, os.environ)


@contextmanager
def remembered(id_: str | None, error: RelautoError) -> Iterator[JournalReader]:
    """Lend the journal of the incident meant as it was fetched last to this machine.

    Raises:
        RelautoError: `error`, where nothing was.
    """
    from relauto.journal.log import JournalReader
    from relauto.session import choose_incident

    address, cache, known = recall_ops(error)
    incident = choose_incident(known, id_, os.environ)
    with JournalReader.open_cached(address, incident, cache=cache) as opened:
        yield opened


def recall_ops(error: RelautoError) -> tuple[Address, Path, list[str]]:
    """Return where the ops repository's copy on this machine is, its cache, and the incidents in it.

    Raises:
        RelautoError: `error`, where nothing was fetched to this machine.
    """
    from relauto.session import find_cache

    known, moment = _list_cached()
    if not known:
        raise error
    when = _moment(moment) if moment else "its last fetch"
    say(f"{error.what}\n  read from this machine's copy, as of {when}")
    return _find_ops(), find_cache(load_local()), known


def _list_cached() -> tuple[list[str], datetime | None]:
    from relauto.journal.log import list_cached_incidents
    from relauto.session import find_cache

    return list_cached_incidents(_find_ops(), cache=find_cache(load_local()))


def _find_ops() -> Address:
    from relauto.session import locate

    settings = load_local()
    return locate(settings, settings.repositories.ops, None)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"
