"""The days of the simulated years: which are working days, and moments within office hours."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import CalendarYear
from ledger.clock import SHANGHAI
from ledger.simulation.chance import Chance

DAY = timedelta(days=1)
_YEARS = {one.year: one for one in seed_years()}
_OFFICE_OPENS = time(8, 30)
_OFFICE_MINUTES = 8 * 60


def is_workday(day: date) -> bool:
    """Say whether a day is a working day of the published calendar."""
    return _YEARS[day.year].is_workday(day)


def is_holiday(day: date) -> bool:
    """Say whether a day is one of rest by the State Council's arrangement."""
    return day in _YEARS[day.year].holidays


def is_makeup(day: date) -> bool:
    """Say whether a day is a weekend day of work (调休上班)."""
    return day in _YEARS[day.year].makeup_workdays


def plus(day: date, workdays: int) -> date:
    """Return the n-th working day after a day."""
    return _step(day, workdays, DAY)


def minus(day: date, workdays: int) -> date:
    """Return the n-th working day before a day."""
    return _step(day, workdays, -DAY)


def _step(day: date, workdays: int, by: timedelta) -> date:
    while workdays:
        day += by
        workdays -= is_workday(day)
    return day


def at_or_after(day: date) -> date:
    """Return a day if it is a working day, else the next one."""
    return day if is_workday(day) else plus(day, 1)


def at_or_before(day: date) -> date:
    """Return a day if it is a working day, else the last one before."""
    return day if is_workday(day) else minus(day, 1)


def days(first: date, last: date) -> Iterator[date]:
    """Yield the days from one to another, both counted."""
    while first <= last:
        yield first
        first += DAY


def moment(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of a local day."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


def in_office(day: date, chance: Chance, *, after: datetime | None = None) -> datetime:
    """Return a moment in the office hours of a day, or shortly after a moment of that day."""
    opens = datetime.combine(day, _OFFICE_OPENS, SHANGHAI)
    if after is not None and after >= opens:
        return after + timedelta(seconds=chance.randrange(60, 1_200))
    return opens + timedelta(seconds=chance.randrange(_OFFICE_MINUTES * 60))


def last_day(year: int, month: int) -> date:
    """Return the last day of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - DAY


__all__ = [
    "DAY",
    "CalendarYear",
    "at_or_after",
    "at_or_before",
    "days",
    "in_office",
    "is_holiday",
    "is_makeup",
    "is_workday",
    "last_day",
    "minus",
    "moment",
    "plus",
]
