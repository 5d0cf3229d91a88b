"""Files of documents that came into the store, by digest."""

from collections.abc import Iterator

from aggregates.archive.facts import ArchiveDocumentStored
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a file."""
    fact = read.fact
    if isinstance(fact, ArchiveDocumentStored):
        yield read.recorded_on, fact.class_id, fact.sha256, fact.octets, fact.again


STORED_DOCUMENT = Part(
    name="stored_document",
    columns={
        "class_id": "uuid not null",
        "sha256": 'text collate "C" not null',
        "octets": "bigint not null",
        "again": "boolean not null",
    },
    facts=(ArchiveDocumentStored,),
    rows=rows,
    indexes=("class_id", "sha256"),
)
