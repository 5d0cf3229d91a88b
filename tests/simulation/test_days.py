"""The plan counts working days as the law does, though by itself."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import Counted, WorkCalendar
from ledger.simulation.chance import Chance
from ledger.simulation.days import (
    at_or_after,
    at_or_before,
    in_office,
    is_holiday,
    is_makeup,
    is_workday,
    last_day,
    minus,
    moment,
    plus,
)

LAW = WorkCalendar({one.year: one for one in seed_years()}, "w8")
DAYS = st.dates(date(2023, 2, 1), date(2025, 11, 30))


@given(DAYS, st.integers(1, 15))
def test_stepping_forward_agrees_with_the_law(day: date, workdays: int) -> None:
    counted = LAW.plus_workdays(day, workdays)
    assert isinstance(counted, Counted)
    assert plus(day, workdays) == counted.day


@given(DAYS, st.integers(1, 15))
def test_stepping_back_agrees_with_the_law(day: date, workdays: int) -> None:
    counted = LAW.minus_workdays(day, workdays)
    assert isinstance(counted, Counted)
    assert minus(day, workdays) == counted.day


def test_a_weekend_day_of_work_is_a_working_day_and_no_holiday() -> None:
    day = date(2025, 10, 11)
    assert is_makeup(day)
    assert is_workday(day)
    assert not is_holiday(day)
    assert at_or_after(day) == day == at_or_before(day)


def test_a_holiday_moves_to_the_working_day_before_or_after() -> None:
    day = date(2025, 10, 3)
    assert is_holiday(day)
    assert at_or_after(day) == date(2025, 10, 9)
    assert at_or_before(day) == date(2025, 9, 30)


@given(DAYS, st.integers(0, 99))
def test_office_hours_lie_within_the_day(day: date, seed: int) -> None:
    found = in_office(day, Chance(seed))
    assert moment(day, 8, 30) <= found < moment(day, 16, 30)


@given(DAYS, st.integers(0, 99))
def test_what_follows_in_the_office_comes_later(day: date, seed: int) -> None:
    first = in_office(day, Chance(seed))
    assert first < in_office(day, Chance(seed), after=first) < first + timedelta(minutes=21)


def test_months_end_on_their_last_day() -> None:
    assert last_day(2024, 2) == date(2024, 2, 29)
    assert last_day(2025, 12) == date(2025, 12, 31)
