"""A journal as it is at one commit: read whole, read on from an earlier one, or extended by a draft."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import NamedTuple

import msgspec

from relauto.counting import name_count
from relauto.git.repository import Repository
from relauto.git.tree import name_blob, walk_files
from relauto.journal import format as layout
from relauto.journal.codec import Decoder, encode_event, read_events, split_lines
from relauto.journal.format import META, README, START, DamagedJournalError, Meta
from relauto.journal.words import Payload, Words, parse_payloads
from relauto.model.event import Body, Event, Said
from relauto.model.incident import Incident
from relauto.model.names import Commit
from relauto.model.words import Person

_ID_BYTES = 16

Render = Callable[[Incident], Mapping[str, bytes]]
"""Makes the files for people to read, by path, from the state that an append leads to."""


class Tips(NamedTuple):
    """The newest commits of a journal: of its log, and of the words beside it."""

    log: Commit | None = None
    words: Commit | None = None


@dataclass
class Snapshot:
    """What a journal says at `tips`; without that of a log there is no journal yet.

    Attributes:
        log: blob ids by path, of the log's tree.
        beside: the same of the tree that holds the words and what is rendered.
        tail: content of the events' file and of the private file that an append goes on with.
    """

    meta: Meta
    tips: Tips = field(default_factory=Tips)
    log: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    incident: Incident = field(default_factory=Incident)
    words: Words = field(default_factory=Words)
    tail: dict[str, bytes] = field(default_factory=dict)

    @property
    def lost(self) -> set[str]:
        """Digests whose words are not there although nobody erased them."""
        return self.words.missing - self.incident.erased

    @property
    def own(self) -> dict[str, str]:
        """The files that the journal is read from."""
        events = {path: blob for path, blob in self.log.items() if path.startswith("events/")}
        return events | {path: blob for path, blob in self.beside.items() if path.startswith("private/")}


@dataclass(frozen=True)
class Draft:
    """An append that is not on the branches yet: what to write, and what it leads to.

    Attributes:
        log: files of the log to write, or to take away (None).
        beside: the same of the words' branch.
        writer: the digest that stands for who appends.
        alone: `beside` is all that the words' branch shall hold, without what it held before.
    """

    log: dict[str, bytes | None]
    beside: dict[str, bytes | None]
    snapshot: Snapshot
    added: tuple[Event, ...]
    writer: str
    alone: bool = False


def start(incident_id: str) -> Snapshot:
    """Return the journal of an incident that nobody has opened."""
    return Snapshot(Meta(layout.FORMAT, incident_id, 0, START))


def fork(incident: Incident) -> Incident:
    """Return an incident that can be applied to without changing this one; what it holds is frozen."""
    return replace(incident, **{part.name: copy(getattr(incident, part.name)) for part in fields(incident)})


def read_snapshot(repository: Repository, tips: Tips, known: Snapshot) -> Snapshot:
    """Return the journal at `tips`, reading no more than what `known` does not say already.

    Raises:
        DamagedJournalError: it is not as it was written, or `known` is no earlier state of it.
        InputError: it is of another format, or holds kinds that this relauto does not know.
    """
    log, beside = list_files(repository, tips.log), list_files(repository, tips.words)
    meta = layout.parse_meta(_Reader(repository, log)(META))
    if meta.format == 1:
        beside = {path: blob for path, blob in log.items() if not layout.is_of_log(path)}
    found = Snapshot(meta, tips, log, beside)
    read = _Reader(repository, found.own)
    if meta.incident != known.meta.incident:
        raise DamagedJournalError(META, f"it is that of {meta.incident!r}")
    begun = _reuse(known) if _goes_on(known, found.own, read) else start(meta.incident)
    decoder = Decoder(begun.words, begun.meta.sequence, begun.meta.head)
    for path in _list_after(found.own, "private/", begun.meta.sequence):
        for payload in parse_payloads(read(path), path):
            begun.words.add(payload)
    for event in read_events(_lines(found.own, begun, read), decoder):
        begun.events.append(event)
        begun.incident.apply(event)
        if event.sequence == known.meta.sequence and decoder.head != known.meta.head:
            raise DamagedJournalError(f"event {event.sequence}", "it was another one when it was read before")
    _check_end(meta, decoder, known)
    tail = {path: read(path) for path in _tail_paths(meta.sequence) if path in found.own}
    return replace(begun, meta=meta, tips=tips, log=log, beside=beside, tail=tail)


def list_files(repository: Repository, commit: Commit | None) -> dict[str, str]:
    """Return the blob ids of a commit's files by path; there are none where there is no commit."""
    if commit is None:
        return {}
    tree = repository.commit_object(commit).tree
    return {path: entry.id for path, entry in walk_files(repository.store, tree)}


class _Reader:
    """Contents of the files of one tree."""

    def __init__(self, repository: Repository, files: Mapping[str, str]) -> None:
        self._store = repository.store
        self._files = files

    def __call__(self, path: str) -> bytes:
        if path not in self._files:
            raise DamagedJournalError(path, "the file is not there")
        return self._store.read(self._files[path], "blob")


def _tail_paths(sequence: int) -> tuple[str, str]:
    return layout.events_file(max(sequence, 1)), layout.private_file(max(sequence, 1))


def _list_after(files: Mapping[str, str], folder: str, sequence: int) -> list[str]:
    first = layout.events_file(max(sequence, 1)).rpartition("/")[2]
    return sorted(path for path in files if path.startswith(folder) and path.removeprefix(folder) >= first)


def _goes_on(known: Snapshot, files: Mapping[str, str], read: _Reader) -> bool:
    """Tell whether the files only add to what is known: erased words, for one, need a new reading."""
    if known.tips.log is None or known.lost:
        return False
    changed = [path for path, blob in known.own.items() if files.get(path) != blob]
    return all(
        path in known.tail and path in files and read(path).startswith(known.tail[path]) for path in changed
    )


def _reuse(known: Snapshot) -> Snapshot:
    return replace(known, events=known.events.copy(), incident=fork(known.incident), words=known.words.fork())


def _lines(files: Mapping[str, str], begun: Snapshot, read: _Reader) -> Iterator[bytes]:
    passed = begun.meta.sequence % layout.SEGMENT or (layout.SEGMENT if begun.meta.sequence else 0)
    paths = _list_after(files, "events/", begun.meta.sequence)
    for number, path in enumerate(paths):
        lines = split_lines(read(path), path)
        expected = layout.events_file(max(begun.meta.sequence, 1) + number * layout.SEGMENT)
        if path != expected:
            raise DamagedJournalError(expected, "the file is not there")
        if len(lines) != layout.SEGMENT and path != paths[-1]:
            raise DamagedJournalError(
                path, f"it holds {name_count(len(lines), 'event')} instead of {layout.SEGMENT}"
            )
        yield from lines if number else lines[passed:]


def _check_end(meta: Meta, decoder: Decoder, known: Snapshot) -> None:
    if (meta.sequence, meta.head) != (decoder.sequence, decoder.head):
        raise DamagedJournalError(
            META,
            f"it tells of {name_count(meta.sequence, 'event')}, and the log ends with event "
            f"{decoder.sequence}",
        )
    if meta.sequence < known.meta.sequence:
        raise DamagedJournalError(
            META,
            f"it told of {name_count(known.meta.sequence, 'event')} when it was read before, now of "
            f"{meta.sequence}",
        )


def extend(
    snapshot: Snapshot,
    bodies: Sequence[Body | Said],
    *,
    at: datetime,
    actor: str,
    render: Render | None = None,
    make_id: Callable[[], str] = lambda: secrets.token_hex(_ID_BYTES),
) -> Draft:
    """Return the append of `bodies` to a journal. Pure but for the random ids and salts.

    Raises:
        InputError: a body cannot be stored, or a rendered file has a path it may not have.
    """
    draft = _reuse(snapshot)
    tail: dict[str, bytes] = dict(snapshot.tail)
    changed: dict[str, bytes | None] = {}
    decoder = Decoder(draft.words, draft.meta.sequence, draft.meta.head)
    writer, introduction = draft.words.store(Person(actor))
    _add_payloads(changed, tail, decoder.sequence + 1, introduction)
    for each in bodies:
        who, body = (each.actor, each.body) if isinstance(each, Said) else (Person(actor), each)
        event = Event(decoder.sequence + 1, make_id(), at, who, body)
        line, payloads = encode_event(event, decoder.head, draft.words)
        stored = decoder.read(line)
        draft.events.append(stored)
        draft.incident.apply(stored)
        _add_lines(changed, tail, layout.events_file(stored.sequence), [line])
        _add_payloads(changed, tail, stored.sequence, payloads)
    draft.meta = Meta(layout.FORMAT, draft.meta.incident, decoder.sequence, decoder.head)
    draft.tail = {path: tail[path] for path in _tail_paths(decoder.sequence) if path in tail}
    changed[META] = msgspec.json.encode(draft.meta) + b"\n"
    log, beside = _part(snapshot, changed)
    beside |= _render_changes(render, draft) if render else {}
    return Draft(log, beside, draft, tuple(draft.events[len(snapshot.events) :]), writer)


def _part(
    snapshot: Snapshot, changed: Mapping[str, bytes | None]
) -> tuple[dict[str, bytes | None], dict[str, bytes | None]]:
    """Part changes by the branch that they belong to; a journal of format 1 is moved over with them."""
    log = {path: content for path, content in changed.items() if layout.is_of_log(path)}
    beside = {path: content for path, content in changed.items() if path not in log}
    if snapshot.meta.format == 1:
        log |= dict.fromkeys(sorted({path.partition("/")[0] for path in snapshot.beside}))
        beside |= {META: None, "events": None}
    signpost = layout.write_signpost(snapshot.meta.incident)
    if snapshot.meta.format == 1 or snapshot.log.get(README) != name_blob(signpost):
        log[README] = signpost
    return log, beside


def _add_payloads(
    changed: dict[str, bytes | None], tail: dict[str, bytes], sequence: int, payloads: Iterable[Payload]
) -> None:
    _add_lines(changed, tail, layout.private_file(sequence), map(msgspec.json.encode, payloads))


def _add_lines(
    changed: dict[str, bytes | None], tail: dict[str, bytes], path: str, lines: Iterable[bytes]
) -> None:
    added = b"".join(line + b"\n" for line in lines)
    if added:
        tail[path] = changed[path] = tail.get(path, b"") + added


def _render_changes(render: Render, draft: Snapshot) -> dict[str, bytes | None]:
    rendered = {layout.check_rendered(path): content for path, content in render(draft.incident).items()}
    return {
        path: content for path, content in rendered.items() if draft.beside.get(path) != name_blob(content)
    }
