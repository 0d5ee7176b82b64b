"""Compare and swap on a branch elsewhere: whoever loses a race looks, and decides again, within bounds.

Nothing is concluded from the reason that git gives for a failed push. The branch is fetched, and what it
holds says whether the commit landed, also when the connection broke after the server had accepted it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import tenacity

from relauto.clock import Clock
from relauto.errors import RemoteError, UnknownOutcomeError
from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.errors import UnreachableError
from relauto.git.mirror import Mirror
from relauto.git.refs import RefUpdate
from relauto.model.names import Branch, Commit

ATTEMPTS = 40
SECONDS = 120
REFUSALS = 3
"""How often a push may fail although nobody else moved the branch."""


class LostRaceError(RemoteError):
    """Others moved the branch each time, or the other side takes no push; nothing was written."""

    def __init__(self, branch: Branch, error: RemoteError, *, moved: bool) -> None:
        self.moved = moved
        why = "others kept moving it" if moved else f"the push is refused: {error.what}"
        super().__init__(
            f"nothing was written to {branch}: {why}",
            todo="run again" if moved else "check that the token may push to this branch",
        )


@dataclass(frozen=True)
class Proposal:
    """A commit to be made on top of the branch: files to write, and why."""

    files: Mapping[str, bytes]
    message: str


class SharedBranch:
    """A branch that many append to at once.

    Attributes:
        mirror: the repository it lies in, as fetched last.
        branch: its name.
        tip: where it was at the last look; None while it does not exist.
    """

    def __init__(self, mirror: Mirror, branch: Branch, *, clock: Clock, actor: str) -> None:
        self.mirror = mirror
        self.branch = branch
        self.tip: Commit | None = None
        self._clock = clock
        self._actor = actor

    def fetch(self) -> Commit | None:
        """Look where the branch is and return that.

        Raises:
            RemoteError: it could not be found out.
        """
        self.mirror.fetch([self.branch.ref])
        found = self.mirror.repository.refs(self.branch.ref).get(self.branch.ref)
        self.tip = Commit(found) if found else None
        return self.tip

    def advance(
        self,
        propose: Callable[[], Proposal | None],
        *,
        refresh: Callable[[], None],
        landed: Callable[[Commit], bool],
    ) -> Commit | None:
        """Put what `propose` returns on top of the branch and return its commit.

        Args:
            propose: makes the proposal from what is known; None writes nothing, and None is returned.
                Called again after every lost race.
            refresh: calls `fetch` and takes in what is there.
            landed: says, after a refresh, whether a commit of ours is part of the branch.

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
            wait=tenacity.wait_random_exponential(multiplier=0.05, max=4),
            stop=is_over,
            retry=tenacity.retry_if_exception_type(LostRaceError),
            reraise=True,
        )
        return retrying(self._attempt, propose, refresh, landed)

    def _attempt(
        self,
        propose: Callable[[], Proposal | None],
        refresh: Callable[[], None],
        landed: Callable[[Commit], bool],
    ) -> Commit | None:
        proposal = propose()
        if proposal is None:
            return None
        old = self.tip
        commit = self._write(proposal, old)
        try:
            self.mirror.push([RefUpdate(self.branch.ref, old, commit)])
        except RemoteError as error:
            self._look(refresh, error)
            if not landed(commit):
                raise LostRaceError(self.branch, error, moved=self.tip != old) from error
        else:
            self.tip = commit
            self.mirror.take_note(RefUpdate(self.branch.ref, old, commit))
        return commit

    def _look(self, refresh: Callable[[], None], error: RemoteError) -> None:
        if isinstance(error, UnreachableError):
            raise error
        try:
            refresh()
        except RemoteError as blind:
            raise UnknownOutcomeError(
                f"whether the commit landed on {self.branch} is not known: {error.what}; then {blind.what}",
                todo="run again when the repository answers; nothing is written twice",
            ) from blind

    def _write(self, proposal: Proposal, parent: Commit | None) -> Commit:
        repository = self.mirror.repository
        base = repository.commit_object(parent).tree if parent else EMPTY_TREE
        signature = Signature("relauto", self._actor, self._clock.now())
        return repository.write_commit(
            repository.write_files(base, proposal.files),
            [parent] if parent else [],
            proposal.message,
            signature,
            signature,
        )
