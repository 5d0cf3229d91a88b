"""Counting working days: the calendar, the three modes, and the bracket of an unknown year."""

from datetime import date, timedelta
from pathlib import Path

import holidays
import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.law.festivals import (
    FESTIVALS,
    CalendarRangeError,
    may_work,
    statutory_days,
    surely_works,
)
from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import (
    Bracket,
    CalendarYear,
    Counted,
    CountMode,
    UnknownYearError,
    WorkCalendar,
    calendar_faults,
    calendar_of,
)

SEED = calendar_of(seed_years())
DAY = timedelta(days=1)


class _History(msgspec.Struct):
    holidays: dict[date, str]
    workdays: dict[date, str]


def _history() -> dict[int, CalendarYear]:
    data = Path(__file__).parent / "data" / "chinese-days-1.5.7.json"
    read = msgspec.json.decode(data.read_bytes(), type=_History)
    return {
        year: CalendarYear(
            year,
            frozenset(d for d in read.holidays if d.year == year),
            frozenset(d for d in read.workdays if d.year == year),
            "chinese-days 1.5.7",
            "",
        )
        for year in range(2008, 2027)
    }


HISTORY = _history()
"""What was arranged from 2008 to 2026."""
TRUTH = calendar_of(HISTORY.values())
ONE_OFF = {date(2015, 9, 3), date(2015, 9, 4), date(2015, 9, 6)}
"""The holiday of the seventieth anniversary: announced in May, foreseen by no rule."""
EVERY_DAY = [date(2008, 1, 1) + n * DAY for n in range((date(2027, 1, 1) - date(2008, 1, 1)).days)]

known_days = st.dates(date(2019, 2, 1), date(2026, 11, 30))
history_days = st.dates(date(2008, 2, 1), date(2026, 11, 30))
counts = st.integers(0, 12)
modes = st.sampled_from(CountMode)


def on(answer: Counted | Bracket) -> date:
    assert isinstance(answer, Counted)
    return answer.day


def between(first: date, last: date) -> list[date]:
    """Return the days after ``first`` up to ``last``."""
    return [first + n * DAY for n in range(1, (last - first).days + 1)]


@pytest.mark.parametrize(
    ("day", "works"),
    [("2024-02-09", True), ("2024-02-18", True), ("2023-10-07", True), ("2024-02-12", False)],
)
def test_a_make_up_day_works_and_a_holiday_does_not(day: str, works: bool) -> None:
    assert SEED.is_workday(date.fromisoformat(day)) is works


def test_five_working_days_after_2021_12_13_end_on_2021_12_20() -> None:
    assert on(SEED.plus_workdays(date(2021, 12, 13), 5)) == date(2021, 12, 20)


def test_an_answer_lists_the_days_it_skipped_and_added() -> None:
    counted = SEED.minus_workdays(date(2023, 10, 9), 5)
    assert isinstance(counted, Counted)
    assert counted.day == date(2023, 9, 26)
    assert counted.skipped == tuple(date(2023, 9, 28) + n * DAY for n in range(1, 9))
    assert counted.added == (date(2023, 10, 7), date(2023, 10, 8))
    assert counted.calendar_version == SEED.version


def test_the_last_publication_that_needs_no_2027_is_2026_12_24() -> None:
    assert on(SEED.plus_workdays(date(2026, 12, 24), 5)) == date(2026, 12, 31)
    assert isinstance(SEED.plus_workdays(date(2026, 12, 25), 5), Bracket)


def test_a_day_of_an_unknown_year_is_not_guessed() -> None:
    with pytest.raises(UnknownYearError, match="2027"):
        SEED.is_workday(date(2027, 1, 4))


def test_the_ends_of_a_bracket_are_told_with_the_year_that_is_missing() -> None:
    answer = SEED.plus_workdays(date(2026, 12, 30), 5)
    assert isinstance(answer, Bracket)
    assert answer.unknown_years == (2027,)
    assert answer.optimistic.day == date(2027, 1, 5)
    assert answer.pessimistic.day == date(2027, 1, 11)
    assert date(2027, 1, 2) in answer.optimistic.added


def test_a_bracket_whose_ends_meet_decides() -> None:
    # Mid-August is out of the reach of every statutory day.
    assert on(SEED.plus_workdays(date(2027, 8, 12), 5)) == date(2027, 8, 19)


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="found -1"):
        SEED.plus_workdays(date(2024, 1, 2), -1)


@pytest.mark.parametrize("day", [date(2007, 12, 28), date(2100, 1, 4), date.max])
def test_a_date_beyond_all_knowledge_is_an_error_of_its_own(day: date) -> None:
    with pytest.raises(CalendarRangeError) as told:
        SEED.plus_workdays(day, 1)
    assert "2008-01-01至2099-12-31" in told.value.message.zh


def test_the_version_follows_from_the_days_alone() -> None:
    reversed_seed = calendar_of(reversed(seed_years()))
    assert reversed_seed.version == SEED.version
    assert SEED.version.startswith("2019-2026.")
    assert calendar_of(seed_years()[:-1]).version != SEED.version
    assert calendar_of(()).version.startswith("none.")


def test_a_later_calendar_of_the_same_year_counts() -> None:
    amended = CalendarYear(2026, frozenset({date(2026, 3, 3)}), frozenset(), "amended", "")
    assert not calendar_of((*seed_years(), amended)).is_workday(date(2026, 3, 3))


@given(known_days, known_days, counts, modes)
def test_counting_is_monotone_in_the_day(a: date, b: date, n: int, mode: CountMode) -> None:
    earlier, later = sorted((a, b))
    assert on(SEED.minus_workdays(earlier, n, mode)) <= on(SEED.minus_workdays(later, n, mode))
    assert on(SEED.plus_workdays(earlier, n, mode)) <= on(SEED.plus_workdays(later, n, mode))


@given(known_days, counts)
def test_minus_and_plus_undo_each_other_on_working_days(day: date, n: int) -> None:
    assume(SEED.is_workday(day))
    assert on(SEED.plus_workdays(on(SEED.minus_workdays(day, n)), n)) == day
    assert on(SEED.minus_workdays(on(SEED.plus_workdays(day, n)), n)) == day


@given(known_days, st.integers(1, 12))
def test_the_result_is_a_working_day_with_so_many_counted(day: date, n: int) -> None:
    counted = SEED.plus_workdays(day, n)
    assert isinstance(counted, Counted)
    passed = between(day, counted.day)
    assert SEED.is_workday(counted.day)
    assert len([d for d in passed if SEED.is_workday(d)]) == n
    assert counted.skipped == tuple(d for d in passed if not SEED.is_workday(d))
    assert counted.added == tuple(d for d in passed if d.weekday() >= 5 and SEED.is_workday(d))


@given(known_days, st.integers(1, 12))
def test_clear_days_go_one_step_further_and_an_included_event_one_less(day: date, n: int) -> None:
    plain = on(SEED.plus_workdays(day, n))
    assert on(SEED.plus_workdays(day, n, CountMode.CLEAR_DAYS)) == on(SEED.plus_workdays(plain, 1))
    included = on(SEED.plus_workdays(day, n, CountMode.EVENT_INCLUDED))
    assert included == (on(SEED.plus_workdays(day, n - 1)) if SEED.is_workday(day) else plain)


@given(known_days)
def test_a_day_of_rest_moves_to_the_next_working_day_and_no_other_moves(day: date) -> None:
    moved = SEED.move203(day)
    assert isinstance(moved, Counted)
    assert SEED.is_workday(moved.day)
    assert moved.skipped == tuple(d for d in between(day - DAY, moved.day - DAY))


def test_a_bridge_of_national_day_may_reach_seven_days_and_no_further() -> None:
    assert not surely_works(date(2027, 9, 24))
    assert surely_works(date(2027, 9, 23))


def test_no_rest_day_from_2008_to_2026_was_thought_to_work_for_sure() -> None:
    wrong = {day for day in EVERY_DAY if surely_works(day) and not TRUTH.is_workday(day)}
    assert wrong == {date(2015, 9, 3), date(2015, 9, 4)}


def test_no_working_day_from_2008_to_2026_was_thought_impossible() -> None:
    wrong = {day for day in EVERY_DAY if TRUTH.is_workday(day) and not may_work(day)}
    assert wrong == {date(2015, 9, 6)}


def test_plain_statutory_days_would_have_missed_weekdays_of_rest() -> None:
    weekdays = [d for d in EVERY_DAY if d.weekday() < 5 and not TRUTH.is_workday(d)]
    plain = {day for year in range(2008, 2027) for day in statutory_days(year)}
    assert len([day for day in weekdays if day not in plain]) == 189


def test_every_statutory_day_from_2008_to_2026_was_a_day_of_rest() -> None:
    plain = {day for year in range(2008, 2027) for day in statutory_days(year)}
    assert {day for day in plain if TRUTH.is_workday(day)} == set()


@pytest.mark.parametrize(
    ("year", "count", "eve"), [(2013, 11, True), (2014, 11, False), (2025, 13, True)]
)
def test_each_revision_of_the_measures_has_its_days(year: int, count: int, eve: bool) -> None:
    days = statutory_days(year)
    # Two festivals may fall on one day; in these years none does.
    assert len(days) == count
    assert (FESTIVALS[year].spring_festival - DAY in days) is eve


def test_the_festivals_are_known_for_each_year_from_2008_to_2099() -> None:
    assert list(FESTIVALS) == list(range(2008, 2100))
    assert FESTIVALS[2027].spring_festival == date(2027, 2, 6)
    # The year with a leap eleventh month, in which simple rules go wrong.
    assert FESTIVALS[2033].mid_autumn == date(2033, 9, 8)
    assert FESTIVALS[2034].spring_festival == date(2034, 2, 19)


@pytest.mark.parametrize(
    ("festival", "name"),
    [
        ("spring_festival", "春节"),
        ("qingming", "清明节"),
        ("dragon_boat", "端午节"),
        ("mid_autumn", "中秋节"),
    ],
)
def test_the_festivals_agree_with_another_lunar_calendar(festival: str, name: str) -> None:
    china = holidays.country_holidays("CN", years=FESTIVALS, language="zh_CN")
    days = [getattr(row, festival) for row in FESTIVALS.values()]
    assert [day for day in days if name not in china.get(day, "")] == []


@given(history_days, counts, modes, st.sets(st.integers(2008, 2026), min_size=1))
def test_a_bracket_holds_what_was_then_arranged(
    day: date, n: int, mode: CountMode, unpublished: set[int]
) -> None:
    assume(not date(2015, 8, 15) <= day <= date(2015, 9, 25))
    known = WorkCalendar({y: c for y, c in HISTORY.items() if y not in unpublished}, "partial")
    for answer, truth, backwards in (
        (known.plus_workdays(day, n, mode), on(TRUTH.plus_workdays(day, n, mode)), False),
        (known.minus_workdays(day, n, mode), on(TRUTH.minus_workdays(day, n, mode)), True),
        (known.move203(day), on(TRUTH.move203(day)), False),
    ):
        if isinstance(answer, Counted):
            assert answer.day == truth
            continue
        ends = (answer.optimistic.day, answer.pessimistic.day)
        low, high = reversed(ends) if backwards else ends
        assert low <= truth <= high
        assert set(answer.unknown_years) <= unpublished


def test_what_cannot_be_right_in_a_calendar_is_told() -> None:
    told = calendar_faults(
        2027,
        {date(2027, 1, 1), date(2026, 12, 31), date(2027, 2, 7)},
        {date(2027, 2, 7), date(2027, 2, 9)},
    )
    assert [one.zh.split("：")[0] for one in told] == [
        "不属于2027年",
        "既放假又上班",
        "调休上班日不是周末",
        "法定节日上班",
        "缺少法定节日",
    ]
    assert "2027-02-08" in told[-1].en


def test_a_calendar_of_a_year_beyond_the_table_is_told() -> None:
    assert "2100-01-01" in calendar_faults(2100, (), ())[0].zh
    assert "0001-01-01" in calendar_faults(0, (), ())[0].zh
