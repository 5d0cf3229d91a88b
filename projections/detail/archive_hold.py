"""Holds on archives: until when each is to be kept longer, and its end."""

from collections.abc import Iterator

from aggregates.archive.facts import HoldReleased, RetentionExtended
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a hold or its end."""
    fact = read.fact
    if isinstance(fact, RetentionExtended):
        yield read.recorded_on, fact.class_id, fact.hold_no, False, fact.held_until
    elif isinstance(fact, HoldReleased):
        yield read.recorded_on, fact.class_id, fact.hold_no, True, None


ARCHIVE_HOLD = Part(
    name="archive_hold",
    columns={
        "class_id": "uuid not null",
        "hold_no": "text not null",
        "released": "boolean not null",
        "held_until": "date",
    },
    facts=(RetentionExtended, HoldReleased),
    rows=rows,
    indexes=("class_id",),
)
