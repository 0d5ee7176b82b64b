"""What people type: moments and durations."""

import re
from datetime import UTC, datetime

from relauto.errors import InputError

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_moment(text: str, now: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is read as UTC, one in the future is refused.

    Raises:
        InputError: it is none, or has not come yet.
    """
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{text!r} is not a moment", todo="write it like 2026-03-01T02:10Z") from error
    if moment > now:
        raise InputError(
            f"{text} has not come yet (it is {now:%Y-%m-%dT%H:%MZ})", todo="see the date and the zone"
        )
    return moment


def parse_duration(text: str) -> float:
    """Return a duration in seconds: `90s`, `30m`, `2h`, `1d`.

    Raises:
        InputError: it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    if not found:
        raise InputError(f"{text!r} is not a duration", todo="write it like 90s, 30m or 2h")
    return float(found[1]) * _UNITS[found[2]]
