"""The statutory days of rest of 《全国年节及纪念日放假办法》, for years nobody has arranged yet.

The State Council announces the bridge and make-up days of a year towards the end of the year
before. The statutory days themselves follow from the Measures and the lunar calendar, so they
are known far ahead: from them follows how many working days there can be at least and at most.
The table of festivals, ``festivals.csv``, was computed with the lunar calendar of chinese-days
1.5.7; the tests compare it with the one of ``holidays``.
"""

import csv
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from aggregates.language import Message

SATURDAY = 5
"""The first day of the weekend as ``date.weekday`` counts."""
LONG_REACH_DAYS = 7
"""How far from a statutory day of Spring Festival or National Day its bridge may reach."""
SHORT_REACH_DAYS = 4
"""How far from any other statutory day its bridge may reach."""
MAKEUP_REACH_DAYS = 10
"""How far from a statutory day a weekend day may be made a working day in exchange."""

_REVISED_2013 = 2014
"""First year under the third revision (2013-12-11): New Year's Eve is no longer statutory."""
_REVISED_2024 = 2025
"""First year under the fourth revision (2024-11-10): New Year's Eve and 2 May are statutory."""


class Festivals(NamedTuple):
    """The days of one year that the sun and the moon fix.

    Attributes:
        year: The year.
        spring_festival: The first day of the first lunar month (正月初一).
        qingming: The solar term Qingming (清明).
        dragon_boat: The fifth day of the fifth lunar month (端午).
        mid_autumn: The fifteenth day of the eighth lunar month (中秋).
    """

    year: int
    spring_festival: date
    qingming: date
    dragon_boat: date
    mid_autumn: date


def _table() -> Mapping[int, Festivals]:
    text = files("aggregates.law").joinpath("festivals.csv").read_text(encoding="utf-8")
    lines = list(csv.reader(text.splitlines()))[1:]
    rows = (msgspec.convert(tuple(line), Festivals, strict=False) for line in lines)
    return MappingProxyType({row.year: row for row in rows})


FESTIVALS = _table()
"""Every year whose festivals are known here, 2008 to 2099."""
FIRST_DAY = date(min(FESTIVALS), 1, 1)
"""The first day about which a statement on working days can be made at all."""
LAST_DAY = date(max(FESTIVALS), 12, 31)
"""The last such day."""


class CalendarRangeError(ValueError):
    """A date lies outside the years about which anything is known.

    Attributes:
        day: The date.
        message: What to tell whoever gave the date.
    """

    def __init__(self, day: date) -> None:
        self.day = day
        self.message = Message(
            f"日期{day}超出可计算范围（{FIRST_DAY}至{LAST_DAY}）",
            f"{day} is outside the range that can be computed ({FIRST_DAY} to {LAST_DAY})",
        )
        super().__init__(self.message.en)


@cache
def statutory_days(year: int) -> Mapping[date, int]:
    """Return the statutory days of rest of ``year``, each with the reach of its bridge in days.

    Raises:
        CalendarRangeError: the festivals of the year are not known.
    """
    if year not in FESTIVALS:
        raise CalendarRangeError(date(year, 1, 1))
    row = FESTIVALS[year]
    first, last = (-1, 2) if year < _REVISED_2013 else (0, 3)
    if year >= _REVISED_2024:
        first = -1
    long = {row.spring_festival + timedelta(days=n) for n in range(first, last)}
    long |= {date(year, 10, day) for day in (1, 2, 3)}
    short = {date(year, 1, 1), row.qingming, date(year, 5, 1), row.dragon_boat, row.mid_autumn}
    if year >= _REVISED_2024:
        short.add(date(year, 5, 2))
    days = dict.fromkeys(short, SHORT_REACH_DAYS) | dict.fromkeys(long, LONG_REACH_DAYS)
    return MappingProxyType(days)


def _around(day: date) -> Mapping[date, int]:
    """Return the statutory days that may bear on ``day``.

    Of the neighbouring years only the next New Year's Day is near enough to any day.
    """
    days = statutory_days(day.year)
    if day.month == 12:  # noqa: PLR2004 - December
        return {**days, date(day.year + 1, 1, 1): SHORT_REACH_DAYS}
    return days


def surely_works(day: date) -> bool:
    """Say whether ``day`` is a working day under every arrangement that must be reckoned with.

    Monday to Friday, and not within reach of any statutory day. One-off holidays excepted.

    Raises:
        CalendarRangeError: the festivals of the year are not known.
    """
    return day.weekday() < SATURDAY and not any(
        abs((day - rest).days) <= reach for rest, reach in _around(day).items()
    )


def may_work(day: date) -> bool:
    """Say whether ``day`` is a working day under some arrangement that must be reckoned with.

    Monday to Friday, or a weekend day within ten days of a statutory day; never one itself.

    Raises:
        CalendarRangeError: the festivals of the year are not known.
    """
    near = _around(day)
    if day in near:
        return False
    return day.weekday() < SATURDAY or any(
        abs((day - rest).days) <= MAKEUP_REACH_DAYS for rest in near
    )
