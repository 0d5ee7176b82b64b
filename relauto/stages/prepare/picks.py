"""Picks, and the version bump on top of them, made in the object database and not yet on any branch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from relauto.git.commit import Signature, parse_signature
from relauto.git.markers import find_markers
from relauto.git.pick import Pick, pick
from relauto.git.signer import Signer
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit
from relauto.model.target import Target
from relauto.stages.bench import Bench
from relauto.stages.prepare.bump import bump_files
from relauto.stages.step import Refused


@dataclass(frozen=True)
class Made:
    """Picks made in the object database, not yet on any branch: each fix with its pick, in order."""

    picked: tuple[tuple[Commit, Pick], ...]
    bump: Commit | None
    head: Commit

    def rename(self, became: Mapping[Commit, Commit]) -> "Made":
        """Return the same picks under the ids that their commits have become."""
        picked = tuple(
            (fix, replace(result, commits=tuple(became.get(commit, commit) for commit in result.commits)))
            for fix, result in self.picked
        )
        bump = became.get(self.bump, self.bump) if self.bump else None
        return Made(picked, bump, became.get(self.head, self.head))

    def describe(self) -> Facts:
        """Return what the journal keeps before anything is pushed."""
        picks = [
            {"fix": fix, "commit": result.commits[-1], "tree": result.tree, "verdict": result.verdict}
            for fix, result in self.picked
        ]
        return {"head": self.head, "picks": picks, "bumps": [self.bump] if self.bump else []}


@dataclass(frozen=True)
class Recipe:
    """What is to be made for a branch: the fixes that it is missing, in order, and the bump if `bumped`."""

    bench: Bench
    target: Target
    branch: Branch
    missing: tuple[Commit, ...]
    bumped: bool

    def make(self, onto: Commit, committer: Signature) -> Made | Refused:
        """Pick and bump on top of a commit, or tell why a pick does not apply there."""
        head, picked = onto, []
        for fix in self.missing:
            result = pick(self.bench.product, [fix], head, committer=committer)
            if result.status in ("conflict", "error"):
                return _refuse_pick(self.branch, fix, result)
            markers = (
                find_markers(self.bench.product, fix, head, result.commits[-1]) if result.commits else ()
            )
            if markers:
                return _refuse_markers(self.branch, fix, markers)
            if result.commits:
                head = result.commits[-1]
                picked.append((fix, result))
        bump = bump_files(self.bench, self.target, head, committer) if self.bumped else None
        return Made(tuple(picked), bump, bump or head)

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


def _refuse_pick(onto: Branch, fix: Commit, result: Pick) -> Refused:
    if result.status == "error":
        return Refused(
            f"{fix.short} could not be picked onto {onto}: {result.error}",
            todo=f"see that the clone has every object of {onto} and the fix, then advance again",
        )
    paths = [{"path": conflict.path, "kind": conflict.kind} for conflict in result.conflicts]
    listed = "; ".join(f"{each['path']} ({each['kind']})" for each in paths)
    return Refused(
        f"{fix.short} conflicts with {onto} in {listed}",
        todo=f"put the pick on {onto} by hand (git cherry-pick -x); relauto recognises it",
        facts={"conflicts": paths, "fix": fix, "onto": onto},
    )


def _refuse_markers(onto: Branch, fix: Commit, paths: Sequence[str]) -> Refused:
    return Refused(
        f"{fix.short} picked onto {onto} would leave conflict markers in {', '.join(paths)}",
        todo=f"put the pick on {onto} by hand (git cherry-pick -x); relauto recognises it",
        facts={"conflicts": [{"path": path, "kind": "markers"} for path in paths], "fix": fix, "onto": onto},
    )


def name_commits(commits: Sequence[Commit]) -> str:
    """Return the commits as a sentence names them; "" when there are none."""
    return ", ".join(commit.short for commit in commits)
