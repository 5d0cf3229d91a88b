"""Documents put into the archives of classes, by digest."""

from collections.abc import Iterator

from aggregates.archive.facts import ArchiveDocumentFiled
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a document."""
    fact = read.fact
    if isinstance(fact, ArchiveDocumentFiled):
        yield (
            read.recorded_on,
            fact.class_id,
            fact.institution_id,
            fact.county_code,
            fact.kind,
            fact.sha256,
            fact.medium,
            fact.pages,
            fact.paper_location,
        )


DOCUMENT = Part(
    name="document",
    columns={
        "class_id": "uuid not null",
        "institution_id": "uuid not null",
        "county": "text not null",
        "kind": "text not null",
        "sha256": "text not null",
        "medium": "text not null",
        "pages": "integer not null",
        "paper_location": "text",
    },
    facts=(ArchiveDocumentFiled,),
    rows=rows,
    indexes=("class_id", "sha256"),
)
