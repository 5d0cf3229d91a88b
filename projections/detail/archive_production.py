"""Archives produced: to whom, by whose request, and until when that was due."""

from collections.abc import Iterator

from aggregates.archive.facts import ArchiveProduced
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each time."""
    fact = read.fact
    if isinstance(fact, ArchiveProduced):
        yield (
            read.recorded_on,
            fact.class_id,
            fact.to,
            fact.recipient,
            fact.request_doc,
            fact.requested_on,
            fact.due_on,
            fact.personal,
            len(fact.items),
        )


ARCHIVE_PRODUCTION = Part(
    name="archive_production",
    columns={
        "class_id": "uuid not null",
        "handed_to": "text not null",
        "recipient": "text not null",
        "request_doc": "text not null",
        "requested_on": "date not null",
        "due_on": "date",
        "personal": "boolean not null",
        "items": "integer not null",
    },
    facts=(ArchiveProduced,),
    rows=rows,
    indexes=("class_id",),
)
