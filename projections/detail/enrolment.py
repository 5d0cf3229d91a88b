"""Who joined a class, and who left it before its end."""

from collections.abc import Iterator

from aggregates.enrolment.facts import TraineeEnrolled, TraineeWithdrawn
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a person who joined or left."""
    fact = read.fact
    if isinstance(fact, TraineeEnrolled):
        yield read.recorded_on, fact.class_id, fact.enrolment_id, fact.person_id, True
    elif isinstance(fact, TraineeWithdrawn):
        yield fact.withdrawn_on, fact.class_id, fact.enrolment_id, fact.person_id, False


ENROLMENT = Part(
    name="enrolment",
    columns={
        "class_id": "uuid not null",
        "enrolment_id": "uuid not null",
        "person_id": "uuid not null",
        "joined": "boolean not null",
    },
    facts=(TraineeEnrolled, TraineeWithdrawn),
    rows=rows,
    indexes=("class_id", "person_id"),
)
