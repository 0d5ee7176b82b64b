"""The world as facts, without what differs between two equal walks: moments, addresses, ids of objects.

Everything is read from what lies in the folder: the bare repositories, the hub's records, the journal.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from relauto.git.runner import Git
from relauto.hub import records
from relauto.hub.store import Store, Transaction
from relauto.journal.log import JournalReader
from relauto.model.event import NoticeDrafted

Facts = dict[str, Any]

REPEATED = frozenset({"desk.intended", "step.intended", "step.waiting"})
"""Events that say again what was said: what was tried again, or a step that waited."""

_JOURNALS = tuple(f"refs/heads/{branches}/" for branches in ("incidents", "words", "releases"))
"""Branches whose events, and records, are read as such."""

_SHOWN: tuple[tuple[type[records.Record], tuple[str, ...]], ...] = (
    (
        records.Pull,
        ("title", "head_ref", "base_ref", "state", "merged", "labels", "requested_reviewers", "body"),
    ),
    (records.Review, ("number", "user", "state")),
    (records.Issue, ("number", "title", "user", "state", "labels", "body")),
    (records.Comment, ("number", "user", "body")),
    (records.CheckRun, ("head_sha", "name", "app", "status", "conclusion")),
    (records.Release, ("tag", "target", "name", "draft", "prerelease", "latest", "body")),
)


def read_facts(out: Path, incident: str) -> Facts:
    """Return everything about the world in a rehearsal's folder that another run must have alike."""
    return read_world(out / "product.git", out / "ops.git", out / ".rehearsal" / "hub", incident)


def read_world(product: Path, ops: Path, hub: Path, incident: str) -> Facts:
    """Return the same of a world whose repositories, and whose hub's records, lie anywhere."""
    facts: Facts = {
        "refs": {"product": list(_read_refs(product)), "ops": list(_read_refs(ops))},
        "hub": _read_hub(hub),
        "journal": _read_journal(ops, incident),
    }
    found: Facts = make_neutral(facts, incident, name_objects(product))
    for kinds in found["hub"].values():
        for shown in kinds.values():
            shown.sort()
    return found


def name_objects(directory: Path) -> dict[str, str]:
    """Return what stands for each commit: its tree and subject; for each annotated tag: its name."""
    log = Git(directory).read("log", "--all", "--format=%H %T %s")
    named = {line[:40]: f"<{line[41:53]} {line[82:]}>" for line in log.splitlines()}
    for line in Git(directory).read("for-each-ref", "--format=%(objectname) %(refname)").splitlines():
        named.setdefault(line[:40], f"<{line[41:]}>")
    return named


def _read_refs(directory: Path) -> Iterator[str]:
    """Yield every ref with its tree and message; of journals the name alone, their ids are random."""
    shape = "--format=%(refname)%00%(*objectname)%00%(tree)%00%(*tree)%00%(contents)%00%00"
    for entry in Git(directory).read("for-each-ref", shape).split("\0\0\n"):
        name, _, rest = entry.partition("\0")
        kept = name.startswith(_JOURNALS)
        if name:
            yield name if kept else f"{name} {rest}".replace("\0", " ").strip()


def _read_hub(root: Path) -> Facts:
    store = Store(root)
    try:
        with store.transaction() as tx:
            names = [each.full_name for each in tx.all(records.Repository, "")]
            return {name: _read_records(tx, name) for name in names}
    finally:
        store.close()


def _read_records(tx: Transaction, name: str) -> Facts:
    releases = {each.id: each.tag for each in tx.all(records.Release, name)}
    found: Facts = {
        kind.__name__: [json.dumps([getattr(each, field) for field in fields]) for each in tx.all(kind, name)]
        for kind, fields in _SHOWN
    }
    found["Asset"] = [
        f"{releases.get(each.release)} {each.name} {each.digest} {each.state}"
        for each in tx.all(records.Asset, name)
    ]
    return found


def _read_journal(ops: Path, incident: str) -> Facts:
    with JournalReader.open_local(ops, incident) as reader:
        happened = reader.events()
        faults = [str(fault) for fault in reader.verify()]
    said = Counter(
        f"{event.actor} {event.body.kind} {_tell(event.body)}"
        for event in happened
        if event.body.kind not in REPEATED
    )
    notices = [event.body.path for event in happened if isinstance(event.body, NoticeDrafted)]
    return {"said": dict(sorted(said.items())), "notices": notices, "faults": faults}


def _tell(body: Any) -> str:
    told = msgspec.to_builtins(body, enc_hook=str)
    for moving in ("digest", "shown", "outage_started_at", "escalated_at", "settings_digest"):
        told.pop(moving, None)
    return json.dumps(told, sort_keys=True)


def make_neutral(facts: Facts, incident: str, objects: dict[str, str]) -> Facts:
    """Return facts in which what may differ stands as a word."""
    text = json.dumps(facts)
    text = text.replace(incident, "INC").replace(incident.lower(), "inc")
    text = re.sub(r"http://127\.0\.0\.1:\d+", "http://hub", text)
    text = re.sub(r"#(issuecomment|pullrequestreview)-\d+", r"#\1", text)
    # An answer names the comment that it is to, whose number counts what was written anywhere before.
    text = re.sub(r"relauto:asked:\d+", "relauto:asked:<comment>", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?|\d{4}-\d\d-\d\d \d\d:\d\d( UTC)?", "<moment>", text)
    text = re.sub(r"\d+\.\d+ seconds", "<seconds>", text)
    text = re.sub(r"/[^\s\"]*/\.rehearsal/", "<out>/", text)
    for object_, name in objects.items():
        text = text.replace(object_, json.dumps(name)[1:-1])
    text = re.sub(r"\b[0-9a-f]{7,12}\b", "<short>", text)
    neutral: Facts = json.loads(text)
    return neutral


def compare(expected: Any, found: Any, at: str = "") -> list[str]:
    """Return every difference, a line each: where, and what was lost, doubled or became something else."""
    if isinstance(expected, dict) and isinstance(found, dict):
        keys = sorted(expected.keys() | found.keys())
        return [line for key in keys for line in compare(expected.get(key), found.get(key), f"{at}/{key}")]
    if isinstance(expected, list) and isinstance(found, list):
        few, many = Counter(map(str, expected)), Counter(map(str, found))
        lost = [f"{at}: lost {line}" for line in (few - many).elements()]
        more = [f"{at}: doubled {line}" for line in (many - few).elements()]
        moved = [f"{at}: in another order"] if not lost + more and expected != found else []
        return lost + more + moved
    if expected == found:
        return []
    if isinstance(expected, int | None) and isinstance(found, int | None):
        return [f"{at}: {'lost' if (found or 0) < (expected or 0) else 'doubled'}: {expected} became {found}"]
    return [f"{at}: {expected!r} became {found!r}"]
