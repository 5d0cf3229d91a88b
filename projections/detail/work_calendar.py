"""The published working-day calendars: the days that differ from Monday to Friday."""

from collections.abc import Iterator
from datetime import date

from aggregates.policy_book.facts import WorkCalendarYearPublished
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each day of rest and each make-up day of work."""
    fact = read.fact
    if isinstance(fact, WorkCalendarYearPublished):
        for works, days in ((False, fact.holidays), (True, fact.makeup_workdays)):
            for day in days:
                yield date(fact.year, 1, 1), fact.year, day, works


WORK_CALENDAR = Part(
    name="work_calendar",
    columns={
        "year": "integer not null",
        "day": "date not null",
        "works": "boolean not null",
    },
    facts=(WorkCalendarYearPublished,),
    rows=rows,
    indexes=("day",),
)
