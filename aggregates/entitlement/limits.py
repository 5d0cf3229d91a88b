"""How the limits of 72号 一 are counted: days within a year, items in a year, repeats."""

from collections.abc import Iterable
from datetime import date

from aggregates.law.deadlines import add_months

_YEAR_MONTHS = 12


def within_a_year(one: date, other: date) -> bool:
    """Say whether two days lie within one year, the corresponding day included (C-07)."""
    return max(one, other) <= add_months(min(one, other), _YEAR_MONTHS)


def repeats(one: date, other: date, window: str) -> bool:
    """Say whether two items of one occupation and level repeat each other (ELG-08).

    Args:
        one: The day on which an item counts.
        other: That of the other one.
        window: ``ROLLING_12M`` looks a year back and forward, ``CALENDAR_YEAR`` at the year.
    """
    return one.year == other.year if window == "CALENDAR_YEAR" else within_a_year(one, other)


def most_in_a_year(on: date, days: Iterable[date], basis: str) -> int:
    """Return how many items at most fall into a year in which an item counts (ELG-07).

    Args:
        on: The day on which the item counts; it is one of ``days``.
        days: The days of all items.
        basis: ``CALENDAR`` counts its calendar year, ``ROLLING_12M`` any twelve months that
            hold it.
    """
    held = sorted(days)
    if basis == "CALENDAR":
        return sum(day.year == on.year for day in held)
    begins = [day for day in held if day <= on and within_a_year(day, on)]
    return max(
        (sum(first <= day and within_a_year(first, day) for day in held) for first in begins),
        default=0,
    )
