"""The calendars of 2019 to 2026 agree with two libraries and with the notices' own words."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import chinese_calendar.constants
import holidays
import msgspec

from aggregates.law.seed_calendar import seed_years
from aggregates.law.workdays import calendar_faults, calendar_of

CHINESE_DAYS = Path(__file__).parent / "data" / "chinese-days-1.5.7.json"
CHINESE_DAYS_SHA256 = "f3fa629113ef1e3118a12f411ae1307e6dd7d7142dbf39ac6b98ad35091afc54"
YEARS = range(2019, 2027)
SEED = calendar_of(seed_years())

NOTICES: dict[str, tuple[str, str]] = {
    "国办发明电〔2018〕15号": (
        (
            "2018-12-30/2019-01-01 2019-02-04/2019-02-10 2019-04-05 2019-05-01 2019-06-07 "
            "2019-09-13 2019-10-01/2019-10-07"
        ),
        "2018-12-29 2019-02-02 2019-02-03 2019-09-29 2019-10-12",
    ),
    "国办发明电〔2019〕3号": ("2019-05-01/2019-05-04", "2019-04-28 2019-05-05"),
    "国办发明电〔2019〕16号": (
        (
            "2020-01-01 2020-01-24/2020-01-30 2020-04-04/2020-04-06 2020-05-01/2020-05-05 "
            "2020-06-25/2020-06-27 2020-10-01/2020-10-08"
        ),
        "2020-01-19 2020-04-26 2020-05-09 2020-06-28 2020-09-27 2020-10-10",
    ),
    "国办发明电〔2020〕1号": ("2020-01-31/2020-02-02", ""),
    "国办发明电〔2020〕27号": (
        (
            "2021-01-01/2021-01-03 2021-02-11/2021-02-17 2021-04-03/2021-04-05 "
            "2021-05-01/2021-05-05 2021-06-12/2021-06-14 2021-09-19/2021-09-21 "
            "2021-10-01/2021-10-07"
        ),
        "2021-02-07 2021-02-20 2021-04-25 2021-05-08 2021-09-18 2021-09-26 2021-10-09",
    ),
    "国办发明电〔2021〕11号": (
        (
            "2022-01-01/2022-01-03 2022-01-31/2022-02-06 2022-04-03/2022-04-05 "
            "2022-04-30/2022-05-04 2022-06-03/2022-06-05 2022-09-10/2022-09-12 "
            "2022-10-01/2022-10-07"
        ),
        "2022-01-29 2022-01-30 2022-04-02 2022-04-24 2022-05-07 2022-10-08 2022-10-09",
    ),
    "国办发明电〔2022〕16号": (
        (
            "2022-12-31/2023-01-02 2023-01-21/2023-01-27 2023-04-05 2023-04-29/2023-05-03 "
            "2023-06-22/2023-06-24 2023-09-29/2023-10-06"
        ),
        "2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08",
    ),
    "国办发明电〔2023〕7号": (
        (
            "2024-01-01 2024-02-10/2024-02-17 2024-04-04/2024-04-06 2024-05-01/2024-05-05 "
            "2024-06-10 2024-09-15/2024-09-17 2024-10-01/2024-10-07"
        ),
        "2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12",
    ),
    "国办发明电〔2024〕12号": (
        (
            "2025-01-01 2025-01-28/2025-02-04 2025-04-04/2025-04-06 2025-05-01/2025-05-05 "
            "2025-05-31/2025-06-02 2025-10-01/2025-10-08"
        ),
        "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11",
    ),
    "国办发明电〔2025〕7号": (
        (
            "2026-01-01/2026-01-03 2026-02-15/2026-02-23 2026-04-04/2026-04-06 "
            "2026-05-01/2026-05-05 2026-06-19/2026-06-21 2026-09-25/2026-09-27 "
            "2026-10-01/2026-10-07"
        ),
        "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10",
    ),
}
"""What each notice says: the days of rest it names, and the make-up days."""


def days(spans: str) -> Iterator[date]:
    for span in spans.split():
        first, _, last = span.partition("/")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= end:
            yield day
            day += timedelta(days=1)


def every_day() -> Iterator[date]:
    return days(f"{YEARS[0]}-01-01/{YEARS[-1]}-12-31")


class ChineseDays(msgspec.Struct):
    """The data file of the npm package."""

    holidays: dict[date, str]
    workdays: dict[date, str]

    def is_workday(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)


def test_the_seed_holds_the_years_2019_to_2026_in_order() -> None:
    assert [one.year for one in seed_years()] == list(YEARS)


def test_the_vendored_data_are_the_ones_the_readme_names() -> None:
    assert sha256(CHINESE_DAYS.read_bytes()).hexdigest() == CHINESE_DAYS_SHA256
    assert CHINESE_DAYS_SHA256 in (CHINESE_DAYS.parent / "README.md").read_text(encoding="utf-8")


def test_every_day_agrees_with_the_holidays_library() -> None:
    china = holidays.country_holidays("CN", years=YEARS)
    assert [
        day for day in every_day() if SEED.is_workday(day) is not china.is_working_day(day)
    ] == []


def test_every_day_agrees_with_the_chinese_days_data() -> None:
    other = msgspec.json.decode(CHINESE_DAYS.read_bytes(), type=ChineseDays)
    assert [day for day in every_day() if SEED.is_workday(day) is not other.is_workday(day)] == []


def test_the_seed_is_the_data_of_chinesecalendar() -> None:
    for one in seed_years():
        assert one.holidays == {
            d for d in chinese_calendar.constants.holidays if d.year == one.year
        }
        assert one.makeup_workdays == {
            d for d in chinese_calendar.constants.workdays if d.year == one.year
        }


def test_every_day_agrees_with_the_words_of_the_state_council() -> None:
    rest: set[date] = set()
    work: set[date] = set()
    for resting, working in NOTICES.values():
        named, made_up = set(days(resting)), set(days(working))
        rest, work = (rest - made_up) | named, (work - named) | made_up
    assert [
        day
        for day in every_day()
        if SEED.is_workday(day) is not (day in work or (day.weekday() < 5 and day not in rest))
    ] == []


def test_each_year_names_the_notices_that_touch_it() -> None:
    numbers = [number.removeprefix("国办发明电") for number in NOTICES]
    for one in seed_years():
        own = [
            n
            for n in numbers
            if any(d.year == one.year for d in days(NOTICES[f"国办发明电{n}"][0]))
        ]
        assert all(number in one.source_doc for number in own)
        assert len(one.source_doc) <= 64
        assert len(one.source_sha256) == 64


def test_the_seed_has_no_fault_that_publishing_would_refuse() -> None:
    for one in seed_years():
        assert calendar_faults(one.year, one.holidays, one.makeup_workdays) == ()
