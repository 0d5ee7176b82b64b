"""The one form of every write: look, send if it is absent, look again where the outcome is unknown.

GitHub's REST API takes no idempotency key, so that a write whose answer was lost can only be told
from one that never happened by looking.
"""

from collections.abc import Callable
from typing import TypeVar

from relauto.clock import Clock
from relauto.errors import RemoteError, UnknownOutcomeError
from relauto.github.faults import RefusedError

T = TypeVar("T")

_LAG = 5.0
"""Seconds after which a read shows what was written before it."""


def ensure(
    look: Callable[[], T | None],
    send: Callable[[], T],
    *,
    absent: bool = False,
    doubles: Clock | None = None,
) -> T:
    """Return the thing that should be there, found or made, never made twice.

    Args:
        look: reads it; None means absent.
        send: makes it with one write, and returns it as the write's own answer shows it.
        absent: the caller has just looked, and there was nothing.
        doubles: how time passes, for a thing that GitHub makes twice when it is asked twice: after a lost
            answer it is not sent again before a second look, some seconds after the first, finds nothing,
            for what was just made may not be shown yet.

    Raises:
        UnknownOutcomeError: the write was lost twice and the thing is absent, or it was lost once
            and no look succeeded after it.
        RefusedError: GitHub refused for another reason than that it exists.
    """
    if not absent and (found := look()) is not None:
        return found
    return _send(look, send, again=True, doubles=doubles)


def _send(look: Callable[[], T | None], send: Callable[[], T], *, again: bool, doubles: Clock | None) -> T:
    try:
        return send()
    except (UnknownOutcomeError, RefusedError) as error:
        if isinstance(error, RefusedError) and not error.exists:
            raise
        found = _look_after(error, look)
        if found is None and doubles:
            doubles.sleep(_LAG)
            found = _look_after(error, look)
        if found is not None:
            return found
        if not again:
            raise
    return _send(look, send, again=False, doubles=doubles)


def _look_after(error: RemoteError, look: Callable[[], T | None]) -> T | None:
    try:
        return look()
    except RemoteError as failure:
        raise UnknownOutcomeError(
            f"{error.what}; and it could not be looked up: {failure.what}", todo=error.todo
        ) from failure
