"""Results of assessments, candidate by candidate; of several the last one counts."""

from collections.abc import Iterator

from aggregates.assessment.facts import AssessmentResultRecorded
from projections.part import Part, Read, Row


def rows(read: Read) -> Iterator[Row]:
    """Yield one row for a result."""
    fact = read.fact
    if isinstance(fact, AssessmentResultRecorded):
        yield (
            read.recorded_on,
            fact.class_id,
            fact.assessment_id,
            fact.enrolment_id,
            fact.result == "PASS",
        )


RESULT = Part(
    name="result",
    columns={
        "class_id": "uuid not null",
        "assessment_id": "uuid not null",
        "enrolment_id": "uuid not null",
        "passed": "boolean not null",
    },
    facts=(AssessmentResultRecorded,),
    rows=rows,
    indexes=("class_id",),
)
