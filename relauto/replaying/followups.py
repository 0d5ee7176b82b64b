"""What main says later of a commit: that it is reverted, or that something in it had to be fixed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from relauto.git.message import find_pull, find_reverted
from relauto.model.names import Commit
from relauto.picking.reverts import Reverts
from relauto.replaying.history import Entry, Main

Kind = Literal["reverted", "fixed"]

_ID = re.compile(r"^(This reverts commit|Fixes:?)[ \t]+([0-9a-f]{7,40})\b", re.MULTILINE)
_PULL = re.compile(r"^Reverts (?:[\w.-]+/[\w.-]+)?#(\d+)\b", re.MULTILINE)
_FIXUP = re.compile(r"^(?:fixup|squash|amend)! (.+)")
_SHORTEST = 7


@dataclass(frozen=True)
class Followup:
    """A later commit of main that takes a fix back, or mends it."""

    commit: Commit
    kind: Kind
    subject: str


@dataclass
class Followups:
    """The commits of main that speak of others.

    Attributes:
        reverts: the reverts that name what they revert in full.
        by_id: what is said of a commit, by the first letters of its id.
        by_pull: what is said of a pull request.
        by_subject: what is said of a commit by its subject.
    """

    reverts: Reverts
    by_id: dict[str, list[tuple[str, Followup]]] = field(default_factory=dict)
    by_pull: dict[int, list[Followup]] = field(default_factory=dict)
    by_subject: dict[str, list[Followup]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take in what a commit of main says of others."""
        if "everts" not in entry.message and "ixes" not in entry.message and "! " not in entry.message:
            return
        self.reverts.add(entry.id, find_reverted(entry.message))
        for found in _ID.finditer(entry.message):
            kind: Kind = "fixed" if found[1].startswith("Fixes") else "reverted"
            told = Followup(entry.id, kind, entry.subject)
            self.by_id.setdefault(found[2][:_SHORTEST], []).append((found[2], told))
        for found in _PULL.finditer(entry.message):
            told = Followup(entry.id, "reverted", entry.subject)
            self.by_pull.setdefault(int(found[1]), []).append(told)
        fixup = _FIXUP.match(entry.subject)
        if fixup:
            told = Followup(entry.id, "fixed", entry.subject)
            self.by_subject.setdefault(fixup[1], []).append(told)

    def find(self, fix: Commit, subject: str) -> tuple[Followup, ...]:
        """Return what main says of a commit; a revert that was reverted in turn says nothing."""
        told = [each for start, each in self.by_id.get(fix[:_SHORTEST], ()) if fix.startswith(start)]
        told += self.by_pull.get(find_pull(subject) or 0, ())
        told += self.by_subject.get(subject, ())
        kept = {each.commit: each for each in told if self._counts(each)}
        return tuple(kept.values())

    def _counts(self, told: Followup) -> bool:
        return told.kind == "fixed" or self.reverts.stands(told.commit)


def read_all(entries: Iterable[Entry], main: Main, followups: Followups) -> Iterator[Entry]:
    """Yield entries of main as they come, while both indexes take them in."""
    for entry in entries:
        main.add(entry)
        followups.add(entry)
        yield entry
