"""Erasing words: which are meant, how they go out of what was rendered, and the append that does it.

Words are compared without their punctuation and case, because what is rendered wraps and escapes them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from relauto.errors import InputError
from relauto.git.repository import Repository
from relauto.journal.codec import Decoder, read_events, split_lines
from relauto.journal.format import README, START
from relauto.journal.references import list_references, read_source
from relauto.journal.snapshot import Draft, Render, Snapshot, extend
from relauto.journal.words import Payload, Words, parse_payloads
from relauto.model.event import WordsErased
from relauto.model.incident import fold
from relauto.model.words import Text

ERASED = "(erased)"
"""Stands where words were in a page."""

REMAINS = (
    "pages that quote fewer than four words in a row of what was said: name those words by --text",
    "comments, issues and pull requests at GitHub: edit or delete them, and their earlier revisions, by hand",
    "commits that no branch leads to, until GitHub collects them: its support does so when asked",
    "mails and notifications that GitHub has sent",
    "clones that people made; caches of relauto on other machines drop the words at their next fetch",
)
"""What erasing words from a journal does not reach."""

FORMER = "older commits of {branch}, which was begun in format 1 and holds words in its own history"

_WORD = re.compile(r"[^\W_]+")
_RUN = 4
"""So many words in a row of what is erased are recognised in a page that quotes a part of it."""


@dataclass(frozen=True)
class Choice:
    """What is to be erased, by any of three ways of naming it.

    Attributes:
        events: by their number: what was said in them. Who acted stays.
        people: logins: the name itself, and whatever text names it.
        texts: words: every text that they stand in.
    """

    events: tuple[int, ...] = ()
    people: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Use:
    """Where an event names words; `source` is where GitHub holds what was said, "" where nowhere."""

    event: int
    kind: str
    field: str
    source: str

    def __str__(self) -> str:
        return f"event {self.event} ({self.kind}), {self.field}"


@dataclass(frozen=True)
class Erasable:
    """Words that are to be erased: the digest that stands for them, and the events that name it."""

    digest: str
    value: str
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Erasure:
    """What goes: the words, and the pages by path that stay without them."""

    found: tuple[Erasable, ...]
    pages: Mapping[str, bytes]

    @property
    def sources(self) -> tuple[str, ...]:
        """Addresses at GitHub that hold what was said, in the order of the events."""
        named = (use.source for each in self.found for use in each.uses)
        # What was kept on a machine until GitHub was back is named by something that is no address.
        return tuple(dict.fromkeys(source for source in named if source.startswith(("https://", "http://"))))


def plan_erasure(repository: Repository, snapshot: Snapshot, choice: Choice) -> Erasure:
    """Return what a choice means in a journal.

    Raises:
        InputError: there is no such event, or nothing that the choice means.
    """
    found = _find(list(_list_lines(_read(repository, snapshot.log))), snapshot, choice)
    pages = {path: content for path, content in _read(repository, snapshot.beside).items() if _is_page(path)}
    values = [*(each.value for each in found), *choice.people, *choice.texts]
    scrubbed = scrub_pages(pages, values)
    # The board is rendered anew from what is left.
    if not any(each.value for each in found) and scrubbed.keys() <= {README}:
        todo = "name an event that holds words, a login, or words as they were said"
        raise InputError("nothing of what is chosen is in the journal", todo=todo)
    return Erasure(found, scrubbed)


def draft_erasure(
    repository: Repository,
    snapshot: Snapshot,
    erasure: Erasure,
    reason: str,
    *,
    at: datetime,
    actor: str,
    render: Render | None = None,
) -> Draft:
    """Return the append that erases: the event, and all that the words' branch holds from then on.

    Raises:
        InputError: the reason or the actor's own name would be erased with the rest.
    """
    _refuse_own(snapshot, erasure, reason, actor)
    gone = tuple(each.digest for each in erasure.found)
    pages = tuple(sorted(path for path in erasure.pages if path != README))
    draft = extend(snapshot, [WordsErased(gone, Text(reason), pages)], at=at, actor=actor)
    files = {**_read(repository, snapshot.beside), **erasure.pages}
    files |= {path: content for path, content in draft.beside.items() if content is not None}
    beside: dict[str, bytes | None] = {}
    words = Words()
    for path, content in files.items():
        beside[path] = content if _is_page(path) else _drop(content, path, set(gone), words)
    if render:
        log = _read(repository, snapshot.log)
        log |= {path: content for path, content in draft.log.items() if content is not None}
        beside |= render(fold(read_events(_list_lines(log), Decoder(words, 0, START))))
    return replace(draft, beside=beside, alone=True)


def scrub_pages(pages: Mapping[str, bytes], erased: Iterable[str]) -> dict[str, bytes]:
    """Return the pages in which erased words stood, without them, by path."""
    runs = set(_list_runs(erased))
    scrubbed = {path: _scrub(content.decode("utf-8", "replace"), runs) for path, content in pages.items()}
    return {path: text.encode() for path, text in scrubbed.items() if text.encode() != pages[path]}


def _is_page(path: str) -> bool:
    return not path.startswith("private/")


def _read(repository: Repository, files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: repository.store.read(blob, "blob") for path, blob in files.items()}


def _list_lines(log: Mapping[str, bytes]) -> Iterator[bytes]:
    for path in sorted(path for path in log if path.startswith("events/")):
        yield from split_lines(log[path], path)


def _find(lines: Sequence[bytes], snapshot: Snapshot, choice: Choice) -> tuple[Erasable, ...]:
    uses = _list_uses(lines, snapshot)
    names = [_compile(login, around=r"[\w-]") for login in choice.people]
    texts = [_compile(text, around=r"[^\W_]") for text in choice.texts]
    people = set(snapshot.words.people.values())
    found = []
    for digest, value in snapshot.words.values.items():
        told = uses.get(digest, ())
        said = digest not in people and any(use.event in choice.events for use in told)
        if said or any(pattern.search(value) for pattern in (*names, *texts)):
            found.append(Erasable(digest, value, tuple(told)))
    absent = [number for number in choice.events if not 0 < number <= len(lines)]
    if absent:
        raise InputError(f"there is no event {absent[0]}", todo=f"name one from 1 to {len(lines)}")
    return tuple(sorted(found, key=lambda each: each.uses[0].event if each.uses else 0))


def _list_uses(lines: Sequence[bytes], snapshot: Snapshot) -> dict[str, list[Use]]:
    uses: dict[str, list[Use]] = {}
    for event, line in zip(snapshot.events, lines, strict=True):
        for each in list_references(line):
            use = Use(event.sequence, event.body.kind, each.name, read_source(line))
            uses.setdefault(each.digest, []).append(use)
    return uses


def _compile(text: str, *, around: str) -> re.Pattern[str]:
    """Return a pattern for words in a row, whatever stands between them, and not within longer ones."""
    parts = _WORD.findall(text)
    if not parts:
        raise InputError(f"{text!r} holds no word that could be looked for", todo="name a word, or the event")
    joined = r"[\W_]+".join(re.escape(part) for part in parts)
    return re.compile(rf"(?<!{around}){joined}(?!{around})", re.IGNORECASE)


def _refuse_own(snapshot: Snapshot, erasure: Erasure, reason: str, actor: str) -> None:
    if snapshot.words.people.get(actor) in {each.digest for each in erasure.found}:
        what = f"{actor} would erase their own name from what says who erased it"
        raise InputError(what, todo="let somebody else do it who is entitled to")
    if scrub_pages({"reason": reason.encode()}, [each.value for each in erasure.found]):
        raise InputError("the reason holds words that are to be erased", todo="say why in other words")


def _drop(content: bytes, path: str, gone: set[str], words: Words) -> bytes | None:
    """Return a private file without the payloads of `gone`, and add those that stay to `words`."""
    kept: list[Payload] = [each for each in parse_payloads(content, path) if each.digest not in gone]
    for payload in kept:
        words.add(payload)
    return b"".join(msgspec.json.encode(payload) + b"\n" for payload in kept) or None


def _list_runs(values: Iterable[str]) -> Iterator[tuple[str, ...]]:
    for value in values:
        for line in value.splitlines():
            words = [word.casefold() for word in _WORD.findall(line)]
            length = min(len(words), _RUN)
            for start in range(len(words) - length + 1) if length else ():
                yield tuple(words[start : start + length])


def _scrub(text: str, runs: set[tuple[str, ...]]) -> str:
    found = list(_WORD.finditer(text))
    words = [each[0].casefold() for each in found]
    meant = [False] * len(words)
    for length in {len(run) for run in runs}:
        for start in range(len(words) - length + 1):
            if tuple(words[start : start + length]) in runs:
                meant[start : start + length] = [True] * length
    parts, end = [], 0
    for number, each in enumerate(found):
        if not meant[number]:
            continue
        if not (number and meant[number - 1]):
            parts += [text[end : each.start()], ERASED]
        end = each.end()
    return "".join([*parts, text[end:]])
