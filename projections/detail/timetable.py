"""Sessions as planned, of every submission of a filing."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import ClassFilingResubmitted, ClassFilingSubmitted
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each session of the timetable."""
    fact = read.fact
    if not isinstance(fact, ClassFilingSubmitted | ClassFilingResubmitted):
        return
    for one in fact.filing.timetable:
        yield (
            local_date(one.starts_at),
            fact.class_id,
            one.session_no,
            one.starts_at,
            one.ends_at,
            one.hours,
            one.kind,
            one.mode,
            one.course,
            one.instructor_id,
            one.site_id,
            one.room_id,
        )


TIMETABLE = Part(
    name="timetable",
    columns={
        "class_id": "uuid not null",
        "session_no": "integer not null",
        "starts_at": "timestamptz not null",
        "ends_at": "timestamptz not null",
        "hours": "integer not null",
        "kind": "text not null",
        "mode": "text not null",
        "course": "text not null",
        "instructor_id": "uuid not null",
        "site_id": "text",
        "room_id": "text",
    },
    facts=(ClassFilingSubmitted, ClassFilingResubmitted),
    rows=rows,
    indexes=("class_id",),
)
