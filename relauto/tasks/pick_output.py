"""What `pick` prints: a document for programs, sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from relauto.comms.resolved import WEIGHED, tell_files
from relauto.tasks.commits import describe_commit, name_commit
from relauto.tasks.explained import describe_explanation, shows_causes, tell_explanation
from relauto.tasks.output import say
from relauto.tasks.pick_trial import tell_trial
from relauto.tasks.resolved import describe_files

if TYPE_CHECKING:
    from relauto.git.repository import Repository
    from relauto.model.names import Commit
    from relauto.picking.causes import Causes
    from relauto.picking.fanout import Picked, Series
    from relauto.picking.pick import Pick
    from relauto.picking.pick_branches import Placed
    from relauto.picking.trial import Trial

_EXPLAINED = 10
_SHOWN = 3
# Each search for a cause takes two seconds at most: what takes longer in sum is told line by line.
_FEW = 2
_VERDICTS = {
    "identical": "the same patch",
    "context": "the same change in other surroundings",
    "changed": "another patch than the fix's: look at it",
    None: "not compared with the fix, since files are absent here",
}
_WAYS = {
    "ancestor": "it is in the line's history",
    "trailer": "{} says that it was picked from it",
    "patch-id": "{} makes the same change",
    "tree": "picking it would change nothing",
}
_STATES = {
    "created": "{} was created",
    "renewed": "{} was renewed, since the line has moved",
    "there": "{} is there already",
}
_FUTURE = {"created": "would create {}", "renewed": "would renew {}", "there": "{} is there already"}


def describe(repository: Repository, series: Sequence[Series], placed: Iterable[Placed]) -> dict[str, Any]:
    """Return the document: a result for each fix and line, and what became of each line's branch."""
    results = [
        _describe_pick(repository, each)
        | {
            "onto": one.line.branch,
            "prerequisite": each.fix in one.along,
            "resolvers_instead": [] if each.fix in one.along else list(one.instead),
        }
        for one, picked in _follow(series)
        for each in picked
    ]
    branches = [
        {"onto": each.series.line.branch, "branch": each.branch, "state": each.state, "reason": each.reason}
        for each in placed
    ]
    return {"results": results, "branches": branches}


def _follow(series: Sequence[Series]) -> Iterator[tuple[Series, Iterator[Picked]]]:
    """Yield each line and its picks; where many conflict, tell whose cause is looked for now."""
    stuck = [each for one in series for each in one.picked if each.pick.conflicts]

    def follow(one: Series) -> Iterator[Picked]:
        for picked in one.picked:
            if picked.pick.conflicts and len(stuck) > _FEW:
                say(f"{one.line.branch}: looking for why {picked.fix.short} conflicts")
            yield picked

    return ((one, follow(one)) for one in series)


def _describe_pick(repository: Repository, picked: Picked) -> dict[str, Any]:
    from relauto.git.tree import print_path

    made = picked.pick
    return {
        "fix": picked.fix,
        "status": made.status,
        "commit": picked.commit,
        "tree": made.tree,
        "verdict": made.verdict,
        "uncompared": [print_path(each) for each in made.uncompared],
        "conflicts": [{"path": print_path(each.path), "kind": each.kind} for each in made.conflicts],
        "causes": [
            {
                "path": print_path(each.path),
                "line": [describe_commit(repository, commit) for commit in each.line],
                "main": [describe_commit(repository, commit) for commit in each.main],
            }
            for each in _find_causes(repository, picked)
        ],
        **describe_explanation(repository, picked),
        "resolvers": list(made.proposal.resolvers) if made.proposal else [],
        "resolved": describe_files(made.proposal) if made.proposal else [],
        "error": made.error,
        "seconds": round(made.seconds, 6),
    }


def _find_causes(repository: Repository, picked: Picked) -> list[Causes]:
    """Return who is behind the first conflicts of a pick: of very many these tell what is going on."""
    from relauto.errors import RemoteError
    from relauto.git.errors import MissingObjectError
    from relauto.picking.causes import find_causes

    if not picked.pick.conflicts:
        return []
    if not shows_causes(repository, picked.fix, picked.below):
        say(
            "who changed the lines in conflict, and what would have to be picked first, cannot be told:"
            " the history here is cut"
        )
        return []
    try:
        conflicts = picked.pick.conflicts[:_EXPLAINED]
        return list(find_causes(repository, picked.fix, picked.below, conflicts))
    except (MissingObjectError, RemoteError) as error:
        say(f"who changed the lines in conflict cannot be told: {error.what}")
        return []


def tell(
    repository: Repository,
    series: Sequence[Series],
    placed: Sequence[Placed],
    trial: Trial | None = None,
    *,
    dry: bool,
) -> Iterator[str]:
    """Yield the lines that tell people how each fix went onto each line."""
    states = {each.series.line.branch: each for each in placed}
    for one, following in _follow(series):
        for picked in following:
            subject = repository.commit(picked.fix).subject
            yield f"{one.line.branch}: {picked.fix.short} {subject}: {_phrase(picked)}"
            if picked.fix in one.along:
                yield "  a prerequisite that nobody named: a change of its own, to be approved as one"
            if picked.pick.proposal:
                yield from tell_files(picked.pick.proposal)
                yield from tell_explanation(repository, one.line.branch, picked)
                yield f"  the whole of it: git show {picked.commit}"
            else:
                yield from _tell_conflicts(repository, one, picked)
        if one.instead:
            yield from _tell_instead(one)
        if trial:
            yield from tell_trial(trial, one, dry=dry)
        if one.line.branch in states:
            yield from _tell_branch(states[one.line.branch], dry=dry)


def _tell_instead(series: Series) -> Iterator[str]:
    """Yield what would do instead of the prerequisites that are picked along."""
    names = ", ".join(series.instead)
    yield f"  without prerequisites {names} would settle it, for review: leave --with-prerequisites out"
    yield f"  which is likelier: {WEIGHED}"


def _tell_conflicts(repository: Repository, series: Series, picked: Picked) -> Iterator[str]:
    from relauto.git.tree import print_path

    causes = {each.path: each for each in _find_causes(repository, picked)}
    for conflict in picked.pick.conflicts:
        yield f"  {print_path(conflict.path)} ({conflict.kind})"
        cause = causes.get(conflict.path)
        if cause:
            yield from _tell_commits(repository, f"changed on {series.line.branch}", cause.line)
            yield from _tell_commits(
                repository, f"changed before the fix, not on {series.line.branch}", cause.main
            )
    yield from tell_explanation(repository, series.line.branch, picked)


def _tell_commits(repository: Repository, what: str, commits: Sequence[Commit]) -> Iterator[str]:
    for commit in commits[:_SHOWN]:
        yield f"    {what}: {name_commit(repository, commit)}"
    if len(commits) > _SHOWN:
        yield f"    {what}: {len(commits) - _SHOWN} more"


def _phrase(picked: Picked) -> str:
    made = picked.pick
    if made.status == "clean":
        return f"clean, {_VERDICTS[made.verdict]}{_phrase_uncompared(made)}, as {made.commits[-1].short}"
    if made.status == "already":
        way = _WAYS[made.presence.by] if made.presence else _WAYS["tree"]
        return f"already there: {way.format(picked.commit.short if picked.commit else '')}"
    if made.proposal and picked.commit:
        how = f"{', '.join(made.proposal.resolvers)} ({made.proposal.confidence})"
        return f"resolved by {how} as {picked.commit.short}, for a person to confirm"
    return f"error: {made.error}" if made.status == "error" else "conflict"


def _phrase_uncompared(made: Pick) -> str:
    """Say what is known by its ids alone, and has others than in the fix."""
    from relauto.git.tree import print_path

    paths = [print_path(each) for each in made.uncompared]
    if not paths:
        return ""
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return f" (not compared, since binary or too large: {', '.join(paths[:_SHOWN])}{more})"


def _tell_branch(placed: Placed, *, dry: bool) -> Iterator[str]:
    if placed.state == "refused":
        yield f"  {placed.reason}; it was left as it is: put the pick there by hand, or delete the branch"
    elif placed.state == "none":
        if not placed.series.is_whole:
            yield f"  {placed.branch} is not made, since not every fix applies"
        elif placed.reason:
            yield f"  {placed.branch} is neither made nor moved"
    else:
        yield f"  {(_FUTURE if dry else _STATES)[placed.state].format(placed.branch)}"
        if placed.series.is_proposal:
            yield f"  {placed.branch} is for a person to review; nothing is to be merged from it unseen"
