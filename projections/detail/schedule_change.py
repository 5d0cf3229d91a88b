"""Reported changes of timetables, session by session: what became of each, and whether in time."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import ScheduleChangeReported
from aggregates.training_class.form import SessionDetails
from projections.part import Part, Read, Row

_NOTHING = SessionDetails()


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each session that a report changes."""
    fact = read.fact
    if not isinstance(fact, ScheduleChangeReported):
        return
    on = local_date(fact.reported_at)
    for item in fact.items:
        new = item.new or _NOTHING
        yield (
            on,
            fact.class_id,
            item.session_no,
            item.change,
            list(item.fields),
            fact.in_time_bureau,
            new.starts_at,
            new.ends_at,
            new.hours,
            new.kind,
            new.mode,
            new.course,
            new.instructor_id,
            new.site_id,
            new.room_id,
        )


SCHEDULE_CHANGE = Part(
    name="schedule_change",
    columns={
        "class_id": "uuid not null",
        "session_no": "integer not null",
        "change": "text not null",
        "fields": "text[] not null",
        "in_time": "boolean not null",
        "starts_at": "timestamptz",
        "ends_at": "timestamptz",
        "hours": "integer",
        "kind": "text",
        "mode": "text",
        "course": "text",
        "instructor_id": "uuid",
        "site_id": "text",
        "room_id": "text",
    },
    facts=(ScheduleChangeReported,),
    rows=rows,
    indexes=("class_id",),
)
