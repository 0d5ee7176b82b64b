"""A branch that a release is cut from, or that is owed the fix: what it lacks, and what brings it.

The emergency branch of a release that grows from its last tag may not exist yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from relauto.errors import InputError
from relauto.model.names import Branch, Commit
from relauto.model.target import Place, Target
from relauto.picking.presence import Presence, find_presence
from relauto.stages.bench import Bench
from relauto.stages.prepare.bump import is_bumped

Via = Literal["pull", "push"]
"""How picks reach a branch."""

What = Literal["pick", "bump"]
"""What a branch of relauto's own is made for: the fixes, with or without the number, or the number alone."""


class Part(NamedTuple):
    """What one pull request or push brings: the fixes, the number, or both."""

    fixes: bool
    number: bool


@dataclass(frozen=True)
class Landing:
    """A branch that shall hold the fix.

    `base` is where it begins while the remote has no such branch; `numbered` says that its version
    files carry the release's number, `via` how picks reach it. It is the fix of `round`, else of the
    current one.
    """

    bench: Bench
    target: Target
    branch: Branch
    base: Commit
    numbered: bool
    via: Via
    round: int | None = None

    @property
    def head(self) -> Commit:
        """The branch's tip as last fetched, or where it will begin."""
        return self.bench.ref(self.branch.ref) or self.base

    @property
    def pick_branch(self) -> Branch:
        """The branch of the picks' pull request: the same for the same incident, landing and fixes."""
        incident = self.bench.incident
        return Branch(f"{self.prefix('pick')}{incident.revision_of(self.round or incident.round)}")

    @property
    def bump_branch(self) -> Branch:
        """The branch of the bump's own pull request: the same for the same incident, landing and number."""
        return Branch(f"{self.prefix('bump')}{self.bench.plan(self.target).version}")

    def prefix(self, what: What) -> str:
        """Return how the names of all branches begin that were made for it."""
        name = self.branch.removeprefix("relauto/")
        return f"relauto/{what}/{name}/{self.bench.incident.id.lower()}-"

    def tell_what(self, branch: str) -> What:
        """Return what a branch of relauto's own is made for."""
        return "bump" if branch == self.bump_branch else "pick"

    @property
    def takes_bump_along(self) -> bool:
        """Whether the picks bring the number: as their branch shows once it is there, else as is set."""
        pushed = self.bench.ref(self.pick_branch.ref) if self.via == "pull" else None
        if pushed:
            return is_bumped(self.bench, self.target, pushed)
        return self.bench.settings.pick.bump == "with"

    def list_parts(self, *, fixes: bool, number: bool) -> list[Part]:
        """Return in what parts, one after the other, the branch gets what it lacks."""
        if fixes and number and not self.takes_bump_along:
            return [Part(fixes=True, number=False), Part(fixes=False, number=True)]
        return [Part(fixes, number)] if fixes or number else []

    def find(self, series: Sequence[Commit]) -> dict[Commit, Presence | None]:
        """Return how each commit is on the branch; None for one that is not.

        That it would change nothing says nothing of a commit whose forerunner is not there yet.
        """
        product, found = self.bench.product, dict[Commit, Presence | None]()
        for commit in series:
            there = find_presence(product, commit, self.head, series=series)
            found[commit] = None if there and there.by == "tree" and None in found.values() else there
        return found

    def lacks_number(self) -> bool:
        """Return whether a version file has yet to be raised here."""
        return self.numbered and not is_bumped(self.bench, self.target, self.head)


def list_landings(bench: Bench, target: Target) -> list[Landing]:
    """Return the branches that shall hold the fix: the release's first.

    A release from the tip is cut from the line itself. One from the last tag is cut from an emergency
    branch, and the line is owed the fix all the same, or the next release from it would lose the fix.
    """
    via = bench.settings.pick.via
    line = Landing(bench, target, target.branch, bench.head(target), numbered=True, via=via)
    if bench.incident.opening.base == "tip":
        return [line]
    base = Commit(bench.plan(target).base_commit)
    emergency = Landing(bench, target, bench.release_branch(target), base, numbered=True, via=via)
    if bench.incident.opening.private:
        # The public line gets it once the release is out.
        return [emergency]
    return [emergency, replace(line, numbered=False)]


def find_owed(bench: Bench, owed: Place) -> Landing:
    """Return the branch that a debt is about: a target's line, or main. It gets it by pull request alone.

    Raises:
        InputError: the branch is gone.
    """
    outside = bench.outside()
    branch = owed.target.branch if owed.target else outside.main
    head = outside.ref(branch.ref)
    if head is None:
        raise InputError(
            f"{outside.source.repository} has no branch {branch}", todo="see `main` in the settings"
        )
    target = owed.target or bench.incident.targets[0]
    return Landing(outside, target, branch, head, numbered=False, via="pull", round=owed.round)
