"""When a request is sent again, and when not: one policy, outside PyGithub's own, which is off.

Reads are repeated after anything that may pass. Writes are repeated after a rate limit alone, since
that refused them before they did anything; whatever else goes wrong leaves their outcome unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from relauto.clock import Clock
from relauto.errors import UnknownOutcomeError
from relauto.github.faults import LimitError, NoReplyError, ServerError

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long to go on: at most `attempts` requests and `seconds` of waiting between them."""

    attempts: int = 5
    seconds: float = 120.0

    def ends(self, state: RetryCallState) -> bool:
        """Tell tenacity whether the last failure is final."""
        return state.attempt_number >= self.attempts or state.idle_for + state.upcoming_sleep > self.seconds


def _wait(state: RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.wait if isinstance(failure, LimitError | ServerError) else None
    return float(2 ** (state.attempt_number - 1)) if asked is None else asked


def _repeat(
    request: Callable[[], T], kinds: tuple[type[Exception], ...], clock: Clock, patience: Patience
) -> T:
    policy = Retrying(
        sleep=clock.sleep,
        stop=patience.ends,
        wait=_wait,
        retry=retry_if_exception_type(kinds),
        reraise=True,
    )
    return policy(request)


def repeat_read(request: Callable[[], T], clock: Clock, patience: Patience) -> T:
    """Send a read until it is answered or patience ends.

    Raises:
        NoReplyError, ServerError, LimitError: the last failure, when patience has ended.
    """
    return _repeat(request, (NoReplyError, ServerError, LimitError), clock, patience)


def send_write(request: Callable[[], T], clock: Clock, patience: Patience) -> T:
    """Send a write once, and again only where a rate limit refused it.

    Raises:
        UnknownOutcomeError: no answer came, or a 5xx: it may have happened.
        LimitError: the limit lasts longer than patience.
    """
    try:
        return _repeat(request, (LimitError,), clock, patience)
    except (NoReplyError, ServerError) as error:
        raise UnknownOutcomeError(
            f"{error.what}; it may have happened all the same", todo="run again: a look comes first"
        ) from error
