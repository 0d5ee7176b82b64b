"""How a rehearsal ended, without what differs between two equal runs: ids, moments, addresses.

Everything is read from what lies in the folder: the bare repositories, the hub's records, the journal.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from relauto.git.runner import Git
from relauto.hub import records
from relauto.hub.store import Store
from relauto.journal.log import JournalReader
from relauto.model.event import KINDS

# A step that was tried again says so again, and so does one that waited.
REPEATED = {"step.intended", "step.waiting"}

End = dict[str, Any]


def read_record(out: Path) -> dict[str, Any]:
    """Return what the rehearsal keeps of itself."""
    found: dict[str, Any] = json.loads((out / ".rehearsal" / "rehearsal.json").read_bytes())
    return found


def read_end(out: Path) -> End:
    """Return everything about a finished rehearsal that another run of it must have alike."""
    incident = read_record(out)["incident"]
    ends = {
        "product": _read_repository(out / "product.git"),
        "ops": _read_refs(out / "ops.git"),
        "hub": _read_hub(out),
        "journal": _read_journal(out, incident),
        "files": sorted(str(path.relative_to(out)) for path in _list_files(out)),
        "summary": _read_summary(out),
    }
    return _neutral(ends, incident, _list_commits(out / "product.git"))


def _list_files(out: Path) -> list[Path]:
    found = [path for path in out.rglob("*") if path.is_file()]
    return [path for path in found if not {".rehearsal", "product.git", "ops.git"} & set(path.parts)]


def _list_commits(directory: Path) -> dict[str, str]:
    """Return what stands for each commit: its tree and subject; each annotated tag: its name."""
    log = Git(directory).read("log", "--all", "--format=%H %T %s")
    named = {line[:40]: f"<{line[41:53]} {line[82:]}>" for line in log.splitlines()}
    for line in Git(directory).read("for-each-ref", "--format=%(objectname) %(refname)").splitlines():
        named.setdefault(line[:40], f"<{line[41:]}>")
    return named


def _read_refs(directory: Path) -> list[str]:
    return Git(directory).read("for-each-ref", "--format=%(refname)").splitlines()


def _read_repository(directory: Path) -> End:
    git = Git(directory)
    assert git.ask("fsck", "--connectivity-only").status == 0
    shape = "--format=%(refname) %(objecttype) %(objectname)%(*objectname)"
    heads = git.read("for-each-ref", shape, "refs/heads", "refs/tags").splitlines()
    history = {
        line.split()[0]: git.read("log", "--format=%T %an %s", line.split()[0]).splitlines() for line in heads
    }
    return {"history": history, "tagged": [line[:-40] + line[-40:] for line in heads]}


def _read_hub(out: Path) -> End:
    store = Store(out / ".rehearsal" / "hub")
    try:
        with store.transaction() as tx:
            repositories = [each.full_name for each in tx.all(records.Repository, "")]
            return {name: _read_records(tx, name) for name in repositories}
    finally:
        store.close()


def _read_records(tx: Any, name: str) -> End:
    kinds = (records.Pull, records.Review, records.Issue, records.Comment, records.CheckRun, records.Release)
    releases = {each.id: each.tag for each in tx.all(records.Release, name)}
    found = {kind.__name__: [_show(each) for each in tx.all(kind, name)] for kind in kinds}
    found["Asset"] = [
        f"{releases[each.release]} {each.name} {each.digest} {each.state}"
        for each in tx.all(records.Asset, name)
    ]
    return found


_SHOWN = {
    "Pull": ("title", "head_ref", "base_ref", "state", "merged", "labels", "requested_reviewers"),
    "Review": ("number", "user", "state"),
    "Issue": ("number", "title", "user", "state", "labels"),
    "Comment": ("number", "user", "body"),
    "CheckRun": ("head_sha", "name", "app", "status", "conclusion"),
    "Release": ("tag", "target", "name", "draft", "prerelease", "latest", "body"),
}


def _show(record: records.Record) -> str:
    return json.dumps([getattr(record, name) for name in _SHOWN[type(record).__name__]])


def _read_journal(out: Path, incident: str) -> End:
    with JournalReader.open_local(out / "ops.git", incident) as reader:
        events = reader.events()
        assert reader.verify() == []
        assert set(KINDS) >= {event.body.kind for event in events}
        said = Counter(
            f"{event.actor} {event.body.kind} {_tell(event.body)}"
            for event in events
            if event.body.kind not in REPEATED
        )
        once = [event.body for event in events if event.body.kind == "notice.drafted"]
        return {"said": dict(sorted(said.items())), "notices": [f"{each.path}" for each in once]}


def _tell(body: Any) -> str:
    told = msgspec.to_builtins(body, enc_hook=str)
    for moving in ("digest", "shown", "outage_started_at", "escalated_at", "settings_digest"):
        told.pop(moving, None)
    return json.dumps(told, sort_keys=True)


def _read_summary(out: Path) -> End:
    summary: End = json.loads((out / "summary.json").read_bytes())
    return {name: value for name, value in summary.items() if name not in ("requests", "seconds")}


def _neutral(ends: End, incident: str, commits: dict[str, str]) -> End:
    text = json.dumps(ends)
    text = text.replace(incident, "INC").replace(incident.lower(), "inc")
    text = re.sub(r"http://127\.0\.0\.1:\d+", "http://hub", text)
    text = re.sub(r"#(issuecomment|pullrequestreview)-\d+", r"#\1", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?|\d{4}-\d\d-\d\d \d\d:\d\d( UTC)?", "<moment>", text)
    text = re.sub(r"\d+\.\d+ seconds", "<seconds>", text)
    text = re.sub(r"/[^\s\"]*/\.rehearsal/", "<out>/", text)
    for commit, name in commits.items():
        text = text.replace(commit, json.dumps(name)[1:-1])
    text = re.sub(r"\b[0-9a-f]{7,12}\b", "<short>", text)
    found: End = json.loads(text)
    for kinds in found["hub"].values():
        for shown in kinds.values():
            shown.sort()
    return found


def compare(expected: Any, found: Any, at: str = "") -> list[str]:
    """Return every difference, a line each: where, what was expected, what was found."""
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
