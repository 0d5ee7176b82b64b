"""How a rehearsal ended, without what differs between two equal runs: ids, moments, addresses."""

import json
from pathlib import Path
from typing import Any

from relauto.git.runner import Git
from relauto.proving.comparison import compare as compare
from relauto.proving.comparison import make_neutral, name_objects, read_facts

End = dict[str, Any]


def read_record(out: Path) -> dict[str, Any]:
    """Return what the rehearsal keeps of itself."""
    found: dict[str, Any] = json.loads((out / ".rehearsal" / "rehearsal.json").read_bytes())
    return found


def read_end(out: Path) -> End:
    """Return everything about a finished rehearsal that another run of it must have alike."""
    incident, product = read_record(out)["incident"], out / "product.git"
    facts = read_facts(out, incident)
    assert facts["journal"]["faults"] == []
    more = {
        "history": _read_history(product),
        "files": sorted(str(path.relative_to(out)) for path in _list_files(out)),
        "summary": _read_summary(out),
    }
    return facts | make_neutral(more, incident, name_objects(product))


def _list_files(out: Path) -> list[Path]:
    found = [path for path in out.rglob("*") if path.is_file()]
    return [path for path in found if not {".rehearsal", "product.git", "ops.git"} & set(path.parts)]


def _read_history(directory: Path) -> End:
    git = Git(directory)
    assert git.ask("fsck", "--connectivity-only").status == 0
    heads = git.read("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags").splitlines()
    return {head: git.read("log", "--format=%T %an %s", head).splitlines() for head in heads}


def _read_summary(out: Path) -> End:
    summary: End = json.loads((out / "summary.json").read_bytes())
    return {name: value for name, value in summary.items() if name not in ("requests", "seconds")}
