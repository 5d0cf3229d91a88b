"""Filings that the bureau agreed to: by whom, under which supervision, at which standard."""

from collections.abc import Iterator

from aggregates.training_class.facts import ClassFilingApproved
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for an approval."""
    fact = read.fact
    if isinstance(fact, ClassFilingApproved):
        yield (
            read.recorded_on,
            fact.class_id,
            fact.approver,
            fact.supervision,
            fact.heads,
            fact.standard_fen,
        )


APPROVAL = Part(
    name="approval",
    columns={
        "class_id": "uuid not null",
        "approver": "uuid not null",
        "supervision": "text not null",
        "heads": "integer not null",
        "standard_fen": "bigint",
    },
    facts=(ClassFilingApproved,),
    rows=rows,
    indexes=("class_id",),
)
