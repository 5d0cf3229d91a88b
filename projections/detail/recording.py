"""Recordings, session by session: from when to when there is picture and sound."""

from collections.abc import Iterator

from aggregates.law.deadlines import local_date
from aggregates.training_class.facts import RecordingRegistered
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each session that a recording covers."""
    fact = read.fact
    if isinstance(fact, RecordingRegistered):
        on = local_date(fact.starts_at)
        for number in fact.session_nos:
            yield on, fact.class_id, number, fact.starts_at, fact.ends_at, read.recorded_at


RECORDING = Part(
    name="recording",
    columns={
        "class_id": "uuid not null",
        "session_no": "integer not null",
        "starts_at": "timestamptz not null",
        "ends_at": "timestamptz not null",
        "recorded_at": "timestamptz not null",
    },
    facts=(RecordingRegistered,),
    rows=rows,
    indexes=("class_id",),
)
