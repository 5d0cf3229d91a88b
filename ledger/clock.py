"""The one place that reads the clock.

Every other module takes the time as an argument. All times are aware and in China Standard
Time (UTC+08:00, without daylight saving since 1991), because the law counts Shanghai dates.
"""

from datetime import date, datetime, timedelta, timezone
from typing import Protocol

SHANGHAI = timezone(timedelta(hours=8), "+08:00")


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, at +08:00, to the microsecond."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(SHANGHAI)  # noqa: TID251 - this is the module that reads the clock


class SimulatedClock:
    """A clock that stands still until it is moved, and never moves back."""

    def __init__(self, start: datetime) -> None:
        self._now = in_shanghai(start)

    def now(self) -> datetime:
        """Return the simulated moment."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to a moment.

        Raises:
            ValueError: the moment lies before the present one.
        """
        moved = in_shanghai(moment)
        if moved < self._now:
            raise ValueError("a simulated clock does not run back")
        self._now = moved

    def advance(self, by: timedelta) -> None:
        """Move on by a length of time, which must not be negative."""
        self.set(self._now + by)


def in_shanghai(moment: datetime) -> datetime:
    """Return the same moment at +08:00.

    Raises:
        ValueError: the moment has no offset, so nobody knows when it is.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment needs an offset")
    return moment.astimezone(SHANGHAI)


def shanghai_date(moment: datetime) -> date:
    """Return the date that the calendar on the wall in Shanghai shows at a moment."""
    return in_shanghai(moment).date()
