"""Attendance sheets: that a session has one, and how many were there."""

from collections.abc import Iterator

from aggregates.training_class.facts import AttendanceSheetSealed
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a sheet, or for a part of a long one."""
    fact = read.fact
    if isinstance(fact, AttendanceSheetSealed):
        yield read.recorded_on, fact.class_id, fact.session_no, fact.present, read.recorded_at


SHEET = Part(
    name="sheet",
    columns={
        "class_id": "uuid not null",
        "session_no": "integer not null",
        "present": "integer not null",
        "recorded_at": "timestamptz not null",
    },
    facts=(AttendanceSheetSealed,),
    rows=rows,
    indexes=("class_id",),
)
