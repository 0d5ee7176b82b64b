"""Compare and swap on branches elsewhere: whoever loses a race looks, and decides again, within bounds.

Nothing is concluded from the reason that git gives for a failed push. The branches are fetched, and what
they hold says whether the commit landed, also when the connection broke after the server had accepted it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import tenacity

from relauto.clock import Clock
from relauto.errors import RelautoError, RemoteError, UnknownOutcomeError
from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.errors import MissingObjectError, UnreachableError
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.journal.watch import fetch_watched
from relauto.model.names import Branch, Commit

ATTEMPTS = 40
SECONDS = 120
PAUSE = 0.05
LONGEST_PAUSE = 4.0
"""Seconds. After a lost race the pause is any time up to `PAUSE`, doubled with each race, up to this."""
REFUSALS = 3
"""How often a push may fail although nobody else moved the branch."""


class LostRaceError(RemoteError):
    """Others moved the branch each time, or the other side takes no push; nothing was written."""

    def __init__(self, branch: Branch, error: RelautoError, *, moved: bool) -> None:
        self.moved = moved
        why = "others kept moving it" if moved else f"the push is refused: {error.what}"
        super().__init__(
            f"nothing was written to {branch}: {why}",
            todo="run again" if moved else "check that the token may push to this branch",
        )


@dataclass(frozen=True)
class Change:
    """What to write on one branch.

    Attributes:
        branch: where.
        files: contents by path; None takes a file, or a folder, away.
        base: the commit whose other files stay.
        alone: the commit stands in place of all that the branch had, instead of on top of it.
    """

    branch: Branch
    files: Mapping[str, bytes | None]
    base: Commit | None = None
    alone: bool = False


@dataclass(frozen=True)
class Proposal:
    """Commits to be made, one on each branch, all pushed or none; `writer` stands as their e-mail address."""

    changes: Sequence[Change]
    message: str
    writer: str


class SharedBranches:
    """Branches that many write to at once.

    Attributes:
        mirror: the repository they lie in, as fetched last.
        branches: their names; the first is the one that every proposal moves.
        tips: where they were at the last look; None for one that does not exist.

    `chance` draws the pauses after lost races; by itself it is seeded by the machine.
    """

    def __init__(
        self, mirror: Mirror, *branches: Branch, clock: Clock, chance: random.Random | None = None
    ) -> None:
        self.mirror = mirror
        self.branches = branches
        self.tips: dict[Branch, Commit | None] = dict.fromkeys(branches)
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311  # nosec B311 - it parts writers

    def fetch(self) -> tuple[Commit | None, ...]:
        """Look where the branches are and return that, in their order.

        Raises:
            RemoteError: it could not be found out.
        """
        known = fetch_watched(self.mirror, [branch.ref for branch in self.branches])
        for branch in self.branches:
            self.tips[branch] = Commit(known[branch.ref]) if branch.ref in known else None
        return tuple(self.tips.values())

    def advance(
        self,
        propose: Callable[[], Proposal | None],
        *,
        refresh: Callable[[], None],
        landed: Callable[[Commit], bool],
    ) -> Commit | None:
        """Put what `propose` returns on the branches, and return the commit on the first of them.

        Args:
            propose: makes the proposal from what is known; None writes nothing, and None is returned.
                Called again after every lost race.
            refresh: calls `fetch` and takes in what is there.
            landed: says, after a refresh, whether a commit of ours is part of the first branch.

        Raises:
            LostRaceError: the bounds are reached; nothing was written.
            UnknownOutcomeError: the connection broke, and so did the look afterwards.
            RemoteError: the other side could not be reached; nothing was sent.
        """
        began = self._clock.now()
        refusals = 0

        def is_over(state: tenacity.RetryCallState) -> bool:
            nonlocal refusals
            error = state.outcome.exception() if state.outcome else None
            refusals += isinstance(error, LostRaceError) and not error.moved
            late = self._clock.now() - began >= timedelta(seconds=SECONDS)
            return late or refusals >= REFUSALS or state.attempt_number >= ATTEMPTS

        retrying = tenacity.Retrying(
            sleep=self._clock.sleep,
            wait=self._draw_pause,
            stop=is_over,
            retry=tenacity.retry_if_exception_type(LostRaceError),
            reraise=True,
        )
        return retrying(self._attempt, propose, refresh, landed)

    def _draw_pause(self, state: tenacity.RetryCallState) -> float:
        return self._chance.uniform(0, min(LONGEST_PAUSE, PAUSE * 2 ** (state.attempt_number - 1)))

    def _attempt(
        self,
        propose: Callable[[], Proposal | None],
        refresh: Callable[[], None],
        landed: Callable[[Commit], bool],
    ) -> Commit | None:
        before = dict(self.tips)
        try:
            proposal = propose()
            if proposal is None:
                return None
            made = {change.branch: self._write(change, proposal) for change in proposal.changes}
        except MissingObjectError as error:
            # Words that were erased are forgotten by every process that works from this mirror.
            refresh()
            if self.tips == before:
                raise
            raise LostRaceError(self.branches[0], error, moved=True) from error
        updates = [RefUpdate(branch.ref, before[branch], commit) for branch, commit in made.items()]
        first = made[self.branches[0]]
        try:
            self.mirror.push(updates)
        except RemoteError as error:
            self._look(refresh, error)
            if not landed(first):
                moved = self.tips != before
                raise LostRaceError(self.branches[0], error, moved=moved) from error
        else:
            self.tips.update(made)
            self.mirror.take_note(updates)
        return first

    def _look(self, refresh: Callable[[], None], error: RemoteError) -> None:
        if isinstance(error, UnreachableError):
            raise error
        try:
            refresh()
        except RemoteError as blind:
            raise UnknownOutcomeError(
                f"whether the commit landed on {self.branches[0]} is not known: {error.what};"
                f" then {blind.what}",
                todo="run again when the repository answers; nothing is written twice",
            ) from blind

    def _write(self, change: Change, proposal: Proposal) -> Commit:
        repository = self.mirror.repository
        base = repository.commit_object(change.base).tree if change.base else EMPTY_TREE
        tip = None if change.alone else self.tips[change.branch]
        signature = Signature("relauto", proposal.writer, self._clock.now())
        return repository.write_commit(
            repository.write_files(base, change.files),
            [tip] if tip else [],
            proposal.message,
            signature,
            signature,
        )
