"""Who asks: tokens, and how many requests each may send in an hour."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta

from werkzeug.datastructures import Headers

from relauto.hub.place import ApiError
from relauto.hub.records import Token, User
from relauto.hub.store import Transaction
from relauto.hub.tokens import digest_token


def _token_of(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() in {"token", "bearer"}:
        return value.strip()
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(value).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ApiError(401, "Bad credentials") from error
        return password if password not in ("", "x-oauth-basic") else name
    raise ApiError(401, "Bad credentials")


def authenticate(tx: Transaction, headers: Headers, moment: datetime) -> Token | None:
    """Return the token that the request carries, None when it carries none.

    Raises:
        ApiError: 401, it carries something that is nobody's token, or one that has expired.
    """
    header = headers.get("Authorization")
    if header is None:
        return None
    found = tx.get(Token, "", digest_token(_token_of(header)))
    if found is None or (found.expires_at and moment.strftime("%Y-%m-%dT%H:%M:%SZ") >= found.expires_at):
        raise ApiError(401, "Bad credentials")
    return found


@dataclass(frozen=True)
class Budget:
    """How much of an hour's requests is used."""

    resource: str
    limit: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        """How many requests are left."""
        return max(0, self.limit - self.used)

    def headers(self) -> dict[str, str]:
        """Return the headers that every answer carries."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Reset": str(self.reset),
            "X-RateLimit-Resource": self.resource,
        }

    def show(self) -> dict[str, int]:
        """Return it as GET /rate_limit has it."""
        return {"limit": self.limit, "remaining": self.remaining, "reset": self.reset, "used": self.used}


def read_budget(
    tx: Transaction, user: User | None, resource: str, moment: datetime, limit: int, *, spend: bool
) -> Budget:
    """Return the budget of the running hour; `spend` takes one request from it."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    counter = f"rate {resource} {user.login if user else ''} {hour:%Y%m%d%H}"
    used = tx.next(counter) if spend else tx.last(counter)
    most = limit if user else min(limit, 60)
    return Budget(resource, most, min(used, most + 1), int((hour + timedelta(hours=1)).timestamp()))
