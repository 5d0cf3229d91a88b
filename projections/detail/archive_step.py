"""Archives checked and sealed: what was found complete or missing, and until when it is kept."""

from collections.abc import Iterator

from aggregates.archive.facts import ArchiveChecked, ArchiveSealed
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a check or the sealing."""
    fact = read.fact
    if isinstance(fact, ArchiveChecked):
        yield (
            read.recorded_on,
            fact.class_id,
            fact.institution_id,
            fact.county_code,
            fact.part,
            fact.complete,
            [row.kind for row in fact.checklist if row.required],
            list(fact.missing),
            None,
            None,
            None,
        )
    elif isinstance(fact, ArchiveSealed):
        yield (
            read.recorded_on,
            fact.class_id,
            fact.institution_id,
            fact.county_code,
            "SEALED",
            all(row.ok for row in fact.checklist),
            [row.kind for row in fact.checklist if row.required],
            [row.kind for row in fact.checklist if not row.ok],
            fact.manifest_sha256,
            fact.retention_from,
            fact.retention_to,
        )


ARCHIVE_STEP = Part(
    name="archive_step",
    columns={
        "class_id": "uuid not null",
        "institution_id": "uuid not null",
        "county": "text not null",
        "step": "text not null",
        "complete": "boolean not null",
        "required": "text[] not null",
        "missing": "text[] not null",
        "manifest_sha256": "text",
        "retention_from": "date",
        "retention_to": "date",
    },
    facts=(ArchiveChecked, ArchiveSealed),
    rows=rows,
    indexes=("class_id",),
)
