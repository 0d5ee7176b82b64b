"""What a candidate and a release are made of, and what is said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from relauto.comms.kit import UpgradeFacts, render_upgrade
from relauto.comms.proofs import Artifact, Picks
from relauto.comms.public import (
    Change,
    NotesText,
    render_notes,
)
from relauto.comms.story import list_installed
from relauto.git.scope import ScopeEntry, list_scope
from relauto.guard.guard import Passage
from relauto.model.names import Commit, Tag
from relauto.model.target import Place, Target
from relauto.stages.bench import Bench


def read_picks(bench: Bench, target: Target) -> Picks:
    """Return what is proved about the picks on a line; empty before that."""
    return msgspec.convert(bench.facts("prepare.pick", target), Picks)


@dataclass(frozen=True)
class Content:
    """What a release is made of: the candidate's tag and commit, what it adds to the base, the picks."""

    tag: str
    commit: str
    entries: Sequence[ScopeEntry]
    picked: Picks


def read_content(bench: Bench, target: Target) -> Content:
    """Return what the release of the candidate that is cut is made of."""
    candidate = bench.facts("prepare.candidate", target)
    base, commit = Commit(bench.plan(target).base_commit), Commit(str(candidate["commit"]))
    entries = list_scope(bench.product, base, commit)
    return Content(str(candidate["tag"]), commit, entries, read_picks(bench, target))


def write_notes(bench: Bench, target: Target, tag: Tag, content: Content | None = None) -> str:
    """Return the public notes of a candidate or a release; by default they tell of what is cut."""
    plan, content = bench.plan(target), content or read_content(bench, target)
    ours = {pick.commit: pick for pick in content.picked.picks}
    fixes: list[Change] = []
    others: list[Change] = []
    for entry in content.entries:
        if entry.commit in content.picked.carried:
            continue
        pick = ours.get(entry.commit)
        number = None if bench.public else entry.pull or (pick.pull if pick else None)
        change = Change(entry.subject, entry.commit, number)
        (fixes if pick else others).append(change)
    verified = bench.facts("prepare.verify", target).get("artifacts", ())
    text = NotesText(
        product=bench.settings.product,
        version=plan.version,
        tag=tag,
        commit=content.commit,
        previous=plan.base_tag,
        candidate=content.tag,
        fixes=tuple(fixes),
        others=tuple(others),
        artifacts=read_artifacts(verified),
    )
    return render_notes(text, bench.renderer)


def list_told(
    bench: Bench, target: Target, tag: Tag, title: str, content: Content | None = None
) -> list[Passage]:
    """Return what a candidate's prerelease or a release says to everybody; by default of what is cut."""
    notes = write_notes(bench, target, tag, content)
    return [Passage("its title", title), Passage("its notes", notes, 1)]


def write_upgrade_notes(bench: Bench, target: Target, number: int, digest: str) -> str:
    """Return the customer's upgrade notes to the release of a round, from what may be installed.

    They tell of what is released, whatever our branches and people are called.

    Raises:
        LeakError: they hold what the customer must not read.
    """
    released = bench.incident.steps[Place("prepare.release", target, number)].facts
    facts = UpgradeFacts(
        product=bench.settings.product,
        installed=list_installed(bench.incident, target, number),
        version=str(released["version"]),
        tag=str(released["tag"]),
        commit=str(released["commit"]),
        artifacts=read_artifacts(released["assets"]),
        sums_digest=digest,
        version_command=bench.settings.build.version_command,
    )
    notes = render_upgrade(facts, bench.renderer)
    bench.guard.require([Passage("the upgrade notes", notes, 1)], reader=bench.incident.opening.customer)
    return notes


def read_artifacts(artifacts: Sequence[Mapping[str, Any]]) -> tuple[Artifact, ...]:
    """Return the files that a proof names as values."""
    return msgspec.convert(list(artifacts), tuple[Artifact, ...])
