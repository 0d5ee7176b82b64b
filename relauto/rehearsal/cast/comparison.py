"""Where what is there differs from what QA's page says, in one sentence each; nothing when it does not."""

import re
from dataclasses import dataclass
from pathlib import Path

from relauto.rehearsal.cast.api import sha256
from relauto.rehearsal.cast.page import Item, prose
from relauto.rehearsal.cast.tags import TagAt
from relauto.rehearsal.cast.workplace import Outcome

_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_COMMIT = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


@dataclass(frozen=True)
class Bench:
    """What is verified: the two tags, their files, and the folder in which commands are run."""

    folder: Path
    tags: dict[str, TagAt]
    files: dict[str, dict[str, bytes]]
    faults: list[str]


def outcome_fault(item: Item, outcome: Outcome) -> str:
    """Return how the outcome of an item's command differs from what is expected, or nothing."""
    expected = item.expected
    if expected is None:
        return "nothing says what is expected"
    if outcome.status is None:
        return f"was stopped after {outcome.seconds:.0f} seconds"
    if outcome.status != expected.status:
        return f"exit status {outcome.status} instead of {expected.status}"
    if expected.output not in outcome.output:
        return f"the output does not contain {expected.output!r}"
    if expected.within is not None and outcome.seconds > expected.within:
        return f"took {outcome.seconds:.1f} seconds instead of {expected.within:g}"
    return ""


def build_fault(text: str, bench: Bench) -> str:
    """Return what is wrong in an item that says what build it is, or nothing.

    Tags, full commit ids and SHA-256 digests in the text are compared with what is there.
    """
    tags = [tag for tag in bench.tags.values() if _names(text, tag.name)]
    commits = {tag.commit for tag in tags or bench.tags.values()}
    told = _COMMIT.findall(text)
    for commit in told:
        if commit not in commits:
            return f"the tag does not name the commit {commit}"
    if told or tags or _DIGEST.search(text):
        return digest_fault(text, bench)
    return "says nothing that can be compared"


def digest_fault(text: str, bench: Bench) -> str:
    """Return which SHA-256 digest in a line is not that of a file that the line names, or nothing."""
    held: dict[str, set[str]] = {}
    for files in bench.files.values():
        for name, content in files.items():
            held.setdefault(sha256(content), set()).add(name)
    for digest in _DIGEST.findall(text):
        if not any(_names(text, name) for name in held.get(digest, ())):
            return f"no file that is named has the digest {digest}"
    return ""


def prose_faults(body: str, bench: Bench) -> list[str]:
    """Return the faults of all digests that the page tells outside of its items and commands."""
    lines = (line for line in prose(body) if "<!-- relauto:qa:" not in line)
    return [f"the page: {fault}" for line in lines if (fault := digest_fault(line, bench))]


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None
