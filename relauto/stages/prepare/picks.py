"""Picks, and the version bump on top of them, made in the object database and not yet on any branch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from relauto.comms.handwork import indent, write_pick_commands
from relauto.git.commit import Signature, parse_signature
from relauto.git.merge import Merge
from relauto.git.signer import Signer
from relauto.git.tree import print_path
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit
from relauto.model.resolution import Proposal
from relauto.model.target import Target
from relauto.picking.fanout import Propose
from relauto.picking.fixes import holds_merge
from relauto.picking.markers import find_markers
from relauto.picking.pick import Pick, pick, write_pick
from relauto.picking.unsettled import write_unsettled
from relauto.stages.bench import Bench
from relauto.stages.prepare.bump import bump_files
from relauto.stages.step import Refused

_MOST_NAMED, _MOST_CHARACTERS = 10, 1000
"""Paths that a sentence names, and how long they are together."""


@dataclass(frozen=True)
class Unsettled:
    """A fix that does not apply on top of `below`: `pick` is how it ended, `rest` the fixes behind it.

    `proposal` is what resolvers made of it, which nobody has judged yet.
    """

    fix: Commit
    below: Commit
    pick: Pick
    rest: tuple[Commit, ...]
    proposal: Proposal | None = None

    @property
    def is_proposed(self) -> bool:
        """Whether all that is left to a person is to say yes."""
        return self.proposal is not None and not self.rest

    @property
    def paths(self) -> list[dict[str, str]]:
        """The paths in conflict, and how, as the journal keeps them."""
        return _list_paths(self.pick)


@dataclass(frozen=True)
class Made:
    """Picks made in the object database, not yet on any branch: each fix with its pick, in order.

    With `unsettled` the head holds what git left of a fix that does not apply; the bump is below it.
    """

    picked: tuple[tuple[Commit, Pick], ...]
    bump: Commit | None
    head: Commit
    unsettled: Unsettled | None = None

    def rename(self, became: Mapping[Commit, Commit]) -> "Made":
        """Return the same picks under the ids that their commits have become."""
        picked = tuple(
            (fix, replace(result, commits=tuple(became.get(commit, commit) for commit in result.commits)))
            for fix, result in self.picked
        )
        bump = became.get(self.bump, self.bump) if self.bump else None
        return Made(picked, bump, became.get(self.head, self.head), self.unsettled)

    def describe(self) -> Facts:
        """Return what the journal keeps before anything is pushed."""
        picks = [
            {"fix": fix, "commit": result.commits[-1], "tree": result.tree, "verdict": result.verdict}
            for fix, result in self.picked
        ]
        facts: Facts = {"head": self.head, "picks": picks, "bumps": [self.bump] if self.bump else []}
        if self.unsettled:
            left = self.unsettled
            resolvers = list(left.proposal.resolvers) if left.proposal else []
            facts["unsettled"] = {
                "fix": left.fix,
                "paths": left.paths,
                "rest": list(left.rest),
                "resolvers": resolvers,
            }
        return facts


@dataclass(frozen=True)
class Recipe:
    """What is to be made for a branch: the fixes that it is missing, in order, and the bump if `bumped`.

    With `drafts` a fix that does not apply is left to a person, with what git made of it, or what `propose`
    did.
    """

    bench: Bench
    target: Target
    branch: Branch
    missing: tuple[Commit, ...]
    bumped: bool
    drafts: bool = False
    propose: Propose | None = None

    def make(self, onto: Commit, committer: Signature) -> Made | Refused:
        """Pick and bump on top of a commit, or tell why a pick does not apply there."""
        made = Made((), None, onto)
        for number, fix in enumerate(self.missing):
            result = pick(self.bench.product, [fix], made.head, committer=committer)
            if result.status == "conflict" and self.drafts:
                return self._leave(made, self.missing[number:], result, committer)
            refused = self._judge(fix, made.head, result)
            if refused:
                return refused
            if result.commits:
                made = Made((*made.picked, (fix, result)), None, result.commits[-1])
        return self._bump(made, committer)

    def _bump(self, made: Made, committer: Signature) -> Made:
        bump = bump_files(self.bench, self.target, made.head, committer) if self.bumped else None
        return replace(made, bump=bump, head=bump) if bump else made

    def _judge(self, fix: Commit, below: Commit, result: Pick) -> Refused | None:
        if result.status == "error":
            return Refused(
                f"{fix.short} could not be picked onto {self.branch}: {result.error}",
                todo=f"see that the clone has every object of {self.branch} and the fix, then advance again",
            )
        if result.status == "conflict":
            return self._refuse(fix, "conflicts with", _list_paths(result))
        head = result.commits[-1] if result.commits else below
        marked = find_markers(self.bench.product, fix, below, head)
        paths = [{"path": path, "kind": "markers"} for path in marked]
        return self._refuse(fix, "would leave conflict markers on", paths) if paths else None

    def _refuse(self, fix: Commit, how: str, paths: Sequence[Mapping[str, str]]) -> Refused:
        left = self.missing[self.missing.index(fix) :]
        merges = holds_merge(self.bench.product, left)
        commands = write_pick_commands(left, self.branch, merges=merges)
        return Refused(
            f"{fix.short} {how} {self.branch} in {name_paths(paths)}",
            todo=f"put the pick on {self.branch} by hand; relauto recognises it:\n{indent(commands)}",
            facts={"conflicts": list(paths), "fix": fix, "onto": self.branch},
        )

    def _leave(self, made: Made, left: Sequence[Commit], stopped: Pick, committer: Signature) -> Made:
        """Leave the first of the fixes that are `left` to a person, above the bump: then it is the head."""
        product, fix = self.bench.product, left[0]
        bumped = self._bump(made, committer)
        again = pick(product, [fix], bumped.head, committer=committer) if bumped.bump else stopped
        if again.status != "conflict":
            # The number itself settles it: rather a bump of its own than a change that nobody has looked at.
            bumped, again = made, stopped
        found = self._propose(fix, bumped.head, again)
        head = (
            write_pick(product, fix, bumped.head, found.tree, committer)
            if found
            else write_unsettled(product, again, bumped.head, self.branch, committer)
        )
        return replace(
            bumped, head=head, unsettled=Unsettled(fix, bumped.head, again, tuple(left[1:]), found)
        )

    def _propose(self, fix: Commit, below: Commit, stopped: Pick) -> Proposal | None:
        if self.propose is None or stopped.marked_tree is None:
            return None
        return self.propose(fix, below, Merge(stopped.marked_tree, stopped.conflicts))

    def make_again(self, tip: Commit, pushed: Branch, head: Commit) -> Made | Refused:
        """Make what was pushed before to `pushed`, which is at `head`; `tip` is the branch's.

        The same by the same hand gets the same ids.
        """
        product = self.bench.product
        committer = parse_signature(product.commit_object(head).committer)
        onto = product.merge_base(tip, head) or tip
        made = self.make(onto, committer)
        if isinstance(made, Refused) or made.head == head:
            return made
        # A signature is not the same each time, what it is about is.
        plain = product.rewrite(onto, head, None)
        if plain.get(head) == made.head:
            return made.rename({unsigned: commit for commit, unsigned in plain.items()})
        return Refused(
            f"{pushed} is at {head.short}, but {name_commits(self.missing) or 'the bump'} on top of "
            f"{onto.short} is {made.head.short}",
            todo=f"find out who pushed it; delete the branch, or put the pick on {self.branch} by hand",
        )


@dataclass
class Signed:
    """Commits that are signed when the journal is about to take note of them, and not at every look.

    They are on top of `tip`, or of what it has in common with them.
    """

    bench: Bench
    tip: Commit
    made: Made
    signer: Signer | None

    def describe(self) -> Facts:
        """Sign them, once, and return what the journal keeps."""
        if self.signer:
            product, head = self.bench.product, self.made.head
            base = product.merge_base(self.tip, head) or self.tip
            self.made, self.signer = self.made.rename(product.rewrite(base, head, self.signer)), None
        return self.made.describe()


def _list_paths(result: Pick) -> list[dict[str, str]]:
    return [{"path": print_path(each.path), "kind": each.kind} for each in result.conflicts]


def name_paths(paths: Sequence[Mapping[str, str]]) -> str:
    """Return paths in conflict as a sentence names them, each with its kind; of very many the first."""
    named = [f"{each['path']} ({each['kind']})" for each in paths[:_MOST_NAMED]]
    kept = named[: max(1, count_fitting(map(len, named), _MOST_CHARACTERS))]
    more = [f"and {len(paths) - len(kept)} more"] if len(kept) < len(paths) else []
    return "; ".join([*kept, *more])


def count_fitting(sizes: Iterable[int], room: int) -> int:
    """Return how many of the first fit into a room together."""
    return sum(1 for total in accumulate(sizes) if total <= room)


def name_commits(commits: Sequence[Commit]) -> str:
    """Return the commits as a sentence names them; "" when there are none."""
    return ", ".join(commit.short for commit in commits)
