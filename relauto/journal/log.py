"""The journal of an incident: read it, and append what was decided on the grounds of what it says."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

from relauto.clock import Clock
from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.mirror import Mirror
from relauto.git.repository import Repository
from relauto.journal.erasure import Choice, Erasure, draft_erasure, plan_erasure
from relauto.journal.fault import Fault
from relauto.journal.format import DamagedJournalError, journal_branch, words_branch
from relauto.journal.snapshot import Draft, Render, Tips, extend, list_files, read_snapshot, start
from relauto.journal.swap import Change, Proposal, SharedBranches
from relauto.journal.verification import Verdict, verify_journal
from relauto.journal.watch import fetch_watched, forget_words, has_former_words, list_left
from relauto.model.event import Body, Event, Said
from relauto.model.incident import Incident
from relauto.model.names import Commit

_ACTOR = re.compile(r"[^\s<>]+")

Decide = Callable[[Incident], Sequence[Body | Said]]
"""Says what to record, given the state; called again with a newer state when others were faster."""


@dataclass(frozen=True)
class UnreadJournal:
    """The branches of a journal, wherever they lie, before anything is read: it may be damaged."""

    repository: Repository
    incident_id: str
    tips: Tips

    @classmethod
    def find_local(cls, repository: Repository, incident_id: str) -> "UnreadJournal":
        """Find it in a clone, without any network: the local branch, else that of a remote as fetched last.

        Raises:
            InputError: there is no journal of this incident.
        """
        _, log = repository.find_branch(journal_branch(incident_id))
        try:
            _, words = repository.find_branch(words_branch(incident_id))
        except InputError:
            return cls(repository, incident_id, Tips(log))
        return cls(repository, incident_id, Tips(log, words))

    @classmethod
    def find_cached(cls, mirror: Mirror, incident_id: str, *, fetch: bool = False) -> "UnreadJournal":
        """Find it in a mirror, as it was fetched last or, with `fetch`, as it is now.

        Raises:
            RemoteError: the repository was not reached.
        """
        refs = [branch.ref for branch in (journal_branch(incident_id), words_branch(incident_id))]
        known = fetch_watched(mirror, refs) if fetch else mirror.repository.refs("refs/heads")
        tips = Tips(*(Commit(known[ref]) if ref in known else None for ref in refs))
        return cls(mirror.repository, incident_id, tips)

    @property
    def is_known(self) -> bool:
        """Whether its branch is there, or was when this repository was fetched before."""
        return bool(self.tips.log or list_left(self.repository, journal_branch(self.incident_id), None))

    def verify(self) -> Verdict:
        """Return every fault of the journal and of its history."""
        return verify_journal(self.repository, self.tips, self.incident_id)


class JournalReader:
    """The journal in a repository on this machine, as it is there. Close it after use."""

    def __init__(self, repository: Repository, incident_id: str) -> None:
        self.repository = repository
        self.incident_id = incident_id
        self._snapshot = start(incident_id)

    @classmethod
    def open_local(cls, directory: Path, incident_id: str) -> "JournalReader":
        """Open the journal of an incident in a clone of the ops repository, without any network.

        Raises:
            InputError: there is no repository, or no journal of this incident in it.
            DamagedJournalError: the journal is not as it was written.
        """
        repository = Repository.open(directory)
        return cls._open(repository, incident_id, partial(UnreadJournal.find_local, repository, incident_id))

    @classmethod
    def open_cached(cls, address: Address, incident_id: str, *, cache: Path) -> "JournalReader":
        """Open the journal of an incident as it was fetched last, without any network; it may be empty."""
        mirror = Mirror.open(address, cache=cache)
        return cls._open(
            mirror.repository, incident_id, partial(UnreadJournal.find_cached, mirror, incident_id)
        )

    @classmethod
    def _open(
        cls, repository: Repository, incident_id: str, find: Callable[[], UnreadJournal]
    ) -> "JournalReader":
        reader = cls(repository, incident_id)
        try:
            reader._take(find().tips)
        except BaseException:
            repository.close()
            raise
        return reader

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that reads objects."""
        self.repository.close()

    @property
    def tip(self) -> Commit | None:
        """The commit that was read; None when nobody has opened the incident."""
        return self._snapshot.tips.log

    def events(self) -> list[Event]:
        """Return everything that happened, in order."""
        return list(self._snapshot.events)

    def incident(self) -> Incident:
        """Return what the events add up to. To be looked at only; an append makes a new one."""
        return self._snapshot.incident

    def rendered(self, prefix: str) -> dict[str, bytes]:
        """Return the files for people below a folder of the words' branch, by path."""
        found = {path: blob for path, blob in self._snapshot.beside.items() if path.startswith(prefix)}
        return {path: self.repository.store.read(blob, "blob") for path, blob in found.items()}

    def verify(self) -> tuple[Fault, ...]:
        """Return every fault of the journal and of its history, none when it is whole."""
        unread = UnreadJournal(self.repository, self.incident_id, self._snapshot.tips)
        return unread.verify().faults if self.tip else ()

    def plan_erasure(self, choice: Choice) -> Erasure:
        """Return what a choice of words to erase means here.

        Raises:
            InputError: there is no such event, or nothing that the choice means.
        """
        return plan_erasure(self.repository, self._snapshot, choice)

    @property
    def has_former_words(self) -> bool:
        """Whether older commits of the log itself hold words: the journal was begun in format 1."""
        return self.tip is not None and has_former_words(self.repository, self.tip)

    def _take(self, tips: Tips) -> None:
        if tips.log is None and self.tip is not None:
            raise DamagedJournalError(journal_branch(self.incident_id), "the branch is gone")
        if tips.log is not None and tips != self._snapshot.tips:
            self._snapshot = read_snapshot(self.repository, tips, self._snapshot)


class Journal(JournalReader):
    """The journal in the ops repository elsewhere, with a mirror of it in a cache on this machine.

    Reads answer from the last look; `fetch` looks again, and so does an append that lost a race. An
    append either is on the branch whole, or left nothing that others see.
    """

    def __init__(self, branches: SharedBranches, incident_id: str, clock: Clock, actor: str) -> None:
        super().__init__(branches.mirror.repository, incident_id)
        self._branches = branches
        self._clock = clock
        self._actor = actor
        self._draft: Draft | None = None

    @classmethod
    def open(
        cls,
        address: Address,
        incident_id: str,
        *,
        cache: Path,
        clock: Clock,
        actor: str,
        chance: random.Random | None = None,
        default: bool = False,
    ) -> "Journal":
        """Open the journal of an incident, which need not exist yet, and look what it says.

        Args:
            address: the ops repository.
            incident_id: whose journal.
            cache: a directory for mirrors, shared by any number of processes.
            clock: dates the events.
            actor: the login behind the token; every event of this journal names it.
            chance: draws the pauses after lost races; by itself it is seeded by the machine.
            default: let the looks bring the repository's default branch along.

        Raises:
            RemoteError: the repository was not reached.
            DamagedJournalError: the journal is not as it was written.
            InputError: it is of another format, or the id or the actor is none.
        """
        names = journal_branch(incident_id), words_branch(incident_id)
        if not _ACTOR.fullmatch(actor):
            raise InputError("a journal is written by somebody", todo="give a token that names its login")
        mirror = Mirror.open(address, cache=cache, default=default)
        try:
            branches = SharedBranches(mirror, *names, clock=clock, chance=chance)
            journal = cls(branches, incident_id, clock, actor)
            journal.fetch()
        except BaseException:
            mirror.close()
            raise
        return journal

    def fetch(self) -> None:
        """Look what the journal says now.

        Raises:
            RemoteError: the repository was not reached.
            DamagedJournalError: it is not as it was written, or not as it was at the last look.
        """
        self._take(Tips(*self._branches.fetch()))
        if self._snapshot.lost:
            # The branches are moved at once, but may have been listed one before and one after it.
            self._take(Tips(*self._branches.fetch()))

    def append(self, decide: Decide, *, render: Render | None = None) -> Incident:
        """Append what `decide` says as one commit, and return the state that it leads to.

        `decide` is called with the state as known; when others were faster it is called again with
        theirs, so it has to look at the state and must have no effect. An empty answer writes nothing.

        Args:
            decide: returns the bodies to record.
            render: makes the files for people to read, from the state after them; unchanged ones
                cost nothing, and ones left out stay as they are.

        Raises:
            InputError: a body cannot be stored.
            LostRaceError: others were faster each time, or pushes are refused; nothing was written.
            UnknownOutcomeError: the connection broke, and whether it was written could not be seen.
            RemoteError: the repository was not reached; nothing was sent.
            DamagedJournalError: what others wrote in between is no journal.
        """
        self._draft = None
        commit = self._branches.advance(
            lambda: self._propose(decide, render), refresh=self.fetch, landed=lambda _: self._has_landed()
        )
        if commit and self._draft and not self._has_landed():
            tips = Tips(*self._branches.tips.values())
            log, beside = (list_files(self.repository, tip) for tip in tips)
            self._snapshot = replace(self._draft.snapshot, tips=tips, log=log, beside=beside)
        return self.incident()

    def erase(self, choice: Choice, reason: str, *, render: Render | None = None) -> Erasure:
        """Erase words for good, in what the journal says by then, and return which.

        One push appends who did it and why, and replaces the words' branch by one commit without a
        parent. The mirror on this machine forgets the words, too; other processes that are about to
        append by way of it may have to be run again.

        Args:
            choice: what is meant.
            reason: why.
            render: as of `append`.

        Raises:
            InputError: nothing is there that the choice means, or the event itself would hold it.
            RemoteError: as of `append`.
            DamagedJournalError: what others wrote in between is no journal.
        """
        self._draft = None
        erasures: list[Erasure] = []

        def propose() -> Proposal:
            erasures.append(self.plan_erasure(choice))
            now, actor = self._clock.now(), self._actor
            self._draft = draft_erasure(
                self.repository, self._snapshot, erasures[-1], reason, at=now, actor=actor, render=render
            )
            return self._write(self._draft)

        self._branches.advance(propose, refresh=self.fetch, landed=lambda _: self._has_landed())
        self._take(Tips(*self._branches.tips.values()))
        forget_words(self._branches.mirror)
        return erasures[-1]

    def _propose(self, decide: Decide, render: Render | None) -> Proposal | None:
        bodies = decide(self._snapshot.incident)
        if not bodies:
            return None
        self._draft = extend(self._snapshot, bodies, at=self._clock.now(), actor=self._actor, render=render)
        return self._write(self._draft)

    def _write(self, draft: Draft) -> Proposal:
        log, words = self._branches.branches
        tips = self._snapshot.tips
        changes = [Change(log, draft.log, base=tips.log)]
        if draft.alone:
            changes.append(Change(words, draft.beside, alone=True))
        elif draft.beside:
            # What is moved over from format 1 stands in the log's own tree.
            moved = self._snapshot.meta.format == 1
            changes.append(Change(words, draft.beside, base=tips.log if moved else tips.words))
        return Proposal(changes, _describe(self.incident_id, draft.added), draft.writer)

    def _has_landed(self) -> bool:
        if self._draft is None:
            return False
        first = self._draft.added[0]
        known = self._snapshot.events
        return any(event.id == first.id for event in known[first.sequence - 1 :])


def _describe(incident_id: str, added: Sequence[Event]) -> str:
    kinds = ", ".join(dict.fromkeys(event.body.kind for event in added))
    first, last = added[0].sequence, added[-1].sequence
    which = f"event {first}" if first == last else f"events {first} to {last}"
    return f"{incident_id}: {kinds}\n\nAppends {which}."


def list_incidents(address: Address, *, cache: Path, words: bool = False) -> list[str]:
    """Return the ids of all incidents that have a journal, sorted; with `words` fetch those of all, too.

    Each can then be read by `JournalReader.open_cached`.

    Raises:
        RemoteError: the ops repository was not reached.
    """
    prefix = "refs/heads/incidents/"
    with Mirror.open(address, cache=cache) as mirror:
        known = fetch_watched(mirror, [f"{prefix}*", *(["refs/heads/words/*"] if words else [])])
        return sorted(ref.removeprefix(prefix) for ref in known if ref.startswith(prefix))


def list_cached_incidents(address: Address, *, cache: Path) -> tuple[list[str], datetime | None]:
    """Return the ids of the incidents that were fetched to this machine, sorted, and when that was last."""
    prefix = "refs/heads/incidents/"
    with Mirror.open(address, cache=cache) as mirror:
        known = sorted(ref.removeprefix(prefix) for ref in mirror.repository.refs(prefix.rstrip("/")))
        return known, mirror.fetched_at


def list_local_incidents(directory: Path) -> list[str]:
    """Return the ids of the incidents with a journal in a clone of the ops repository, sorted.

    Raises:
        InputError: there is no repository.
    """
    with Repository.open(directory) as repository:
        refs = repository.refs("refs/heads") | repository.refs("refs/remotes")
    found = {ref.partition("/incidents/")[2] for ref in refs}
    return sorted(name for name in found if name and "/" not in name)


def require_opened(reader: JournalReader) -> Incident:
    """Return the incident of a journal that somebody has opened.

    Raises:
        InputError: nobody has.
    """
    if reader.incident().opened is None:
        raise InputError(
            f"there is no journal of {reader.incident_id}", todo="`relauto open` starts an incident"
        )
    return reader.incident()
