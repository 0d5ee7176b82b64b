"""The commits of a log: whether each only adds events, and whether the names on both agree."""

import re
from collections.abc import Iterator

from relauto.git.commit import CommitFacts
from relauto.git.repository import Repository
from relauto.journal.fault import RESTORE, Fault
from relauto.journal.format import META
from relauto.journal.references import list_references, read_source
from relauto.journal.snapshot import list_files
from relauto.journal.words import Words
from relauto.model.names import Commit

_APPENDS = re.compile(r"Appends events? (\d+)(?: to (\d+))?\.")


def verify_history(repository: Repository, tip: Commit, words: Words) -> Iterator[Fault]:
    """Yield the faults of each commit, oldest first.

    Raises:
        MissingObjectError: the repository lacks a part of the history.
    """
    before: dict[str, str] = {}
    count = 0
    for commit in repository.list_commits("--first-parent", tip):
        facts, after = repository.commit(commit), list_files(repository, commit)
        added: list[bytes] = []
        changes = list(_verify_growth(repository, facts, before, after, added))
        yield from _verify_maker(facts, before, after)
        yield from changes
        if not changes:
            yield from _verify_message(facts, count, added)
            yield from _verify_actors(facts, count, added, words)
        count = count + len(added) if not changes else _count(repository, after)
        before = after


def _place(facts: CommitFacts) -> str:
    return f"commit {facts.id.short}"


def _is_ours(facts: CommitFacts) -> bool:
    return facts.committer.name == "relauto" and len(facts.parents) < 2


def _verify_maker(facts: CommitFacts, before: dict[str, str], after: dict[str, str]) -> Iterator[Fault]:
    if len(facts.parents) > 1:
        yield Fault(_place(facts), f"it joins {len(facts.parents)} histories, and a log has one", RESTORE)
    elif not _is_ours(facts):
        changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
        files = ", ".join(changed) or "no file"
        harmless = not any(path == META or path.startswith("events/") for path in changed)
        told = "; the events are as before" if harmless else ""
        who = f"{facts.committer.name} <{facts.committer.email}>"
        yield Fault(_place(facts), f"relauto did not make it: {who} changed {files}{told}", RESTORE)


def _verify_growth(
    repository: Repository,
    facts: CommitFacts,
    before: dict[str, str],
    after: dict[str, str],
    added: list[bytes],
) -> Iterator[Fault]:
    """Yield where the commit does not only add events, and gather those that it adds."""
    paths = [path for path in before.keys() | after.keys() if path.startswith("events/")]
    for path in sorted(path for path in paths if before.get(path) != after.get(path)):
        earlier, later = (
            repository.store.read(files[path], "blob") if path in files else b"" for files in (before, after)
        )
        if later.startswith(earlier):
            added += later[len(earlier) :].splitlines()
        else:
            yield Fault(_place(facts), f"it does not only add to {path}: {_differ(earlier, later)}", RESTORE)


def _differ(earlier: bytes, later: bytes) -> str:
    old, new = earlier.splitlines(), later.splitlines()
    for number, line in enumerate(old):
        if number >= len(new):
            return f"line {number + 1} and all after it are gone"
        if line != new[number]:
            return f"line {number + 1} is another"
    return "its last line is"


def _count(repository: Repository, files: dict[str, str]) -> int:
    paths = [path for path in files if path.startswith("events/")]
    return sum(repository.store.read(files[path], "blob").count(b"\n") for path in paths)


def _verify_message(facts: CommitFacts, count: int, added: list[bytes]) -> Iterator[Fault]:
    found = _APPENDS.search(facts.message)
    if not _is_ours(facts):
        return
    told = (int(found[1]), int(found[2] or found[1])) if found else None
    if told == (count + 1, count + len(added)):
        return
    what = f"it appends events {count + 1} to {count + len(added)}" if added else "it appends no event"
    says = f"its message tells of events {told[0]} to {told[1]}" if told else "its message tells of none"
    yield Fault(
        _place(facts), f"{what}, and {says}: what was written before it is gone, or it is forged", RESTORE
    )


def _verify_actors(facts: CommitFacts, count: int, added: list[bytes], words: Words) -> Iterator[Fault]:
    """Yield events in the name of others than the commit's writer that do not say where those said it."""
    if not _is_ours(facts):
        return
    writer = facts.committer.email
    for number, line in enumerate(added, count + 1):
        digest = next((each.digest for each in list_references(line) if each.name == "actor"), "")
        actor = words.values.get(digest, "")
        # Format 1 has logins in its commits, and knows nobody who was erased.
        agrees = writer in (digest, actor) or (not actor and len(writer) < len(digest))
        if not agrees and not read_source(line):
            who, by = actor or f"{digest[:12]}…", words.values.get(writer, f"{writer[:12]}…")
            what = (
                f"event {number} is in the name of {who}, the commit in that of {by}, and no answer is named"
            )
            yield Fault(
                _place(facts),
                what,
                "ask both; relauto writes events of others with the address of their answer",
            )
