"""From where a task is run to the incident it means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from relauto.tasks.local import list_local, load_local, when_fetched
from relauto.tasks.output import say

if TYPE_CHECKING:
    from relauto.journal.log import JournalReader, UnreadJournal
    from relauto.session import Session
    from relauto.settings.options import Settings
    from relauto.stages.bench import Bench


@contextmanager
def session() -> Iterator[Session]:
    """Lend the connections that the settings and the environment's tokens give."""
    from relauto.clock import SystemClock
    from relauto.session import Session, Tokens
    from relauto.settings.tokens import read_token

    local = load_local()
    private = os.environ.get("RELAUTO_PRIVATE_TOKEN", "")
    tokens = Tokens(read_token("source"), read_token("ops"), read_token("qa"), private)
    settings = _settings_in_force(local, tokens.ops)
    with Session(settings, tokens, clock=SystemClock(), say=say) as opened:
        yield opened


def _settings_in_force(local: Settings, token: str) -> Settings:
    """Return the settings of the ops repository where it has some, else the local file's.

    The addresses of GitHub and the cache are this machine's and always come from the local file.
    """
    from msgspec.structs import replace

    from relauto.authority import find_authority
    from relauto.clock import SystemClock
    from relauto.github.client import Address, Client
    from relauto.github.memory import Memory
    from relauto.github.repositories import read_file
    from relauto.model.names import RepositoryName
    from relauto.session import find_cache
    from relauto.settings.file import FILE, parse_settings

    ops = RepositoryName(local.repositories.ops)
    memory = Memory.open(find_cache(local) / "answers", token)
    address = Address(local.github.api, find_authority(local.github))
    with Client(address, ops, token, clock=SystemClock(), memory=memory) as client:
        content = read_file(client, FILE)
    if content is None:
        return local
    shared = parse_settings(content.decode("utf-8", "replace"), f"{ops}:{FILE}")
    return replace(shared, github=local.github, cache=local.cache)


@contextmanager
def bench(id_: str | None) -> Iterator[Bench]:
    """Lend the workbench of the incident meant.

    Raises:
        InputError: there is none, or there are several and none is named.
    """
    from relauto.journal.log import list_incidents
    from relauto.session import choose_incident

    with session() as opened:
        known = list_incidents(opened.ops_address, cache=opened.cache)
        with opened.bench(choose_incident(known, id_, os.environ)) as lent:
            lent.incident = lent.journal.incident()
            yield lent


@contextmanager
def reader(id_: str | None) -> Iterator[JournalReader]:
    """Lend the journal of the incident meant: from a clone of ops where this is one, else from afar."""
    from relauto.errors import AwayError
    from relauto.journal.log import JournalReader
    from relauto.session import choose_incident
    from relauto.tasks.away import remembered

    here = Path.cwd()
    local = list_local(here)
    if local:
        say(f"read from this clone, as of its last fetch{when_fetched(here)}")
        with JournalReader.open_local(here, choose_incident(local, id_, os.environ)) as opened:
            yield opened
        return
    with ExitStack() as stack:
        try:
            journal: JournalReader = stack.enter_context(bench(id_)).journal
        except AwayError as error:
            journal = stack.enter_context(remembered(id_, error))
        yield journal


@contextmanager
def unread(id_: str | None) -> Iterator[UnreadJournal]:
    """Lend the journal of the incident meant as `reader` does, but unread: it may be damaged.

    An incident whose branch is gone can be named.
    """
    from relauto.errors import AwayError
    from relauto.git.mirror import Mirror
    from relauto.git.repository import Repository
    from relauto.journal.log import UnreadJournal, list_incidents
    from relauto.session import choose_incident
    from relauto.tasks.away import recall_ops

    here = Path.cwd()
    local = list_local(here)
    if local:
        say(f"read from this clone, as of its last fetch{when_fetched(here)}")
        with Repository.open(here) as repository:
            yield UnreadJournal.find_local(repository, choose_incident(local, id_, os.environ))
        return
    named = id_ or os.environ.get("RELAUTO_INCIDENT")
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(session())
            address, cache, away = opened.ops_address, opened.cache, False
            known = list_incidents(address, cache=cache)
        except AwayError as error:
            address, cache, known = recall_ops(error)
            away = True
        mirror = stack.enter_context(Mirror.open(address, cache=cache))
        incident = named or choose_incident(known, None, os.environ)
        journal = UnreadJournal.find_cached(mirror, incident, fetch=not away)
        if not journal.is_known:
            choose_incident(known, incident, os.environ)
        yield journal
