"""Moments and lengths of time as people type them."""

import re
from datetime import UTC, datetime, timedelta

from relauto.errors import InputError

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


def read_moment(text: str) -> datetime:
    """Return a moment in UTC; one without a zone is read as UTC.

    Raises:
        InputError: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{text!r} is not a moment", todo="write it like 2026-03-01T02:10Z") from error


def parse_moment(text: str, now: datetime) -> datetime:
    """Return a moment of the past in UTC; one without a zone is read as UTC.

    Raises:
        InputError: it is none, or has not come yet.
    """
    moment = read_moment(text)
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
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise InputError(f"{text!r} is not a duration", todo="write it like 90s, 30m or 2h")
    return float(found[1]) * _UNITS[found[2]]


def parse_end(text: str, now: datetime) -> datetime:
    """Return when something ends: so long from now (`4h`), or at a moment to come.

    Raises:
        InputError: it is neither, or is over already.
    """
    if not text.strip():
        raise InputError("an end has to be named", todo="write it like 4h or 2026-03-01T02:10Z")
    try:
        end = (
            now + timedelta(seconds=parse_duration(text)) if _DURATION.fullmatch(text) else read_moment(text)
        )
    except OverflowError as error:
        raise InputError(f"{text} is too long", todo="write it like 4h") from error
    if end <= now:
        raise InputError(f"{text} is over already (it is {now:%Y-%m-%dT%H:%MZ})", todo="name an end to come")
    return end
