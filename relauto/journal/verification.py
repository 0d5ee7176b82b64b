"""Is a journal whole? Every fault with its place, where reading stops at the first one.

Three things are looked at. The newest tree of the log: the chain, the numbers, what does not belong
there. The words beside it: that each is the one that was written, and that none went away unless it was
erased. And the history of the log (`relauto.journal.history`), which shows what the newest tree cannot.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from relauto.counting import name_count
from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.git.tree import name_blob
from relauto.journal.codec import Decoder, UnknownEventError
from relauto.journal.fault import Fault
from relauto.journal.format import (
    META,
    README,
    SEGMENT,
    START,
    DamagedJournalError,
    Meta,
    digest_line,
    events_file,
    is_of_log,
    journal_branch,
    parse_meta,
    words_branch,
    write_signpost,
)
from relauto.journal.history import verify_history
from relauto.journal.references import list_references
from relauto.journal.snapshot import Tips, list_files
from relauto.journal.watch import list_left
from relauto.journal.words import Words, parse_payloads, split_payloads
from relauto.model.event import Event, NoticeDrafted, WordsErased

UNPROVED = (
    "who wrote an event: commits here are not signed, and whoever may push can name anybody",
    "who pushed it: GitHub's own record of pushes to the branch says so",
    "that an answer says the same on GitHub: the event names the address",
    "that the log was not replaced whole before this repository fetched it for the first time",
)
"""What no reading of the branches can find out."""

_LOST = "take it from a clone or an older commit that has it; `journal.redact` is the way to erase words"

_BACK = "words were put back: erase them again with journal.redact"


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a journal of so many events, if anything; and what was `erased`, a sentence each."""

    events: int
    faults: tuple[Fault, ...]
    erased: tuple[str, ...] = ()


@dataclass
class _Log:
    """What there is of a journal, as far as it can be read; `rows` are its lines with their places."""

    files: dict[str, str]
    beside: dict[str, str]
    meta: Meta | None
    rows: list[tuple[str, bytes]] = field(default_factory=list)
    words: Words = field(default_factory=Words)
    events: list[Event] = field(default_factory=list)


def verify_journal(repository: Repository, tips: Tips, incident_id: str) -> Verdict:
    """Return the faults of the journal at `tips` and of its history, none when it is whole.

    Raises:
        MissingObjectError: the repository lacks a part of it.
    """
    found = list(_verify_left(repository, tips, incident_id))
    if tips.log is None:
        return Verdict(0, tuple(found))
    files = list_files(repository, tips.log)
    meta, faults = _read_meta(repository, files)
    beside = list_files(repository, tips.words)
    if meta and meta.format == 1:
        beside = {path: blob for path, blob in files.items() if not is_of_log(path)}
    log = _Log(files, beside, meta)
    found += faults
    found += _verify_private(repository, log)
    found += _verify_files(repository, log)
    found += _verify_chain(log)
    if meta:
        found += _verify_end(meta, incident_id, log)
    if meta and meta.format > 1:
        found += _verify_strays(log, incident_id)
        found += _verify_words(log, tips, incident_id)
    found += _verify_notices(repository, log)
    found += verify_history(repository, tips.log, log.words)
    return Verdict(len(log.rows), tuple(found), tuple(_tell_erasures(log)))


def _read_meta(repository: Repository, files: dict[str, str]) -> tuple[Meta | None, list[Fault]]:
    if META not in files:
        return None, [Fault(META, "the file is not there")]
    try:
        return parse_meta(repository.store.read(files[META], "blob")), []
    except DamagedJournalError as error:
        return None, [Fault(META, error.fault)]
    except InputError as error:
        return None, [Fault(META, error.what, error.todo)]


def _verify_left(repository: Repository, tips: Tips, incident_id: str) -> Iterator[Fault]:
    branch = journal_branch(incident_id)
    if tips.log is None:
        yield Fault(branch, "the branch is gone", f"push {branch} again from a clone that has it")
    for commit in list_left(repository, branch, tips.log):
        meta, _ = _read_meta(repository, list_files(repository, commit))
        count = f"with {name_count(meta.sequence, 'event')}" if meta else "without events"
        yield Fault(
            f"commit {commit.short}",
            f"{branch} stood here, {count}, when it was fetched before, and this is no part of it now:"
            " it was moved back, or another was put in its place",
            f"find out who pushed; the commit is kept here, so that {branch} can be put back to it",
        )


def _verify_private(repository: Repository, log: _Log) -> Iterator[Fault]:
    for path in sorted(path for path in log.beside if path.startswith("private/")):
        lines = split_payloads(repository.store.read(log.beside[path], "blob"))
        for number, line in enumerate(lines, 1):
            try:
                for payload in parse_payloads(line, path):
                    log.words.add(payload)
            except DamagedJournalError as error:
                yield Fault(f"{path}, line {number}", error.fault, _LOST)


def _verify_files(repository: Repository, log: _Log) -> Iterator[Fault]:
    files = sorted((path, blob) for path, blob in log.files.items() if path.startswith("events/"))
    for number, (path, blob) in enumerate(files):
        rows = repository.store.read(blob, "blob").split(b"\n")
        if path != events_file(number * SEGMENT + 1):
            yield Fault(path, "a file is missing before it, or it does not belong here")
        if rows.pop():
            yield Fault(path, "its last line is cut off")
        if len(rows) > SEGMENT or (len(rows) < SEGMENT and number + 1 < len(files)):
            yield Fault(path, f"it holds {name_count(len(rows), 'event')} instead of {SEGMENT}")
        log.rows += [(f"{path}, line {row}", line) for row, line in enumerate(rows, 1)]


def _verify_chain(log: _Log) -> Iterator[Fault]:
    head = START
    for number, (place, line) in enumerate(log.rows):
        # Each line is held to the one really before it, so that one bad line is one fault and not many.
        try:
            log.events.append(Decoder(log.words, number, head).read(line))
        except DamagedJournalError as error:
            yield Fault(f"{place} (event {number + 1})", error.fault)
        except UnknownEventError as error:
            yield Fault(f"{place} (event {number + 1})", error.fault, error.todo)
        head = digest_line(line)


def _verify_end(meta: Meta, incident_id: str, log: _Log) -> Iterator[Fault]:
    if meta.incident != incident_id:
        todo = f"put {journal_branch(incident_id)} back to the commits of its own incident"
        yield Fault(META, f"it is that of {meta.incident!r}", todo)
    head = digest_line(log.rows[-1][1]) if log.rows else START
    if meta.sequence != len(log.rows):
        yield Fault(META, f"it tells of {name_count(meta.sequence, 'event')}, the log holds {len(log.rows)}")
    elif meta.head != head:
        yield Fault(META, "it names another last event than the log has")


def _verify_strays(log: _Log, incident_id: str) -> Iterator[Fault]:
    for path in sorted(path for path in log.files if not is_of_log(path) and path != README):
        yield Fault(
            path, "it does not belong here", "nothing reads it: remove it, and find out who put it here"
        )
    if log.files.get(README) != name_blob(write_signpost(incident_id)):
        todo = "nothing reads it: the next append writes it anew; find out who changed it"
        yield Fault(README, "it is not as relauto wrote it", todo)


def _verify_words(log: _Log, tips: Tips, incident_id: str) -> Iterator[Fault]:
    if tips.words is None:
        yield Fault(words_branch(incident_id), "the branch is gone, and with it all that people said", _LOST)
        return
    erased = {digest: number for number, each in _list_erasures(log) for digest in each.digests}
    told: set[str] = set()
    for number, (place, line) in enumerate(log.rows, 1):
        for reference in list_references(line):
            digest, where = reference.digest, f"{place} (event {number})"
            if digest in told or (digest in log.words.values) != (digest in erased):
                continue
            told.add(digest)
            if digest in erased:
                what = (
                    f"the words of its {reference.name} are there, though event {erased[digest]} erased them"
                )
                yield Fault(where, what, _BACK)
            else:
                yield Fault(
                    where, f"the words of its {reference.name} are not there, and nobody erased them", _LOST
                )


def _list_erasures(log: _Log) -> Iterator[tuple[int, WordsErased]]:
    for event in log.events:
        if isinstance(event.body, WordsErased):
            yield event.sequence, event.body


def _tell_erasures(log: _Log) -> Iterator[str]:
    uses: dict[str, list[str]] = {}
    for number, (_, line) in enumerate(log.rows, 1):
        for reference in list_references(line):
            uses.setdefault(reference.digest, []).append(f"{reference.name} of event {number}")
    for event in log.events:
        if isinstance(event.body, WordsErased):
            who = "somebody whose name was erased" if event.actor.erased else event.actor
            what = ", ".join(use for digest in event.body.digests for use in uses.get(digest, ()))
            yield f"event {event.sequence}, {event.at:%Y-%m-%d %H:%M} UTC: {who} erased {what or 'words'}"


def _verify_notices(repository: Repository, log: _Log) -> Iterator[Fault]:
    """Hold each notice to the digest it was drafted with, and one that words were erased from to another."""
    changed = {path: number for number, each in _list_erasures(log) for path in each.pages}
    drafted = {event.body.path: event for event in log.events if isinstance(event.body, NoticeDrafted)}
    for path, event in drafted.items():
        if not isinstance(event.body, NoticeDrafted):
            continue
        if path not in log.beside:
            yield Fault(path, f"the notice that event {event.sequence} drafted is not there", _LOST)
            continue
        content = repository.store.read(log.beside[path], "blob")
        is_drafted = hashlib.sha256(content).hexdigest() == event.body.digest
        if path in changed and is_drafted:
            yield Fault(path, f"it is again the text that event {changed[path]} erased words from", _BACK)
        elif path not in changed and not is_drafted:
            yield Fault(path, f"it is not the text that event {event.sequence} drafted", _LOST)
