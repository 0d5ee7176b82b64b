"""How moments, lengths of time and ids are written in every text."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta


def format_moment(moment: datetime | None) -> str:
    """Return a moment in UTC to the minute, `2026-03-02 03:00 UTC`; None is said to be unknown."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "not known"


def format_duration(length: timedelta | None) -> str:
    """Return a length of time in its two largest units, `1 h 20 min`; None is said to be unknown."""
    if length is None:
        return "not known"
    minutes = max(0, int(length.total_seconds())) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def format_seconds(seconds: float) -> str:
    """Return a number of seconds without needless digits: `5`, `0.5`."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def shorten(commit: str | None) -> str:
    """Return the first ten digits of a commit id or digest, for people to read."""
    return (commit or "")[:10]


def enumerate_words(words: Sequence[str]) -> str:
    """Return the words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
