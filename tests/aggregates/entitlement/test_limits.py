from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.entitlement.limits import most_in_a_year, repeats, within_a_year
from aggregates.law.deadlines import add_months

DAYS = st.dates(date(2019, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("one", "other", "within"),
    [
        (date(2024, 3, 18), date(2025, 3, 18), True),
        (date(2024, 3, 18), date(2025, 3, 19), False),
        (date(2024, 2, 29), date(2025, 2, 28), True),
        (date(2024, 2, 29), date(2025, 3, 1), False),
        (date(2023, 12, 31), date(2024, 12, 31), True),
    ],
)
def test_a_year_ends_on_the_corresponding_day(one: date, other: date, *, within: bool) -> None:
    assert within_a_year(one, other) is within
    assert within_a_year(other, one) is within


@pytest.mark.rule("ELG-08")
def test_the_window_of_a_repeat_is_twelve_months_or_the_calendar_year() -> None:
    one, other = date(2023, 12, 31), date(2024, 1, 1)
    assert repeats(one, other, "ROLLING_12M")
    assert not repeats(one, other, "CALENDAR_YEAR")
    assert repeats(date(2024, 1, 1), date(2024, 12, 31), "CALENDAR_YEAR")


@pytest.mark.rule("ELG-07")
@given(st.lists(DAYS, min_size=1, max_size=8), st.data())
def test_in_a_calendar_year_only_its_own_items_count(days: list[date], data: st.DataObject) -> None:
    on = data.draw(st.sampled_from(days))
    counted = most_in_a_year(on, days, "CALENDAR")
    assert counted == len([day for day in days if day.year == on.year])


@pytest.mark.rule("ELG-07")
@given(st.lists(DAYS, min_size=1, max_size=8), st.data())
def test_in_twelve_months_the_fullest_window_around_an_item_counts(
    days: list[date], data: st.DataObject
) -> None:
    on = data.draw(st.sampled_from(days))
    windows = [(first, add_months(first, 12)) for first in days]
    holding = [(a, b) for a, b in windows if a <= on <= b]
    fullest = max(sum(a <= day <= b for day in days) for a, b in holding)
    assert most_in_a_year(on, days, "ROLLING_12M") == fullest
