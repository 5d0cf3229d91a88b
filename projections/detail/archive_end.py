"""The end of archives: destructions approved and carried out."""

from collections.abc import Iterator

from aggregates.archive.facts import ArchiveDestroyed, ArchiveDestructionApproved
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for an approval or the destruction."""
    fact = read.fact
    if isinstance(fact, ArchiveDestructionApproved):
        step = "APPROVED"
    elif isinstance(fact, ArchiveDestroyed):
        step = "DESTROYED"
    else:
        return
    yield read.recorded_on, fact.class_id, step, len(fact.approvers), fact.decision_doc


ARCHIVE_END = Part(
    name="archive_end",
    columns={
        "class_id": "uuid not null",
        "step": "text not null",
        "approvers": "integer not null",
        "decision_doc": "text not null",
    },
    facts=(ArchiveDestructionApproved, ArchiveDestroyed),
    rows=rows,
    indexes=("class_id",),
)
