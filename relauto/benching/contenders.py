"""Ways of picking. Each is given the same picks, does one at a time, and says how long it took.

A way is begun anew for each round, in an empty folder, so that it finds nothing that a round before has left.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from relauto.benching.work import COMMITTER, Job, Place, borrow, plain_git
from relauto.git.merge import make_sides, parse_merge
from relauto.git.repository import Repository
from relauto.git.runner import GitError
from relauto.picking.pick import pick
from relauto.picking.presence import find_mainline


@dataclass(frozen=True)
class Timed:
    """How long a pick took, and the tree that it made: with conflict markers where it conflicts."""

    seconds: float
    tree: str


class Contender(ABC):
    """One way of picking, for one round.

    Attributes:
        name: what it is called.
        in_a_row: whether it does all picks one after the other; else it takes turns with others at each.
    """

    name: str
    in_a_row = False

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        self.at = folder / f"{type(self).__name__}.git"
        self.repository = borrow(place.source, self.at)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The picks that it does."""
        return self.place.jobs

    @abstractmethod
    def time(self, job: Job) -> Timed:
        """Do one pick.

        Raises:
            GitError: it failed.
        """

    def close(self) -> None:
        """End the processes of the repository."""
        self.repository.close()


class Raw(Contender):
    """`git merge-tree` on the same trees, a process for each."""

    name = "git merge-tree"

    def time(self, job: Job) -> Timed:
        """Merge; the commits that hold the two sides are written before."""
        repository = self.repository
        base = find_mainline(repository, job.fix, 1)
        sides = make_sides(repository, base, repository.commit_object(job.onto).tree, job.fix)
        started = perf_counter()
        answer = repository.git.ask("merge-tree", "--write-tree", "-z", *sides)
        seconds = perf_counter() - started
        if answer.status not in (0, 1):
            raise GitError(answer)
        return Timed(seconds, parse_merge(answer.output).tree)


class RawInARow(Raw):
    """The same, one after the other."""

    name = "git merge-tree, in a row"
    in_a_row = True


class RawMixed(RawInARow):
    """The same, of what the history has, conflicts among it."""

    name = "git merge-tree, as in the history"

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The picks that it does."""
        return self.place.mixed


class Single(Contender):
    """One pick by relauto in a process that has picked before: of another fix, where there is one."""

    name = "relauto, single"

    def time(self, job: Job) -> Timed:
        """Pick in a repository that was opened for it, after another pick."""
        before = self.place.jobs[self.place.jobs.index(job) - 1]
        with Repository.open(self.at) as repository:
            pick(repository, [before.fix], before.onto, committer=COMMITTER)
            return _pick(repository, job)


class Batch(Contender):
    """Many picks by relauto one after the other; the first begins from nothing."""

    name = "relauto, in a row"
    in_a_row = True

    def time(self, job: Job) -> Timed:
        """Pick in the repository of the round."""
        return _pick(self.repository, job)


class BatchMixed(Batch):
    """The same, of what the history has, conflicts among it."""

    name = "relauto, as in the history"

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The picks that it does."""
        return self.place.mixed


class Pushed(Contender):
    """A pick by relauto, pushed to a branch."""

    name = "relauto, push"

    def time(self, job: Job) -> Timed:
        """Pick and push."""
        started = perf_counter()
        made = pick(self.repository, [job.fix], job.onto, committer=COMMITTER)
        spec = f"{made.commits[-1]}:refs/heads/relauto/{job.branch}"
        plain_git(self.at).run("push", "--quiet", "--force", str(self.place.remote), spec)
        return Timed(perf_counter() - started, made.tree or "")


class Worktree(Contender):
    """`git worktree add` and `git cherry-pick -x`."""

    name = "git worktree"
    pushes = False

    def time(self, job: Job) -> Timed:
        """Make a worktree and pick there; that it is removed afterwards is not counted."""
        git, at = plain_git(self.at), self.at.with_suffix(f".{job.branch}")
        started = perf_counter()
        git.run("worktree", "add", "--quiet", "--detach", str(at), job.onto)
        inside = plain_git(at)
        inside.run("cherry-pick", "-x", job.fix)
        if self.pushes:
            spec = f"HEAD:refs/heads/worktree/{job.branch}"
            inside.run("push", "--quiet", "--force", str(self.place.remote), spec)
        seconds = perf_counter() - started
        tree = inside.read("rev-parse", "HEAD^{tree}")
        git.run("worktree", "remove", "--force", str(at))
        return Timed(seconds, tree)


class PushedWorktree(Worktree):
    """The same, pushed to a branch."""

    name = "git worktree, push"
    pushes = True


def _pick(repository: Repository, job: Job) -> Timed:
    started = perf_counter()
    made = pick(repository, [job.fix], job.onto, committer=COMMITTER)
    return Timed(perf_counter() - started, made.marked_tree or made.tree or "")
