"""Is a journal whole? Every fault with its place, where reading stops at the first one.

Two things are looked at. The newest tree: the chain, the numbers, the words. And the history of the
branch, which shows what the newest tree cannot: a log that was cut or rewritten together with its
`meta.json`, and commits that relauto did not make.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.git.tree import walk_files
from relauto.journal.codec import Decoder
from relauto.journal.format import (
    META,
    SEGMENT,
    START,
    DamagedJournalError,
    digest_line,
    events_file,
    parse_meta,
)
from relauto.journal.words import Words, parse_payloads, split_payloads
from relauto.model.names import Commit


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def verify_branch(repository: Repository, tip: Commit, incident_id: str) -> list[Fault]:
    """Return the faults of the journal at `tip` and of its history, none when it is whole.

    Raises:
        MissingObjectError: the repository lacks a part of it.
    """
    return [*_verify_tree(repository, tip, incident_id), *_verify_history(repository, tip)]


def _list_files(repository: Repository, commit: Commit, folder: str) -> dict[str, str]:
    tree = repository.commit_object(commit).tree
    return {path: entry.id for path, entry in walk_files(repository.store, tree) if path.startswith(folder)}


def _verify_tree(repository: Repository, tip: Commit, incident_id: str) -> Iterator[Fault]:
    words = Words()
    for path, blob in sorted(_list_files(repository, tip, "private/").items()):
        yield from _verify_words(repository.store.read(blob, "blob"), path, words)
    lines = []
    files = sorted(_list_files(repository, tip, "events/").items())
    for number, (path, blob) in enumerate(files):
        content = repository.store.read(blob, "blob")
        rows = content.split(b"\n")
        if path != events_file(number * SEGMENT + 1):
            yield Fault(path, "a file is missing before it, or it does not belong here")
        if rows.pop():
            yield Fault(path, "its last line is cut off")
        if len(rows) > SEGMENT or (len(rows) < SEGMENT and number + 1 < len(files)):
            yield Fault(path, f"it holds {len(rows)} events instead of {SEGMENT}")
        lines += [(f"{path}, line {row}", line) for row, line in enumerate(rows, 1)]
    yield from _verify_chain(lines, words)
    head = digest_line(lines[-1][1]) if lines else START
    yield from _verify_meta(repository.read_file(tip, META), incident_id, len(lines), head)


def _verify_words(content: bytes, path: str, words: Words) -> Iterator[Fault]:
    for number, line in enumerate(split_payloads(content), 1):
        try:
            for payload in parse_payloads(line, path):
                words.add(payload)
        except DamagedJournalError as error:
            yield Fault(f"{path}, line {number}", error.fault)


def _verify_chain(lines: list[tuple[str, bytes]], words: Words) -> Iterator[Fault]:
    head = START
    for sequence, (place, line) in enumerate(lines):
        # Each line is held to the one really before it, so that one bad line is one fault and not many.
        try:
            Decoder(words, sequence, head).read(line)
        except DamagedJournalError as error:
            yield Fault(place, error.fault)
        except InputError as error:
            yield Fault(place, error.what)
        head = digest_line(line)


def _verify_meta(content: bytes | None, incident_id: str, count: int, head: str) -> Iterator[Fault]:
    if content is None:
        yield Fault(META, "the file is not there")
        return
    try:
        meta = parse_meta(content)
    except DamagedJournalError as error:
        yield Fault(META, error.fault)
        return
    if meta.incident != incident_id:
        yield Fault(META, f"it is that of {meta.incident!r}")
    if meta.sequence != count:
        yield Fault(META, f"it tells of {meta.sequence} events, the log holds {count}")
    elif meta.head != head:
        yield Fault(META, "it names another last event than the log has")


def _verify_history(repository: Repository, tip: Commit) -> Iterator[Fault]:
    before: dict[str, str] = {}
    for commit in repository.list_commits("--first-parent", tip):
        facts = repository.commit(commit)
        place = f"commit {commit.short}"
        if facts.committer.name != "relauto" or len(facts.parents) > 1:
            yield Fault(place, f"relauto did not make it; its committer is {facts.committer.name}")
        after = _list_files(repository, commit, "events/")
        for path in sorted(before.keys() | after.keys()):
            if before.get(path) != after.get(path):
                yield from _verify_growth(repository, place, path, before.get(path), after.get(path))
        before = after


def _verify_growth(
    repository: Repository, place: str, path: str, old: str | None, new: str | None
) -> Iterator[Fault]:
    earlier = repository.store.read(old, "blob") if old else b""
    later = repository.store.read(new, "blob") if new else b""
    if not later.startswith(earlier):
        yield Fault(place, f"it does not only add to {path}")
