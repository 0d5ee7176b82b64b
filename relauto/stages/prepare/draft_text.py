"""The pull request in which a conflict is left for a person: what is in the way, and what to do about it."""

from collections.abc import Sequence

from relauto.comms.handwork import write_fetch_commands, write_push_commands
from relauto.comms.neutral import shorten
from relauto.comms.public import (
    Change,
    ConflictText,
    DraftText,
    make_title,
    render_draft,
)
from relauto.comms.resolved import WEIGHED, tell_files
from relauto.counting import name_count
from relauto.git.errors import MissingObjectError
from relauto.git.message import find_pull
from relauto.git.runner import GitError
from relauto.git.tree import print_path
from relauto.model.names import Branch, Commit
from relauto.model.resolution import Proposal
from relauto.model.target import Target
from relauto.picking.causes import Causes, find_causes
from relauto.picking.explanation import Explanation, explain
from relauto.picking.fixes import holds_merge
from relauto.stages.bench import Bench
from relauto.stages.prepare.picks import Made, Unsettled, count_fitting
from relauto.stages.texts.pulls import MOST_DIFFERENCE, find_merge

_MOST_PATHS, _MOST_CHARACTERS = 40, 15_000
"""Paths in conflict that a pull request lists, and how long they are together."""

_MOST_SUBJECT = 120
"""Characters of the subject of a commit that it names: GitHub takes texts of up to 65,536."""

_MOST_EXPLAINED, _MOST_CAUSES = 10, 5
"""Paths of which it tells who changed them, and commits that it names for each side of one."""


def write_draft_pull(
    bench: Bench, target: Target, onto: Branch, branch: Branch, made: Made
) -> tuple[str, str]:
    """Return title and body of the pull request from `branch` in which a conflict is left for a person.

    Raises:
        ValueError: none is left in what was made.
    """
    left = made.unsettled
    if left is None:
        raise ValueError("nothing is unsettled in what was made")
    subject, source = bench.product.commit(left.fix).subject, find_merge(bench, left.fix)
    why, listed = _find_explanation(bench, left), _describe_conflicts(bench, left)
    text = DraftText(
        incident=bench.incident.id,
        line=onto,
        fix=left.fix,
        fix_subject=subject,
        fix_pull=source.get("pull"),
        fix_url=source.get("url", ""),
        commit=made.head,
        conflicts=listed,
        before=tuple(fix for fix, _ in made.picked),
        rest=left.rest,
        bump=bench.plan(target).version if made.bump else "",
        needs=_describe_changes(bench, why.prerequisites),
        barred=_describe_changes(bench, why.line),
        lacking=_describe_changes(bench, why.missing),
        in_part=why.in_part,
        fetch=write_fetch_commands(branch),
        push=write_push_commands(branch, left.rest, merges=holds_merge(bench.product, left.rest)),
        resolvers=left.proposal.resolvers if left.proposal else (),
        resolved=_tell_resolved(left.proposal) if left.proposal else "",
        weighed=WEIGHED if left.proposal and why.prerequisites else "",
        unlisted=len(left.pick.conflicts) - len(listed),
    )
    return make_title(subject, onto), render_draft(text, bench.renderer)


def _tell_resolved(proposal: Proposal) -> str:
    """Return every hunk that resolvers settled; of very many the first."""
    told, lines = "\n".join(tell_files(proposal)).rstrip("\n"), 0
    if len(told) > MOST_DIFFERENCE:
        lines = told[MOST_DIFFERENCE:].count("\n")
        told = told[:MOST_DIFFERENCE]
    return told + (f"\n… {name_count(lines, 'more line')}" if lines else "")


def _find_explanation(bench: Bench, left: Unsettled) -> Explanation:
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
    listed = listed[: count_fitting((len(each.path) for each in listed), _MOST_CHARACTERS)]

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
    return Change(shorten(subject, _MOST_SUBJECT), commit, None if bench.is_outside else find_pull(subject))
