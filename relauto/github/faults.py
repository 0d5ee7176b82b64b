"""What GitHub's refusals mean, told from status, headers and text alone.

The order in which limits are recognised is that of
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from relauto.errors import AwayError, RemoteError, Status, WaitingError

_LIMIT_TEXT = re.compile(r"(?i)rate limit|abuse detection")
_UNTOLD_WAIT = 60.0


@dataclass(frozen=True)
class Reply:
    """An answer as it came: header names in lower case, the body as text."""

    status: int
    headers: Mapping[str, str]
    body: str


class NoReplyError(AwayError):
    """No answer arrived: a timeout, a refused or a broken connection."""


class ServerError(AwayError):
    """GitHub failed at its own end (5xx). `wait` is how long it asked us to stay away, in seconds."""

    def __init__(self, what: str, *, wait: float | None = None) -> None:
        super().__init__(what, todo="see https://www.githubstatus.com, then run again")
        self.wait = wait


class LimitError(WaitingError):
    """A primary or secondary rate limit refused the request before it did anything.

    `wait` is how long to stay away, in seconds.
    """

    def __init__(self, what: str, *, wait: float) -> None:
        super().__init__(what, todo=f"run again in {wait:.0f} seconds")
        self.wait = wait


class RefusedError(RemoteError):
    """GitHub answered with a 4xx. `message` and `errors` are its words."""

    def __init__(self, what: str, *, status: int, problem: "Problem", todo: str = "") -> None:
        super().__init__(what, todo=todo)
        self.http_status = status
        self.message = problem.message
        self.errors = problem.texts()

    def says(self, pattern: str) -> bool:
        """Tell whether the message or one of the errors matches `pattern`, whatever the case."""
        return any(re.search(pattern, text, re.IGNORECASE) for text in (self.message, *self.errors))

    @property
    def exists(self) -> bool:
        """Whether the write was refused because its thing is already there."""
        return self.http_status == 422 and self.says(r"already[ _]exists")


class NotFoundError(RefusedError):
    """There is nothing at that address, or the token may not know of it."""


class ForbiddenError(RefusedError):
    """The token lacks a permission, or the repository is archived: something to settle, then run again."""

    status = Status.BAD_INPUT


class TokenError(RefusedError):
    """GitHub does not take the token at all."""

    status = Status.BAD_INPUT


class UnseenError(RefusedError):
    """The repository is not there, or not for this token: nothing about what it holds is known."""

    status = Status.BAD_INPUT


class NoGraphQLError(RemoteError):
    """The server has no GraphQL endpoint; everything is read by REST."""


class UnreadableError(RemoteError):
    """GraphQL answered with errors of another kind, such as a field that the server does not know."""


class Problem(msgspec.Struct, frozen=True):
    """The body of a refusal."""

    message: str = ""
    errors: list[str | dict[str, str | int | bool | None]] | str | None = None

    def texts(self) -> tuple[str, ...]:
        """Return each error as one line of its own words."""
        if isinstance(self.errors, str):
            return (self.errors,)
        return tuple(
            error if isinstance(error, str) else " ".join(str(part) for part in error.values() if part)
            for error in self.errors or ()
        )


def read_problem(body: str) -> Problem:
    """Return what a refusal's body says; a body of another shape is shown as it is."""
    try:
        return msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Problem(message=body[:200])


def find_limit(reply: Reply, now: datetime) -> float | None:
    """Return for how many seconds a rate limit asks to wait, or None when the reply is no limit."""
    if reply.status not in (403, 429):
        return None
    asked = find_retry_after(reply)
    if asked is not None:
        return asked
    if reply.headers.get("x-ratelimit-remaining") == "0":
        return read_reset(reply, now)
    limited = reply.status == 429 or _LIMIT_TEXT.search(read_problem(reply.body).message)
    return _UNTOLD_WAIT if limited else None


def find_retry_after(reply: Reply) -> float | None:
    """Return the seconds in Retry-After, or None when it is absent or a date."""
    asked = reply.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else None


def read_reset(reply: Reply, now: datetime) -> float:
    """Return the seconds until x-ratelimit-reset has passed, at least one."""
    reset = reply.headers.get("x-ratelimit-reset", "")
    return max(1.0, int(reset) - now.timestamp() + 1) if reset.isdecimal() else _UNTOLD_WAIT
