"""From what a step knows to the texts of `relauto.comms`: the only place where the two meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from relauto.comms import desk as desk_texts
from relauto.comms.desk import Shown
from relauto.comms.handwork import write_fetch_commands, write_push_commands
from relauto.comms.kit import UpgradeFacts, render_upgrade
from relauto.comms.proofs import Artifact, Pick, Picks, PullRequest, Pulls
from relauto.comms.public import (
    BumpText,
    Change,
    ConflictText,
    DraftText,
    FixText,
    NotesText,
    PickText,
    make_title,
    render_bump,
    render_draft,
    render_fix,
    render_notes,
    render_pick,
)
from relauto.comms.qa_page import QaFacts
from relauto.comms.qa_source import PickedPaths, source_instruction
from relauto.comms.resolved import tell_files
from relauto.comms.story import Story, list_installed, tell
from relauto.git.errors import MissingObjectError
from relauto.git.message import find_pull
from relauto.git.runner import GitError
from relauto.git.scope import ScopeEntry, list_scope
from relauto.git.tree import print_path
from relauto.github import releases
from relauto.guard.guard import Passage
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit, Tag
from relauto.model.qa import QaInstruction, parse_instruction
from relauto.model.resolution import Proposal
from relauto.model.target import Place, Target
from relauto.picking.causes import Causes, find_causes
from relauto.picking.explanation import Explanation, explain
from relauto.picking.fixes import holds_merge
from relauto.picking.pick import Pick as MadePick
from relauto.picking.range_diff import read_range_diff
from relauto.stages.bench import Bench
from relauto.stages.prepare.picks import Made, Unsettled
from relauto.stages.step import Question

_MOST_PATHS = 40
"""Paths in conflict that a pull request lists."""

_MOST_EXPLAINED, _MOST_CAUSES = 10, 5
"""Paths of which it tells who changed them, and commits that it names for each side of one."""

_MOST_DIFFERENCE = 20_000
"""Characters of range-diffs in one pull request, which GitHub lets have 65,536 in all."""


def story(bench: Bench) -> Story:
    """Return the incident as texts tell it, as of now."""
    return tell(
        bench.incident,
        bench.playbook,
        now=bench.clock.now(),
        contacts=bench.settings.contacts,
        product=bench.settings.product,
    )


def fix_pull(bench: Bench, branch: Branch, head: Commit) -> str:
    """Return the body of a fix's pull request."""
    lines = tuple(target.line for target in bench.incident.targets)
    return render_fix(
        FixText(bench.incident.id, branch, head, bench.home, lines, bench.incident.opening.order),
        bench.renderer,
    )


def pick_pull(
    bench: Bench, target: Target, onto: Branch, picked: Sequence[tuple[Commit, MadePick]], bumped: bool
) -> tuple[str, str]:
    """Return title and body of the pull request with picks, and the version bump where it is `bumped`."""
    bodies = []
    for fix, made in picked:
        source = _find_merged(bench, fix)
        text = PickText(
            incident=bench.incident.id,
            line=onto,
            fix=fix,
            fix_subject=bench.product.commit(fix).subject,
            fix_pull=source.get("pull"),
            fix_url=source.get("url", ""),
            commit=made.commits[-1],
            verdict=made.verdict or "",
            status=made.status,
            range_diff=_tell_difference(bench, fix, made, _MOST_DIFFERENCE // len(picked)),
        )
        bodies.append(render_pick(text, bench.renderer))
    if bumped:
        bodies.append(f"A second commit raises the version number to {bench.plan(target).version}.\n")
    return make_title(bench.product.commit(picked[0][0]).subject, onto), "\n".join(bodies)


def draft_pull(bench: Bench, target: Target, onto: Branch, branch: Branch, made: Made) -> tuple[str, str]:
    """Return title and body of the pull request from `branch` in which a conflict is left for a person.

    Raises:
        ValueError: none is left in what was made.
    """
    left = made.unsettled
    if left is None:
        raise ValueError("nothing is unsettled in what was made")
    subject, source = bench.product.commit(left.fix).subject, _find_merged(bench, left.fix)
    why = find_explanation(bench, left)
    text = DraftText(
        incident=bench.incident.id,
        line=onto,
        fix=left.fix,
        fix_subject=subject,
        fix_pull=source.get("pull"),
        fix_url=source.get("url", ""),
        commit=made.head,
        conflicts=_describe_conflicts(bench, left),
        before=tuple(fix for fix, _ in made.picked),
        rest=left.rest,
        bump=bench.plan(target).version if made.bump else "",
        needs=_describe_changes(bench, why.prerequisites),
        barred=_describe_changes(bench, why.line),
        fetch=write_fetch_commands(branch),
        push=write_push_commands(branch, left.rest, merges=holds_merge(bench.product, left.rest)),
        resolvers=left.proposal.resolvers if left.proposal else (),
        resolved=_tell_resolved(left.proposal) if left.proposal else "",
        unlisted=max(0, len(left.pick.conflicts) - _MOST_PATHS),
    )
    return make_title(subject, onto), render_draft(text, bench.renderer)


def _tell_resolved(proposal: Proposal) -> str:
    """Return every hunk that resolvers settled; of very many the first."""
    told, lines = "\n".join(tell_files(proposal)).rstrip("\n"), 0
    if len(told) > _MOST_DIFFERENCE:
        lines = told[_MOST_DIFFERENCE:].count("\n")
        told = told[:_MOST_DIFFERENCE]
    return told + (f"\n… {lines} more lines" if lines else "")


def find_explanation(bench: Bench, left: Unsettled) -> Explanation:
    """Return what is proved to keep a fix from applying."""

    def find() -> Explanation:
        try:
            return explain(bench.product, left.fix, left.below)
        except (MissingObjectError, GitError):
            return Explanation()

    return bench.remember("refs", ("explanation", left.fix, left.below), find)


def _describe_conflicts(bench: Bench, left: Unsettled) -> tuple[ConflictText, ...]:
    """Return the paths that a fix does not apply to, with who changed the lines in conflict of the first."""
    listed = left.pick.conflicts[:_MOST_PATHS]

    def find() -> dict[str, Causes]:
        try:
            found = find_causes(bench.product, left.fix, left.below, listed[:_MOST_EXPLAINED])
            return {each.path: each for each in found}
        except (MissingObjectError, GitError):
            return {}

    causes = bench.remember("refs", ("causes", left.fix, left.below), find)
    told = []
    for each in listed:
        known = causes.get(each.path, Causes(each.path, (), ()))
        line, main = (_describe_changes(bench, side[:_MOST_CAUSES]) for side in (known.line, known.main))
        told.append(ConflictText(print_path(each.path), each.kind, line, main))
    return tuple(told)


def _describe_changes(bench: Bench, commits: Sequence[Commit]) -> tuple[Change, ...]:
    return tuple(_describe_change(bench, commit) for commit in commits)


def _describe_change(bench: Bench, commit: Commit) -> Change:
    subject = bench.product.commit(commit).subject
    return Change(subject, commit, None if bench.is_outside else find_pull(subject))


def _find_merged(bench: Bench, fix: Commit) -> Mapping[str, Any]:
    """Return what is proved of a fix's merge; numbers of the private repository are nothing to the public."""
    found = () if bench.is_outside else _merged(bench)
    return next((each for each in found if each["merge_commit"] == fix), {})


def _tell_difference(bench: Bench, fix: Commit, made: MadePick, most: int) -> str:
    if made.verdict in (None, "identical"):
        return ""
    return read_range_diff(bench.product, fix, made.commits[-1], most=most) or ""


def bump_pull(bench: Bench, target: Target, onto: Branch, bump: Commit) -> tuple[str, str]:
    """Return title and body of the pull request with the version bump alone."""
    facts = bench.product.commit(bump)
    paths = bench.product.changed_paths(facts.parents[0], bump)
    text = BumpText(bench.incident.id, onto, bench.plan(target).version, bump, tuple(sorted(paths)))
    return make_title(facts.subject, onto), render_bump(text, bench.renderer)


def _merged(bench: Bench) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = bench.facts("prepare.merge").get("merged", ())  # type: ignore[assignment]
    return found


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
    return Content(str(candidate["tag"]), commit, entries, picks_of(bench, target))


def release_notes(bench: Bench, target: Target, tag: Tag, content: Content | None = None) -> str:
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
        artifacts=msgspec.convert(verified, tuple[Artifact, ...]),
    )
    return render_notes(text, bench.renderer)


def list_told(
    bench: Bench, target: Target, tag: Tag, title: str, content: Content | None = None
) -> list[Passage]:
    """Return what a candidate's prerelease or a release says to everybody; by default of what is cut."""
    notes = release_notes(bench, target, tag, content)
    return [Passage("its title", title), Passage("its notes", notes, 1)]


def picks_of(bench: Bench, target: Target) -> Picks:
    """Return what is proved about the picks on a line; empty before that."""
    return msgspec.convert(bench.facts("prepare.pick", target), Picks)


def desk(bench: Bench) -> tuple[str, str]:
    """Return title and body of the desk issue."""
    return (
        f"{bench.incident.id}: desk",
        desk_texts.render_desk(story(bench), bench.renderer),
    )


def last_word(bench: Bench) -> str:
    """Return the desk's comment that ends the incident."""
    return desk_texts.render_closed(story(bench), bench.renderer)


def question(bench: Bench, place: Place, asked: Question) -> str:
    """Return the desk's comment that asks a question."""
    return desk_texts.render_door(
        asked.door,
        place,
        asked.shown,
        asked.commands,
        bench.incident,
        bench.renderer,
        text=asked.text,
        note=asked.note,
    )


def standing(bench: Bench, place: Place, asked: Question) -> str:
    """Return the desk's comment that tells who has said yes."""
    return desk_texts.render_standing(place, asked.subject, asked.note, bench.incident, bench.renderer)


def show_facts(bench: Bench, facts: Facts) -> tuple[Shown, ...]:
    """Return the facts at a door as people see them: nested values a row each."""
    rows: list[Shown] = []
    for name, value in facts.items():
        if isinstance(value, dict):
            rows.extend(Shown(f"{name}: {key}", str(each)) for key, each in value.items())
        else:
            rows.append(Shown(name, str(value), url=_link_pull(bench, value) if name == "pull" else ""))
    return tuple(rows)


def _link_pull(bench: Bench, number: object) -> str:
    return f"{bench.settings.github.git.rstrip('/')}/{bench.source.repository}/pull/{number}"


def qa_facts(
    bench: Bench,
    target: Target,
    tag: Tag | None,
    commit: Commit,
    artifacts: Sequence[Mapping[str, Any]] = (),
    differences: Sequence[tuple[str, str]] = (),
) -> QaFacts:
    """Return what QA's page about a build is made of; without `tag` it is a build of no tag.

    `differences` are the paths in which the pick is not the fix's own change, with what is different.

    Raises:
        FaultsError: the instruction that came with the fix has faults.
    """
    plan = bench.plan(target)
    picked = picks_of(bench, target)
    return QaFacts(
        incident=bench.incident.id,
        product=bench.settings.product,
        repository=target.repository,
        repository_url=f"{bench.settings.github.git.rstrip('/')}/{bench.source.repository}",
        line=target.line,
        instruction=_instruction(bench, target, picked),
        old_tag=plan.base_tag,
        tag=tag or "",
        commit=commit,
        version=plan.version,
        artifacts=_with_digests(artifacts),
        old_artifacts=_old_artifacts(bench.outside(), Tag(plan.base_tag)),
        fixes=_pulls(bench),
        picks=picked.picks,
        changed_paths=tuple(differences),
        overrides=tuple(bench.incident.overrides),
        environments=bench.settings.testing.by_id,
    )


def _instruction(bench: Bench, target: Target, picked: Picks) -> QaInstruction:
    written = [fix for fix in bench.incident.current_fixes if fix.instruction]
    if written:
        return parse_instruction(str(written[-1].instruction), f"of {written[-1]}")
    own = {file.path for file in bench.settings.version_files}
    changed = [PickedPaths(pick.commit, _paths(bench, pick, own)) for pick in picked.picks]
    return source_instruction(changed, bench.plan(target).base_tag)


def _paths(bench: Bench, pick: Pick, own: set[str]) -> tuple[str, ...]:
    parents = bench.product.commit(Commit(pick.commit)).parents
    changed = bench.product.changed_paths(parents[0], pick.commit) if parents else ()
    return tuple(path for path in changed if path not in own)


def _with_digests(artifacts: Sequence[Mapping[str, Any]]) -> tuple[Artifact, ...]:
    return msgspec.convert(list(artifacts), tuple[Artifact, ...])


def _old_artifacts(bench: Bench, tag: Tag) -> tuple[Artifact, ...]:
    return tuple(
        Artifact(asset.name, asset.digest.removeprefix("sha256:"), asset.size)
        for asset in bench.see("releases", releases.look_at_files(bench.source, tag))
        if asset.digest
    )


def _pulls(bench: Bench) -> tuple[PullRequest, ...]:
    return msgspec.convert(bench.facts("investigate.pr"), Pulls).pulls


def upgrade_notes(bench: Bench, target: Target, number: int, digest: str) -> str:
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
        artifacts=_with_digests(released["assets"]),
        sums_digest=digest,
        version_command=bench.settings.build.version_command,
    )
    notes = render_upgrade(facts, bench.renderer)
    bench.guard.require([Passage("the upgrade notes", notes, 1)], reader=bench.incident.opening.customer)
    return notes
