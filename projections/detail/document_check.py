"""Checks of the document store: when every file was read again, and how many were damaged."""

from collections.abc import Iterator

from aggregates.system.facts import DocumentsChecked
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a check."""
    fact = read.fact
    if isinstance(fact, DocumentsChecked):
        yield read.recorded_on, fact.documents, fact.octets, fact.damaged


DOCUMENT_CHECK = Part(
    name="document_check",
    columns={
        "documents": "integer not null",
        "octets": "bigint not null",
        "damaged": "integer not null",
    },
    facts=(DocumentsChecked,),
    rows=rows,
)
