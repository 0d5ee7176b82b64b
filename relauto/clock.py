"""Time, passed in: nothing below this module reads a clock or sleeps by itself."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the time is, and how to let it pass."""

    def now(self) -> datetime:
        """Return the current moment in UTC, to the second."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current moment in UTC, to the second."""
        return datetime.now(UTC).replace(microsecond=0)

    def sleep(self, seconds: float) -> None:
        """Block for `seconds`."""
        time.sleep(seconds)  # noqa: TID251 - the one place that may


@dataclass
class ManualClock:
    """A clock for tests: it moves only when told to, and sleeping moves it at once."""

    moment: datetime = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the moment that was set."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Move the clock forward by `seconds` and note it."""
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
