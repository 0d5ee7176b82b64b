"""Giving a version up: the incident that held it makes no release of it, and others can have the line."""

from relauto import recording
from relauto.errors import InputError
from relauto.journal.releases import Record
from relauto.model.event import ReleaseFreed
from relauto.model.version import find_releases, parse_version
from relauto.model.words import Text
from relauto.session import Session
from relauto.stages import claims
from relauto.stages.bench import Bench


def free_release(session: Session, version: str, reason: str, *, dry: bool = False) -> Record:
    """Give up a version, in the journal of the incident that holds it and in the release record.

    What its candidates burned stays burned. Returns the record as it was before; `dry` writes nothing.

    Raises:
        InputError: nobody holds the version, or it is out and cannot be given up.
        DecisionError: the login behind the token may not do this.
    """
    number = str(parse_version(version))
    with session.releases() as releases:
        record = releases.read(session.settings.source, number)
        if record is None or not record.incident:
            raise InputError(
                f"nobody holds {number} of {session.settings.source}",
                todo="see who holds what in ops: releases/",
            )
        _refuse_published(session, record)
        with session.bench(record.incident) as bench:
            bench.roster.require(bench.login, "free")
            if dry:
                return record
            if bench.incident.opened:
                _record(bench, record, reason)
        releases.free(record.repository, number, record.incident)
    return record


def _refuse_published(session: Session, record: Record) -> None:
    session.mirror.fetch(["refs/tags/*"])
    out = {str(each.version) for each in find_releases(session.mirror.repository.tags()) if each.is_final}
    if record.version in out or record.withdrawn:
        raise InputError(
            f"{record.version} was released by {record.incident}: its number is never another's",
            todo="its line is free for the next release already",
        )


def _record(bench: Bench, record: Record, reason: str) -> None:
    """Burn what the journal knows to be spent, then say in it that the version is given up."""
    bench.look()
    target = record.target
    if bench.plan(target).version == record.version:
        cut = [
            action.removeprefix("cut:") for _, action in bench.incident.intents if action.startswith("cut:")
        ]
        refused = [each.tag for each in bench.incident.refused]
        gone = [tag for tag in cut if tag not in bench.tags()]
        claims.burn(bench, target, [*refused, *gone])
    recording.record(bench, ReleaseFreed(target, record.version, Text(reason)))
