"""Sessions that were held."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import SessionHeld
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a session."""
    fact = read.fact
    if isinstance(fact, SessionHeld):
        yield (
            local_date(fact.actual_start),
            fact.class_id,
            fact.session_no,
            fact.actual_start,
            fact.actual_end,
            fact.hours,
            fact.kind,
            fact.mode,
            fact.course,
            fact.instructor_id,
            fact.site_id,
            fact.room_id,
            read.recorded_at,
            read.channel,
        )


SESSION = Part(
    name="session",
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
        "recorded_at": "timestamptz not null",
        "channel": "text not null",
    },
    facts=(SessionHeld,),
    rows=rows,
    indexes=("class_id",),
)
