"""Fixes picked onto many lines: a result for each fix on each line, and no line waits for another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from relauto.git.commit import Signature
from relauto.git.errors import MissingObjectError
from relauto.git.merge import Merge
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.git.tree import print_path
from relauto.model.names import Branch, Commit
from relauto.model.resolution import Proposal
from relauto.picking.explanation import Explain, Explanation
from relauto.picking.markers import find_markers
from relauto.picking.pick import Pick, pick, write_pick
from relauto.picking.presence import find_known_presence
from relauto.picking.trial import Tried

Propose = Callable[[Commit, Commit, Merge], Proposal | None]
"""What resolvers make of a fix that conflicts with a tip."""


@dataclass(frozen=True)
class Line:
    """A branch to pick onto, and its tip."""

    branch: Branch
    tip: Commit


@dataclass(frozen=True)
class Picked:
    """How a fix went onto a line, on top of `below`: its tip, or the pick before this one.

    `explanation` is what was proved of why it conflicts (`explain_series`).
    """

    fix: Commit
    below: Commit
    pick: Pick
    explanation: Explanation = field(default_factory=Explanation)

    @property
    def commit(self) -> Commit | None:
        """The pick; of a fix that is there already, the commit that brought it, if one can be named."""
        if self.pick.commits:
            return self.pick.commits[-1]
        return self.pick.presence.commit if self.pick.presence else None


@dataclass(frozen=True)
class Series:
    """All fixes on one line, in order. Each builds on those before it that applied, or were resolved.

    `along` are those that nobody named: earlier commits that the others need, each a change of its own.
    `instead` are the resolvers that would settle every conflict without them, for a person to confirm.
    `tried` is how the program ended that has to pass on what the picks give; None where none was run.
    """

    line: Line
    picked: tuple[Picked, ...]
    along: tuple[Commit, ...] = ()
    instead: tuple[str, ...] = ()
    tried: Tried | None = None

    @property
    def fixes(self) -> tuple[Commit, ...]:
        """The fixes, in order."""
        return tuple(each.fix for each in self.picked)

    @property
    def is_whole(self) -> bool:
        """Whether every fix applied, was resolved or was there."""
        return all(each.pick.status in ("clean", "resolved", "already") for each in self.picked)

    @property
    def is_empty(self) -> bool:
        """Whether it brings nothing to the line."""
        return self.head == self.line.tip

    @property
    def is_resolved(self) -> bool:
        """Whether there are conflicts that resolvers settled, so that a person has to confirm it."""
        return any(each.pick.status == "resolved" for each in self.picked)

    @property
    def resolvers(self) -> tuple[str, ...]:
        """The names of the resolvers that took part, sorted."""
        proposals = [each.pick.proposal for each in self.picked if each.pick.proposal]
        return tuple(sorted({name for each in proposals for name in each.resolvers}))

    @property
    def is_proposal(self) -> bool:
        """Whether it holds more than plain picks of what was named, for a person to confirm."""
        return self.is_resolved or bool(self.along)

    @property
    def head(self) -> Commit:
        """The last pick; the line's tip when there is none."""
        made = [commit for each in self.picked for commit in each.pick.commits]
        return made[-1] if made else self.line.tip


def pick_series(
    repository: Repository,
    fixes: Sequence[Commit],
    line: Line,
    *,
    committer: Signature,
    propose: Propose | None = None,
) -> Series:
    """Pick fixes onto a line, in the order given; one that does not apply is left out and told.

    Where one conflicts, `propose` is asked for a merge; without an answer it stays a conflict.

    Raises:
        InputError: there is nothing to pick, or `committer` is unfit.
    """
    head, picked = line.tip, []
    for fix in fixes:
        started = perf_counter()
        made = _pick_new(repository, fix, head, committer, fixes)
        if made.status == "conflict" and propose:
            made = _resolve(repository, Picked(fix, head, made), committer, propose)
        picked.append(Picked(fix, head, replace(made, seconds=perf_counter() - started)))
        head = made.commits[-1] if made.commits else head
    return Series(line, tuple(picked))


def _pick_new(
    repository: Repository, fix: Commit, below: Commit, committer: Signature, series: Sequence[Commit]
) -> Pick:
    """Pick what is not there: what applies cleanly may be there all the same, changed since."""
    made = pick(repository, [fix], below, committer=committer)
    if made.status != "clean":
        return made
    try:
        known = find_known_presence(repository, fix, below, series=series)
        markers = find_markers(repository, fix, below, made.commits[-1])
    except (MissingObjectError, GitError) as error:
        return Pick("error", error=error.what)
    if known:
        return Pick("already", tree=repository.commit_object(below).tree, presence=known)
    if markers:
        paths = ", ".join(map(print_path, markers))
        return Pick("error", error=f"the pick would leave conflict markers in {paths}")
    return made


def _resolve(repository: Repository, picked: Picked, committer: Signature, propose: Propose) -> Pick:
    """Return the pick that resolvers made of one that conflicts; as it was, if they made none."""
    made = picked.pick
    proposal = propose(picked.fix, picked.below, Merge(made.marked_tree or "", made.conflicts))
    if proposal is None:
        return made
    commit = write_pick(repository, picked.fix, picked.below, proposal.tree, committer)
    if find_markers(repository, picked.fix, picked.below, commit):
        return made
    return replace(made, status="resolved", commits=(commit,), tree=proposal.tree, proposal=proposal)


def explain_series(series: Series, explain: Explain) -> Series:
    """Return a series with what `explain` tells of each fix that conflicts, resolved or not.

    It raises what that raises.
    """
    return replace(series, picked=tuple(_explain(each, explain) for each in series.picked))


def _explain(picked: Picked, explain: Explain) -> Picked:
    if picked.pick.status not in ("conflict", "resolved"):
        return picked
    return replace(picked, explanation=explain(picked.fix, picked.below))
