"""Inspections conducted, and by how many together."""

from collections.abc import Iterator

from aggregates.inspection.facts import InspectionConducted
from aggregates.law.deadlines import local_date
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for an inspection."""
    fact = read.fact
    if isinstance(fact, InspectionConducted):
        yield (
            local_date(fact.starts_at),
            fact.inspection_id,
            fact.class_id,
            fact.institution_id,
            len(set(fact.inspectors)),
            fact.counts_for_del05,
        )


INSPECTION = Part(
    name="inspection",
    columns={
        "inspection_id": "uuid not null",
        "class_id": "uuid",
        "institution_id": "uuid not null",
        "inspectors": "integer not null",
        "counts_for_del05": "boolean not null",
    },
    facts=(InspectionConducted,),
    rows=rows,
    indexes=("class_id",),
)
