"""What a check of the document store found damaged, class by class."""

from collections.abc import Iterator

from aggregates.system.facts import DocumentsChecked
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for each damaged file and each class whose archive holds it."""
    fact = read.fact
    if isinstance(fact, DocumentsChecked):
        for one in fact.named:
            for class_id in one.class_ids:
                yield read.recorded_on, class_id, one.sha256, one.found


DOCUMENT_DAMAGE = Part(
    name="document_damage",
    columns={
        "class_id": "uuid not null",
        "sha256": "text not null",
        "found": "text not null",
    },
    facts=(DocumentsChecked,),
    rows=rows,
    indexes=("class_id",),
)
